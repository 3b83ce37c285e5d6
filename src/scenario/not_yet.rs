//! What the format knows and the simulator does not simulate yet: answered as an error, so that nobody believes it counted.

use super::fields::{Field, Fields};

/// The features in question, by the name that messages show. Whoever makes one work takes it off this list.
const NOT_YET: [&str; 4] = ["[requirements]", "topology = \"central\"", "AWS events", "hop events in options"];

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
    if let Some(field) = top.get("requirements") {
        if let Some(fields) = Fields::new(field.sink, field.node, "`[requirements]`") {
            requirements(&fields);
        }
        allows("[requirements]", &field, "[requirements]");
    }
}

fn requirements(fields: &Fields<'_>) {
    fields.get("needs").and_then(|needs| {
        needs.list_of(|need| {
            let text = need.text()?;
            if crate::aws::features::ids().any(|id| id == text) {
                return Some(());
            }
            let issue = need.issue(format!("`{}` is not a feature", super::tree::shorten(text)));
            need.sink.add(match crate::issue::nearest(text, crate::aws::features::ids()) {
                Some(name) => issue.hint(format!("did you mean `{name}`?")),
                None => issue.hint(format!("features are {}", super::fields::listing(crate::aws::features::ids()))),
            });
            None
        })
    });
    fields.finish();
}
