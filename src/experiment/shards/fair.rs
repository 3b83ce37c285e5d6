//! A fair share of the work: units over shards, balanced by what each is likely to cost.

use std::collections::{BTreeMap, BTreeSet};

use super::name::Name;
use super::plan::{PILOTS, Plan, Unit};

/// What a shard has been given.
#[derive(Debug, Default)]
struct Given<'a> {
    seconds: f64,
    units: Vec<&'a Unit>,
}

impl Plan {
    /// The units of shard `shard` of `of`, both from 1, with the pilots that it runs for them: the longest unit first, each to a shard that
    /// has its pilots already, as long as that is no more than a fair share, or else to the one that has least to do. The time of it grows
    /// with the units times the logarithm of the shards.
    #[must_use]
    pub fn share(&self, shard: u32, of: u32) -> Vec<&Unit> {
        let pilots: BTreeMap<Name, &Unit> =
            self.units.iter().filter(|unit| unit.part == PILOTS).map(|unit| (unit.name, unit)).collect();
        let mut work: Vec<&Unit> = self.units.iter().filter(|unit| unit.part != PILOTS).collect();
        work.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then(a.number.cmp(&b.number)));
        let mut shards: Vec<Given<'_>> = (0..of.max(1)).map(|_| Given::default()).collect();
        // Times are not negative, so their bits are in their order.
        let mut by_load: BTreeSet<(u64, usize)> = (0..shards.len()).map(|index| (0, index)).collect();
        let mut with_pilots: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        let fair = self.seconds / f64::from(of.max(1));
        for unit in work {
            let first = unit.pilots.and_then(|name| pilots.get(&name).copied());
            let near = first.and_then(|pilots| with_pilots.get(&pilots.name)).into_iter().flatten().copied();
            let fits = near.filter(|&index| shards[index].seconds + unit.seconds <= fair);
            let nearest = fits.min_by(|&a, &b| shards[a].seconds.total_cmp(&shards[b].seconds).then(a.cmp(&b)));
            let Some(index) = nearest.or_else(|| by_load.first().map(|&(_, index)| index)) else { continue };
            let given = &mut shards[index];
            by_load.remove(&(given.seconds.to_bits(), index));
            given.seconds += unit.seconds;
            given.units.push(unit);
            if let Some(pilots) = first {
                let having = with_pilots.entry(pilots.name).or_default();
                if !having.contains(&index) {
                    having.push(index);
                    given.seconds += pilots.seconds;
                    given.units.push(pilots);
                }
            }
            by_load.insert((given.seconds.to_bits(), index));
        }
        let mut units = shards.into_iter().nth(shard.saturating_sub(1) as usize).unwrap_or_default().units;
        units.sort_by_key(|unit| unit.number);
        units
    }
}
