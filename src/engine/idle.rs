//! The idle connections of a pool: which of them became idle last, when most of those that will be are still under way.
//!
//! An attempt's end is known as soon as its station is, so its connection is given back ahead of the clock. Whoever needs one takes
//! the one that became idle last of those that are idle by now. So there are two kinds, both in order of time and in one piece of
//! memory: a stack of those that are idle, and behind it a queue of those that will be. The next of the queue goes to the top of the
//! stack when its time has come; whoever is given back mostly belongs near the end of the queue.

/// The instant from which a connection is idle, and the station that it leads to.
type Entry = (u64, u32);

/// Fewest places of a pool that has any.
const FEWEST: usize = 4;
/// In a queue of more than this a place is searched by halves.
const MANY: usize = 32;

/// Idle connections, and those that will be.
#[derive(Clone, Debug, Default)]
pub(super) struct Idle {
    /// The stack from the left, the queue from `first` to (not with) `end`; between them, and behind, places that are free.
    places: Vec<Entry>,
    ready: u32,
    first: u32,
    end: u32,
}

impl Idle {
    /// A connection to `target` is idle from `since` on. Of two that are from the same instant on, the one that was given back later is
    /// taken first.
    ///
    /// Before there must be more memory, those that are idle for longer than `timeout` at `now` are given up: they are never taken.
    #[inline(always)]
    pub fn release(&mut self, since: u64, target: u32, now: u64, timeout: impl FnOnce() -> u64) {
        if self.end as usize == self.places.len() {
            self.make_room(now, timeout());
        }
        let (first, end) = (self.first as usize, self.end as usize);
        let mut place = end;
        if end - first > MANY {
            place = first + self.places[first..end].partition_point(|one| one.0 <= since);
            self.places.copy_within(place..end, place + 1);
        } else {
            while place > first && self.places[place - 1].0 > since {
                self.places[place] = self.places[place - 1];
                place -= 1;
            }
        }
        self.places[place] = (since, target);
        self.end += 1;
    }

    /// Takes the connection that became idle last, of those that are idle at `at`: its station and since when. `at` never falls. None, and
    /// all of them closed, where that one is idle for longer than `timeout`.
    #[inline(always)]
    pub fn take(&mut self, at: u64, timeout: u64) -> Option<(u32, u64)> {
        while self.first < self.end && self.places[self.first as usize].0 <= at {
            self.places[self.ready as usize] = self.places[self.first as usize];
            self.ready += 1;
            self.first += 1;
        }
        self.ready = self.ready.checked_sub(1)?;
        let (since, target) = self.places[self.ready as usize];
        if at - since > timeout {
            self.ready = 0;
            return None;
        }
        Some((target, since))
    }

    /// Makes at least half of the places free behind the queue.
    #[cold]
    fn make_room(&mut self, now: u64, timeout: u64) {
        let (ready, queue) = (self.ready as usize, (self.end - self.first) as usize);
        let mut kept = 0..ready;
        if 2 * (ready + queue) > self.places.len() {
            kept.start = self.places[..ready].partition_point(|one| now.saturating_sub(one.0) > timeout);
        }
        self.ready = kept.len() as u32;
        let live = kept.len() + queue;
        self.places.copy_within(kept, 0);
        self.places.copy_within(self.first as usize..self.end as usize, self.ready as usize);
        (self.first, self.end) = (self.ready, live as u32);
        if 2 * live > self.places.len() || self.places.is_empty() {
            self.places.resize((2 * self.places.len()).max(FEWEST), (0, 0));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The same with a list in order of time, searched from its end.
    #[derive(Default)]
    struct Plain(Vec<(u64, u32)>);

    impl Plain {
        fn release(&mut self, since: u64, target: u32) {
            let place = self.0.iter().rposition(|one| one.0 <= since).map_or(0, |before| before + 1);
            self.0.insert(place, (since, target));
        }

        fn take(&mut self, at: u64, timeout: u64) -> Option<(u32, u64)> {
            let place = self.0.iter().rposition(|one| one.0 <= at)?;
            let (since, target) = self.0[place];
            if at - since > timeout {
                self.0.drain(..=place);
                return None;
            }
            self.0.remove(place);
            Some((target, since))
        }
    }

    #[test]
    fn a_stack_and_a_queue_are_a_list_in_order() {
        let mut bits = 1_u64;
        let mut draw = |below: u64| {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (bits >> 33) % below
        };
        for (ahead, timeout) in [(1, 3), (10, 5), (10, 1_000), (500, 40), (500, u64::MAX), (3, u64::MAX)] {
            let (mut idle, mut plain) = (Idle::default(), Plain::default());
            let mut now = 0;
            for release in 0..20_000 {
                now += draw(3);
                // Now more are given back, now more are taken.
                if draw(100) < if release / 1_000 % 2 == 0 { 60 } else { 45 } {
                    let (since, target) = (now + draw(ahead), draw(7) as u32);
                    idle.release(since, target, now, || timeout);
                    plain.release(since, target);
                } else {
                    assert_eq!(idle.take(now, timeout), plain.take(now, timeout), "{ahead} {timeout} {release}");
                }
            }
            assert!(idle.ready > 0 || idle.first < idle.end);
        }
    }

    #[test]
    fn what_is_idle_for_too_long_makes_room() {
        let mut idle = Idle::default();
        for now in (0..10_000).step_by(10) {
            idle.release(now, 0, now, || 30);
            assert!(idle.take(now, 30).is_some());
            idle.release(now, 0, now, || 30);
            idle.release(now, 1, now, || 30);
        }
        assert!(idle.places.len() <= 32, "{}", idle.places.len());
    }
}
