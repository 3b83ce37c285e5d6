//! The servers of a station: few side by side, many in a heap, or a number that changes.

use std::collections::VecDeque;

use super::network::StationKind;

/// Index and value of the smallest of a few instants, without a branch that depends on them; (0, 0) of none.
#[inline]
pub(super) fn least(free: &[u64]) -> (usize, u64) {
    let less = |a: (usize, u64), b: (usize, u64)| if b.1 < a.1 { b } else { a };
    match *free {
        [a] => (0, a),
        [a, b, c, d] => less(less((0, a), (1, b)), less((2, c), (3, d))),
        [a, b, c, d, e, f, g, h] => {
            less(less(less((0, a), (1, b)), less((2, c), (3, d))), less(less((4, e), (5, f)), less((6, g), (7, h))))
        }
        [] => (0, 0),
        [first, ref rest @ ..] => {
            rest.iter().enumerate().fold((0, first), |least, (index, &free)| less(least, (index + 1, free)))
        }
    }
}

/// How long attempts wait, ns, that arrive at `at` with service times of `demands` at a station whose few servers become free
/// at `free`.
pub(super) fn in_order(free: &mut [u64], at: &[u64], demands: &[u64], waits: &mut [u64]) {
    let attempts = at.iter().zip(demands).zip(waits);
    if let [free] = free {
        // In a register from one end to the other.
        let mut earliest = *free;
        for ((&at, &demand), wait) in attempts {
            let start = earliest.max(at);
            earliest = start.saturating_add(demand);
            *wait = start - at;
        }
        *free = earliest;
        return;
    }
    for ((&at, &demand), wait) in attempts {
        let (server, earliest) = least(free);
        let start = earliest.max(at);
        free[server] = start.saturating_add(demand);
        *wait = start - at;
    }
}

/// Instants at which many servers become free: a binary heap, the earliest first. Servers that were never used are not in it.
#[derive(Clone, Debug)]
pub(super) struct Heap {
    free: Vec<u64>,
    servers: u32,
}

impl Heap {
    pub(super) fn new(servers: u32) -> Heap {
        Heap { free: Vec::new(), servers }
    }

    /// Of the servers used so far.
    pub(super) fn free(&self) -> &[u64] {
        &self.free
    }

    /// When a server is free for an attempt that arrives at `at`.
    #[inline]
    pub(super) fn earliest(&self, at: u64) -> u64 {
        match self.free.first() {
            Some(&free) if self.free.len() == self.servers as usize => free,
            _ => at,
        }
    }

    /// The server that is free first is busy until `end`. One that was never used is taken only where no other is free at
    /// `at`, so that the heap is no larger than the most that were ever busy.
    #[inline]
    pub(super) fn replace_earliest(&mut self, at: u64, end: u64) {
        if self.free.first().is_none_or(|&free| free > at) && self.free.len() < self.servers as usize {
            self.use_another(end);
            return;
        }
        let free = &mut self.free[..];
        let mut hole = 0;
        loop {
            let mut child = 2 * hole + 1;
            if child >= free.len() {
                break;
            }
            if child + 1 < free.len() && free[child + 1] < free[child] {
                child += 1;
            }
            if free[child] >= end {
                break;
            }
            free[hole] = free[child];
            hole = child;
        }
        free[hole] = end;
    }

    fn use_another(&mut self, end: u64) {
        let mut hole = self.free.len();
        self.free.push(end);
        while hole > 0 && self.free[(hole - 1) / 2] > end {
            self.free[hole] = self.free[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        self.free[hole] = end;
    }
}

/// Servers whose number changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Varying {
    /// Start and end of services not yet over at `last_start`, by rising end.
    services: VecDeque<(u64, u64)>,
    last_start: u64,
}

impl Varying {
    /// The start of an attempt that arrives at `at`: the first instant, not before the attempt ahead starts, at which fewer
    /// are in service than there are servers; `u64::MAX` where that never comes.
    pub(super) fn start(&mut self, at: u64, kind: &StationKind) -> u64 {
        let mut start = at.max(self.last_start);
        while self.services.front().is_some_and(|&(_, end)| end <= self.last_start.min(at)) {
            self.services.pop_front();
        }
        loop {
            let servers = kind.server_changes.at(start, start > at).unwrap_or(kind.servers) as usize;
            let over = self.services.partition_point(|&(_, end)| end <= start);
            if self.services.len() - over < servers {
                break;
            }
            let next_end = self.services.get(over).map(|&(_, end)| end);
            match (next_end, kind.server_changes.after(start)) {
                (Some(end), Some(change)) => start = end.min(change),
                (Some(next), None) | (None, Some(next)) => start = next,
                // No servers, nobody in service and none ever coming: the attempt waits for ever.
                (None, None) => return u64::MAX,
            }
        }
        self.last_start = start;
        start
    }

    pub(super) fn serve(&mut self, start: u64, end: u64) {
        let place = self.services.partition_point(|&(_, other)| other <= end);
        self.services.insert(place, (start, end));
    }

    /// The attempt that was to start last is lost at `at`, before it does.
    pub(super) fn lose_before(&mut self, at: u64) {
        self.last_start = self.last_start.min(at);
    }

    pub(super) fn busy_until(&self) -> u64 {
        self.services.back().map_or(0, |&(_, end)| end)
    }

    pub(super) fn in_service(&self, at: u64) -> usize {
        self.services.iter().filter(|&&(start, end)| start <= at && end > at).count()
    }

    pub(super) fn backlog(&self, at: u64) -> u128 {
        self.services.iter().map(|&(start, end)| u128::from(end.saturating_sub(start.max(at)))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{RunKey, StreamId};

    #[test]
    fn one_after_the_other_and_in_one_go_wait_as_long() {
        let bits = |i: u64| RunKey::new(2, 0).attempt(i, 0).bits(StreamId::new("servers", "test")) >> 50;
        for servers in [1, 3, 8] {
            let at: Vec<u64> = (0..1_000).map(|i| 8_192 * i / servers as u64).collect();
            let demands: Vec<u64> = (0..1_000).map(bits).collect();
            let mut waits = vec![0; 1_000];
            let mut together = vec![0; servers];
            for block in 0..10 {
                let block = 100 * block..100 * (block + 1);
                in_order(&mut together, &at[block.clone()], &demands[block.clone()], &mut waits[block]);
            }
            let mut free = vec![0; servers];
            for ((&at, &demand), &wait) in at.iter().zip(&demands).zip(&waits) {
                let (server, earliest) = least(&free);
                assert_eq!(wait, earliest.max(at) - at, "{servers}");
                free[server] = at + wait + demand;
            }
        }
    }

    #[test]
    fn looking_at_all_and_the_heap_agree() {
        let bits = |i: u64| RunKey::new(1, 0).attempt(i, 0).bits(StreamId::new("servers", "test")) >> 50;
        for servers in 1..=8_u32 {
            let mut few = vec![0; servers as usize];
            let mut heap = Heap::new(servers);
            for i in 0..1_000 {
                let (place, free) = least(&few);
                assert_eq!(free, *few.iter().min().unwrap_or(&0));
                // Arrivals that find a server free as often as not.
                let at = 8_192 * i / u64::from(servers);
                assert_eq!(free.max(at), heap.earliest(at).max(at), "{servers}");
                let end = free.max(at) + bits(i);
                few[place] = end;
                heap.replace_earliest(at, end);
            }
        }
    }
}
