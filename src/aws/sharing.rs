//! Stub of the ceilings.

use super::option::ArchitectureOption;
use super::system::System;

/// A stated number that a quota forbids.
pub struct SharingError {
    /// The key.
    pub key: &'static str,
    /// What was found and what is allowed.
    pub message: String,
    /// Why.
    pub note: String,
    /// How to mend it.
    pub hint: String,
}

/// Checks the stated numbers.
///
/// # Errors
/// Never.
pub fn check_sharing(_option: &ArchitectureOption, _system: &System) -> Result<(), SharingError> {
    Ok(())
}
