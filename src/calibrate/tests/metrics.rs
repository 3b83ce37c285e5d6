//! Metrics of CloudWatch in the shapes that programs print.

use crate::calibrate::cloudwatch::overlay::{law, text};
use crate::calibrate::cloudwatch::{Metric, Metrics, read};
use crate::calibrate::stream::Control;
use crate::issue::Issue;

fn metrics(text: &str) -> Result<Metrics, Issue> {
    let mut metrics = Metrics::default();
    read(text.as_bytes(), "m.json", &mut metrics, &Control::default()).map(|()| metrics)
}

#[test]
fn statistics_have_percentiles_of_a_period() {
    let read = metrics(
        r#"{"Label":"TargetResponseTime","Datapoints":[{"Timestamp":"2024-05-01T00:00:00Z","Unit":"Seconds","SampleCount":500,
            "Average":0.02,"ExtendedStatistics":{"p50":0.01,"p99":0.1,"p99.9":0.25}}]}"#,
    );
    let curve = &read.unwrap().curves[&Metric::TargetResponseTime];
    assert_eq!(curve.quantiles(), [(0.5, 10.0), (0.99, 100.0), (0.999, 250.0)]);
    assert_eq!((curve.n(), curve.mean_ms()), (Some(500.0), Some(20.0)));
}

#[test]
fn data_results_name_their_statistic_in_label_or_id() {
    let read = metrics(
        r#"{"MetricDataResults":[
            {"Id":"m1","Label":"Latency p50","Timestamps":["2024-05-01T00:00:00Z"],"Values":[12]},
            {"Id":"latency_p99_9","Label":"Latency","Timestamps":["2024-05-01T00:00:00+00:00"],"Values":[80]},
            {"Id":"i1","Label":"IntegrationLatency p90","Timestamps":[1714521600],"Values":[9.5]},
            {"Id":"c","Label":"Count","Timestamps":["2024-05-01T00:00:00Z","2024-05-01T00:01:00Z"],"Values":[600,60]},
            {"Id":"x","Label":"Latency","Timestamps":[],"Values":[]},
            {"Id":"e","Label":"HTTPCode_Target_5XX_Count","Timestamps":["2024-05-01T00:00:00Z"],"Values":[3]}]}"#,
    );
    let read = read.unwrap();
    assert_eq!(read.curves[&Metric::Latency].quantiles(), [(0.5, 12.0), (0.999, 80.0)]);
    assert_eq!(read.curves[&Metric::IntegrationLatency].quantiles(), [(0.9, 9.5)]);
    assert_eq!(read.requests.values().sum::<f64>(), 660.0);
    assert_eq!(read.period_s(), Some(60));
    assert_eq!(read.passed_over.len(), 2, "{:?}", read.passed_over);
}

#[test]
fn recorded_answers_are_unwrapped() {
    let read = metrics(
        r#"{"status_code":200,"data":{"Label":"RequestCount","Datapoints":[{"Timestamp":{"__class__":"datetime","year":2019,
            "month":6,"day":25,"hour":15,"minute":36,"second":0,"microsecond":0},"Sum":13417.0,"Unit":"Count"}]}}"#,
    );
    assert_eq!(read.unwrap().requests.into_iter().collect::<Vec<_>>(), [(1_561_476_960, 13_417.0)]);
}

#[test]
fn quantiles_of_several_periods_are_those_of_all_values() {
    let text = |n: [u32; 2]| {
        let period = |minute: usize, ms: [u32; 3]| {
            format!(
                r#"{{"Timestamp":"2024-05-01T00:0{minute}:00Z","Unit":"Milliseconds","SampleCount":{},
                    "ExtendedStatistics":{{"p10":{},"p50":{},"p90":{}}}}}"#,
                n[minute], ms[0], ms[1], ms[2]
            )
        };
        format!(r#"{{"Label":"Latency","Datapoints":[{},{}]}}"#, period(0, [5, 10, 20]), period(1, [50, 100, 200]))
    };
    let of = |n| metrics(&text(n)).unwrap().curves[&Metric::Latency].quantiles();
    // Equal periods that do not overlap between their percentiles: half of all lies between 20 and 50.
    let equal = of([100, 100]);
    assert!(equal[1].1 > 20.0 && equal[1].1 < 50.0, "{equal:?}");
    // A period of ten thousand to one decides alone.
    let uneven = of([1_000_000, 100]);
    assert!((uneven[1].1 - 10.0).abs() < 0.01, "{uneven:?}");
    assert!(uneven.windows(2).all(|pair| pair[0].1 <= pair[1].1));
}

#[test]
fn what_is_no_answer_of_cloudwatch_is_refused() {
    for (text, found) in [
        ("", "is not JSON"),
        ("{\"Datapoints\":[", "is not JSON"),
        ("{\"a\":1}", "neither `MetricDataResults` nor `Datapoints`"),
        ("[]", "neither"),
    ] {
        assert!(metrics(text).unwrap_err().message.contains(found), "{text}");
    }
    assert!(metrics(&"[".repeat(100_000)).unwrap_err().message.contains("is not JSON"));
    let odd = metrics(
        r#"{"Label":"Latency","Datapoints":[{"Timestamp":"x"},{"Timestamp":"2024-05-01T00:00:00Z","Average":-5}]}"#,
    );
    assert!(odd.unwrap().is_empty());
}

fn response_times(percentiles: &str) -> Metrics {
    let text = format!(
        r#"{{"Label":"TargetResponseTime","Datapoints":[{{"Timestamp":"2024-05-01T00:00:00Z","Unit":"Milliseconds","SampleCount":1000,
            "ExtendedStatistics":{{{percentiles}}}}}]}}"#
    );
    metrics(&text).unwrap()
}

#[test]
fn percentiles_of_a_lognormal_give_it_back() {
    // Median 10 ms, log_sigma 1: p90 = 10 exp(1.281552), p99 = 10 exp(2.326348).
    let read = response_times(r#""p50":10,"p90":36.0223,"p99":102.405"#);
    let stated = law(&read.curves[&Metric::TargetResponseTime]).unwrap();
    assert_eq!(stated.toml, r#"{ lognormal = { median = "10ms", p99 = "102.41ms" } }"#);
    let overlay = text(&read, &["a.json".into()]);
    assert!(
        overlay.contains("[services]") && overlay.contains("from a.json") && !overlay.contains("[workload]"),
        "{overlay}"
    );
}

#[test]
fn other_percentiles_give_a_curve_that_goes_through_them() {
    let read = response_times(r#""p50":10,"p90":12,"p99":400,"p99.9":500"#);
    let stated = law(&read.curves[&Metric::TargetResponseTime]).unwrap();
    for knot in [r#"[0.5, "10ms"]"#, r#"[0.9, "12ms"]"#, r#"[0.99, "400ms"]"#, r#"[0.999, "500ms"]"#] {
        assert!(stated.toml.contains(knot), "{knot} in {}", stated.toml);
    }
    assert!(stated.why.contains("beyond p99.9"), "{}", stated.why);
    // From 0.5 to 0.9 the logarithm of the odds goes from 0 to log 9, and 0.75 lies at log 3: halfway.
    let halfway = (10.0_f64 * 12.0).sqrt();
    assert!(stated.toml.contains(&format!("[0.75, \"{halfway:.3}ms\"]")), "{}", stated.toml);
    assert!(law(&response_times(r#""p99":400"#).curves[&Metric::TargetResponseTime]).is_none());
    assert!(law(&response_times(r#""p50":0,"p99":400"#).curves[&Metric::TargetResponseTime]).is_none());
}

#[test]
fn means_are_subtracted_and_the_busiest_period_gives_the_rate() {
    let read = metrics(
        r#"{"MetricDataResults":[
            {"Id":"l","Label":"Latency Average","Timestamps":["2024-05-01T00:00:00Z"],"Values":[30]},
            {"Id":"i","Label":"IntegrationLatency Average","Timestamps":["2024-05-01T00:00:00Z"],"Values":[24.5]},
            {"Id":"c","Label":"Count","Timestamps":["2024-05-01T00:00:00Z","2024-05-01T00:01:00Z"],"Values":[600,60]}]}"#,
    );
    let overlay = text(&read.unwrap(), &["m".into()]);
    assert!(overlay.contains("mean overhead of 5.500 ms"), "{overlay}");
    assert!(overlay.contains("rate = \"10/s\"\npeak_to_mean = 1.81818\n"), "{overlay}");
}

#[test]
fn falling_percentiles_and_values_below_0_are_refused_in_words() {
    let mut read = response_times(r#""p50":100,"p90":60,"p99":400"#);
    read.drop_falling();
    assert!(read.is_empty());
    let expected = "`TargetResponseTime`: 1 period is left out, the first 2024-05-01T00:00:00";
    let remark = read.remarks.first().unwrap();
    assert!(remark.starts_with(expected) && remark.ends_with("p90 is below p50, but percentiles rise"), "{remark}");
    let mut read = response_times(r#""p50":-1,"p90":60,"p99":60"#);
    read.drop_falling();
    assert_eq!(read.curves[&Metric::TargetResponseTime].quantiles(), [(0.9, 60.0), (0.99, 60.0)]);
    assert!(read.passed_over["TargetResponseTime p50"].contains("below 0"), "{:?}", read.passed_over);
}
