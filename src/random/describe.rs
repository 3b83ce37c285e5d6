//! One line that tells a reader which law it is, in times with units. For reports and messages, not for parsing.

use super::distribution::{Distribution, Law, Z99};

/// Units from the largest to the smallest, with their nanoseconds.
const UNITS: [(&str, f64); 4] = [("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1.0)];

/// `ns` with four significant digits at most, in the largest unit that leaves 1 or more: `1.5 ms`.
fn time(ns: f64) -> String {
    if ns == 0.0 {
        return "0 s".into();
    }
    let (name, unit) = UNITS.into_iter().find(|(_, unit)| ns >= 0.9999 * unit).unwrap_or(("ns", 1.0));
    format!("{} {name}", number(ns / unit))
}

/// Four significant digits at most, no trailing zeros.
fn number(value: f64) -> String {
    let whole = value.abs() as u64;
    let decimals = match whole {
        0..=9 => 3,
        10..=99 => 2,
        100..=999 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

impl Distribution {
    /// The law in one line: `lognormal, median 6 ms, p99 16 ms`; an offset follows as `, plus 2 ms`.
    #[must_use]
    pub fn describe(&self) -> String {
        let text = match &self.law {
            Law::Constant(value) => return format!("constant {}", time(value + self.offset)),
            Law::Exponential { mean } => format!("exponential, mean {}", time(*mean)),
            Law::Lognormal { mu, sigma } => {
                format!("lognormal, median {}, p99 {}", time(libm::exp(*mu)), time(libm::exp(mu + sigma * Z99)))
            }
            Law::Gamma { shape, scale } => format!("gamma, mean {}, shape {}", time(shape * scale), number(*shape)),
            Law::Hyperexponential { p, mean } => {
                let phases = p.iter().zip(mean).map(|(p, m)| format!("{} with probability {}", time(*m), number(*p)));
                format!("hyperexponential, means {}", phases.collect::<Vec<_>>().join(", "))
            }
            Law::Weibull { shape, scale } => {
                let mean = scale * libm::tgamma(1.0 + 1.0 / shape);
                format!("weibull, mean {}, shape {}", time(mean), number(*shape))
            }
            Law::Pareto { minimum, shape } => format!("pareto above {}, shape {}", time(*minimum), number(*shape)),
            Law::Uniform { from, to } => format!("uniform from {} to {}", time(*from), time(*to)),
            Law::Mixture(parts) => {
                let parts = parts.iter().map(|(weight, part)| format!("{} x ({})", number(*weight), part.describe()));
                format!("mixture of {}", parts.collect::<Vec<_>>().join(" and "))
            }
            Law::Quantiles(points) => format!(
                "given by {} quantiles, median {}, p99 {}",
                points.len(),
                time(self.quantile_ns(0.5) - self.offset),
                time(self.quantile_ns(0.99) - self.offset)
            ),
        };
        if self.offset > 0.0 { format!("{text}, plus {}", time(self.offset)) } else { text }
    }

    /// The same for a reader who knows `other`: only what differs. `median 9 ms, p99 25 ms` beside another lognormal law, and of a law
    /// that differs in its offset alone `1 ms, and the same on top`.
    #[must_use]
    pub fn describe_beside(&self, other: &Distribution) -> String {
        match (&self.law, &other.law) {
            (Law::Constant(0.0), _) if self.offset == 0.0 => "0 ms".into(),
            (Law::Constant(value), _) => time(value + self.offset),
            (law, same) if law == same => format!("{}, and the same on top", time(self.offset)),
            (Law::Lognormal { .. }, Law::Lognormal { .. }) => self.describe().replacen("lognormal, ", "", 1),
            _ => self.describe(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn laws_in_words() {
        let cases = [
            (Distribution::lognormal_p99(6e6, 16e6).unwrap(), "lognormal, median 6 ms, p99 16 ms"),
            (Distribution::constant(20e6), "constant 20 ms"),
            (Distribution::constant(0.0), "constant 0 s"),
            (Distribution::exponential(10e6).unwrap().with_offset(1.5e3), "exponential, mean 10 ms, plus 1.5 us"),
            (Distribution::gamma(1e9, 2.5).unwrap(), "gamma, mean 1 s, shape 2.5"),
            (
                Distribution::hyperexponential(vec![0.25, 0.75], vec![4e6, 1e6]).unwrap(),
                "hyperexponential, means 4 ms with probability 0.25, 1 ms with probability 0.75",
            ),
            (Distribution::uniform(0.0, 123_456.0).unwrap(), "uniform from 0 s to 123.5 us"),
            (
                Distribution::mixture(vec![(9.0, Distribution::constant(1e6)), (1.0, Distribution::constant(1e9))])
                    .unwrap(),
                "mixture of 0.9 x (constant 1 ms) and 0.1 x (constant 1 s)",
            ),
            (
                Distribution::quantiles(vec![(0.0, 1e6), (1.0, 3e6)]).unwrap(),
                "given by 2 quantiles, median 2 ms, p99 2.98 ms",
            ),
        ];
        for (distribution, text) in cases {
            assert_eq!(distribution.describe(), text);
        }
    }
}
