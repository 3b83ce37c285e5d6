//! Charts of the results, each as SVG for a file, as SVG to inline into a page, and as PNG. Reads only `results`.
//!
//! ```text
//! Results -> select (which points) -> ladder, latency, goodput, hops, percentiles, map, timeline, trigger, waits, tornado -> canvas (plotters) -> finish -> Chart -> png
//! ```
//!
//! [`warmup()`] draws pilots and [`fit()`] measured times for whoever asks; reports do not hold them. A chart that does not apply to the results (no options, no map) is absent; one that applies but has nothing to show says why.
//! The same results give the same bytes.

mod axis;
mod canvas;
mod finish;
mod fit;
#[cfg(test)]
pub(crate) mod fixture;
mod follow;
mod goodput;
mod hops;
mod label;
mod ladder;
mod latency;
mod map;
mod percentiles;
mod plot;
#[cfg(feature = "png")]
mod png;
pub(super) mod select;
pub(super) mod stops;
mod style;
pub(super) mod text;
mod timeline;
mod tips;
mod tornado;
mod trigger;
mod waits;
mod warmup;

pub use fit::{FitChart, fit};
pub use goodput::goodput;
pub use hops::hops;
pub use ladder::ladder;
pub use latency::latency_p99;
pub use map::map;
pub use percentiles::percentiles;
pub(super) use plot::{estimates, rounded};
#[cfg(feature = "png")]
pub use png::{PngError, png};
pub use style::theme_css;
pub use timeline::timeline;
pub use tornado::tornado;
pub use trigger::trigger;
pub use waits::deployment_wait;
pub use warmup::warmup;

use canvas::{At, Canvas, Tie, Type, draw};
use finish::{Flavour, Words, finish};
use style::Paint;

use crate::results::Results;

/// A finished chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Stem of its file names and prefix of its ids: `latency-p99`.
    pub name: String,
    /// Its title, also drawn in it.
    pub title: String,
    /// What it shows, in a sentence, for those who cannot see it.
    pub description: String,
    /// Whether it only says why there is nothing to show: a file of its own may, a page has no room for that.
    pub is_empty: bool,
    /// SVG of a file of its own, on a white ground.
    pub svg: String,
    /// What a page's script needs to explore it, as JSON: axes, curves, places with words.
    pub plot: String,
    /// SVG to inline into an HTML page that has [`theme_css`] in its style sheet; light colours where it has not.
    pub svg_inline: String,
}

/// Every chart that applies to the results, in the order of a report.
#[must_use]
pub fn all(results: &Results) -> Vec<Chart> {
    MAKERS.iter().filter_map(|make| make(results)).collect()
}

/// The makers behind [`all`], for callers that draw charts in parallel.
pub const MAKERS: [fn(&Results) -> Option<Chart>; 10] =
    [ladder, latency_p99, goodput, hops, percentiles, map, timeline, trigger, deployment_wait, tornado];

/// What a chart says about itself before anything is drawn.
struct Face {
    name: &'static str,
    title: String,
    subtitle: String,
    description: String,
}

impl Face {
    /// The chart of so many pixels that `paint` draws below the heading.
    fn chart(self, size: At, paint: impl FnOnce(&Canvas)) -> Chart {
        let size = (size.0.ceil(), size.1.ceil());
        let (raw, plot) = draw(size, |canvas| {
            label::heading(canvas, &self.title, &self.subtitle, size.0);
            paint(canvas);
        });
        let description = text::one_line(&self.description);
        let words = Words { name: self.name, title: &self.title, description: &description };
        let svg = finish(&raw, size, &words, Flavour::File);
        let svg_inline = finish(&raw, size, &words, Flavour::Inline);
        // Plain data of ours: writing it cannot fail.
        let plot = serde_json::to_string(&plot).unwrap_or_default();
        Chart { name: self.name.into(), title: self.title, description, is_empty: false, svg, plot, svg_inline }
    }

    /// A panel that says why there is nothing to show.
    fn empty(mut self, why: &str) -> Chart {
        const HEIGHT: f64 = 130.0;
        self.description = format!("Nothing to show: {why}.");
        let words = self.description.clone();
        let chart = self.chart((label::WIDTH, HEIGHT), |canvas| {
            let look = Type::plain(12.0, Paint::Muted);
            let at = (label::WIDTH / 2.0, 88.0);
            canvas.rect((0.0, label::HEADING), (label::WIDTH, HEIGHT - label::HEADING), Paint::Faint, 1.0);
            canvas.text(at, &text::cut(&words, look.size, false, label::WIDTH - 20.0), Tie::Middle, look);
        });
        Chart { is_empty: true, ..chart }
    }
}

/// `10 replications a point; bands are 95 % intervals`, or the half of it that is true.
fn runs(results: &Results) -> String {
    let level = results.confidence * 100.0;
    match results.wanted.replications {
        n if results.wanted.precision.is_some() => {
            format!("{n} or more replications a point; bands are {level:.0} % intervals")
        }
        0 | 1 => "one replication a point, hence no intervals".into(),
        n => format!("{n} replications a point; bands are {level:.0} % intervals"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
