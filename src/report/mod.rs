//! Charts, tables and pages made from the results alone.

pub mod chart;
