//! Streams of bytes as files have them: counted for the progress, stopped by Ctrl-C, gzip taken off.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

use super::kind::foreign_file;

/// Bytes that are looked at to tell what a file is.
const HEAD: usize = 512;

/// How far reading is, and whether it is to stop. Shared between threads.
#[derive(Debug, Default)]
pub struct Control {
    read: AtomicU64,
    stop: AtomicBool,
}

impl Control {
    /// Bytes read from files so far, as they lie there: of gzip, compressed ones.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Ends all reading soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether reading was ended by [`Control::stop`].
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A stream whose bytes are counted, and which ends when it is stopped.
struct Counted<'a, R> {
    stream: R,
    control: &'a Control,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.control.stopped() {
            return Ok(0);
        }
        let n = self.stream.read(buffer)?;
        self.control.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// A stream of text.
pub struct Text<'a> {
    /// The rest of it.
    pub stream: Box<dyn Read + 'a>,
    /// Its first bytes, which were taken off to look at.
    pub head: Vec<u8>,
    /// Whether it came out of gzip.
    pub gzip: bool,
    /// What it is where it is no text, by its first bytes.
    pub foreign: Option<&'static str>,
    /// How far its bytes are known to be those that were written: [`Sound`].
    pub sound: Sound,
}

/// How many bytes of a text, from its first, are known to be what was written: of gzip, those of the members whose checksum was right
/// so far; of plain text, which has no checksum, all.
#[derive(Clone, Debug)]
pub struct Sound(Rc<Cell<u64>>);

impl Sound {
    fn up_to(bytes: u64) -> Sound {
        Sound(Rc::new(Cell::new(bytes)))
    }

    /// So many by now.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.get()
    }
}

/// The members of gzip, one after the other, as one stream. The fault of a member is told where it shows, which may be long behind it.
struct Members<R> {
    member: Option<GzDecoder<BufReader<R>>>,
    given: u64,
    sound: Sound,
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                self.given += n as u64;
                return Ok(n);
            }
            self.sound.0.set(self.given);
            // Left in place while it is asked for more: an interrupted read is repeated.
            if member.get_mut().fill_buf()?.is_empty() {
                self.member = None;
            } else {
                self.member = self.member.take().map(|member| GzDecoder::new(member.into_inner()));
            }
        }
        Ok(0)
    }
}

/// The first bytes of a stream, fewer where it ends.
fn head(stream: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    stream.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The text of a stream: of gzip, what is packed in it (several members one after the other, too).
///
/// # Errors
/// What the stream says, before its first 512 bytes are read.
pub fn text<'a>(stream: impl Read + 'a, control: &'a Control) -> io::Result<Text<'a>> {
    let mut raw: Box<dyn Read + 'a> = Box::new(Counted { stream, control });
    let first = head(&mut raw)?;
    if !first.starts_with(b"\x1f\x8b") {
        let foreign = foreign_file(&first);
        let mark = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        return Ok(Text {
            stream: raw,
            head: first[mark..].to_vec(),
            gzip: false,
            foreign,
            sound: Sound::up_to(u64::MAX),
        });
    }
    let sound = Sound::up_to(0);
    let packed = BufReader::new(io::Cursor::new(first).chain(raw));
    let mut unpacked = Members { member: Some(GzDecoder::new(packed)), given: 0, sound: sound.clone() };
    let mut first = vec![0; HEAD];
    // What a cut-off file gives before its end counts; the fault comes again with the next read.
    let mut filled = 0;
    while filled < HEAD {
        match unpacked.read(&mut first[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(error),
            Err(error) => {
                first.truncate(filled);
                let stream = Box::new(Broken(Some(error)));
                return Ok(Text { stream, foreign: foreign_file(&first), head: first, gzip: true, sound });
            }
        }
    }
    first.truncate(filled);
    let foreign = if first.starts_with(b"\x1f\x8b") { Some("gzip within gzip") } else { foreign_file(&first) };
    Ok(Text { stream: Box::new(unpacked), head: first, gzip: true, foreign, sound })
}

/// A stream that only tells its fault.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
