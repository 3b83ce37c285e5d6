//! The pending-event set: a 4-ary implicit heap of packed 16-byte entries. Knows order, not meaning.

/// What kind of event it is; events of one instant are taken in this order, then in the order in which they were scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// An attempt moves on to its next step (what departures allow).
    Move = 0,
    /// The client learns how an attempt ended.
    End = 1,
    /// A request is tried again.
    Retry = 2,
    /// A closed client sends its next request.
    Start = 3,
    /// What decides how many stations there are takes a look.
    Change = 4,
}

/// A scheduled event: when, what, and the slot it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Nanoseconds.
    pub at: u64,
    /// Kind.
    pub kind: Kind,
    /// Slot of the attempt, or number of the client.
    pub slot: u32,
}

/// The set. Ties in time and kind come out first in, first out.
///
/// An entry packs time (64 bits), kind (3), sequence number (29) and slot (32) into one `u128`, so that comparing entries is
/// comparing integers. The sequence number wraps after 2^29 pushes; two entries of one instant and kind that far apart would
/// swap, deterministically.
#[derive(Debug, Default)]
pub struct Calendar {
    heap: Vec<u128>,
    sequence: u32,
    /// The entries are in no order: [`Calendar::tidy`] comes before all but [`Calendar::append`] and [`Calendar::take_before`].
    loose: bool,
    /// Instants and places of what is taken.
    keys: Vec<u64>,
    /// What is taken, in no order.
    unsorted: Vec<u128>,
}

const SEQUENCE_MASK: u32 = (1 << 29) - 1;
const ARITY: usize = 4;

/// Events up to which taking many is looking at all of them and sorting those.
const FEW: usize = 256;
/// Events below which it is so again.
const FEW_AGAIN: usize = FEW / 2;
/// Bits of a key that hold a place among the taken.
const PLACE_BITS: u32 = 8;

impl Calendar {
    /// An empty set with room for `capacity` events.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Calendar {
        Calendar { heap: Vec::with_capacity(capacity), ..Calendar::default() }
    }

    /// Number of pending events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// What stands for the event, which is the latest of its instant and kind.
    #[inline(always)]
    fn entry(&mut self, at: u64, kind: Kind, slot: u32) -> u128 {
        let low = (u64::from(kind as u8) << 61) | (u64::from(self.sequence) << 32) | u64::from(slot);
        self.sequence = (self.sequence + 1) & SEQUENCE_MASK;
        (u128::from(at) << 64) | u128::from(low)
    }

    /// Schedules a move of `slot` for `at`, in any place while there are few.
    #[inline]
    pub(super) fn append(&mut self, at: u64, slot: u32) {
        if !self.loose && self.heap.len() < FEW_AGAIN {
            // Where instants tie, what stands first was scheduled first.
            self.heap.sort_unstable();
            self.loose = true;
        }
        if self.loose && self.heap.len() < FEW {
            let entry = self.entry(at, Kind::Move, slot);
            self.heap.push(entry);
        } else {
            self.tidy();
            self.push(at, Kind::Move, slot);
        }
    }

    /// Fills `taken` with the instants and slots of all moves that stand before `order`, earliest first, and takes them out.
    pub(super) fn take_before(&mut self, order: u128, taken: &mut Vec<(u64, u32)>) {
        taken.clear();
        let at_and_slot = |entry: u128| ((entry >> 64) as u64, entry as u32);
        if !self.loose {
            while self.first() < order {
                taken.extend(self.first_out().map(at_and_slot));
            }
            return;
        }
        self.part(order);
        let first = self.unsorted.iter().map(|entry| (entry >> 64) as u64).min().unwrap_or(0);
        let last = self.unsorted.iter().map(|entry| (entry >> 64) as u64).max().unwrap_or(0);
        if (last - first) >> (64 - PLACE_BITS) == 0 {
            // Half as long to compare and to move.
            let key = |(place, entry): (u64, &u128)| (((entry >> 64) as u64 - first) << PLACE_BITS) | place;
            self.keys.clear();
            self.keys.extend((0..).zip(&self.unsorted).map(key));
            self.keys.sort_unstable();
            let place = |key: &u64| (key & ((1 << PLACE_BITS) - 1)) as usize;
            taken.extend(self.keys.iter().map(|key| at_and_slot(self.unsorted[place(key)])));
        } else {
            self.unsorted.sort_unstable();
            taken.extend(self.unsorted.iter().copied().map(at_and_slot));
        }
    }

    /// Moves the entries before `order` out of a loose calendar; both keep their order.
    fn part(&mut self, order: u128) {
        self.unsorted.clear();
        self.unsorted.resize(self.heap.len(), 0);
        let (mut out, mut kept) = (0, 0);
        // Where an entry goes is anybody's guess, so no branch depends on it.
        for index in 0..self.heap.len() {
            let entry = self.heap[index];
            self.unsorted[out] = entry;
            self.heap[kept] = entry;
            out += usize::from(entry < order);
            kept += usize::from(entry >= order);
        }
        self.unsorted.truncate(out);
        self.heap.truncate(kept);
    }

    /// Puts the events in order, if they are in none.
    #[inline]
    pub(super) fn tidy(&mut self) {
        if self.loose {
            // What is sorted is a heap.
            self.heap.sort_unstable();
            self.loose = false;
        }
    }

    /// Schedules `slot` for `at`.
    #[inline]
    pub fn push(&mut self, at: u64, kind: Kind, slot: u32) {
        debug_assert!(!self.loose, "a loose calendar is tidied first");
        let entry = self.entry(at, kind, slot);
        let mut hole = self.heap.len();
        self.heap.push(entry);
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if self.heap[parent] <= entry {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    /// Where the earliest event stands in the order of things that happen, to be compared with [`Calendar::order`];
    /// `u128::MAX` where nothing is pending.
    #[inline]
    #[must_use]
    pub fn first(&self) -> u128 {
        self.heap.first().copied().unwrap_or(u128::MAX)
    }

    /// Where something of `kind` at `at` stands that comes before all pending events of its instant and kind.
    #[inline]
    #[must_use]
    pub fn order(at: u64, kind: Kind) -> u128 {
        (u128::from(at) << 64) | (u128::from(kind as u8) << 61)
    }

    /// Takes the earliest event.
    ///
    /// Walks the hole to a leaf along the smallest children, then the last entry up from there: the last entry is nearly
    /// always a late one, so comparing it on the way down would be wasted.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        let top = self.first_out()?;
        Some(Event { at: (top >> 64) as u64, kind: kind_of(top), slot: top as u32 })
    }

    #[inline]
    fn first_out(&mut self) -> Option<u128> {
        debug_assert!(!self.loose, "a loose calendar is tidied first");
        let top = *self.heap.first()?;
        let last = self.heap.pop()?;
        let len = self.heap.len();
        if len > 0 {
            let mut hole = 0;
            loop {
                let first = hole * ARITY + 1;
                if let Some(&[a, b, c, d]) = self.heap.get(first..first + ARITY) {
                    let less = |a: (usize, u128), b: (usize, u128)| if b.1 < a.1 { b } else { a };
                    let (least, entry) = less(less((0, a), (1, b)), less((2, c), (3, d)));
                    self.heap[hole] = entry;
                    hole = first + least;
                } else if first < len {
                    let mut least = first;
                    for child in first + 1..len {
                        if self.heap[child] < self.heap[least] {
                            least = child;
                        }
                    }
                    self.heap[hole] = self.heap[least];
                    hole = least;
                } else {
                    break;
                }
            }
            while hole > 0 {
                let parent = (hole - 1) / ARITY;
                if self.heap[parent] <= last {
                    break;
                }
                self.heap[hole] = self.heap[parent];
                hole = parent;
            }
            self.heap[hole] = last;
        }
        Some(top)
    }
}

#[inline]
fn kind_of(entry: u128) -> Kind {
    match (entry >> 61) as u8 & 7 {
        0 => Kind::Move,
        1 => Kind::End,
        2 => Kind::Retry,
        3 => Kind::Start,
        _ => Kind::Change,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn moves_taken_together_come_as_they_pop() {
        let bits = |i: u64| RunKey::new(9, 0).attempt(i, 0).bits(StreamId::new("test", "together"));
        // Few and many pending, with ties, over ranges that fit a key and that do not.
        for (spread, scale) in [(100, 1), (3_000, 1), (20_000, 1), (90, 1 << 50)] {
            let (mut together, mut one_by_one) = (Calendar::default(), Calendar::default());
            let mut taken = Vec::new();
            for block in 0..200_u64 {
                for i in 64 * block..64 * (block + 1) {
                    let at = (i + bits(i) % spread) * scale;
                    if bits(i) >> 60 == 0 {
                        together.tidy();
                        together.push(at, Kind::Move, i as u32);
                    } else {
                        together.append(at, i as u32);
                    }
                    one_by_one.push(at, Kind::Move, i as u32);
                }
                let order = Calendar::order(64 * block * scale, Kind::Start);
                together.take_before(order, &mut taken);
                for &(at, slot) in &taken {
                    assert_eq!(one_by_one.pop(), Some(Event { at, kind: Kind::Move, slot }));
                }
                assert!(one_by_one.first() >= order);
            }
        }
    }
    use crate::random::RunKey;
    use crate::random::StreamId;

    #[test]
    fn pops_in_order_of_time_kind_and_insertion() {
        let mut calendar = Calendar::default();
        let mut expected = Vec::new();
        let stream = StreamId::new("test", "calendar");
        for i in 0..5_000u32 {
            let bits = RunKey::new(1, 0).attempt(u64::from(i), 0).bits(stream);
            let kind = [Kind::Move, Kind::End, Kind::Retry, Kind::Start][(bits >> 32) as usize % 4];
            calendar.push(bits % 64, kind, i);
            expected.push((bits % 64, kind, i));
        }
        expected.sort_unstable();
        for want in expected {
            assert!(calendar.first() >= Calendar::order(want.0, want.1));
            let got = calendar.pop().unwrap();
            assert_eq!((got.at, got.kind, got.slot), want);
        }
        assert!(calendar.is_empty() && calendar.pop().is_none() && calendar.first() == u128::MAX);
    }
}
