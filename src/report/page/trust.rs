//! Why to believe it, and how far: assumptions with evidence, known answers, quota files, warnings, method, how to make it again.

use serde::Serialize;

use super::address;
use crate::report::agreement;
use crate::report::number;
use crate::report::precision;
use crate::report::terminal::precise;
use crate::results::{Agreement, Results};

/// An input.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Input {
    /// What it is.
    pub input: String,
    /// Value used.
    pub value: String,
    /// Evidence grade.
    pub grade: String,
    /// Grade D.
    pub assumed: bool,
    /// Plausible range.
    pub range: String,
    /// In words.
    pub source: String,
    /// Its `https` address, if any.
    pub address: String,
    /// Numbers of the options that have it, or `all`.
    pub options: String,
}

/// A known answer.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Answer {
    /// File name.
    pub file: String,
    /// Metric name.
    pub metric: String,
    /// Known answer.
    pub expected: String,
    /// What was measured.
    pub measured: String,
    /// Deviation in standard errors.
    pub z: String,
    /// Within the tolerance.
    pub pass: bool,
}

/// The built-in known answers and how they were met.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Proof {
    /// Which program was compared, and when.
    pub version: String,
    /// How many hold, and how the deviations are spread; without a full stop.
    pub summary: String,
    /// One row each; empty where nothing is known.
    pub families: Vec<Family>,
}

/// A family of built-in cases.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Family {
    /// What it is about.
    pub name: String,
    /// Scenarios.
    pub cases: String,
    /// Answers.
    pub answers: String,
    /// Answers that hold.
    pub passed: String,
    /// Whether all do.
    pub holds: bool,
    /// Mean deviation in standard errors.
    pub mean_z: String,
    /// Largest deviation in standard errors.
    pub worst_z: String,
    /// Whose it is.
    pub worst: String,
}

/// A row of a quotas file.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct QuotaRow {
    /// File name.
    pub file: String,
    /// AWS code.
    pub code: String,
    /// Name in the file.
    pub name: String,
    /// Value used.
    pub value: String,
    /// `used`, or why not.
    pub status: String,
    /// Whether it was.
    pub used: bool,
}

/// A paragraph of the method.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Paragraph {
    /// Its first words.
    pub about: &'static str,
    /// The rest.
    pub text: String,
}

pub(super) fn assumptions(results: &Results) -> Vec<Input> {
    let number_of =
        |name: &String| results.options.iter().position(|option| option.name == *name).map(|i| (i + 1).to_string());
    let row = |a: &crate::results::Assumption| {
        let range =
            if a.low.is_empty() && a.high.is_empty() { "–".into() } else { format!("{} … {}", a.low, a.high) };
        let numbers: Vec<String> = a.options.iter().filter_map(number_of).collect();
        Input {
            input: a.input.clone(),
            value: a.value.clone(),
            grade: a.grade.clone(),
            assumed: a.grade == "D",
            range,
            source: a.source.clone(),
            address: address(&a.source),
            options: if numbers.is_empty() { "all".into() } else { number::list(&numbers) },
        }
    };
    results.assumptions.iter().map(row).collect()
}

pub(super) fn validations(results: &Results) -> Vec<Answer> {
    let row = |v: &crate::results::Validation| Answer {
        file: v.file.clone(),
        metric: v.metric.clone(),
        expected: precise(v.expected),
        measured: v.measured.map_or("–".into(), precise),
        z: v.z.map_or("–".into(), |z| format!("{z:+.2}")),
        pass: v.pass,
    };
    results.validations.iter().map(row).collect()
}

/// The built-in cases; empty where the document does not have them.
pub(super) fn proof(results: &Results) -> Proof {
    let Some(known) = &results.known_answers else { return Proof::default() };
    let row = |family: &Agreement| Family {
        name: family.name.clone(),
        cases: number::count(family.cases),
        answers: number::count(family.answers),
        passed: number::count(family.passed),
        holds: family.holds(),
        mean_z: agreement::z(family.mean_z, "–"),
        worst_z: agreement::z(family.worst_z, "–"),
        worst: family.worst.clone(),
    };
    Proof {
        version: agreement::of_version(known),
        summary: agreement::sentence(&known.all),
        families: known.families.iter().map(row).collect(),
    }
}

pub(super) fn validation_summary(results: &Results) -> String {
    agreement::sentence(&Agreement::of("all", &results.validations))
}

pub(super) fn quotas_read(results: &Results) -> Vec<QuotaRow> {
    let row = |q: &crate::results::QuotaRead| QuotaRow {
        file: q.file.clone(),
        code: q.code.clone(),
        name: q.name.clone(),
        value: q.value.map_or("–".into(), number::plain),
        status: q.status.clone(),
        used: q.status == "used",
    };
    // What was used first: a whole account has hundreds of rows that no option meets.
    let mut rows: Vec<QuotaRow> = results.quotas_read.iter().map(row).collect();
    rows.sort_by_key(|row| !row.used);
    rows
}

pub(super) fn method(results: &Results) -> Vec<Paragraph> {
    let level = number::percent(results.confidence);
    let mut paragraphs = Vec::new();
    if !results.options.is_empty() {
        let structure = "is counted, not simulated: the largest number of services whose use fits every quota.";
        paragraphs.push(Paragraph { about: "Structure", text: structure.into() });
    }
    if !results.points.is_empty() {
        let most = results.points.iter().map(|point| point.replications).max().unwrap_or(0);
        let up_to = if results.points.iter().any(|point| point.replications < most) { "up to " } else { "" };
        let text = format!(
            "is a discrete-event simulation: {up_to}{} a point, warm-up left out, {level} Student t intervals over replications, histograms merged exactly.{}",
            number::counted(most as usize, "replication", "independent replications"),
            if results.wanted.samplers == "exact" { " Times are drawn exactly, not by tables." } else { "" }
        );
        paragraphs.push(Paragraph { about: "Traffic", text });
    }
    if let Some(sentence) = precision::sentence(results) {
        let text = sentence.trim_start_matches("precision: ").to_string();
        paragraphs.push(Paragraph { about: "Precision", text: format!("was wanted of {text}.") });
    }
    if !results.comparisons.is_empty() {
        let text = format!(
            "use the same random numbers for every option. Their intervals, and what is said of the best option, hold for all pairs of a metric at once with {level} (Bonferroni), at this number of services and not for the sweep as a whole; a difference is clear when its interval leaves 0 out."
        );
        paragraphs.push(Paragraph { about: "Comparisons", text });
    }
    if !results.saturation.is_empty() {
        let text = "is the largest value of the axis at which every criterion holds, with the smallest that failed beside it; intervals decide, and an end that only a value decides is said not to be decided.";
        paragraphs.push(Paragraph { about: "Saturation", text: text.into() });
    }
    paragraphs
}

/// Lines for a shell: commands, and remarks that begin with `#`.
pub(super) fn reproduce(results: &Results) -> Vec<String> {
    let wanted = &results.wanted;
    let built_in = wanted.file.is_empty() || wanted.file == "built-in";
    let file = if built_in { String::new() } else { format!(" {}", quoted(&wanted.file)) };
    let requests: u64 = results.points.iter().map(|point| point.requests).sum();
    let mut lines = vec![
        format!("gatecap sweep{file} --seed {}", results.seed),
        format!("# gatecap {}, results format {}", results.gatecap, results.format),
        format!("# scenario  {}{}", results.scenario, if built_in { " (built in)" } else { "" }),
        format!(
            "# work      {}, {} requests",
            number::numbered(results.points.len(), "point", "points"),
            number::fixed(requests as f64, 0)
        ),
    ];
    let data: Vec<String> = results.data.iter().map(|(table, date)| format!("{table} {date}")).collect();
    if !data.is_empty() {
        lines.push(format!("# data      {}", data.join(", ")));
    }
    lines.push("# numbers   results.json, points.csv, hops.csv, ceilings.csv, costs.csv, deployments.csv".into());
    lines.push("gatecap report DIR   # this page again, no simulation".into());
    lines
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(bare) { path.to_string() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
