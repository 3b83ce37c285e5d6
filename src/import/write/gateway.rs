//! The `[gateway]` table of the scenario text: timeouts, throttles of stages, and authorizers of code.

use std::collections::BTreeSet;

use super::tables::{Lines, duration, number};
use super::{Draft, account, needs};
use crate::aws::part::Part;

/// Throttles and APIs that are listed.
const SHOWN: usize = 10;

/// `[gateway]`: how long it waits, what it lets through, and what stands before it.
pub fn gateway(draft: &Draft<'_>, out: &mut Lines) {
    let mut lines = Lines::default();
    match account::timeout(draft.imported) {
        Ok(None) => {}
        Ok(Some(timeout)) => match fitting(draft, timeout) {
            None => lines.value(&format!("integration_timeout = \"{}\"", duration(timeout)), "as every route states"),
            Some(why) => lines.value(&format!("# integration_timeout = \"{}\"", duration(timeout)), &why),
        },
        Err(stated) => {
            let shown: Vec<String> = stated.iter().take(5).map(|one| format!("{} ms", number(*one))).collect();
            lines.comment(&format!("integration timeouts differ: {}, or none stated", shown.join(", ")));
        }
    }
    throttles(draft, &mut lines);
    authorizer(draft, &mut lines);
    if !lines.0.is_empty() {
        out.header("[gateway]");
        out.0.push_str(&lines.0);
    }
}

/// Why a timeout cannot stand in the scenario; `None` where it can. Every compared option must be able to wait so long.
fn fitting(draft: &Draft<'_>, timeout: f64) -> Option<String> {
    if !(50.0..=300_000.0).contains(&timeout) {
        return Some("unresolved: every route states it, and gatecap takes 50 ms to 5 min".into());
    }
    let longest = |part: Part| part.integration_timeout(&draft.system).map(|(_, longest)| longest.millis());
    let shortest = [Part::RestApi, Part::HttpApi].into_iter().filter_map(longest).fold(f64::INFINITY, f64::min);
    (timeout > shortest).then(|| {
        format!("unresolved: every route states it, and not every option can wait longer than {} ms", number(shortest))
    })
}

/// `stage_throttle`: one for all stages. Where they differ none is used, and each is listed with its API.
fn throttles(draft: &Draft<'_>, lines: &mut Lines) {
    let apis: BTreeSet<usize> =
        draft.imported.services.iter().flat_map(|service| service.apis.iter().copied()).collect();
    let apis: Vec<_> = apis.into_iter().map(|at| &draft.imported.estate.apis[at]).collect();
    let Some(first) = apis.iter().find_map(|api| api.throttle) else { return };
    let (rate, burst) = first;
    let fits = rate > 0.0 && rate <= 1e9 && (1.0..=100_000.0).contains(&burst);
    if fits && apis.iter().all(|api| api.throttle == Some(first)) {
        let text = format!("stage_throttle = {{ rate = \"{}/s\", burst = {:.0} }}", number(rate), burst.floor());
        return lines.value(&text, "as the stages state");
    }
    lines.comment("unresolved: `stage_throttle` is one for all stages, and none is used, because they differ:");
    for api in apis.iter().take(SHOWN) {
        let name = &api.identity.name;
        lines.comment(&match api.throttle {
            Some((rate, burst)) => format!("  `{name}`: {} a second, burst {}", number(rate), number(burst)),
            None => format!("  `{name}`: none stated"),
        });
    }
    if apis.len() > SHOWN {
        lines.comment(&format!("  and {} more", apis.len() - SHOWN));
    }
}

/// What an authorizer of code takes is in no file, so that it is in no latency until somebody states it.
fn authorizer(draft: &Draft<'_>, lines: &mut Lines) {
    let behind = draft.imported.services.iter().filter(|one| needs(draft.imported, one).contains(&"lambda-auth"));
    let count = behind.fold(0_u32, |sum, one| sum.saturating_add(one.copies));
    if count > 0 {
        let word = if count == 1 { "service" } else { "services" };
        lines.comment(&format!(
            "unresolved: an authorizer of code stands before {count} {word}; its time is in no such file, and so"
        ));
        lines.comment("in no latency, until it is stated, as:");
        lines.comment("authorizer = { lognormal = { median = \"20ms\", p99 = \"100ms\" } }");
    }
}
