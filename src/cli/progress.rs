//! Progress on stderr while a simulation runs or files are read, and Ctrl-C. The only place that knows a clock.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gatecap::calibrate::stream as reading;
use gatecap::experiment::Control;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause between two looks at the counters.
const TICK: Duration = Duration::from_millis(50);

#[allow(clippy::disallowed_methods)] // For the person at the terminal: no result depends on it.
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Runs `work` with `control`, which Ctrl-C stops, showing a bar on a terminal unless `quiet`. Returns what it returned and the
/// seconds that it took.
pub fn with_progress<T>(quiet: bool, control: Control, work: impl FnOnce(&Control) -> T) -> (T, f64) {
    let control = Arc::new(control);
    let at_signal = Arc::clone(&control);
    // It fails only where a handler is set already: then the first one serves.
    let _ = ctrlc::set_handler(move || at_signal.stop());
    let started = now();
    let shown = !quiet && std::io::stderr().is_terminal();
    let finished = AtomicBool::new(false);
    let result = std::thread::scope(|scope| {
        if shown {
            scope.spawn(|| watch(&control, &finished));
        }
        let result = work(&control);
        finished.store(true, Ordering::Relaxed);
        result
    });
    (result, started.elapsed().as_secs_f64())
}

fn watch(control: &Control, finished: &AtomicBool) {
    let started = now();
    let mut bar: Option<ProgressBar> = None;
    while !finished.load(Ordering::Relaxed) {
        std::thread::sleep(TICK);
        if started.elapsed() < PATIENCE {
            continue;
        }
        let bar = bar.get_or_insert_with(new_bar);
        bar.set_length(control.planned());
        bar.set_position(control.done());
        let rate = control.requests() as f64 / started.elapsed().as_secs_f64();
        bar.set_message(format!("{} requests/s", HumanCount(rate as u64)));
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

/// Reads with `control`, which Ctrl-C stops, showing a bar of the `planned` bytes on a terminal unless `quiet`; of no bytes, how
/// many were read. Returns what `work` returned.
pub fn with_bytes<T>(
    quiet: bool,
    planned: u64,
    control: reading::Control,
    work: impl FnOnce(&reading::Control) -> T,
) -> T {
    let control = Arc::new(control);
    let at_signal = Arc::clone(&control);
    let _ = ctrlc::set_handler(move || at_signal.stop());
    let finished = AtomicBool::new(false);
    std::thread::scope(|scope| {
        if !quiet && std::io::stderr().is_terminal() {
            scope.spawn(|| watch_bytes(&control, planned, &finished));
        }
        let result = work(&control);
        finished.store(true, Ordering::Relaxed);
        result
    })
}

fn watch_bytes(control: &reading::Control, planned: u64, finished: &AtomicBool) {
    let started = now();
    let mut bar: Option<ProgressBar> = None;
    while !finished.load(Ordering::Relaxed) {
        std::thread::sleep(TICK);
        if started.elapsed() < PATIENCE {
            continue;
        }
        let bar = bar.get_or_insert_with(|| bar_of_bytes(planned));
        bar.set_position(control.read());
        let rate = control.read() as f64 / started.elapsed().as_secs_f64();
        bar.set_message(format!("{}/s", HumanBytes(rate as u64)));
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn bar_of_bytes(planned: u64) -> ProgressBar {
    let (bar, template) = match planned {
        0 => (ProgressBar::no_length(), "reading  {bytes}  {msg}"),
        _ => (ProgressBar::new(planned), "reading {bar:32} {bytes}/{total_bytes}  {msg}  {eta} left"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("simulating {bar:32} {pos}/{len} runs  {msg}  {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
}
