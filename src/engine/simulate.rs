//! Simulating a replication, by the shortest way that its network has.

use std::fmt;
use std::sync::atomic::AtomicBool;

use super::network::{Network, Window};
use super::observer::Observer;
use super::path::Path;
use super::program::{Program, is_open_loop};
use super::run::Run;
use super::short::Short;
use super::tally::{Audit, Tally};
use crate::random::RunKey;

/// Why a replication has no tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineError {
    /// The books do not balance: a fault of the engine, never of its input.
    Audit(Audit),
    /// The clock stands still at this instant (ns): closed clients whose requests take no time at all.
    Stuck(u64),
    /// The caller asked to stop.
    Stopped,
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EngineError::Audit(audit) => write!(f, "the conservation audit failed: {audit:?}"),
            EngineError::Stuck(at) => write!(
                f,
                "the simulated clock stands still at {} s: closed clients whose requests and thinking take no time",
                *at as f64 / 1e9
            ),
            EngineError::Stopped => f.write_str("stopped"),
        }
    }
}

/// Simulates one replication: warm-up, the window, and the drain until every measured request has ended.
///
/// # Errors
/// [`EngineError`]: a clock that stands still, or books that do not balance.
pub fn simulate(net: &Network, window: &Window, key: RunKey) -> Result<Tally, EngineError> {
    simulate_until(net, window, key, &AtomicBool::new(false))
}

/// As [`simulate`], but ends early once `stop` is set.
///
/// # Errors
/// As [`simulate`], and [`EngineError::Stopped`].
pub fn simulate_until(net: &Network, window: &Window, key: RunKey, stop: &AtomicBool) -> Result<Tally, EngineError> {
    let program = Program::new(net);
    run(Way::among(net, &program), net, &program, (window, key, stop))
}

/// How the events of a network are gone through. All ways that a network has give the same tally, but for the audit, since what
/// lies ahead of the clock at the end is counted where it is known, and for what attempts do once their client has given up on them,
/// which the end cuts off at another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The reference: the end of each delay, of each stay at a station and of each attempt is an event, and each draw is made
    /// when it is needed. It shares with the others the stations, which settle start and departure when the attempt arrives,
    /// the arrivals, whose instants are drawn in blocks, and the constant delay at the head of all routes, which has no event.
    Reference,
    /// Everything that a network may hold.
    Full,
    /// A path of AWS parts to one station, and a client who never tries again.
    Path,
    /// Open loops: nobody waits for an attempt's end, so that it has no errand.
    Open,
    /// Open loops of plain delays and one station.
    Short,
}

impl Way {
    /// The shortest that a network has.
    #[must_use]
    pub fn of(net: &Network) -> Way {
        Way::among(net, &Program::new(net))
    }

    /// All that a network has, the shortest last.
    #[must_use]
    pub fn all_of(net: &Network) -> Vec<Way> {
        let shorter: &[Way] = match Way::of(net) {
            Way::Short => &[Way::Open, Way::Short],
            Way::Open => &[Way::Open],
            Way::Path => &[Way::Path],
            Way::Full | Way::Reference => &[],
        };
        [&[Way::Reference, Way::Full], shorter].concat()
    }

    fn among(net: &Network, program: &Program<'_>) -> Way {
        if is_open_loop(net) {
            if Short::of(net, program).is_some() { Way::Short } else { Way::Open }
        } else if Path::of(net, program).is_some() {
            Way::Path
        } else {
            Way::Full
        }
    }
}

/// As [`simulate_until`], by a way that the network must have.
///
/// # Errors
/// As [`simulate_until`].
pub fn simulate_by(
    way: Way,
    net: &Network,
    window: &Window,
    key: RunKey,
    stop: &AtomicBool,
) -> Result<Tally, EngineError> {
    let program = if way == Way::Reference { Program::step_by_step(net) } else { Program::new(net) };
    run(way, net, &program, (window, key, stop))
}

/// As [`simulate_until`], by the reference, with somebody who is told of every attempt. What is left in the system at the end of the
/// replication is not told to end.
///
/// # Errors
/// As [`simulate_until`].
pub fn simulate_observed(
    net: &Network,
    window: &Window,
    key: RunKey,
    stop: &AtomicBool,
    observer: &mut impl Observer,
) -> Result<Tally, EngineError> {
    let program = Program::step_by_step(net);
    let mut run = Run::<false, _>::new(net, &program, window, key, observer);
    run.ends_are_events = true;
    run.go(stop)?;
    run.finish()
}

fn run(
    way: Way,
    net: &Network,
    program: &Program<'_>,
    (window, key, stop): (&Window, RunKey, &AtomicBool),
) -> Result<Tally, EngineError> {
    if matches!(way, Way::Open | Way::Short) {
        let mut run = Run::<true>::new(net, program, window, key, ());
        match Short::of(net, program).filter(|_| way == Way::Short && window.slices.is_none()) {
            Some(short) => run.go_short(short, stop)?,
            None => run.go(stop)?,
        }
        return run.finish();
    }
    let mut run = Run::<false>::new(net, program, window, key, ());
    run.ends_are_events |= way == Way::Reference;
    match Path::of(net, program).filter(|_| way == Way::Path && window.slices.is_none()) {
        Some(path) => run.go_path(&path, stop)?,
        None => run.go(stop)?,
    }
    run.finish()
}
