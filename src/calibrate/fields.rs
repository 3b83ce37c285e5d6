//! The smallest things that rows are made of: fields between spaces with quotes, decimal numbers, instants. All on bytes, without
//! memory of their own, because a log has millions of them.

/// Fields of a row: separated by spaces, those in double quotes with spaces and escaped quotes in them.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    row: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of a row.
    #[must_use]
    pub fn new(row: &'a [u8]) -> Fields<'a> {
        Fields { row }
    }

    /// The end of a quoted field that begins at byte 0: its closing quote stands before a space or at the end of the row. Where
    /// there is none, the row's length: the field is cut off.
    fn closing(&self) -> usize {
        let mut at = 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', &self.row[at.min(self.row.len())..]) {
            at += found;
            if self.row[at] == b'\\' {
                at += 2;
            } else if self.row.get(at + 1).is_none_or(|next| *next == b' ') {
                return at;
            } else {
                at += 1;
            }
        }
        self.row.len()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while let [b' ' | b'\t', rest @ ..] = self.row {
            self.row = rest;
        }
        if self.row.is_empty() {
            return None;
        }
        let (field, after) = if self.row[0] == b'"' {
            let end = self.closing();
            (&self.row[1.min(end)..end], (end + 1).min(self.row.len()))
        } else {
            let end = memchr::memchr(b' ', self.row).unwrap_or(self.row.len());
            (&self.row[..end], end)
        };
        self.row = &self.row[after..];
        Some(field)
    }
}

/// A number that a log states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Its value in millionths.
    Millionths(u64),
    /// `-`, nothing, or below 0, as -1 for what did not happen.
    Absent,
    /// No number at all, or above 10^13.
    Bad,
}

/// A decimal number as logs write it: digits, with a fraction or without, in quotes or not. Digits beyond millionths are cut off.
#[must_use]
pub fn number(text: &[u8]) -> Number {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"\"").map_or(text, |inner| inner.strip_suffix(b"\"").unwrap_or(inner));
    if text.is_empty() || text == b"-" || text == b"null" {
        return Number::Absent;
    }
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |digits| (true, digits));
    let (mut value, mut decimals, mut any) = (0_u64, None, false);
    for byte in digits {
        match (byte, decimals) {
            (b'.', None) => decimals = Some(0),
            (b'0'..=b'9', Some(6..)) => {}
            (b'0'..=b'9', _) => {
                value = value * 10 + u64::from(byte - b'0');
                decimals = decimals.map(|decimals| decimals + 1);
                any = true;
            }
            _ => return Number::Bad,
        }
        if decimals.is_none() && value > 10_000_000_000_000 {
            return Number::Bad;
        }
    }
    if !any {
        return Number::Bad;
    }
    if negative {
        return Number::Absent;
    }
    Number::Millionths(value * 10_u64.pow(6 - decimals.unwrap_or(0)))
}

/// So many digits at a place.
fn digits(text: &[u8], from: usize, many: usize) -> Option<i64> {
    let digits = text.get(from..from + many)?;
    digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (proleptic): years count from March, so that the leap day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    of_years + (153 * month + 2) / 5 + day - 1 - 719_468
}

fn instant_us(date: (i64, i64, i64), time: (i64, i64, i64), micros: i64, offset_s: i64) -> Option<i64> {
    let (year, month, day) = date;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=length).contains(&day);
    // Second 60 is a leap second.
    if !exists || time.0 > 23 || time.1 > 59 || time.2 > 60 {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + time.0 * 3600 + time.1 * 60 + time.2 - offset_s;
    Some(seconds * 1_000_000 + micros)
}

/// `Z`, nothing, `+hh:mm` or `+hhmm`, in seconds.
fn offset(text: &[u8]) -> Option<i64> {
    let sign = match text.first() {
        None => return Some(0),
        Some(b'Z') if text.len() == 1 => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let minutes = if text.get(3) == Some(&b':') { 4 } else { 3 };
    (text.len() == minutes + 2).then_some(())?;
    Some(sign * (digits(text, 1, 2)? * 3600 + digits(text, minutes, 2)? * 60))
}

/// An instant as ISO 8601 writes it, `2022-07-05T04:47:50.273035Z`, in microseconds since 1970 (UTC). The fraction may be missing or
/// longer, `Z` may be missing (UTC) or an offset; `None` for anything else.
#[must_use]
pub fn iso(text: &[u8]) -> Option<i64> {
    let separated = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')].iter().all(|(at, c)| text.get(*at) == Some(c));
    if !separated || !matches!(text.get(10), Some(b'T' | b' ')) {
        return None;
    }
    let date = (digits(text, 0, 4)?, digits(text, 5, 2)?, digits(text, 8, 2)?);
    let time = (digits(text, 11, 2)?, digits(text, 14, 2)?, digits(text, 17, 2)?);
    let (mut micros, mut rest) = (0, &text[19..]);
    if let Some(fraction) = rest.strip_prefix(b".") {
        let many = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        micros = digits(fraction, 0, many.min(6))? * 10_i64.pow(6 - many.min(6) as u32);
        rest = &fraction[many..];
    }
    instant_us(date, time, micros, offset(rest)?)
}

/// An instant as the Common Log Format writes it, `09/Jun/2021:18:30:12 +0000`, in microseconds since 1970 (UTC).
#[must_use]
pub fn clf(text: &[u8]) -> Option<i64> {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let month = MONTHS.iter().position(|month| text.get(3..6) == Some(*month))?;
    let date = (digits(text, 7, 4)?, month as i64 + 1, digits(text, 0, 2)?);
    let time = (digits(text, 12, 2)?, digits(text, 15, 2)?, digits(text, 18, 2)?);
    instant_us(date, time, 0, offset(text.get(20..)?.trim_ascii_start())?)
}

/// An instant in microseconds since 1970 as `2022-07-05T04:47:50Z` (UTC), cut off to seconds.
#[must_use]
pub fn iso_text(at_us: i64) -> String {
    let second = at_us.div_euclid(1_000_000);
    let (day, second) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    // A year too late at first where the day lies before its 1 January.
    let mut year = 1970 + day.div_euclid(365);
    while days(year, 1, 1) > day {
        year -= 1;
    }
    let mut month = 12;
    while days(year, month, 1) > day {
        month -= 1;
    }
    let day = day - days(year, month, 1) + 1;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
