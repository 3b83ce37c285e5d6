//! Why an option cannot do what is needed of it, as the document says it.

use serde::{Deserialize, Serialize};

/// A needed feature that an option does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Id of the feature, as `usage-plans`.
    pub feature: String,
    /// The need in the words of `Wanted::needs`.
    pub need: String,
    /// Why it is not met: "no usage plans: the path has no REST API".
    pub reason: String,
    /// Source of the fact.
    pub source: String,
    /// Date of the source.
    pub date: String,
}
