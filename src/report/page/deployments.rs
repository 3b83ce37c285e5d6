//! Independent deployments: who shares a configuration, a fate and a queue for changes, a row an option.

use serde::Serialize;

use super::Drawing;
use crate::report::number;
use crate::results::{DeploymentWait, OptionInfo, Results};

/// The kinds of change in the order of the columns, with their headings.
const CHANGES: [(&str, &str); 3] =
    [("code", "Wait for new code"), ("traffic_shift", "Wait to shift traffic"), ("routes", "Wait to change routes")];

/// What the numbers stand for.
const MEANING: &str = "A change holds its unit for a stated time and others wait in turn; changes come as a Poisson process. The wait is \
    the one that one change in ten exceeds, at the unit that most services share, in minutes of the hours in which changes are made. \
    New code that is rolled out touches nothing shared; in a blue/green deployment it is a traffic shift. \
    An API's deployment publishes everybody's edits; with automatic deployments of an HTTP API each edit is published by itself, \
    which `hold = { routes = \"0s\" }` says.";

/// The section.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Section {
    /// Headings of the waits; empty where none was simulated.
    pub heads: Vec<&'static str>,
    /// One for each option; empty in documents of versions that did not count this.
    pub rows: Vec<Row>,
    /// What the waits mean, or what to state to have them.
    pub note: String,
    /// Its chart.
    pub figures: Vec<Drawing>,
}

/// An option.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::report) struct Row {
    /// Its number.
    pub number: usize,
    /// For people.
    pub title: String,
    /// Services that share one load-balancer configuration.
    pub configuration: String,
    /// Services that share the zone health of one NLB.
    pub fate: String,
    /// Minutes that the load balancer adds to a deployment.
    pub added: String,
    /// The waits.
    pub waits: Vec<Wait>,
}

/// A wait.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::report) struct Wait {
    /// The value, or that somebody never gets a turn.
    pub text: String,
    /// What is held, by how many, for how long.
    pub detail: String,
    /// `missed` where somebody never gets a turn.
    pub class: &'static str,
}

pub(super) fn section(results: &Results, figures: Vec<Drawing>) -> Section {
    let known = results.options.iter().any(|option| option.shared_fate.is_some());
    if !known && results.deployments.is_empty() {
        return Section::default();
    }
    let simulated = !results.deployments.is_empty();
    let rows = results.options.iter().enumerate().map(|(i, option)| row(results, i, option)).collect();
    let note = if simulated {
        MEANING.to_string()
    } else {
        "How long a team waits for its turn is simulated where `[deployments]` says how often services change.".into()
    };
    let heads = if simulated { CHANGES.map(|(_, head)| head).to_vec() } else { Vec::new() };
    Section { heads, rows, note, figures }
}

fn row(results: &Results, index: usize, option: &OptionInfo) -> Row {
    let wait = |(change, _): (&str, &str)| {
        let here = |wait: &&DeploymentWait| {
            wait.option == option.name && wait.change == change && Some(wait.services) == results.wanted.services
        };
        results.deployments.iter().find(here).map_or_else(not_simulated, self::wait)
    };
    Row {
        number: index + 1,
        title: number::cut(&option.title, 80),
        configuration: number::count(option.shared_configuration.max(1)),
        fate: option.shared_fate.map_or("–".into(), number::count),
        added: option.minutes_per_deployment.map_or("unknown".into(), number::plain),
        waits: if results.deployments.is_empty() { Vec::new() } else { CHANGES.map(wait).to_vec() },
    }
}

fn not_simulated() -> Wait {
    Wait { text: "–".into(), detail: "not simulated".into(), class: "" }
}

fn wait(wait: &DeploymentWait) -> Wait {
    let busy = number::plain((wait.utilisation * 1e3).round() / 10.0);
    if wait.hold_min == 0.0 || wait.changes_per_day == 0.0 {
        return Wait { text: "no wait".into(), detail: format!("{} is not held", wait.unit), class: "" };
    }
    let who = match wait.shared_by {
        1 => format!("{} alone", wait.unit),
        services => format!("{services} share the {}", wait.unit),
    };
    let held = format!("{who}, held {busy} % of the time");
    if !wait.stable {
        return Wait { text: "never gets its turn".into(), detail: held, class: "missed" };
    }
    let interval = number::interval(&wait.wait_p90_min, " – ").map_or(String::new(), |ends| format!(" ({ends})"));
    let mean = number::value(&wait.wait_mean_min);
    let text = match wait.wait_p90_min.value {
        Some(0.0) => "none for nine in ten".to_string(),
        _ => format!("{} min{interval}", number::value(&wait.wait_p90_min)),
    };
    Wait { text, detail: format!("mean {mean} min; {held}"), class: "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::Estimate;

    fn wait_of(change: &str, utilisation: f64) -> DeploymentWait {
        let stable = utilisation < 1.0;
        let known = |value, low, high| Estimate { value: Some(value), low: Some(low), high: Some(high) };
        DeploymentWait {
            option: "rest-shared-nlb".into(),
            services: 60,
            change: change.into(),
            unit: "listeners of one NLB".into(),
            shared_by: 30,
            changes_per_day: 60.0,
            hold_min: 15.0,
            utilisation,
            stable,
            wait_mean_min: if stable { known(12.5, 12.3, 12.7) } else { Estimate::default() },
            wait_p90_min: if stable { known(33.1, 32.6, 33.6) } else { Estimate::default() },
            theory_mean_min: None,
        }
    }

    #[test]
    fn waits_are_minutes_and_an_overloaded_unit_has_none() {
        let mut results = fixture::orders();
        assert!(section(&results, Vec::new()).rows.is_empty(), "a document of an earlier version");
        results.deployments = vec![wait_of("traffic_shift", 0.625), wait_of("routes", 1.875)];
        let section = section(&results, Vec::new());
        let row = &section.rows[2];
        assert_eq!(row.waits[1].text, "33.1 min (32.6 – 33.6)");
        assert_eq!(row.waits[1].detail, "mean 12.5 min; 30 share the listeners of one NLB, held 62.5 % of the time");
        assert_eq!((row.waits[2].text.as_str(), row.waits[2].class), ("never gets its turn", "missed"));
        assert!(row.waits[2].detail.contains("held 188 %"), "{}", row.waits[2].detail);
        assert_eq!((row.waits[0].detail.as_str(), row.fate.as_str()), ("not simulated", "–"));
    }
}
