//! What a verb writes: text to stdout, remarks to stderr, a directory of results.

use std::io::{self, Write};
use std::path::Path;

use gatecap::experiment::Computed;
use gatecap::issue::{Issue, Issues};
use gatecap::report::chart::{self, Chart};
use gatecap::report::{Figure, html, markdown};
use gatecap::results::{Results, csv, directory, hgrm, json};
use rayon::prelude::*;

/// Pixels of a PNG for each unit of the SVG.
#[cfg(feature = "png")]
const PNG_SCALE: f32 = 2.0;

/// Prints to stdout what a verb's work came to; a closed pipe ends quietly (an empty list of issues).
pub fn print(text: &str) -> Result<(), Issues> {
    let mut out = io::stdout().lock();
    let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(end)).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Vec::new()),
        Err(error) => Err(vec![Issue::new(format!("cannot write to stdout: {error}")).late()]),
    }
}

/// Whether a file that is named for output means stdout.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Refuses where more than one of the named outputs goes to stdout.
pub fn only_one_on_stdout(outputs: &[(&str, bool)]) -> Result<(), Issues> {
    let mut there = outputs.iter().filter(|(_, there)| *there).map(|(flag, _)| *flag);
    match (there.next(), there.next()) {
        (Some(first), Some(second)) => {
            let issue = Issue::new(format!("`{first}` and `{second}` both go to stdout, but only one document can"));
            Err(vec![issue.hint("give a file to one of them")])
        }
        _ => Ok(()),
    }
}

/// Whether the folder of a file that is to be written can be written, before the work that makes its content.
pub fn check_file(path: &Path, flag: &str) -> Result<(), Issues> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        let issue = Issue::new(format!("`{}` is a folder, but a file goes there", path.display()));
        return Err(vec![issue.hint(format!("give a file with `{flag}`"))]);
    }
    directory::check(parent).map_err(|issue| vec![issue.hint(format!("give another file with `{flag}`"))])
}

/// Writes `text` to a file, whole or not at all.
pub fn write_text(path: &Path, flag: &str, text: String) -> Result<(), Issues> {
    let hint = format!("give another file with `{flag}`");
    directory::write_file(path, text.into_bytes()).map_err(|issue| vec![issue.hint(hint)])
}

/// Prints a remark to stderr.
pub fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a stream takes colour: a terminal, and no NO_COLOR.
pub fn takes_colour(stream: &impl anstream::stream::RawStream) -> bool {
    use anstream::ColorChoice::{Always, AlwaysAnsi};
    matches!(anstream::AutoStream::choice(stream), Always | AlwaysAnsi)
}

/// Whether stdout takes colour.
pub fn colour() -> bool {
    takes_colour(&io::stdout())
}

/// Writes everything a sweep computed into `dir`.
pub fn write(dir: &Path, computed: &Computed) -> Result<(), Issues> {
    let (mut files, pages) = rayon::join(|| tables(computed), || pages(&computed.results));
    files.extend(pages?);
    directory::write(dir, &files).map_err(|issue| vec![issue])
}

/// The document, the scenario, tables and histograms.
fn tables(computed: &Computed) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = vec![
        (directory::DOCUMENT.into(), json::pretty(&computed.results).into_bytes()),
        (directory::SCENARIO.into(), computed.scenario.clone().into_bytes()),
    ];
    files.extend(csv::tables(&computed.results).into_iter().map(|(name, text)| (name.to_string(), text.into_bytes())));
    let histograms: Vec<(String, Vec<u8>)> = computed
        .histograms
        .par_iter()
        .map(|(name, recorder)| (format!("histograms/{name}"), hgrm::text(&recorder.to_hdr()).into_bytes()))
        .collect();
    files.extend(histograms);
    files
}

/// Charts, HTML and Markdown of a result document.
pub fn pages(results: &Results) -> Result<Vec<(String, Vec<u8>)>, Issues> {
    let charts: Vec<Chart> = chart::MAKERS.par_iter().filter_map(|make| make(results)).collect();
    let figures: Vec<Figure<'_>> = charts
        .iter()
        .filter(|chart| !chart.is_empty)
        .map(|chart| Figure {
            name: &chart.name,
            title: &chart.title,
            description: &chart.description,
            plot: &chart.plot,
            svg_inline: &chart.svg_inline,
        })
        .collect();
    let page = |text: Result<String, Issue>| text.map(String::into_bytes).map_err(|issue| vec![issue]);
    let texts = || -> Result<Vec<(String, Vec<u8>)>, Issues> {
        Ok(vec![
            ("report.html".into(), page(html::html(results, &figures, &chart::theme_css()))?),
            ("report.md".into(), page(markdown::markdown(results, &figures))?),
        ])
    };
    let (files, pngs) = rayon::join(texts, || pngs(&charts));
    let mut files = files?;
    files.extend(charts.iter().map(|chart| (format!("charts/{}.svg", chart.name), chart.svg.clone().into_bytes())));
    files.extend(pngs?);
    Ok(files)
}

/// How a chart goes into a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// As it is.
    Svg,
    /// In pixels.
    #[cfg(feature = "png")]
    Png,
}

/// The kind of picture that a file's name asks for.
pub fn picture(path: &Path) -> Result<Picture, Issues> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => Ok(Picture::Svg),
        #[cfg(feature = "png")]
        Some("png") => Ok(Picture::Png),
        _ => {
            let endings = if cfg!(feature = "png") { "`.svg` or `.png`" } else { "`.svg`" };
            Err(vec![Issue::new(format!("`{}` is to be a chart, but does not end in {endings}", path.display()))])
        }
    }
}

/// Writes one chart.
pub fn write_chart(path: &Path, picture: Picture, chart: &Chart) -> Result<(), Issues> {
    let content = match picture {
        Picture::Svg => chart.svg.clone().into_bytes(),
        #[cfg(feature = "png")]
        Picture::Png => drawn(chart)?,
    };
    let hint = "give another file with `--warmup-chart`";
    directory::write_file(path, content).map_err(|issue| vec![issue.hint(hint)])
}

#[cfg(feature = "png")]
fn drawn(chart: &Chart) -> Result<Vec<u8>, Issues> {
    chart::png(chart, PNG_SCALE)
        .map_err(|error| vec![Issue::new(format!("chart `{}` has no PNG: {error}", chart.name))])
}

#[cfg(feature = "png")]
fn pngs(charts: &[Chart]) -> Result<Vec<(String, Vec<u8>)>, Issues> {
    let one = |chart: &Chart| Ok((format!("charts/{}.png", chart.name), drawn(chart)?));
    charts.par_iter().map(one).collect()
}

#[cfg(not(feature = "png"))]
fn pngs(_: &[Chart]) -> Result<Vec<(String, Vec<u8>)>, Issues> {
    Ok(Vec::new())
}
