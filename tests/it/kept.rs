//! For the tests of journals and shards: sweeps that take no time and have every sort of adaptive round, and their bytes.

use std::path::Path;
use std::sync::Arc;

use gatecap::experiment::shards::{Header, Journal, Refused, Store};
use gatecap::experiment::{Control, Source, header, simulate, survey};
use gatecap::results::{hgrm, json};
use gatecap::scenario::Document;

/// One server of 100/s that services of 9/s each share: refined, with a precision to reach.
pub const ADAPTIVE: &str = "seed = 6\n[objectives]\nhold = [\"latency.mean <= 24ms\"]\n[workload]\nrate_per_service = \"9/s\"\n\
                            [run]\nrequests = 400\nwarmup = \"1s\"\nreplications = 4\n\
                            precision = { metric = \"latency.mean\", relative = 0.1, max_replications = 12 }\n\
                            [sweep]\nservices = { from = 1, to = 40, per_decade = 2 }\n[[hop]]\nname = \"service\"\n\
                            time = { exponential = { mean = \"10ms\" } }\nservers = 1\n";

/// The same with a search that its first probes decide.
pub fn searching() -> String {
    ADAPTIVE.replace("[[hop]]", "[saturation]\nfrom = 1\nto = 3\nhold = [\"outcome.ok >= 0.5\"]\n[[hop]]")
}

/// Two options, the study of their inputs.
pub const OPTIONS: &str = "seed = 6\noptions = [\"http-fan-out\", \"rest-shared-nlb\"]\n[run]\nrequests = 300\nreplications = 3\n\
                           [sweep]\nservices = [2, 5]\n\"workload.rate_per_service\" = [\"50/s\", \"100/s\"]\n\
                           [sensitivity]\nrequests = 200\n";

pub fn source(text: &str) -> Source {
    Document::parse(text, "test", Path::new(".")).unwrap().into()
}

/// What a sweep's files of tallies say of it.
pub fn of(text: &str) -> Header {
    header(&source(text), "scenario.toml", false, "").unwrap()
}

/// Everything that a sweep computes, as it is written, and whether it was stopped.
pub fn swept(text: &str, control: &Control) -> (Vec<u8>, bool) {
    let computed = simulate(&source(text), "scenario.toml", true, false, control).unwrap();
    let mut bytes = json::pretty(&computed.results).into_bytes();
    bytes.extend(computed.scenario.as_bytes());
    for (name, recorder) in &computed.histograms {
        bytes.extend(name.as_bytes());
        bytes.extend(hgrm::text(&recorder.to_hdr()).as_bytes());
    }
    (bytes, computed.stopped)
}

/// A sweep with a journal at `path`: its bytes, what was taken from the journal, what the journal had at first.
pub fn journaled(text: &str, path: &Path) -> (Vec<u8>, u64, usize) {
    let journal = Journal::open(path, of(text)).unwrap();
    let found = journal.found().0;
    let store = Arc::new(Store::new().and_journal(journal));
    let (bytes, _) = swept(text, &Control::default().with_store(Arc::clone(&store)));
    assert_eq!(store.lost(), None);
    (bytes, store.reused().0, found)
}

/// The units that a sweep asks for, were none simulated.
pub fn units(text: &str) -> usize {
    let control = Control::default().with_store(Arc::new(Store::new().only(&[])));
    survey(&source(text), false, &control).unwrap().units.len()
}

/// The message of a journal that is refused.
pub fn refusal(opened: Result<Journal, Refused>) -> String {
    match opened {
        Ok(_) => panic!("it was opened"),
        Err(Refused::Wrong(issue) | Refused::Unwritable(issue)) => format!("{}\n{:?}", issue.message, issue.hint),
    }
}
