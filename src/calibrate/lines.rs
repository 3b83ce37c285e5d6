//! Lines of a stream of any length in bounded memory: read in blocks, longer lines than [`LONGEST`] passed over and counted.

use std::io::{self, Read};

/// Bytes read at a time.
const BLOCK: usize = 256 << 10;
/// The longest line that is looked at, in bytes: a row of an access log has some KiB, an API's answer in one line may have more.
pub const LONGEST: usize = 1 << 20;

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its bytes without the end of line; empty where it is too long.
    pub bytes: &'a [u8],
    /// From 1.
    pub number: u64,
    /// Whether it has over [`LONGEST`] bytes.
    pub too_long: bool,
    /// Whether the stream ends without an end of this line: it may be cut off.
    pub unended: bool,
    /// How many bytes of the stream lie before what follows it.
    pub end: u64,
}

/// A stream cut into lines. It holds at most [`LONGEST`] bytes and a block.
#[derive(Debug)]
pub struct Lines<R> {
    stream: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    ended: bool,
    before: u64,
}

impl<R: Read> Lines<R> {
    /// The lines of a stream, after bytes that were taken off it before.
    pub fn new(stream: R, before: &[u8]) -> Lines<R> {
        let mut buffer = vec![0; BLOCK.max(before.len() + BLOCK)];
        buffer[..before.len()].copy_from_slice(before);
        Lines { stream, buffer, start: 0, end: before.len(), number: 0, ended: false, before: 0 }
    }

    /// How many bytes of the stream lie before the line that comes next; those that were taken off it before count.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.before + self.start as u64
    }

    /// Reads another block behind what is there; whether there was one.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.before += self.start as u64;
            self.start = 0;
        }
        if self.buffer.len() - self.end < BLOCK / 2 {
            self.buffer.resize(self.end + BLOCK, 0);
        }
        loop {
            match self.stream.read(&mut self.buffer[self.end..]) {
                Ok(n) => {
                    self.end += n;
                    self.ended = n == 0;
                    return Ok(n > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next line; `None` at the end of the stream.
    ///
    /// # Errors
    /// What the stream says. What was read of the line before the fault is lost; lines before it were given out.
    pub fn line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[self.start + searched..self.end]) {
                let from = self.start;
                self.start += searched + at + 1;
                let bytes = &self.buffer[from..self.start - 1];
                let too_long = too_long || bytes.len() > LONGEST;
                self.number += 1;
                let bytes = if too_long { &[] } else { bytes.strip_suffix(b"\r").unwrap_or(bytes) };
                let end = self.before + self.start as u64;
                return Ok(Some(Line { bytes, number: self.number, too_long, unended: false, end }));
            }
            searched = self.end - self.start;
            if searched > LONGEST {
                too_long = true;
            }
            if too_long {
                self.start = self.end;
                searched = 0;
            }
            if self.ended || !self.fill()? {
                let from = self.start;
                self.start = self.end;
                if from == self.end && !too_long {
                    return Ok(None);
                }
                self.number += 1;
                let bytes = &self.buffer[from..self.end];
                let bytes = if too_long { &[] } else { bytes };
                let end = self.before + self.end as u64;
                return Ok(Some(Line { bytes, number: self.number, too_long, unended: true, end }));
            }
        }
    }
}
