//! Whole numbers as few bytes, and back: seven bits a byte, the least first, the top bit where more follow.

/// What is written, in order.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// The bytes so far.
    pub bytes: Vec<u8>,
}

impl Writer {
    /// A number of up to 64 bits.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// A number of up to 128 bits, which most of the time fits in 64.
    pub fn wide(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// How many, then each.
    pub fn numbers(&mut self, numbers: &[u64]) {
        self.number(numbers.len() as u64);
        numbers.iter().for_each(|&number| self.number(number));
    }
}

/// What is read, in order; everything is none where the bytes do not say it.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// Memory that what is decoded may still take, bytes.
    room: usize,
}

impl<'a> Reader<'a> {
    /// Of bytes whose meaning may take so much memory, bytes.
    pub fn new(bytes: &'a [u8], room: usize) -> Reader<'a> {
        Reader { bytes, room }
    }

    /// A number of up to 128 bits.
    pub fn wide(&mut self) -> Option<u128> {
        self.short().map(u128::from).or_else(|| self.long())
    }

    /// A number of up to 64 bits.
    pub fn number(&mut self) -> Option<u64> {
        self.short().or_else(|| u64::try_from(self.long()?).ok())
    }

    /// A number of up to 63 bits, as nearly all are; none, and nothing read, where it is longer.
    #[inline]
    fn short(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for (place, &byte) in self.bytes.iter().take(9).enumerate() {
            number |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                self.bytes = &self.bytes[place + 1..];
                return Some(number);
            }
        }
        None
    }

    /// A number of any length.
    #[cold]
    fn long(&mut self) -> Option<u128> {
        let mut number = 0_u128;
        for shift in (0..128).step_by(7) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            let bits = u128::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// How many things of at least one byte each follow; no more than there are bytes.
    pub fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.bytes.len()).then_some(count)
    }

    /// How many, then each.
    pub fn numbers(&mut self) -> Option<Vec<u64>> {
        self.each(Reader::number)
    }

    /// How many, then each as `one` reads it; none where there is no room for them.
    pub fn each<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        self.takes(count.checked_mul(size_of::<T>())?)?;
        // Its room is counted. Collecting would not know how many they are, and move them as they become more.
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(one(self)?);
        }
        Some(all)
    }

    /// Memory that is about to be taken, bytes; none where there is not so much room.
    pub fn takes(&mut self, bytes: usize) -> Option<()> {
        self.room = self.room.checked_sub(bytes)?;
        Some(())
    }

    /// Whether everything is read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_take_a_byte_for_seven_bits() {
        let all = [0, 1, 127, 128, 300, u64::from(u32::MAX), 1 << 56, u64::MAX];
        let mut writer = Writer::default();
        all.iter().for_each(|&number| writer.number(number));
        assert_eq!(writer.bytes.len(), 1 + 1 + 1 + 2 + 2 + 5 + 9 + 10);
        writer.wide(u128::MAX);
        writer.numbers(&all);
        let mut reader = Reader::new(&writer.bytes, 64);
        assert!(all.iter().all(|&number| reader.number() == Some(number)));
        assert_eq!(reader.wide(), Some(u128::MAX));
        assert_eq!((reader.numbers().unwrap(), reader.is_empty()), (all.to_vec(), true));
    }

    #[test]
    fn what_is_cut_off_too_large_or_takes_too_much_is_none() {
        assert_eq!(Reader::new(&[], 0).number(), None);
        assert_eq!(Reader::new(&[0x80], 0).number(), None);
        assert_eq!(Reader::new(&[0xFF; 10], 0).number(), None);
        assert_eq!(Reader::new(&[0xFF; 19], 0).wide(), None);
        // 2^64 fits in 128 bits only.
        let mut writer = Writer::default();
        writer.wide(1 << 64);
        assert_eq!(Reader::new(&writer.bytes, 0).number(), None);
        assert_eq!(Reader::new(&[200, 1, 0], 1 << 20).numbers(), None, "more than there are bytes");
        assert_eq!(Reader::new(&[2, 0, 0], 15).numbers(), None, "more than there is room");
    }
}
