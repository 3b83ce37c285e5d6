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

    /// The changes, in order: from when on which value.
    #[must_use]
    pub fn changes(&self) -> &[(u64, T)] {
        &self.changes
    }

    /// The instants of the changes, rising.
    pub fn instants(&self) -> impl Iterator<Item = u64> + '_ {
        self.changes.iter().map(|&(at, _)| at)
    }

    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = T> + '_ {
        self.changes.iter().map(|&(_, value)| value)
    }
}

impl Steps<u32> {
    /// The integral over [from, to] of a number that is `first` before the first change.
    #[must_use]
    pub fn integral(&self, first: u32, from: u64, to: u64) -> u128 {
        let (mut at, mut value, mut sum) = (from, self.at(from, true).unwrap_or(first), 0);
        while at < to {
            let next = self.after(at).unwrap_or(to).min(to);
            sum += u128::from(value) * u128::from(next - at);
            (at, value) = (next, self.at(next, true).unwrap_or(first));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::Steps;

    #[test]
    fn the_integral_follows_the_steps() {
        let steps = Steps::new(vec![(10, 1), (20, 4)]);
        assert_eq!(steps.integral(2, 0, 30), 2 * 10 + 10 + 4 * 10);
        assert_eq!(steps.integral(2, 12, 22), 8 + 2 * 4);
        assert_eq!(Steps::default().integral(3, 5, 9), 12);
    }
}
