//! A file of tallies: a header that says of which sweep, then records with a checksum each. Journals and shards are such files; a
//! shard ends with a record that says how many there are.
//!
//! ```text
//! "gatecap units 3\n"  { length: u32 | checksum: 16 bytes | name: 16 bytes | content: length bytes } ...
//! ```
//!
//! Numbers have their least byte first; the checksum is the first half of BLAKE3 of content, length and name. The header's name is all
//! zeros and its content JSON; the name of the end is all ones and its content the number of tallies, 8 bytes.

use std::io::{self, Read};

use super::header::Header;
use super::name::Name;
use super::tally;
use crate::engine::Tally;

/// What such a file begins with; the number is the format's.
pub(super) const MAGIC: &[u8; 16] = b"gatecap units 3\n";
/// What comes before the content of a record: length, checksum, name.
pub(super) const HEAD: usize = 4 + 16 + 16;
/// Longest content of a record, bytes: a tally with recorders of three thousand services has some megabytes.
pub const LONGEST: usize = 64 << 20;

/// Content of a record for which room is made before it is read, bytes.
const USUAL: usize = 64 << 10;

/// Why a file cannot be read to its end.
#[derive(Debug)]
pub enum Damage {
    /// The system could not read it.
    Unreadable(io::Error),
    /// It is no such file.
    Foreign,
    /// It is one of another format.
    Format,
    /// It stops within a record that starts at this byte, or before its end record.
    Short(u64),
    /// The record that starts at this byte is not what was written.
    Changed(u64),
}

/// A tally's place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: Name,
    /// Where its record starts, bytes from the start of the file.
    pub at: u64,
}

/// A file as far as it is whole.
#[derive(Debug)]
pub struct Scan {
    /// Of which sweep it is.
    pub header: Header,
    /// Its tallies, in the order of the file.
    pub places: Vec<Place>,
    /// How far it is whole, bytes.
    pub whole: u64,
    /// Whether it has its end record.
    pub ended: bool,
    /// What stopped the reading; none at a record's end.
    pub damage: Option<Damage>,
}

/// A record, ready to be written.
pub(super) fn record(name: Name, content: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(content.len()).ok().filter(|_| content.len() <= LONGEST)?.to_le_bytes();
    let mut bytes = Vec::with_capacity(HEAD + content.len());
    bytes.extend(length);
    bytes.extend(checksum(length, name, content));
    bytes.extend(name.0);
    bytes.extend(content);
    Some(bytes)
}

/// The record that ends a shard of so many tallies.
pub(super) fn end(tallies: u64) -> Vec<u8> {
    record(Name::END, &tallies.to_le_bytes()).unwrap_or_default()
}

fn checksum(length: [u8; 4], name: Name, content: &[u8]) -> [u8; 16] {
    Name::of(|hasher| {
        // The long part first: what begins at a whole chunk is hashed several chunks at a time.
        hasher.update(content);
        hasher.update(&length);
        hasher.update(&name.0);
    })
    .0
}

/// The next record's name and content, into `content`; none at the end of the input. `at` is where it starts, for what is said.
pub(super) fn next(input: &mut impl Read, at: u64, content: &mut Vec<u8>) -> Result<Option<Name>, Damage> {
    let mut head = [0; HEAD];
    match fill(input, &mut head)? {
        0 => return Ok(None),
        HEAD => {}
        _ => return Err(Damage::Short(at)),
    }
    let part = |from: usize| -> [u8; 16] { std::array::from_fn(|i| head[from + i]) };
    let length = [head[0], head[1], head[2], head[3]];
    let (expected, name) = (part(4), Name(part(20)));
    let bytes = u32::from_le_bytes(length) as usize;
    if bytes > LONGEST {
        return Err(Damage::Changed(at));
    }
    content.clear();
    // Grows as bytes come, so that a length that is not true takes no memory beyond that of a usual tally.
    content.reserve(bytes.min(USUAL));
    let read = input.take(bytes as u64).read_to_end(content).map_err(Damage::Unreadable)?;
    if read < bytes {
        return Err(Damage::Short(at));
    }
    if checksum(length, name, content) != expected {
        return Err(Damage::Changed(at));
    }
    Ok(Some(name))
}

/// How many bytes came, up to the length of `into`.
fn fill(input: &mut impl Read, into: &mut [u8]) -> Result<usize, Damage> {
    let mut filled = 0;
    while filled < into.len() {
        match input.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Damage::Unreadable(error)),
        }
    }
    Ok(filled)
}

/// Reads a file as far as it is whole, holding one record at a time: header, then where the tallies are. Their contents are checked by
/// their checksums and not decoded.
///
/// # Errors
/// [`Damage`] before the first tally.
pub fn scan(mut input: impl Read) -> Result<Scan, Damage> {
    let mut magic = [0; MAGIC.len()];
    let read = fill(&mut input, &mut magic)?;
    if magic[..read] != MAGIC[..read] {
        let same = magic.starts_with(&MAGIC[..MAGIC.len() - 2]);
        return Err(if same { Damage::Format } else { Damage::Foreign });
    }
    if read < MAGIC.len() {
        return Err(Damage::Short(0));
    }
    let mut at = MAGIC.len() as u64;
    let mut content = Vec::new();
    let first = next(&mut input, at, &mut content)?;
    let header = first.filter(|name| *name == Name::HEADER).and_then(|_| Header::from_bytes(&content));
    let header = header.ok_or(if first.is_none() { Damage::Short(at) } else { Damage::Changed(at) })?;
    at += (HEAD + content.len()) as u64;
    let mut scan = Scan { header, places: Vec::new(), whole: at, ended: false, damage: None };
    loop {
        match next(&mut input, scan.whole, &mut content) {
            Ok(None) => return Ok(scan),
            Ok(Some(Name::END)) if content == (scan.places.len() as u64).to_le_bytes() && !scan.ended => {
                scan.ended = true
            }
            Ok(Some(name)) if name != Name::HEADER && name != Name::END && !scan.ended => {
                scan.places.push(Place { name, at: scan.whole });
            }
            Ok(Some(_)) => {
                scan.damage = Some(Damage::Changed(scan.whole));
                return Ok(scan);
            }
            Err(damage) => {
                scan.damage = Some(damage);
                return Ok(scan);
            }
        }
        scan.whole += (HEAD + content.len()) as u64;
    }
}

/// The tally of a record, whose `input` is where it starts; none where it is not there any more.
pub(super) fn tally_at(mut input: impl Read, name: Name) -> Option<Tally> {
    let mut content = Vec::new();
    let found = next(&mut input, 0, &mut content).ok()??;
    if found == name { tally::decode(&content) } else { None }
}

/// Reads a shard from memory, every tally of it decoded: header and tallies with their names. For tests and fuzzing: any bytes are
/// answered, and take no more memory than four times theirs and 1 GiB for the tally that is being decoded.
///
/// # Errors
/// [`Damage`]: no such file, or one that is not whole, to the byte.
pub fn read_shard(bytes: &[u8]) -> Result<(Header, Vec<(Name, Tally)>), Damage> {
    let scan = scan(bytes)?;
    if let Some(damage) = scan.damage {
        return Err(damage);
    }
    if !scan.ended {
        return Err(Damage::Short(scan.whole));
    }
    let decode = |place: &Place| {
        let from = usize::try_from(place.at).ok().and_then(|at| bytes.get(at..));
        let tally = from.and_then(|from| tally_at(from, place.name)).ok_or(Damage::Changed(place.at))?;
        Ok((place.name, tally))
    };
    let tallies = scan.places.iter().map(decode).collect::<Result<_, Damage>>()?;
    Ok((scan.header, tallies))
}
