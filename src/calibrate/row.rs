//! What rows of all kinds share: why one is refused, how its times were rounded, statuses and trace ids.

use super::times::Scale;

/// The longest time that a row may state, in microseconds: four months. Longer ones are damage.
pub const LONGEST_US: u64 = 10_000_000_000_000;

/// How a log makes whole numbers of times. AWS documents it for none of its logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest number.
    #[default]
    Nearest,
    /// Down: what lies behind the last digit is cut off.
    Down,
}

impl Rounding {
    /// [`Scale::shift`](super::times::Scale) of a sum of so many logged times.
    #[must_use]
    pub fn shift(self, terms: u32) -> f64 {
        match self {
            Rounding::Nearest => -0.5,
            Rounding::Down => (f64::from(terms) - 1.0) / 2.0,
        }
    }

    /// The scale of a logged time in milliseconds less so many others, all rounded by this rule.
    ///
    /// Where the others end within a tick is even, whatever the time: with `x` rounded, `round(x + y) - round(x) = d` says that `y`
    /// plus the rounded part of `x` lies in the interval of `d`. Of times that were cut off the parts are half a tick on average.
    #[must_use]
    pub fn less(self, others: u8) -> Scale {
        let shift = match self {
            Rounding::Nearest => -0.5,
            Rounding::Down => -f64::from(others) / 2.0,
        };
        Scale { tick_us: 1000, shift, blurs: others }
    }
}

/// Why a row counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong with it, a phrase.
    pub why: &'static str,
    /// Whether it belongs to another kind of file altogether; otherwise it is a row of the right kind, but damaged.
    pub foreign: bool,
}

impl Refusal {
    /// A row that looks like nothing known.
    pub const UNKNOWN: Refusal = Refusal { why: "no row of any known log", foreign: true };

    /// A row of another kind of log.
    #[must_use]
    pub fn foreign(why: &'static str) -> Refusal {
        Refusal { why, foreign: true }
    }

    /// A damaged row.
    #[must_use]
    pub fn damaged(why: &'static str) -> Refusal {
        Refusal { why, foreign: false }
    }
}

/// A status code from 100 to 999; 0 and `-` are none.
#[must_use]
pub fn status(text: &[u8]) -> Option<u16> {
    let digits = text.len() == 3 && text.iter().all(u8::is_ascii_digit);
    digits.then(|| text.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))).filter(|code| *code >= 100)
}

/// Whether an answer of this status was not waited for: the client of a load balancer went away (460), or a timeout passed (504). A
/// time that such a row lacks was a long one.
#[must_use]
pub fn is_cut_off(status: Option<u16>) -> bool {
    matches!(status, Some(460 | 504))
}

/// The root of an X-Ray trace id: `1-58337281-1d84f3d73c47ec4e58577259` of `Self=...;Root=1-58337281-...;Sampled=1`, or of the bare
/// id; empty for anything else.
#[must_use]
pub fn trace_root(text: &[u8]) -> &[u8] {
    let root = memchr::memmem::find(text, b"Root=").map_or(text, |at| &text[at + 5..]);
    let end = root.iter().position(|byte| matches!(byte, b';' | b'"' | b' ')).unwrap_or(root.len());
    if root.starts_with(b"1-") { &root[..end] } else { &text[..0] }
}
