//! A fitted law as the scenario format writes it, with as many digits as a fit deserves.

use crate::calibrate::words::{number, toml_time};
use crate::random::{Distribution, Law};

/// Digits of numbers.
const DIGITS: i32 = 5;

/// `law` as an inline table: `{ lognormal = { median = "5.012ms", log_sigma = 0.8123 } }`. Parameters have five digits; laws that no fit
/// gives are written as their quantiles.
#[must_use]
pub fn toml(law: &Distribution) -> String {
    if law.offset > 0.5 {
        return format!("{{ {}, offset = {} }}", tagged(&law.law), toml_time(law.offset));
    }
    format!("{{ {} }}", tagged(&law.law))
}

fn tagged(law: &Law) -> String {
    match law {
        Law::Constant(ns) => format!("constant = {}", toml_time(*ns)),
        Law::Lognormal { mu, sigma } => {
            format!("lognormal = {{ median = {}, log_sigma = {} }}", toml_time(libm::exp(*mu)), number(*sigma, DIGITS))
        }
        Law::Gamma { shape, scale } => {
            format!("gamma = {{ mean = {}, shape = {} }}", toml_time(shape * scale), number(*shape, DIGITS))
        }
        Law::Mixture(parts) => {
            let part = |(weight, of): &(f64, Distribution)| {
                format!("{{ weight = {}, of = {} }}", number(*weight, DIGITS), toml(of))
            };
            format!("mixture = [{}]", parts.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        Law::Quantiles(points) => quantiles(points),
        other => {
            let law = Distribution { law: other.clone(), offset: 0.0 };
            let points: Vec<(f64, f64)> =
                (0..1_000).map(|i| (f64::from(i) / 1e3, law.quantile_ns(f64::from(i) / 1e3))).collect();
            quantiles(&points)
        }
    }
}

/// Probabilities to ten decimals: neighbours may be as near as that.
fn quantiles(points: &[(f64, f64)]) -> String {
    let probability = |p: f64| {
        let text = format!("{p:.10}");
        let text = text.trim_end_matches('0');
        if text.ends_with('.') { format!("{text}0") } else { text.to_string() }
    };
    let value = |ns: f64| if ns <= 0.0 { "\"0ms\"".to_string() } else { toml_time(ns) };
    let points = points.iter().map(|(p, ns)| format!("[{}, {}]", probability(*p), value(*ns)));
    format!("empirical = {{ quantiles = [{}] }}", points.collect::<Vec<_>>().join(", "))
}
