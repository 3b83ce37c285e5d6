//! Instants of recorded arrivals: RFC 3339, `YYYY-MM-DD HH:MM[:SS[.f]]`, or seconds as numbers, exact to the nanosecond.

/// `text` as nanoseconds from 1970 (dates) or from zero (numbers of seconds); `None` where it is neither.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    let text = text.trim();
    if text.as_bytes().get(4) == Some(&b'-') && text.is_ascii() { dated(text) } else { seconds(text) }
}

/// A decimal number of seconds, without a detour over floating point unless it has an exponent.
fn seconds(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if digits.contains(['e', 'E']) && digits.starts_with(|c: char| c.is_ascii_digit()) {
        let value: f64 = digits.parse().ok()?;
        return (value < 1e18).then(|| sign * (value * 1e9).round() as i128);
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() > 18 || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { number(whole)? };
    Some(sign * (i128::from(whole) * 1_000_000_000 + i128::from(nanos(fraction)?)))
}

/// Digits only.
fn number(text: &str) -> Option<u64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The digits after a decimal point as nanoseconds; further ones are cut off.
fn nanos(fraction: &str) -> Option<u64> {
    if fraction.is_empty() {
        return Some(0);
    }
    number(&fraction[..fraction.len().min(18)])?;
    let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    digits.parse().ok()
}

fn dated(text: &str) -> Option<i128> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let (year, month, day) = (number(date.get(..4)?)?, number(date.get(5..7)?)?, number(date.get(8..10)?)?);
    let real = date.as_bytes()[7] == b'-' && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = split_offset(rest)?;
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        Some(text) => text.split_once('.').unwrap_or((text, "")),
        None => ("0", ""),
    };
    // A leap second (60) is the first instant of the next minute.
    let second = number(second)?;
    if !real || parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_from_1970(year, month, day) * 86_400 + (hour * 3_600 + minute * 60 + second) as i64 - offset;
    Some(i128::from(seconds) * 1_000_000_000 + i128::from(nanos(fraction)?))
}

/// The time of day, and the offset from UTC in seconds; none is UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let (hours, minutes) = text.get(at + 1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = (hours * 3_600 + minutes * 60) as i64;
    let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    (hours < 24 && minutes < 60).then_some((&text[..at], sign * seconds))
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the Gregorian calendar since 1970-01-01; years run from March, so that the leap day is a year's last.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_from_1970(year: u64, month: u64, day: u64) -> i64 {
    let year = year as i64 - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month as i64 + 9) % 12) + 2) / 5 + day as i64 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i128 = 1_000_000_000;

    #[test]
    fn dates_and_numbers_are_exact() {
        for (text, ns) in [
            ("1970-01-01 00:00", 0),
            ("1970-01-02T00:00:00Z", 86_400 * SECOND),
            ("2023-11-16 18:17:03.9799600", 1_700_158_623 * SECOND + 979_960_000),
            ("2023-11-16T19:17:03.97996+01:00", 1_700_158_623 * SECOND + 979_960_000),
            ("2000-02-29 12:00:00", 951_825_600 * SECOND),
            ("0.07949090003967285", 79_490_900),
            ("1700158623.123456789", 1_700_158_623 * SECOND + 123_456_789),
            ("-1.5", -1_500_000_000),
            ("1e3", 1_000 * SECOND),
        ] {
            assert_eq!(nanoseconds(text), Some(ns), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "x",
            "NaN",
            "inf",
            "1.2.3",
            "2023-02-29 00:00",
            "2023-13-01 00:00",
            "2023-01-01",
            "2023-01-01 24:00",
            "2023-01-01 10:00:00+1",
            "2023-01-01 10:00 tea",
            ".",
            "-",
            "1,5",
            "2023-1-1 1:00",
            "2023-11-16T19:17:03.é",
        ] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
