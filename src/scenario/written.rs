//! Values as TOML text that reads as the very same values: distributions, shares, times.

use super::tree::{float_toml, quoted};
use crate::random::{Distribution, Law};
use crate::units::{Duration, Rate};

/// A duration in quotes.
pub(super) fn time(duration: Duration) -> String {
    quoted(&duration.to_string())
}

/// Whole nanoseconds in quotes.
fn nanos(ns: f64) -> String {
    time(Duration(ns.max(0.0).round() as u64))
}

/// A rate in quotes.
pub(super) fn rate(rate: Rate) -> String {
    quoted(&rate.to_string())
}

/// `[a, b]`.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// Numbers as a list.
pub(super) fn numbers(numbers: &[f64]) -> String {
    list(numbers.iter().copied().map(float_toml))
}

/// A distribution as an inline table. Parameters are those that were written where they can be told, else equivalent ones.
pub(super) fn distribution(distribution: &Distribution) -> String {
    let plain = Distribution { law: distribution.law.clone(), offset: 0.0 };
    let law = law(&plain);
    if distribution.offset > 0.0 {
        format!("{{ {law}, offset = {} }}", nanos(distribution.offset))
    } else {
        format!("{{ {law} }}")
    }
}

fn law(plain: &Distribution) -> String {
    match &plain.law {
        Law::Constant(ns) => format!("constant = {}", nanos(*ns)),
        Law::Exponential { mean } => format!("exponential = {{ mean = {} }}", nanos(*mean)),
        Law::Lognormal { mu, sigma } => lognormal(plain, *mu, *sigma),
        Law::Gamma { shape, scale } => {
            format!("gamma = {{ mean = {}, shape = {} }}", nanos(shape * scale), float_toml(*shape))
        }
        Law::Hyperexponential { p, mean } => {
            format!("hyperexponential = {{ p = {}, mean = {} }}", numbers(p), list(mean.iter().map(|ns| nanos(*ns))))
        }
        Law::Weibull { shape, scale } => {
            let mean = scale * libm::tgamma(1.0 + 1.0 / shape);
            format!("weibull = {{ mean = {}, shape = {} }}", nanos(mean), float_toml(*shape))
        }
        Law::Pareto { minimum, shape } => {
            format!("pareto = {{ minimum = {}, shape = {} }}", nanos(*minimum), float_toml(*shape))
        }
        Law::Uniform { from, to } => format!("uniform = {{ from = {}, to = {} }}", nanos(*from), nanos(*to)),
        Law::Mixture(parts) => {
            let part = |(weight, of): &(f64, Distribution)| {
                format!("{{ weight = {}, of = {} }}", float_toml(*weight), distribution(of))
            };
            format!("mixture = {}", list(parts.iter().map(part)))
        }
        Law::Quantiles(points) => {
            let points = points.iter().map(|(p, ns)| format!("[{}, {}]", float_toml(*p), nanos(*ns)));
            format!("empirical = {{ quantiles = {} }}", list(points))
        }
    }
}

/// The law keeps neither median nor mean, but one of them was a whole number of nanoseconds: the one that leads back to it.
fn lognormal(plain: &Distribution, mu: f64, sigma: f64) -> String {
    let median = libm::exp(mu).round();
    let p99 = libm::exp(mu + sigma * crate::random::distribution::Z99).round();
    if Distribution::lognormal_p99(median, p99).is_ok_and(|law| law == *plain) {
        return format!("lognormal = {{ median = {}, p99 = {} }}", nanos(median), nanos(p99));
    }
    let mean = libm::exp(mu + sigma * sigma / 2.0).round();
    if Distribution::lognormal_mean(mean, sigma).is_ok_and(|law| law == *plain) {
        return format!("lognormal = {{ mean = {}, log_sigma = {} }}", nanos(mean), float_toml(sigma));
    }
    format!("lognormal = {{ median = {}, log_sigma = {} }}", nanos(median), float_toml(sigma))
}
