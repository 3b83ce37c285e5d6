//! What the format knows and the simulator does not simulate yet: answered as an error, so that nobody believes it counted.

use super::fields::{Field, Fields};

/// The features in question, by the name that messages show. Whoever makes one work takes it off this list.
const NOT_YET: [&str; 4] = ["[deployments]", "[growth]", "AWS events", "hop events in options"];

/// Reports at `field` that `feature` is not simulated yet, if so; whether it may go on.
pub(super) fn allows(feature: &str, field: &Field<'_>, shown: &str) -> bool {
    if NOT_YET.contains(&feature) {
        field.sink.add(field.key_place.issue(format!("`{shown}` is not simulated yet")));
        return false;
    }
    true
}

/// Reads the tables that have no effect on a simulation, checks them, and says so.
pub(super) fn tables(top: &Fields<'_>) {
    if let Some(field) = top.get("deployments") {
        if let Some(fields) = Fields::new(field.sink, field.node, "`[deployments]`") {
            deployments(&fields);
        }
        allows("[deployments]", &field, "[deployments]");
    }
    if let Some(field) = top.get("growth") {
        if let Some(fields) = Fields::new(field.sink, field.node, "`[growth]`") {
            let positive = |x: f64| x > 0.0;
            fields.get("services_per_month").map(|f| f.number(|x| x >= 0.0, "it must be a number of 0 or more"));
            fields.get("traffic_per_year").map(|f| f.number(positive, "it must be a number above 0"));
            fields.finish();
        }
        allows("[growth]", &field, "[growth]");
    }
}

fn deployments(fields: &Fields<'_>) {
    fields.get("per_service_per_day").map(|f| f.number(|x| x >= 0.0, "it must be a number of 0 or more"));
    if let Some(hold) = fields.get("hold").and_then(|f| f.table()) {
        for key in ["code", "traffic_shift", "routes"] {
            hold.get(key).map(|f| f.duration());
        }
        hold.finish();
    }
    fields.finish();
}
