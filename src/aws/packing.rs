//! Packing of services into units (load balancers, namespaces): a unit takes services until it is full, then the next is opened.
//! It knows nothing of what the units are; runs of equal loads are packed in closed form.

/// Units of one kind in one VPC, the last of them still open.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    limits: [f64; 3],
    /// Loads that a unit takes where the number is stated; then the limits open no new unit and the peak may exceed them.
    most: Option<u32>,
    fill: [f64; 3],
    held: u32,
    /// Units opened.
    pub units: u32,
    /// The fullest unit, limit by limit.
    pub peak: [f64; 3],
    /// The most loads that one unit holds.
    pub peak_held: u32,
}

impl Shelf {
    /// An empty shelf of units that hold `most` loads each or, without it, what `limits` allow.
    pub fn new(limits: [f64; 3], most: Option<u32>) -> Shelf {
        Shelf { limits, most, fill: [0.0; 3], held: 0, units: 0, peak: [0.0; 3], peak_held: 0 }
    }

    /// Puts `count` equal loads in. A load that no unit can take has a unit of its own, whose peak then exceeds the limit.
    pub fn add(&mut self, load: [f64; 3], count: u32) {
        let mut left = count;
        let into_open = if self.units == 0 { 0 } else { self.room(self.fill, self.held, load).min(left) };
        self.put(load, into_open);
        left -= into_open;
        if left == 0 {
            return;
        }
        let per_unit = self.room([0.0; 3], 0, load).max(1);
        // Whole units at once; the last one stays open, full or not.
        let whole = (left - 1) / per_unit;
        if whole > 0 {
            self.open();
            self.put(load, per_unit);
            self.units += whole - 1;
            left -= whole * per_unit;
        }
        self.open();
        self.put(load, left);
    }

    /// Takes over the units of a shelf that is kept apart (a group's), whose open unit nothing else may enter.
    pub fn join(&mut self, other: &Shelf) {
        self.units += other.units;
        self.peak_held = self.peak_held.max(other.peak_held);
        for (peak, theirs) in self.peak.iter_mut().zip(other.peak) {
            *peak = peak.max(theirs);
        }
    }

    fn open(&mut self) {
        self.units += 1;
        self.fill = [0.0; 3];
        self.held = 0;
    }

    fn put(&mut self, load: [f64; 3], count: u32) {
        self.held += count;
        self.peak_held = self.peak_held.max(self.held);
        for ((fill, peak), one) in self.fill.iter_mut().zip(&mut self.peak).zip(load) {
            *fill += one * f64::from(count);
            *peak = peak.max(*fill);
        }
    }

    fn room(&self, fill: [f64; 3], held: u32, load: [f64; 3]) -> u32 {
        match self.most {
            Some(most) => most.saturating_sub(held),
            None => room(self.limits, fill, load).0,
        }
    }
}

/// How many more of `load` fit, and the index of the limit that allows no more.
pub(super) fn room(limits: [f64; 3], fill: [f64; 3], load: [f64; 3]) -> (u32, usize) {
    let rooms = [0, 1, 2]
        .map(|i| if load[i] > 0.0 { ((limits[i] - fill[i]) / load[i]).floor().max(0.0) } else { f64::INFINITY });
    let tightest = (0..3).min_by(|&a, &b| rooms[a].total_cmp(&rooms[b])).unwrap_or(0);
    (rooms[tightest].min(f64::from(u32::MAX)) as u32, tightest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_fill_up_one_after_the_other() {
        let mut shelf = Shelf::new([50.0, 500.0, f64::INFINITY], None);
        shelf.add([1.0, 14.0, 40.0], 36);
        assert_eq!((shelf.units, shelf.peak_held, shelf.peak[1]), (2, 35, 490.0));
        shelf.add([1.0, 2.0, 6.0], 49);
        assert_eq!((shelf.units, shelf.peak_held), (2, 50));
        shelf.add([1.0, 2.0, 6.0], 1);
        assert_eq!(shelf.units, 3);
    }

    #[test]
    fn runs_of_equal_loads_pack_as_one_by_one() {
        for count in 0..60 {
            let (mut run, mut single) = (Shelf::new([7.0, 20.0, 100.0], None), Shelf::new([7.0, 20.0, 100.0], None));
            for shelf in [&mut run, &mut single] {
                shelf.add([1.0, 9.0, 1.0], 1);
            }
            run.add([1.0, 3.0, 1.0], count);
            (0..count).for_each(|_| single.add([1.0, 3.0, 1.0], 1));
            assert_eq!((run.units, run.peak, run.peak_held), (single.units, single.peak, single.peak_held), "{count}");
        }
    }

    #[test]
    fn a_load_too_large_for_any_unit_still_takes_one_and_shows_in_the_peak() {
        let mut shelf = Shelf::new([10.0; 3], None);
        shelf.add([12.0, 1.0, 1.0], 3);
        assert_eq!((shelf.units, shelf.peak[0]), (3, 12.0));
    }

    #[test]
    fn a_stated_number_holds_whatever_the_limits_say() {
        let mut shelf = Shelf::new([10.0; 3], Some(20));
        shelf.add([1.0; 3], 41);
        assert_eq!((shelf.units, shelf.peak[0]), (3, 20.0));
    }
}
