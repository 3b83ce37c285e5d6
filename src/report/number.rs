//! Numbers for people: thousands separators, sensible digits, intervals. Not for files that programs read.

use crate::results::Estimate;

/// `value` with `decimals` decimals (0 to 9) and a comma at every thousand; `-` where it is not finite.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "-".to_string();
    }
    let text = format!("{:.*}", decimals.min(9), value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A count or a limit: whole where it is whole, else three significant digits.
#[must_use]
pub fn plain(value: f64) -> String {
    if value.fract() == 0.0 { fixed(value, 0) } else { significant(value) }
}

/// A number of services and the like.
#[must_use]
pub fn count(value: u32) -> String {
    fixed(f64::from(value), 0)
}

/// Three significant digits, whole from 100 on: `0.0123`, `9.60`, `87.1`, `1,234`.
#[must_use]
pub fn significant(value: f64) -> String {
    fixed(value, decimals_of_three(value))
}

/// A share as a percentage: `0.12 %`, `99.9 %`, `100 %`; as many decimals as keep it from looking whole when it is not.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    let distance = value.abs().min((100.0 - value).abs());
    let decimals = if distance == 0.0 || (1.0..=99.0).contains(&value) && value.fract() == 0.0 {
        0
    } else if distance >= 1.0 {
        1
    } else {
        (-(distance * (1.0 + 1e-9)).log10()).ceil().clamp(2.0, 4.0) as usize
    };
    format!("{} %", fixed(value, decimals))
}

/// A money amount in whole US$.
#[must_use]
pub fn dollars(value: f64) -> String {
    format!("${}", fixed(value, 0))
}

/// The value of an estimate, no finer than its interval allows; `-` where it is withheld.
#[must_use]
pub fn value(estimate: &Estimate) -> String {
    estimate.value.map_or_else(|| "-".to_string(), |v| fixed(v, decimals(estimate)))
}

/// The ends of an estimate's interval with `dash` between them, `to` where one is negative; none where they are withheld. An end that
/// rounding would make 0 keeps its first digit, and so its sign.
#[must_use]
pub fn interval(estimate: &Estimate, dash: &str) -> Option<String> {
    let (low, high) = (estimate.low?, estimate.high?);
    let decimals = decimals(estimate);
    let dash = if low < 0.0 { " to " } else { dash };
    Some(format!("{}{dash}{}", signed(low, decimals), signed(high, decimals)))
}

/// The same with three significant digits, each end rounded away from the other: what is left out is left out.
#[must_use]
pub fn outward(estimate: &Estimate, dash: &str) -> Option<String> {
    let (low, high) = (estimate.low?, estimate.high?);
    let dash = if low < 0.0 { " to " } else { dash };
    let rounded = |value: f64, to: fn(f64) -> f64| {
        let decimals = decimals_of_three(value);
        let scale = 10f64.powi(decimals as i32);
        // A millionth of the last digit keeps 0.3, which no binary fraction is, from becoming 0.301.
        fixed(to((value * scale * 1e6).round() / 1e6) / scale, decimals)
    };
    Some(format!("{}{dash}{}", rounded(low, f64::floor), rounded(high, f64::ceil)))
}

/// `value` with `decimals`, or with as many more (to 6) as its first digit needs.
fn signed(value: f64, decimals: usize) -> String {
    let needed = if value == 0.0 { 0 } else { (-value.abs().log10()).ceil().clamp(0.0, 6.0) as usize };
    let vanishes = value.abs() * 10f64.powi(decimals as i32) < 0.5;
    fixed(value, if vanishes { decimals.max(needed) } else { decimals })
}

/// Decimals that show one significant digit of the half-width, and at most one more than three significant digits of the value; none
/// from 100 on.
fn decimals(estimate: &Estimate) -> usize {
    let value = estimate.value.unwrap_or_default();
    let three = decimals_of_three(value);
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if high > low => {
            let needed = (-((high - low) / 2.0).log10()).ceil().clamp(0.0, 6.0) as usize;
            if value.abs() >= 100.0 { 0 } else { needed.min(three + 1) }
        }
        _ => three,
    }
}

fn decimals_of_three(value: f64) -> usize {
    let size = value.abs();
    if size == 0.0 || size >= 100.0 || !size.is_finite() {
        return 0;
    }
    (2.0 - size.log10().floor()).clamp(0.0, 6.0) as usize
}

/// `1 service`, `3,000 services`.
#[must_use]
pub fn counted_services(number: u32) -> String {
    format!("{} {}", count(number), if number == 1 { "service" } else { "services" })
}

/// `one request`, `two requests`, `12 requests`.
#[must_use]
pub fn counted(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("one {one}"),
        2..=10 => {
            let words = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
            format!("{} {many}", words[number - 2])
        }
        _ => format!("{} {many}", fixed(number as f64, 0)),
    }
}

/// `1 point`, `12 points`, `3,000 points`.
#[must_use]
pub fn numbered(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", fixed(number as f64, 0), if number == 1 { one } else { many })
}

/// A unit's name for one of it: `VPC links V1` becomes `VPC link V1`, `ALBs` becomes `ALB`. The first word that ends in a lone `s`
/// loses it.
#[must_use]
pub fn singular(unit: &str) -> String {
    let plural = |word: &&str| word.len() > 2 && word.ends_with('s') && !word.ends_with("ss");
    match unit.split(' ').find(plural) {
        Some(word) => unit.replacen(word, &word[..word.len() - 1], 1),
        None => unit.to_string(),
    }
}

/// A condition as a person writes it: `latency.p99 <= 250ms` becomes `p99 ≤ 250ms`.
#[must_use]
pub fn condition(text: &str) -> String {
    text.strip_prefix("latency.").unwrap_or(text).replace("<=", "≤").replace(">=", "≥")
}

/// A text that begins a sentence.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `text` cut to at most `width` characters, with an ellipsis where something was cut.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// The same for running text: cut between words where that loses less than half.
#[must_use]
pub fn cut_words(text: &str, width: usize) -> String {
    let kept = cut(text, width);
    if kept == text {
        return kept;
    }
    let between = kept.rfind(' ').filter(|&space| space >= kept.len() / 2);
    between.map_or(kept.clone(), |space| format!("{}…", kept[..space].trim_end_matches([',', ':', ' '])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_sensible() {
        for (number, text) in
            [(0.0, "0"), (0.01234, "0.0123"), (9.6, "9.60"), (87.06, "87.1"), (1234.4, "1,234"), (f64::NAN, "-")]
        {
            assert_eq!(significant(number), text);
        }
        assert_eq!((fixed(-1234567.5, 1).as_str(), fixed(-0.01, 1).as_str()), ("-1,234,567.5", "0.0"));
        assert_eq!((plain(50.0).as_str(), count(3000).as_str()), ("50", "3,000"));
        for (share, text) in
            [(0.0, "0 %"), (1.0, "100 %"), (0.999, "99.90 %"), (0.25, "25 %"), (0.0012, "0.12 %"), (0.123, "12.3 %")]
        {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn an_interval_sets_the_digits() {
        let estimate = |value, low, high| Estimate { value: Some(value), low: Some(low), high: Some(high) };
        let wide = estimate(139.2, 136.9, 141.4);
        assert_eq!((value(&wide).as_str(), interval(&wide, "-").as_deref()), ("139", Some("137-141")));
        let narrow = estimate(1.912, 1.701, 2.105);
        assert_eq!((value(&narrow).as_str(), interval(&narrow, "-").as_deref()), ("1.9", Some("1.7-2.1")));
        let around = estimate(0.1, -0.3, 0.5);
        assert_eq!(interval(&around, "-").as_deref(), Some("-0.3 to 0.5"));
        let clear = estimate(-2.4, -4.7, -0.3);
        assert_eq!(interval(&clear, "-").as_deref(), Some("-5 to -0.3"));
        let clear = estimate(-120.0, -240.0, -0.04);
        assert_eq!(interval(&clear, "-").as_deref(), Some("-240 to -0.04"));
        let clear = estimate(-2.9, -3.3123, -2.4377);
        assert_eq!(outward(&clear, "-").as_deref(), Some("-3.32 to -2.43"));
        assert_eq!(outward(&estimate(0.4, 0.3, 120.2), "-").as_deref(), Some("0.300-121"));
        let withheld = Estimate { value: Some(87.12), low: None, high: None };
        assert_eq!((value(&withheld).as_str(), interval(&withheld, "-")), ("87.1", None));
    }

    #[test]
    fn words() {
        assert_eq!(counted(1, "request", "requests"), "one request");
        assert_eq!(counted(12, "request", "requests"), "12 requests");
        assert_eq!(
            (numbered(1, "point", "points").as_str(), singular("VPC links V1").as_str()),
            ("1 point", "VPC link V1")
        );
        assert_eq!((singular("ALBs").as_str(), singular("VPCs").as_str()), ("ALB", "VPC"));
        assert_eq!(list(&["1".into(), "4".into(), "5".into()]), "1, 4 and 5");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut_words("latency below 250ms", 17), "latency below…");
    }
}
