//! Numbers of a calibration in words, and the spread of ranks that several of its parts share.

/// Standard deviations of a two-sided 95 % interval.
pub(in crate::calibrate) const Z95: f64 = 1.959_963_984_540_054;

/// How far the share of times at or below a quantile `q` may lie from it among `n` independent ones, `z` standard deviations.
pub(in crate::calibrate) fn rank_spread(q: f64, n: f64, z: f64) -> f64 {
    z * (q * (1.0 - q) / n.max(1.0)).sqrt()
}

/// `value` with so many significant digits, without an exponent and without zeros behind the point.
pub(in crate::calibrate) fn number(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { "-".into() };
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    let decimals = (digits - 1 - magnitude).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// Milliseconds with four digits in a unit that suits them: `0.25 ms`, `1.204 s`, `2.5 h`.
pub(in crate::calibrate) fn time(ms: f64) -> String {
    let (unit, length) = match ms {
        ms if ms >= 3_600_000.0 => ("h", 3_600_000.0),
        ms if ms >= 1_000.0 => ("s", 1_000.0),
        _ => ("ms", 1.0),
    };
    format!("{} {unit}", number(ms / length, 4))
}

/// A time of so many nanoseconds as a scenario states it: milliseconds with five digits, at least a nanosecond.
pub(in crate::calibrate) fn toml_time(ns: f64) -> String {
    format!("\"{}ms\"", number(ns.max(1.0) / 1e6, 5))
}

/// A p-value with two digits: `0.043`, `< 0.0001`.
pub(in crate::calibrate) fn p_value(p: f64) -> String {
    if p < 1e-4 { "< 0.0001".into() } else { number(p, 2) }
}

/// What marks two values that the log cannot tell apart.
pub(in crate::calibrate) const UNRESOLVED: &str = "unresolved";

/// `+1.2 %`, `-0.4 %`; `-9.1 %, unresolved` where the log cannot tell the two apart although they differ by over 1 %.
pub(in crate::calibrate) fn error(share: f64, within_a_step: bool) -> String {
    let step = if within_a_step && share.abs() > 0.01 { format!(", {UNRESOLVED}") } else { String::new() };
    if share.is_finite() { format!("{:+.1} %{step}", 100.0 * share) } else { "-".into() }
}
