//! A calibration as JSON: the same numbers as the screen, with every candidate that was fitted.

use serde_json::{Value, json};

use super::{Calibration, HeldOut, Prediction};
use crate::calibrate::arrivals::{Calibrated as Arrivals, Law, Zipf};
use crate::calibrate::fit::{self, toml};

/// Laws of hops, services and arrivals.
#[must_use]
pub fn laws(found: &Calibration) -> Value {
    let hops = found.hops.iter().map(|hop| {
        let mut value = law(&hop.law);
        value["part"] = json!(hop.part.name());
        value["resolution_ms"] = json!(hop.resolution_ms);
        value["held_out"] = json!(hop.held_out.as_ref().map(held_out));
        value
    });
    let services = found.services.listed.iter().map(|service| {
        json!({
            "name": service.name,
            "requests": service.rows,
            "share": service.share,
            "law": service.law.as_ref().map(law),
        })
    });
    json!({
        "first_part": found.first_part,
        "hops": hops.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
        "zipf": found.services.zipf.map(zipf),
        "arrivals": found.arrivals.as_ref().map(arrivals),
        "rate_held_out": found.rate_held_out.as_ref().map(prediction),
    })
}

fn law(law: &fit::Calibrated) -> Value {
    let distance = |d: &fit::Distance| json!({ "quantile": d.quantile, "measured_ms": d.measured_ms, "law_ms": d.law_ms, "error": d.error(), "near": d.passes() });
    let candidates = law.fits.iter().map(|fit| {
        json!({
            "family": fit.family.name(),
            "bic": fit.bic,
            "log_likelihood": fit.log_likelihood,
            "near": fit.passes(),
            "chi_square": fit.chi_square.map(|c| json!({ "statistic": c.statistic, "freedom": c.freedom, "p": c.p })),
            "kolmogorov": fit.kolmogorov,
            "parameters": fit.parameters.iter().map(parameter).collect::<Vec<_>>(),
            "derived": fit.derived.iter().map(parameter).collect::<Vec<_>>(),
            "distances": fit.distances.iter().map(distance).collect::<Vec<_>>(),
        })
    });
    json!({
        "n": law.n,
        "cut_off": law.cut_off,
        "mean_ms": law.mean_ms,
        "longest_ms": law.longest_ms,
        "law": law.name(),
        "why": law.why,
        "toml": toml(&law.law),
        "distances": law.distances.iter().map(distance).collect::<Vec<_>>(),
        "untold": law.untold,
        "candidates": candidates.collect::<Vec<_>>(),
    })
}

fn parameter(of: &fit::Parameter) -> Value {
    let unit = if of.is_time { "ms" } else { "" };
    json!({ "name": of.name, "unit": unit, "value": of.value, "low": of.interval.map(|i| i.0), "high": of.interval.map(|i| i.1) })
}

fn prediction(of: &Prediction) -> Value {
    json!({
        "what": of.what,
        "predicted": of.predicted,
        "low": of.interval.0,
        "high": of.interval.1,
        "found": of.found,
        "error": of.error,
        "inside": of.inside,
    })
}

fn held_out(of: &HeldOut) -> Value {
    json!({ "first": of.n.0, "rest": of.n.1, "predictions": of.predictions.iter().map(prediction).collect::<Vec<_>>() })
}

fn zipf(of: Zipf) -> Value {
    json!({ "exponent": of.exponent, "low": of.interval.0, "high": of.interval.1, "off": of.off })
}

fn arrivals(of: &Arrivals) -> Value {
    let law = match &of.law {
        Law::Poisson => json!({ "poisson": {} }),
        Law::Gamma(shape) => json!({ "gamma": { "shape": shape } }),
        Law::Mmpp(mmpp) => {
            let rates: Vec<f64> = mmpp.phases.iter().map(|phase| phase.factor).collect();
            let sojourns: Vec<f64> = mmpp.phases.iter().map(|phase| phase.sojourn_s).collect();
            json!({ "mmpp": { "rate_over_mean": rates, "sojourn_s": sojourns } })
        }
    };
    let windows = of.windows.iter().map(|window| {
        let m = window.measured;
        json!({
            "window_s": m.window_s,
            "windows": m.windows,
            "idc": m.index,
            "low": m.interval.0,
            "high": m.interval.1,
            "idc_with_trend": m.raw,
            "idc_of_law": window.fitted,
        })
    });
    let profile = of.profile.as_ref().map(|profile| {
        let knots = profile.knots.iter().map(|(at, factor)| json!({ "at_s": at, "factor_on_mean": factor }));
        json!({
            "stretch_s": profile.stretch_s,
            "daily": profile.daily,
            "peak_at_s": profile.peak_at_s,
            "origin_s": profile.origin_s,
            "knots": knots.collect::<Vec<_>>(),
        })
    });
    json!({
        "total": of.total,
        "span_s": of.span_s,
        "mean_rate": of.mean_rate,
        "peak_rate": of.peak_rate,
        "law": law,
        "why": of.why,
        "dispersion": windows.collect::<Vec<_>>(),
        "profile": profile,
    })
}
