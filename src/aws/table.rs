//! Reading the data tables that are compiled into the program. Not for files of the user.

use serde::de::DeserializeOwned;

/// The table `name`, whose text is part of the program.
///
/// Panics where the embedded text is not such a table: no input can cause that, and a test of each table would fail first.
pub(super) fn embedded<T: DeserializeOwned>(name: &str, text: &str) -> T {
    match toml::from_str(text) {
        Ok(table) => table,
        Err(error) => panic!("the embedded table {name} is damaged: {error}"),
    }
}
