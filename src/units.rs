//! Quantities with units: time, duration, rate, probability, bytes. Parsing and printing them, nothing else.

use std::fmt;
use std::ops::{Add, Sub};

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// An instant of simulated time: whole nanoseconds since the start of the replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of simulated time in whole nanoseconds, 0 to about 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub u64);

impl Add<Duration> for Time {
    type Output = Time;
    /// The instant that lies `span` later; the end of time where that would overflow.
    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Sub for Time {
    type Output = Duration;
    /// The length from `earlier` to `self`; zero where `earlier` is the later one.
    fn sub(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// The longest duration that a file may state: 100 years.
    pub const LONGEST: Duration = Duration(100 * 365 * 86_400 * NANOS_PER_SECOND);

    /// From milliseconds; negative and non-finite values give zero.
    #[must_use]
    pub fn from_millis(ms: f64) -> Duration {
        Duration((ms * 1e6).max(0.0).round() as u64)
    }

    /// In milliseconds.
    #[must_use]
    pub fn millis(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

/// Requests (or tokens) per second: finite and above 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// `None` unless `per_second` is finite and above 0.
    #[must_use]
    pub fn new(per_second: f64) -> Option<Rate> {
        (per_second.is_finite() && per_second > 0.0).then_some(Rate(per_second))
    }

    /// Per second.
    #[must_use]
    pub fn per_second(self) -> f64 {
        self.0
    }
}

/// A probability or share: 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// `None` unless `p` lies in 0 to 1.
    #[must_use]
    pub fn new(p: f64) -> Option<Probability> {
        (0.0..=1.0).contains(&p).then_some(Probability(p))
    }

    /// The value, 0 to 1.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// Why a text is not a quantity: what was found and what is allowed, lower case, ready to follow "`key` is `text`, but ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError(pub String);

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const TIME_UNITS: [(&str, f64); 7] =
    [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("h", 3_600e9), ("d", 86_400e9)];
const RATE_UNITS: [(&str, f64); 3] = [("/s", 1.0), ("/min", 1.0 / 60.0), ("/h", 1.0 / 3_600.0)];
const BYTE_UNITS: [(&str, f64); 7] = [
    ("B", 1.0),
    ("KiB", 1_024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];

/// The units that a time may have, for messages.
pub const TIME_UNIT_NAMES: &str = "`ns`, `us`, `ms`, `s`, `min`, `h` or `d`";
/// The units that a rate may have, for messages.
pub const RATE_UNIT_NAMES: &str = "`/s`, `/min` or `/h`";
/// The units that bytes may have, for messages.
pub const BYTE_UNIT_NAMES: &str = "`B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB`";

/// `text` as a number and a factor of the table `units`; spaces between both are allowed, underscores inside the number too.
fn number_and_unit(text: &str, units: &[(&str, f64)], names: &str) -> Result<f64, UnitError> {
    let text = text.trim();
    let split = text
        .char_indices()
        .find(|&(i, c)| {
            let exponent = matches!(c, 'e' | 'E')
                && text[i + 1..].starts_with(|d: char| d.is_ascii_digit() || d == '-' || d == '+')
                && i > 0;
            !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_') || exponent)
        })
        .map_or(text.len(), |(i, _)| i);
    let (number, unit) = (text[..split].trim().replace('_', ""), text[split..].trim());
    if unit.is_empty() {
        return Err(UnitError(format!("it needs a unit: {names}")));
    }
    let Some(&(_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        return Err(UnitError(format!("`{unit}` is not one of the units {names}")));
    };
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value * factor),
        _ => Err(UnitError(format!("`{number}` is not a finite number"))),
    }
}

/// A time such as `"250us"`, `"1.5 s"`: 0 to 100 years, rounded to whole nanoseconds.
///
/// # Errors
/// A missing or unknown unit, not a number, negative, or above 100 years.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let ns = number_and_unit(text, &TIME_UNITS, TIME_UNIT_NAMES)?;
    if ns < 0.0 {
        return Err(UnitError("a time may be 0 to 100 years".into()));
    }
    if ns > Duration::LONGEST.0 as f64 {
        return Err(UnitError("a time may be at most 100 years".into()));
    }
    Ok(Duration(ns.round() as u64))
}

/// A rate such as `"1000/s"`: above 0 and finite.
///
/// # Errors
/// A missing or unknown unit, not a number, zero or negative.
pub fn parse_rate(text: &str) -> Result<Rate, UnitError> {
    let per_second = number_and_unit(text, &RATE_UNITS, RATE_UNIT_NAMES)?;
    Rate::new(per_second).ok_or_else(|| UnitError("a rate must be above 0".into()))
}

/// Bytes such as `"2KiB"`: 0 and above, rounded to whole bytes.
///
/// # Errors
/// A missing or unknown unit, not a number, negative, or above 1 EB.
pub fn parse_bytes(text: &str) -> Result<Bytes, UnitError> {
    let bytes = number_and_unit(text, &BYTE_UNITS, BYTE_UNIT_NAMES)?;
    if (0.0..=1e18).contains(&bytes) {
        Ok(Bytes(bytes.round() as u64))
    } else {
        Err(UnitError("a size may be 0 to 1,000,000,000 GB".into()))
    }
}

impl fmt::Display for Duration {
    /// The shortest exact text in the largest unit that keeps it at three or fewer decimals: `29s`, `1.5ms`, `20ns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = self.0;
        let largest = TIME_UNITS.iter().rev().find(|(_, factor)| {
            let unit = *factor as u64;
            ns >= unit
                && (ns.is_multiple_of(unit)
                    || (unit <= NANOS_PER_SECOND && (u128::from(ns) * 1000).is_multiple_of(u128::from(unit))))
        });
        match largest {
            _ if ns == 0 => f.write_str("0s"),
            Some((name, factor)) => write!(f, "{}{name}", ns as f64 / factor),
            None => write!(f, "{ns}ns"),
        }
    }
}

impl fmt::Display for Rate {
    /// Per second: `100/s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_unit() {
        for (text, ns) in [
            ("5ns", 5),
            ("1.5us", 1_500),
            ("2ms", 2_000_000),
            ("1e3ms", NANOS_PER_SECOND),
            ("1min", 60 * NANOS_PER_SECOND),
        ] {
            assert_eq!(parse_duration(text).unwrap(), Duration(ns), "{text}");
        }
        assert_eq!(parse_duration("1_000 s").unwrap().seconds(), 1_000.0);
    }

    #[test]
    fn bad_quantities_say_what_is_allowed() {
        assert!(parse_duration("5").unwrap_err().0.contains("`ms`"));
        assert!(parse_duration("5 parsecs").unwrap_err().0.contains("`parsecs`"));
        assert!(
            parse_duration("-5ms").is_err()
                && parse_duration("1e300d").is_err()
                && parse_duration("99999999999999999999d").is_err()
        );
        assert!(parse_rate("0/s").is_err() && parse_rate("-3/s").is_err() && parse_rate("nan/s").is_err());
        assert!(parse_bytes("2KB").is_err());
    }

    #[test]
    fn durations_print_as_they_are_read() {
        for text in ["29s", "1.5ms", "20ns", "0s", "90s", "1min", "2h", "250us", "1d", "8333.333us", "7ns"] {
            assert_eq!(
                parse_duration(text).unwrap().to_string().parse::<String>().unwrap(),
                if text == "90s" { "90s" } else { text }
            );
        }
    }
}
