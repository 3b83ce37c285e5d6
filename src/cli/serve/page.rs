//! The page's own files, as they are sent.

use gatecap::report::chart;

/// The page.
pub const HTML: &str = include_str!("page/page.html");
/// What keeps it and the server together.
pub const SCRIPT: &str = include_str!("page/script.js");
/// Its form.
pub const FORM: &str = include_str!("page/form.js");
/// Its answers and charts.
pub const ANSWER: &str = include_str!("page/answer.js");

/// Its style, with the colours of the charts.
pub fn style() -> String {
    format!("{}{}", include_str!("page/page.css"), chart::theme_css())
}
