//! Waits for one's turn to deploy as a table.

use super::{number, optional, table, three};
use crate::results::{DeploymentWait, Results};

/// How long a team waits for its turn, a kind of change at an option and a number of services a row; times in minutes of the hours in
/// which changes are made. Empty waits: somebody never gets a turn.
#[must_use]
pub fn deployments(results: &Results) -> String {
    let header = [
        "option",
        "services",
        "change",
        "unit",
        "shared_by",
        "changes_per_day",
        "hold_min",
        "utilisation",
        "stable",
        "wait_mean_min",
        "wait_mean_min_low",
        "wait_mean_min_high",
        "wait_p90_min",
        "wait_p90_min_low",
        "wait_p90_min_high",
        "theory_mean_min",
    ];
    let row = |wait: &DeploymentWait| {
        let mut row = vec![
            wait.option.clone(),
            wait.services.to_string(),
            wait.change.clone(),
            wait.unit.clone(),
            wait.shared_by.to_string(),
            number(wait.changes_per_day),
            number(wait.hold_min),
            number(wait.utilisation),
            wait.stable.to_string(),
        ];
        row.extend(three(&wait.wait_mean_min));
        row.extend(three(&wait.wait_p90_min));
        row.push(optional(wait.theory_mean_min));
        row
    };
    table(&header, results.deployments.iter().map(row))
}
