//! Simulated instants as dates, and durations as logs round them.

/// 2026-01-01T00:00:00Z in seconds since 1970: the simulated time 0 of every log. A constant, because results know no clock.
pub(super) const ORIGIN_S: u64 = 1_767_225_600;

const SECONDS_OF_A_DAY: u64 = 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A duration in whole milliseconds, to the nearest, halves up.
pub(super) fn rounded_ms(ns: u64) -> u64 {
    ns / 1_000_000 + u64::from(ns % 1_000_000 >= 500_000)
}

/// Seconds since 1970 of a simulated instant (ns), whole ones that have passed.
pub(super) fn epoch_s(ns: u64) -> u64 {
    ORIGIN_S + ns / 1_000_000_000
}

/// Milliseconds since 1970 of a simulated instant (ns), whole ones that have passed.
pub(super) fn epoch_ms(ns: u64) -> u64 {
    ORIGIN_S * 1_000 + ns / 1_000_000
}

/// ISO 8601 with six digits of a second, the last three of them 0 where `to_ms`: `2026-01-01T00:00:00.123456Z`. Digits are cut off.
pub(super) fn iso(ns: u64, to_ms: bool) -> String {
    let micros = ns / 1_000 % 1_000_000;
    let micros = if to_ms { micros / 1_000 * 1_000 } else { micros };
    let (year, month, day) = date(epoch_s(ns) / SECONDS_OF_A_DAY);
    let (hour, minute, second) = time_of_day(epoch_s(ns));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// As the Common Log Format writes it: `01/Jan/2026:00:00:00 +0000`.
pub(super) fn clf(ns: u64) -> String {
    let (year, month, day) = date(epoch_s(ns) / SECONDS_OF_A_DAY);
    let (hour, minute, second) = time_of_day(epoch_s(ns));
    let month = MONTHS[month as usize - 1];
    format!("{day:02}/{month}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000")
}

fn time_of_day(epoch_s: u64) -> (u64, u64, u64) {
    let second = epoch_s % SECONDS_OF_A_DAY;
    (second / 3_600, second / 60 % 60, second % 60)
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar. Years are counted from March, so that the
/// leap day is the last of its year, in eras of 400 years, which are all alike.
fn date(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097;
    // From 0000-03-01.
    let days = days + 719_468;
    let (era, day_of_era) = (days / ERA, days % ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Five months from March on have 153 days.
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}
