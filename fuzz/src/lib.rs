//! What the targets check: any bytes are read to a tally that adds up, or to a scenario that is valid, or refused with a message.

use std::collections::BTreeMap;
use std::path::Path;

use gatecap::aws::service_quotas;
use gatecap::calibrate::apigateway::Format;
use gatecap::calibrate::kind::Kind;
use gatecap::calibrate::read::{Reading, stream};
use gatecap::calibrate::row::Rounding;
use gatecap::calibrate::stream::Control;
use gatecap::calibrate::tally::Tally;
use gatecap::calibrate::{document, summary};
use gatecap::experiment::shards;
use gatecap::import::{self, Source, services, write};
use gatecap::scenario::{Document, prices, resolved};

fn read(kind: Kind, format: Option<Format>, bytes: &[u8]) -> Option<Tally> {
    let reading = Reading { kind, rounding: Rounding::Nearest, format };
    match stream(bytes, "log", &reading, &Control::default()) {
        Ok(tally) => Some(tally),
        Err(issue) => {
            assert!(!issue.message.is_empty());
            None
        }
    }
}

/// Reads bytes as a log of a kind; where they are one, checks the books and that halves merge in either order.
pub fn log(kind: Kind, format: Option<Format>, bytes: &[u8]) {
    let Some(tally) = read(kind, format.clone(), bytes) else { return };
    assert_eq!(tally.rows, tally.used + tally.refused_rows());
    assert_eq!(tally.slots.whole().rows, tally.used);
    assert!(tally.arrivals.total() <= tally.used);
    for times in tally.slots.whole().times.values() {
        assert_eq!(times.cells().map(|cell| cell.count).sum::<u64>(), times.n());
        assert!(times.cells().all(|cell| cell.low_ms <= cell.high_ms));
    }
    let shown = [summary::rows(&tally), summary::times(&tally), summary::arrivals(&tally)];
    assert!(shown.iter().all(|text| text.chars().all(|c| c == '\n' || !c.is_control())));
    let _ = document::log("log", &tally, None).to_string();
    let border = bytes.iter().take(bytes.len() / 2).rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let halves = (read(kind, format.clone(), &bytes[..border]), read(kind, format, &bytes[border..]));
    if let (Some(first), Some(second)) = halves {
        let (mut forward, mut backward) = (first.clone(), second.clone());
        forward.merge(second);
        backward.merge(first);
        assert_eq!(forward, backward);
    }
}

/// Reads bytes as a file to be imported; where they are one, the scenario that is written must be valid.
pub fn import(kind: import::kind::Kind, bytes: &[u8]) {
    let source = Source { name: "file".into(), bytes: bytes.to_vec() };
    let estate = match import::read(kind, &[source], &BTreeMap::new()) {
        Ok(estate) => estate,
        Err(issues) => return assert!(!issues.is_empty()),
    };
    let imported = services::services(estate);
    let written = write::scenario(&imported, &["file".into()]);
    let _ = import::summary::listing(&imported);
    let _ = import::summary::json(&imported, &written);
    let read = Document::parse(written.text.clone(), "written", Path::new(".")).and_then(|document| document.resolve(&[]));
    assert!(read.is_ok(), "{}\n{:?}", written.text, read.err());
}

/// Reads bytes as a journal or a shard: as they are, and with every checksum put right, without which chance never comes past one.
pub fn shard(bytes: &[u8]) {
    let _ = shards::read_shard(bytes);
    let _ = shards::read_shard(&mended(bytes));
}

/// The same records with their checksums, and with lengths no longer than what is there.
fn mended(bytes: &[u8]) -> Vec<u8> {
    const MAGIC: &[u8; 16] = b"gatecap units 3\n";
    let mut whole = MAGIC.to_vec();
    let mut rest = bytes.get(MAGIC.len()..).unwrap_or_default();
    // Of a record: its length, checksum and name, then the content.
    while let Some(([a, b, c, d, _, _, _, _, _, _, _, _, _, _, _, _, name @ ..], after)) = rest.split_first_chunk::<36>() {
        let (content, next) = after.split_at((u32::from_le_bytes([*a, *b, *c, *d]) as usize).min(after.len()));
        let length = (content.len() as u32).to_le_bytes();
        let hash = blake3::Hasher::new().update(content).update(&length).update(name).finalize();
        whole.extend(length);
        whole.extend(&hash.as_bytes()[..16]);
        whole.extend(name);
        whole.extend(content);
        rest = next;
    }
    whole
}

/// Reads bytes as a scenario; what it resolves to must be a scenario that resolves to itself.
pub fn scenario(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Files beside it are not the reader's to bound.
    if text.contains("file") || text.contains(".toml") || text.contains('/') && text.contains("options") {
        return;
    }
    let read = |text: String| Document::parse(text, "read", Path::new(".")).and_then(|document| document.resolve(&[]));
    match read(text.into()) {
        Ok(once) => {
            let written = resolved::toml(&once, Path::new("."));
            let again = read(written.clone()).map(|twice| resolved::toml(&twice, Path::new(".")));
            assert!(again.as_ref().is_ok_and(|twice| *twice == written), "{written}\n{again:?}");
        }
        Err(issues) => assert!(!issues.is_empty()),
    }
}

/// Reads bytes as what the AWS CLI prints of quotas, and as a table of prices.
pub fn tables(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = service_quotas::read(text, "quotas");
    let _ = prices::read(text, Path::new("prices"));
}
