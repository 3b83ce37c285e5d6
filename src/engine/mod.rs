//! A discrete-event queueing-network simulator that has never heard of AWS.
//!
//! A [`Network`] is data: arrivals, a client, classes of requests, each with a route of steps (delays, token buckets, pools of
//! connections, deadlines, stations). [`simulate`] runs one replication of it and returns a [`Tally`] of integers. It is a
//! pure function of the network, the window and the run's key: no clock, thread, environment or hash order comes in.
//!
//! Routes are compiled first (`program`), with chains of plain delays as one operation, and requests are drawn ahead in blocks
//! (`ahead`): draws have names, so it does not matter when they are made. The loop (`run`) takes whatever is earliest: the next
//! arrival, which stands beside the calendar, or the calendar's top. An attempt walks its route (`walk`) until it meets a step
//! that others share and that lies in its future; only then is it put into the calendar. So a chain of pure delays costs one
//! event, and a constant delay at the head of all routes costs none (`Network::lead`). At a first-come-first-served station the
//! departure is settled on arrival (`station`), so stations, waiting rooms, patience, deterministic timeouts and token buckets
//! need no events of their own, and the most common route (delays, then one station) costs a single trip through the heap; it has
//! a loop of its own (`short`). So has the path of AWS parts before clients who never try again (`path`), which is all that most
//! sweeps simulate. What is counted at hops is as little as says it all (`meter`).
//!
//! The reference ([`Way::Reference`]) runs the same steps without these shortcuts, an event for each, and all must agree.
//!
//! Stations may leave and join rotation, be lost and come back (`rotation`, `losses`), which is known ahead and settled on arrival
//! as departures are, and their number may follow the load, by a controller that takes its turn in the calendar (`scaling`). Groups
//! where any of this happens have a step of their own, so that the others pay nothing for it.
//!
//! What is known ahead of the clock is counted ahead of it: a timeout is decided when the step beyond the deadline is
//! scheduled, a retry is scheduled from there, and integrals over the window are corrected when it opens and closes
//! (`window`). Where time is cut into windows (`timeline`), the short ways are not gone. Work that a timeout leaves behind goes on as an attempt whose outcome is already decided.
//!
//! ```text
//!   source ──▶ attempt ──▶ delay ─ delay ─ delay ──▶ (calendar) ──▶ station ──▶ end ──▶ tally
//!                 ▲           bucket, pool: at once                              │
//!                 └──────────────── retry (calendar) ◀───────────────────────────┘
//! ```

mod ahead;
mod attempt;
mod books;
mod calendar;
mod changes;
mod client;
mod connection;
#[cfg(test)]
mod fixture;
mod idle;
mod limiter;
mod losses;
mod meter;
pub mod network;
pub mod observer;
mod path;
mod program;
mod request;
mod rotation;
mod run;
mod scaling;
mod servers;
mod short;
mod simulate;
mod source;
mod station;
mod steps;
mod stretch;
pub mod tally;
pub mod timeline;
mod walk;
mod window;

pub use calendar::{Calendar, Kind};
pub use network::{Network, Window};
pub use observer::Observer;
pub use simulate::{EngineError, Way, simulate, simulate_by, simulate_observed, simulate_until};
pub use source::Source;
pub use tally::Tally;
