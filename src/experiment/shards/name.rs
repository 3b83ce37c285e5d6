//! Names of what is simulated: a hash of everything that it depends on, so that equal names mean equal tallies.

use std::fmt::{self, Write as _};

use crate::engine::Window;
use crate::experiment::point::PointSpec;
use crate::experiment::warmup::Cut;
use crate::scenario::{Arrivals, Scenario, Sweep};

/// 128 bits of BLAKE3: two of 10^12 things have the same with a probability of 10^-15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub [u8; 16]);

impl Name {
    /// Of the record that is a file's header.
    pub(super) const HEADER: Name = Name([0; 16]);
    /// Of the record that ends a shard.
    pub(super) const END: Name = Name([0xFF; 16]);

    /// The name of what is fed.
    pub(super) fn of(feed: impl FnOnce(&mut blake3::Hasher)) -> Name {
        let mut hasher = blake3::Hasher::new();
        feed(&mut hasher);
        let hash = hasher.finalize();
        Name(std::array::from_fn(|i| hash.as_bytes()[i]))
    }

    /// The name of what is written.
    pub(super) fn of_text(write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> Name {
        Name::of(|hasher| {
            // Hashing never fails.
            let _ = write(&mut Hashed(hasher));
        })
    }

    /// As 32 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Text that goes into a hash, so that a long one is never in memory.
struct Hashed<'a>(&'a mut blake3::Hasher);

impl fmt::Write for Hashed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// The name of a scenario at so many services.
pub(in crate::experiment) fn of_place(scenario: &Scenario, services: u32) -> Name {
    // A trace may have millions of instants: as bytes, not as text.
    let mut scenario = scenario.clone();
    // What else is swept is no part of a place, and may be a list as long as the sweep.
    scenario.sweep = Sweep::default();
    let mut trace = Vec::new();
    if let Arrivals::Trace(recorded) = &mut scenario.workload.arrivals {
        trace = std::mem::take(&mut recorded.at).to_vec();
    }
    Name::of(|hasher| {
        let _ = write!(Hashed(hasher), "place {scenario:?} {services} {}", trace.len());
        trace.iter().for_each(|at| {
            hasher.update(&at.to_le_bytes());
        });
    })
}

/// The name of what is simulated at a point, replications and warm-up apart.
pub(in crate::experiment) fn of_point(spec: &PointSpec<'_>) -> Name {
    of_point_at(of_place(spec.scenario, spec.services), spec)
}

/// The same, at a place whose name is known.
pub(in crate::experiment) fn of_point_at(place: Name, spec: &PointSpec<'_>) -> Name {
    Name::of_text(|to| write!(to, "point {} {} {}", place.hex(), spec.option, spec.detail))
}

/// The name of replications `from` to (not with) `to` of a point.
pub(super) fn of_part(point: Name, from: u32, to: u32) -> Name {
    Name::of_text(|text| write!(text, "part {} {from} {to}", point.hex()))
}

/// The name of a tally: of a point's network with the warm-up of `cut`, over `window`, in one replication.
pub(in crate::experiment) fn of_tally(point: Name, cut: &Cut, window: &Window, replication: u32) -> Name {
    let (ns, auto) = (cut.ns, cut.auto);
    Name::of_text(|to| write!(to, "tally {} {ns} {auto} {window:?} {replication}", point.hex()))
}
