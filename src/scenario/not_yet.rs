//! What the format knows and the simulator does not simulate yet: answered as an error, so that nobody believes it counted.

use super::fields::Field;

/// The features in question, by the name that messages show. Whoever makes one work takes it off this list.
const NOT_YET: [&str; 2] = ["AWS events", "hop events in options"];

/// Reports at `field` that `feature` is not simulated yet, if so; whether it may go on.
pub(super) fn allows(feature: &str, field: &Field<'_>, shown: &str) -> bool {
    if NOT_YET.contains(&feature) {
        field.sink.add(field.key_place.issue(format!("`{shown}` is not simulated yet")));
        return false;
    }
    true
}
