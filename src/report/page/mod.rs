//! The review as plain texts in the order of the page, which the HTML and Markdown templates lay out. No markup, no escaping.

mod cost;
mod deployments;
mod growth;
mod ladder;
mod latency;
mod lists;
mod options;
mod over_time;
mod sensitivity;
mod theory;
mod top;
mod trust;

use serde::Serialize;

use super::Figure;
use super::as_built;
use super::differences;
use super::judge::Outcome;
use super::mix;
use super::number;
use super::opening;
use super::verdict::{Verdict, verdict};
use super::warnings::{interrupted, warnings};
use crate::results::Results;

/// Everything that the page shows.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Page {
    /// Title of the page.
    pub heading: String,
    /// What is missing because the work was stopped; empty where it was not.
    pub interrupted: String,
    /// The question in one line.
    pub subtitle: String,
    /// The verdict: words to stress and the rest of each sentence.
    pub sentences: Vec<(String, String)>,
    /// Figures that belong to these sentences, where the report is of what changes over time.
    pub opening_figures: Vec<Drawing>,
    /// What else to know, in the same form.
    pub more: Vec<(String, String)>,
    /// The short lists under the table.
    pub lists: Vec<lists::List>,
    /// Wanted services; empty where nothing counts them.
    pub services: String,
    /// The same with the word: `1 service`.
    pub counted_services: String,
    /// One row each.
    pub options: Vec<options::OptionRow>,
    /// Number and title of each in the order of the scenario, for tables with a column for each.
    pub columns: Vec<(usize, String)>,
    /// How the numbers came about.
    pub option_note: String,
    /// Conditions by option.
    pub requirements: Vec<options::Requirement>,
    /// Needs that options do not meet.
    pub excluded: Vec<cost::Excluded>,
    /// The month by option.
    pub costs: cost::Costs,
    /// How full quotas are today; empty where nothing is built.
    pub today: Vec<as_built::Row>,
    /// What breaks first and how many services still fit as built.
    pub first_break: String,
    /// What moving to each other option would change.
    pub moves: Vec<as_built::Moved>,
    /// Where the services of mixes go.
    pub mixes: Vec<mix::Mix>,
    /// The comparison.
    pub criteria: Vec<options::Criterion>,
    /// All rungs of all options.
    pub ladder: Vec<ladder::Rung>,
    /// Lines for AWS, by option.
    pub asks: Vec<ladder::Ask>,
    /// What is said where there are none.
    pub nothing_to_ask: String,
    /// Quantiles at the operating point.
    pub percentiles: latency::Grid,
    /// Every metric of a single hops point.
    pub metrics: Vec<latency::Metric>,
    /// Where the time goes.
    pub hops: Vec<latency::Hop>,
    /// What queueing theory says.
    pub theory: theory::Opinions,
    /// Where it ends.
    pub saturation: Vec<latency::Saturation>,
    /// What the ranges between which something saturates are; empty where every end is decided.
    pub unsure: String,
    /// Which option is best at the wanted services, a sentence for each metric.
    pub best: Vec<String>,
    /// Why differences are exactly 0; empty where none is.
    pub grain: &'static str,
    /// Paired differences at the wanted services.
    pub comparisons: Vec<latency::Pair>,
    /// Who shares what in deployments, and who waits for whom.
    pub deployments: deployments::Section,
    /// What happened over time.
    pub over_time: over_time::Section,
    /// When growth meets each limit.
    pub growth: growth::Section,
    /// What the numbers cannot decide.
    pub not_settled: Vec<String>,
    /// What would change the answer.
    pub study: sensitivity::Study,
    /// Figures of that section.
    pub study_figures: Vec<Drawing>,
    /// Inputs with evidence.
    pub assumptions: Vec<trust::Input>,
    /// How the built-in known answers were met.
    pub proof: trust::Proof,
    /// Known answers.
    pub validations: Vec<trust::Answer>,
    /// How many of them hold.
    pub validation_summary: String,
    /// Rows of quota files.
    pub quotas_read: Vec<trust::QuotaRow>,
    /// Each once.
    pub warnings: Vec<String>,
    /// How it was done.
    pub method: Vec<trust::Paragraph>,
    /// How to do it again.
    pub reproduce: Vec<String>,
    /// Figures by name; those that were not drawn are missing.
    pub first_figures: Vec<Drawing>,
    /// Figures of the latency section.
    pub latency_figures: Vec<Drawing>,
    /// Figures of the saturation section.
    pub saturation_figures: Vec<Drawing>,
}

/// A chart in its place.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Drawing {
    /// Stem of its file.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// Trusted markup.
    pub svg: String,
}

/// A mark with its word for those who do not see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Mark {
    /// One character.
    pub sign: &'static str,
    /// CSS class.
    pub class: &'static str,
    /// What it means.
    pub word: &'static str,
}

impl Mark {
    pub(super) fn of(outcome: &Outcome) -> Mark {
        match outcome {
            Outcome::Met => Mark { sign: "✓", class: "met", word: "met today" },
            Outcome::AfterRaise => Mark { sign: "↑", class: "raise", word: "met after a quota request" },
            Outcome::Unsettled(_) => Mark { sign: "~", class: "open", word: "not settled" },
            Outcome::Missed(_) => Mark { sign: "✕", class: "missed", word: "missed" },
        }
    }
}

/// Lays out results; `figures` go to their sections by name, unknown ones to the latency section.
pub(super) fn page(results: &Results, figures: &[Figure]) -> Page {
    let verdict = verdict(results);
    let drawn = |wanted: &dyn Fn(&str) -> bool| -> Vec<Drawing> {
        let drawing = |figure: &Figure| Drawing {
            name: figure.name.to_string(),
            title: figure.title.to_string(),
            description: figure.description.to_string(),
            svg: figure.svg_inline.to_string(),
        };
        figures.iter().filter(|figure| wanted(figure.name)).map(drawing).collect()
    };
    let first = |name: &str| matches!(name, "ladder" | "latency-p99");
    let saturating = |name: &str| matches!(name, "map" | "goodput");
    let deploying = |name: &str| name == "deployment-wait";
    let studied = |name: &str| name == "tornado";
    let timed = |name: &str| matches!(name, "timeline" | "trigger");
    let mut page = Page {
        heading: top::heading(results),
        subtitle: top::subtitle(results),
        interrupted: interrupted(results).unwrap_or_default().to_string(),
        services: results.wanted.services.map(number::count).unwrap_or_default(),
        counted_services: results.wanted.services.map(number::counted_services).unwrap_or_default(),
        today: as_built::rows(results),
        first_break: as_built::first_break(results),
        moves: as_built::moves(results),
        mixes: mix::mixes(results),
        ladder: ladder::rungs(results),
        percentiles: latency::percentiles(results),
        metrics: latency::metrics(results),
        hops: latency::hops(results),
        theory: theory::opinions(results),
        saturation: latency::saturation(results),
        unsure: latency::unsure(results),
        best: differences::statements(results),
        comparisons: latency::comparisons(results),
        deployments: deployments::section(results, drawn(&deploying)),
        over_time: over_time::section(results, drawn(&|name| name == "timeline"), drawn(&|name| name == "trigger")),
        growth: growth::section(results),
        grain: differences::grain(results).unwrap_or_default(),
        study: sensitivity::study(results, verdict.as_ref()),
        study_figures: drawn(&studied),
        assumptions: trust::assumptions(results),
        proof: trust::proof(results),
        validations: trust::validations(results),
        validation_summary: trust::validation_summary(results),
        quotas_read: trust::quotas_read(results),
        warnings: warnings(results),
        method: trust::method(results),
        reproduce: trust::reproduce(results),
        first_figures: drawn(&first),
        latency_figures: drawn(&|name| {
            !first(name) && !saturating(name) && !deploying(name) && !studied(name) && !timed(name)
        }),
        saturation_figures: drawn(&saturating),
        ..Page::default()
    };
    match verdict {
        Some(verdict) => decided(results, &verdict, &mut page),
        None => page.sentences = vec![top::without_options(results)],
    }
    if !opening::is_swept(results) {
        // A single dot is no curve.
        page.saturation_figures.retain(|figure| figure.name != "goodput");
    }
    open(results, &mut page);
    page
}

/// A run of what changes over time opens with that; the verdict of its options follows.
fn open(results: &Results, page: &mut Page) {
    let (opening, more) = opening::sentences(results);
    if opening.is_empty() {
        return;
    }
    let verdict = std::mem::replace(&mut page.sentences, opening);
    page.more = [more, verdict, std::mem::take(&mut page.more)].concat();
    // The verdict of a trigger is what was asked for; without one it is the time line.
    let (triggers, timelines) = (&mut page.over_time.trigger_figures, &mut page.over_time.figures);
    page.opening_figures = [std::mem::take(triggers), std::mem::take(timelines)].concat();
    // Nothing was varied, so nothing can be said to change the answer.
    page.lists.retain(|list| results.sensitivity.is_some() || !list.items.is_empty());
}

fn decided(results: &Results, verdict: &Verdict, page: &mut Page) {
    page.sentences.clone_from(&verdict.decision);
    page.more.clone_from(&verdict.more);
    page.lists = lists::lists(results, verdict);
    page.options = options::rows(results, verdict);
    page.columns = options::columns(verdict);
    page.option_note = options::note(results);
    page.requirements = options::requirements(verdict);
    page.excluded = cost::excluded(results);
    page.costs = cost::costs(results, verdict);
    page.criteria = options::criteria(results, verdict);
    page.asks = ladder::asks(results, verdict);
    page.nothing_to_ask = super::asks::nothing(results);
    page.not_settled.clone_from(&verdict.not_settled);
}

/// The first address in a source as `https://...`: a whole one, or one that begins with a documentation host; empty where there
/// is none.
pub(super) fn address(source: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | ')' | ',' | ';');
    let found = source.split(ends).find(|word| {
        word.starts_with("https://")
            || (word.starts_with("docs.aws.amazon.com/") || word.starts_with("aws.amazon.com/"))
    });
    match found {
        Some(word) if word.starts_with("https://") => word.to_string(),
        Some(word) => format!("https://{word}"),
        None => String::new(),
    }
}
