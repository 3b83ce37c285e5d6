//! What people read: a verdict in words, terminal tables, the HTML review, Markdown. It knows results alone, never the simulator.

mod agreement;
pub mod answers;
mod as_built;
mod asks;
pub mod chart;
pub mod compare;
mod differences;
mod ends;
mod explore;
pub mod gate;
mod growth;
pub mod html;
mod judge;
pub mod markdown;
mod mix;
mod month;
pub mod number;
mod opening;
mod over_time;
mod overload;
mod page;
mod precision;
mod sensitivity;
mod sha256;
pub mod terminal;
mod theory;
mod today;
pub mod verdict;
mod warnings;

#[cfg(test)]
mod fixture;

/// A chart as the report shows it.
#[derive(Clone, Copy, Debug)]
pub struct Figure<'a> {
    /// Stable name, also that of its file: `ladder`, `latency-p99`, `goodput`, `hops`, `percentiles`, `map`,
    /// `timeline`, `trigger`, `deployment-wait`, `tornado`.
    pub name: &'a str,
    /// Heading.
    pub title: &'a str,
    /// What it shows, in a sentence.
    pub description: &'a str,
    /// What the page's script needs to explore it, as JSON of our own writing; empty where it is not to be explored.
    pub plot: &'a str,
    /// `<svg>` element to stand inside the page; trusted, so its maker escapes what it holds.
    pub svg_inline: &'a str,
}
