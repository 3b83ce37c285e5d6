//! The scenario text: what it says for small accounts.
