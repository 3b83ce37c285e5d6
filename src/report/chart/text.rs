//! Words and numbers of charts: cleaning, measuring and cutting text, and the one way to print each kind of number. No drawing.

use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// The name under which plotters knows the font; the finished file names [`super::style::FONT_STACK`] once instead.
pub const FONT: &str = "gatecap";
/// plotters divides font sizes by this when it writes SVG.
pub const FONT_FACTOR: f64 = 1.24;
/// Opens a bold run inside a text; private-use characters of user text are removed by [`clean`].
pub const BOLD: char = '\u{E000}';
/// Closes a bold run.
pub const PLAIN: char = '\u{E001}';
/// Characters of a name that are kept at most.
const LONGEST: usize = 120;

/// `text` in a bold run.
#[must_use]
pub fn bold(text: &str) -> String {
    format!("{BOLD}{text}{PLAIN}")
}

/// `text` on one line without what XML forbids, what turns the direction of its surroundings, and our own marks; any length.
#[must_use]
pub fn one_line(text: &str) -> String {
    let drawn = |c: &char| {
        !matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E000}'..='\u{F8FF}'
            | '\u{FFFE}' | '\u{FFFF}')
    };
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(drawn).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name as [`one_line`], cut with an ellipsis where it is longer than any chart could show.
#[must_use]
pub fn clean(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Makes the font known to plotters, which measures with it.
fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Both files are compiled in and valid; were they not, texts would be measured by the rule of thumb below.
        let _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
    });
}

/// Width of a text in pixels at a font size, bold runs included; exact for the PNG font, an upper bound for narrower ones.
#[must_use]
pub fn width(text: &str, size: f64, all_bold: bool) -> f64 {
    register();
    // plotters scales by line height (1.164 em in DejaVu Sans) where it means the em, times its own factor.
    let pixel = 100.0 * 1.164;
    let mut heavy = all_bold;
    let mut sum = 0.0;
    for run in text.split_inclusive([BOLD, PLAIN]) {
        let plain = run.trim_end_matches([BOLD, PLAIN]);
        let style = if heavy { FontStyle::Bold } else { FontStyle::Normal };
        sum += match FontDesc::new(FontFamily::Name(FONT), pixel, style).layout_box(plain) {
            Ok((_, (right, _))) => f64::from(right) / 100.0,
            Err(_) => 0.6 * plain.chars().count() as f64,
        };
        heavy = all_bold || run.ends_with(BOLD);
    }
    sum * size
}

/// `text`, or as much of it as fits into `room` pixels and an ellipsis. `text` must have no bold runs.
#[must_use]
pub fn cut(text: &str, size: f64, all_bold: bool, room: f64) -> String {
    if width(text, size, all_bold) <= room {
        return text.to_string();
    }
    let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    let fits = |&end: &usize| width(&format!("{}…", text[..end].trim_end()), size, all_bold) <= room;
    match ends.partition_point(fits).checked_sub(1) {
        Some(last) if last > 0 => format!("{}…", text[..ends[last]].trim_end()),
        _ => "…".to_string(),
    }
}

/// A count with thousands separated: `1,000`; scientific from 10^12.
#[must_use]
pub fn count(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    if value.abs() >= 1e12 {
        return format!("{value:.0e}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if value < 0.0 && digits != "0" { format!("-{out}") } else { out }
}

/// A measured value to three digits: `0.25`, `12.5`, `14.0`, `1,200`; four decimals below 0.1, scientific below 0.0001.
#[must_use]
pub fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        a if a >= 99.95 || !value.is_finite() => return count(value),
        a if a >= 9.995 => 1,
        a if a >= 0.0995 || a == 0.0 => 2,
        a if a >= 0.0001 => 4,
        _ => return format!("{value:.0e}"),
    };
    format!("{value:.decimals$}")
}

/// A given value, which is not longer than it must be: [`figure`] without trailing zeros.
#[must_use]
pub fn number(value: f64) -> String {
    let text = figure(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// A given latency in ms, such as a tick or an objective: `0.25 ms`, `10 ms`, `1 s`.
#[must_use]
pub fn latency(ms: f64) -> String {
    if ms.abs() >= 1000.0 { format!("{} s", number(ms / 1000.0)) } else { format!("{} ms", number(ms)) }
}

/// A measured latency in ms: `14.0 ms`, `1.25 s`.
#[must_use]
pub fn measured(ms: f64) -> String {
    if ms.abs() >= 1000.0 { format!("{} s", figure(ms / 1000.0)) } else { format!("{} ms", figure(ms)) }
}

/// A quantile as a percentage with as many nines as it has: `99 %`, `99.95 %`.
#[must_use]
pub fn percent(quantile: f64) -> String {
    let text = format!("{:.6}", quantile * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `a, b and c`.
#[must_use]
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_prose() {
        for (value, text) in
            [(0.0, "0"), (1234567.0, "1,234,567"), (-0.3, "0"), (-4500.0, "-4,500"), (f64::NAN, "–"), (1e300, "1e300")]
        {
            assert_eq!(count(value), text);
        }
        assert_eq!((latency(0.25), latency(139.2), latency(1000.0)), ("0.25 ms".into(), "139 ms".into(), "1 s".into()));
        assert_eq!(
            (measured(14.0), measured(1250.0), number(500.0)),
            ("14.0 ms".into(), "1.25 s".into(), "500".into())
        );
        assert_eq!((percent(0.0), percent(0.9), percent(0.9999)), ("0 %".into(), "90 %".into(), "99.99 %".into()));
    }

    #[test]
    fn hostile_text_is_tamed() {
        assert_eq!(clean("a\n\u{202E}b\u{0}\t c\u{E000}"), "a b c");
        assert_eq!(clean(&"x".repeat(9_999)).chars().count(), LONGEST + 1);
        let short = cut(&"w".repeat(300), 12.0, true, 100.0);
        assert!(short.ends_with('…') && width(&short, 12.0, true) <= 100.0 && short.chars().count() > 5);
        assert_eq!(cut("anything", 12.0, false, 0.0), "…");
        assert_eq!(cut("ok", 12.0, false, 100.0), "ok");
    }

    #[test]
    fn width_is_that_of_the_font() {
        // Advance of "0" in DejaVu Sans: 1303 of 2048 units.
        assert!((width("0000000000", 10.0, false) - 10.0 * 10.0 * 1303.0 / 2048.0).abs() < 0.5);
        assert!(width(&format!("{} a", bold("50")), 10.0, false) > width("50 a", 10.0, false));
    }
}
