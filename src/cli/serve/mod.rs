//! `serve`: a page on loopback that asks the question in words, runs the sweep while one looks on, and compares it with the last one.
//!
//! ```text
//! listen (sockets, time) -> guard (who may ask) -> routes (what) -> runs (one sweep at a time) -> work (as `gatecap sweep`) -> answer
//! ```

mod answer;
mod folder;
mod form;
mod guard;
mod issues;
mod listen;
mod live;
mod page;
mod reply;
mod routes;
mod runs;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatecap::issue::{Issue, Issues};
use gatecap::scenario::init;
use tokio::sync::Notify;

use super::End;
use super::args;
use super::output::{print, remark};
use folder::Folder;
use routes::Site;

/// What the first sweep of the built-in scenario has in place of its requests: an answer within seconds. 10,000 are the fewest with
/// which a 99th percentile has an interval.
const FEWER: [(&str, &str); 2] = [("requests", "10000"), ("replications", "5")];
/// Threads that read and check for requests.
const BLOCKING: usize = 4;

/// `serve`.
pub fn serve(wanted: &args::Serve) -> Result<End, Issues> {
    let folder = Folder::open(&dir(wanted))?;
    let start = start(wanted.scenario.as_deref())?;
    let sockets = listen::bind(wanted.port)?;
    let port = sockets.port;
    let site = Arc::new(Site::new(port, folder, start));
    let (name, text) = site.start.clone();
    if let Ok(Ok(document)) = site.document(&name, &text) {
        site.runs.ask(name, document);
    }
    let ended = Arc::new(Notify::new());
    let at_signal = Arc::clone(&ended);
    ctrlc::set_handler(move || at_signal.notify_one())
        .map_err(|error| vec![Issue::new(format!("cannot watch for Ctrl-C: {error}"))])?;
    let failed = |error: std::io::Error| vec![Issue::new(format!("cannot serve: {error}"))];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING)
        .build()
        .map_err(failed)?;
    let worker = {
        let (site, threads) = (Arc::clone(&site), wanted.threads);
        std::thread::Builder::new()
            .name("sweeps".into())
            .spawn(move || site.runs.work(|job, watch| work::sweep(job, watch, threads)))
            .map_err(failed)?
    };
    print(&format!("http://127.0.0.1:{port}/"))?;
    if !wanted.quiet {
        remark(&format!("open it in a browser; it reads and saves in `{}`; Ctrl-C ends it", site.folder.shown()));
    }
    let served = runtime.block_on(async {
        listen::serve(sockets, &site)?;
        ended.notified().await;
        Ok(())
    });
    let is_cut_off = site.runs.close();
    // A sweep that runs ends after the replications that are under way.
    let _ = worker.join();
    runtime.shutdown_background();
    served.map_err(failed)?;
    Ok(if is_cut_off { End::Interrupted } else { End::Done })
}

/// The folder that is named, or that of the scenario, or this one.
fn dir(wanted: &args::Serve) -> PathBuf {
    let of_scenario = wanted.scenario.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    wanted.dir.clone().or(of_scenario).unwrap_or_default()
}

/// Name and text of the scenario to begin with. What is wrong with it is shown on the page.
fn start(scenario: Option<&Path>) -> Result<(String, String), Issues> {
    let Some(path) = scenario else {
        let changes = FEWER.map(|(id, value)| (id.to_string(), value.to_string()));
        let text = form::write(init::text(), &changes);
        return text.map(|text| ("scenario".into(), text)).map_err(|(_, why)| vec![Issue::new(why)]);
    };
    let unreadable = |error: std::io::Error| vec![Issue::new(format!("`{}` cannot be read: {error}", path.display()))];
    if std::fs::metadata(path).map_err(unreadable)?.len() > guard::LARGEST_BODY {
        let issue = Issue::new(format!("`{}` is larger than 1 MiB, but the page takes at most that", path.display()));
        return Err(vec![issue.hint("recorded arrivals go into a file of their own, beside the scenario")]);
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((if folder::is_name(&stem) { stem } else { "scenario".into() }, text))
}
