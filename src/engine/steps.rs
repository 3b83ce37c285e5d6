//! A quantity that changes at given instants: a step function of time.

/// A step function of time: (from this instant on, value), rising in time; before the first, the value does not change.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps<T> {
    changes: Vec<(u64, T)>,
    taken: usize,
}

impl<T> Default for Steps<T> {
    fn default() -> Steps<T> {
        Steps { changes: Vec::new(), taken: 0 }
    }
}

impl<T: Copy> Steps<T> {
    /// From changes in rising order of time.
    #[must_use]
    pub fn new(changes: Vec<(u64, T)>) -> Steps<T> {
        Steps { changes, taken: 0 }
    }

    /// Whether nothing ever changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The next change not yet taken that lies before `at`, if there is one: changes of an instant come after its arrivals.
    pub fn next_before(&mut self, at: u64) -> Option<(u64, T)> {
        let &(time, value) = self.changes.get(self.taken)?;
        (time < at).then(|| {
            self.taken += 1;
            (time, value)
        })
    }

    /// The value in force just before `at` (or at it, with `inclusive`), where a change has come by then.
    #[must_use]
    pub fn at(&self, at: u64, inclusive: bool) -> Option<T> {
        let passed = self.changes.partition_point(|&(time, _)| time < at || (inclusive && time == at));
        passed.checked_sub(1).map(|i| self.changes[i].1)
    }

    /// The first change after `at`.
    #[must_use]
    pub fn after(&self, at: u64) -> Option<u64> {
        self.changes.get(self.changes.partition_point(|&(time, _)| time <= at)).map(|&(time, _)| time)
    }

    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = T> + '_ {
        self.changes.iter().map(|&(_, value)| value)
    }
}
