//! What `calibrate` writes of the laws that it fits: the overlay scenario, and a chart for each part of the path.

use std::path::Path;

use gatecap::calibrate::calibration::{Calibration, Hop, overlay};
use gatecap::calibrate::fit;
use gatecap::calibrate::join::Joined;
use gatecap::calibrate::read;
use gatecap::calibrate::slots::Part;
use gatecap::calibrate::summary;
use gatecap::calibrate::tally::Tally;
use gatecap::issue::{Issue, Issues};
use gatecap::report::chart::{self, FitChart};
use gatecap::results::directory;
use gatecap::scenario::is_name;

use super::apart;
use super::args;
use super::output;

/// Refuses, before anything is read, what cannot be written.
pub fn check(flags: &args::Calibrate) -> Result<(), Issues> {
    let stdout = flags.out.as_deref().is_some_and(output::is_stdout);
    output::only_one_on_stdout(&[("--json", flags.json), ("--out", stdout)])?;
    if flags.kind == "cloudwatch" && flags.plot.is_some() {
        let issue =
            Issue::new("`--plot` goes with access logs, but metrics have no single times to hold against a law");
        return Err(vec![issue.hint("`--out FILE` writes the law through their percentiles")]);
    }
    let charts = flags.plot.iter().flat_map(|folder| Part::ALL.map(|part| ("--plot", folder.join(chart_name(part)))));
    let outputs = flags.out.iter().map(|path| ("--out", path.clone())).chain(charts);
    apart::check(flags.files.iter().chain(&flags.join), outputs)?;
    if let Some(path) = flags.out.as_deref().filter(|path| !output::is_stdout(path)) {
        output::check_file(path, "--out")?;
    }
    match &flags.plot {
        Some(folder) => directory::check(folder).map_err(|issue| vec![issue]),
        None => Ok(()),
    }
}

/// Writes the overlay, to stdout too.
pub fn write_overlay(path: &Path, text: String) -> Result<(), Issues> {
    if output::is_stdout(path) { output::print(&text) } else { output::write_text(path, "--out", text) }
}

/// Files as the user named them.
pub fn names(flags: &args::Calibrate) -> Vec<String> {
    flags.files.iter().map(|path| read::shown(path)).collect()
}

/// The file of a part's chart.
fn chart_name(part: Part) -> String {
    format!("{}.svg", part.name().replace([' ', ','], "-").replace("--", "-"))
}

/// Writes what was asked for.
pub fn write(
    flags: &args::Calibrate,
    tally: &Tally,
    found: &Calibration,
    joined: Option<&Joined>,
) -> Result<(), Issues> {
    if let Some(path) = &flags.out {
        let files = names(flags);
        let remark = summary::two_apis(tally);
        let about = overlay::About { files: &files, gateway: &flags.gateway, joined, remark: &remark, legal: is_name };
        write_overlay(path, overlay::text(found, &about))?;
    }
    let Some(folder) = &flags.plot else { return Ok(()) };
    let whole = tally.slots.whole();
    let chart = |hop: &Hop| {
        let times = whole.times.get(&hop.part)?;
        let (n, step) = (hop.law.n, hop.resolution_ms);
        let shown = FitChart {
            part: hop.part.name().into(),
            law: hop.law.law.describe(),
            basis: format!("{} times, to {step} ms", summary::grouped(n)),
            points: fit::plot(&hop.law.law, times, whole.longer.get(&hop.part)),
        };
        Some((chart_name(hop.part), chart::fit(&shown).svg.into_bytes()))
    };
    let files: Vec<(String, Vec<u8>)> = found.hops.iter().filter_map(chart).collect();
    std::fs::create_dir_all(folder)
        .map_err(|error| vec![Issue::new(format!("`{}` cannot be made: {error}", folder.display()))])?;
    for (name, content) in files {
        directory::write_file(&folder.join(name), content)
            .map_err(|issue| vec![issue.hint("give another folder with `--plot`")])?;
    }
    Ok(())
}
