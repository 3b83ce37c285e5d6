//! Access logs and metrics of other people, each with what a person found in it: rows, fields and sums were counted with awk.

use std::path::PathBuf;

use gatecap::calibrate::cloudwatch::{self, Metrics};
use gatecap::calibrate::kind::Kind;
use gatecap::calibrate::read::{Reading, files};
use gatecap::calibrate::row::Rounding;
use gatecap::calibrate::slots::Part;
use gatecap::calibrate::stream::Control;
use gatecap::calibrate::tally::Tally;
use gatecap::issue::Issues;

use super::shared;

fn read(kind: Kind, paths: &[PathBuf]) -> Result<Tally, Issues> {
    files(paths, &Reading { kind, rounding: Rounding::Nearest, format: None }, &Control::default())
}

/// How many times of a part a log has, and their sum in ticks.
fn sum(tally: &Tally, part: Part) -> (u64, u128) {
    tally.slots.whole().times.get(&part).map_or((0, 0), |times| (times.n(), times.sum_ticks()))
}

#[test]
fn access_logs() {
    let Some(folder) = shared("inputs/logs") else { return };
    let of = |name: &str| folder.join(name);
    // A real log of 63 rows with 29 fields, in the order of its two nodes: f6 and f8 sum up to 12 ms, f7 to 40 ms.
    let real = read(Kind::Alb, &[of("oscatalog-elb-raw.log")]).unwrap();
    assert_eq!((real.rows, real.used, real.without.len()), (63, 63, 0));
    assert_eq!(sum(&real, Part::AlbProcessing), (63, 12));
    assert_eq!(sum(&real, Part::Service), (63, 40));
    assert_eq!(real.statuses.iter().map(|(status, n)| (*status, *n)).collect::<Vec<_>>(), [(200, 2), (404, 61)]);
    // 04:47:50.271 to 04:48:07.455 on 2022-07-05.
    assert_eq!(real.arrivals.range_us(), Some((1_656_996_470_271_000, 1_656_996_487_455_000)));
    let services = real.services.by_rows();
    assert_eq!(services[0].0, "targetgroup/k8s-game2048-service2-d1b9eaccf8/c979ac34eb74c5c5");
    assert_eq!((services.len(), services[0].1.rows), (1, 63));
    // Two made rows with a field 30, one with IPv6 in brackets; the last has no end of line. 86 + 37 ms and 48 ms each.
    let made = read(Kind::Alb, &[of("otel-alb_al_valid_logs.log")]).unwrap();
    assert_eq!((made.rows, made.used), (2, 2));
    assert_eq!((sum(&made, Part::AlbProcessing), sum(&made, Part::Service)), ((2, 246), (2, 96)));
    // Gzip; a redirect and a fixed answer, dispatched to no target; addresses that are none, a name without `app/`.
    let anonymous = read(Kind::Alb, &[of("promtail-albaccesslog.log.gz")]).unwrap();
    assert_eq!((anonymous.used, anonymous.without.values().sum::<u64>()), (2, 2));
    assert_eq!((anonymous.arrivals.total(), sum(&anonymous, Part::Service)), (2, (0, 0)));
    // Gzip; two connections to TLS listeners of 5 ms each, of which 2 ms are the handshake.
    let network = read(Kind::Nlb, &[of("promtail-nlbaccesslog.log.gz")]).unwrap();
    assert_eq!((sum(&network, Part::NlbConnection), sum(&network, Part::NlbHandshake)), ((2, 10), (2, 4)));
    let albs = ["oscatalog-elb-raw.log", "otel-alb_al_valid_logs.log", "promtail-albaccesslog.log.gz"].map(of);
    assert_eq!(read(Kind::Alb, &albs).unwrap().used, 63 + 2 + 2);
    // Each is refused as what it is not, with the kind that it is.
    for (kind, name, found) in [
        (Kind::Alb, "promtail-nlbaccesslog.log.gz", "looks like an NLB access log"),
        (Kind::Nlb, "oscatalog-elb-raw.log", "looks like an ALB access log"),
        (Kind::ApiGateway, "otel-alb_al_valid_logs.log", "looks like an ALB access log"),
        (Kind::ClassicElb, "promtail-albaccesslog.log.gz", "looks like an ALB access log"),
    ] {
        let issues = read(kind, &[of(name)]).unwrap_err();
        assert!(issues.len() == 1 && issues[0].message.contains(found), "{name}: {issues:?}");
    }
}

#[test]
fn metrics_of_cloudwatch() {
    let Some(folder) = shared("inputs/metrics") else { return };
    let read = |names: &[&str]| -> Result<Metrics, Issues> {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        cloudwatch::files(&paths, &Control::default())
    };
    // Requests of a minute from 2019-06-25 15:36, recorded twice, the second time without any.
    let [some, none] = [1, 2].map(|i| format!("c7n-test_missing_metrics-monitoring.GetMetricStatistics_{i}.json"));
    let requests = |metrics: &Metrics| metrics.requests.iter().map(|(at, n)| (*at, *n)).collect::<Vec<_>>();
    assert_eq!(requests(&read(&[&some]).unwrap()), [(1_561_476_960, 13_417.0)]);
    assert_eq!(requests(&read(&[&none]).unwrap()), [(1_561_476_960, 0.0)]);
    let both = read(&[&none, &some]).unwrap();
    assert_eq!((requests(&both), both.remarks.len()), (vec![(1_561_476_960, 13_417.0)], 1));
    // None of these says anything of a hop, and each says what it holds.
    for (name, found) in [
        ("awscli-cloudwatch-get-metric-data-1.json", "Avg Total IOPS"),
        ("awscli-cloudwatch-get-metric-data-2.json", "EstimatedCharges"),
        ("awscli-cloudwatch-get-metric-statistics-1.json", "CPUUtilization"),
        ("c7n-test_netelb_metrics-monitoring.GetMetricStatistics_1.json", "TCP_ELB_Reset_Count"),
    ] {
        let issues = read(&[name]).unwrap_err();
        assert!(issues[0].message.starts_with(&format!("`{found}` is all that")), "{name}: {issues:?}");
        let beside = read(&[name, &some]).unwrap();
        assert!(beside.passed_over.contains_key(found) && beside.requests.len() == 1, "{name}");
    }
}
