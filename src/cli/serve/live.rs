//! Progress as it comes: server-sent events, each with the state of all sweeps, sent where it changed.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use tokio::sync::mpsc;
use tokio::time::interval;

use super::guard::Refusal;
use super::reply::{self, Reply};
use super::routes::{Site, event};

/// Streams at a time: a page has one.
pub const MOST_STREAMS: usize = 8;
/// Pause between two looks.
const TICK: Duration = Duration::from_millis(150);
/// Looks without a change after which a line is sent that says nothing, so that a client that is gone is noticed.
const QUIET: u32 = 40;
/// Looks for which a client may take nothing before it is let go.
const PATIENCE: u32 = 200;
/// Events that wait for a slow client.
const WAITING: usize = 4;

/// Opens a stream.
///
/// # Errors
/// 503: there are too many.
pub fn open(site: Arc<Site>) -> Result<Reply, Refusal> {
    let full = |_| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too many pages watch already");
    let place = Arc::clone(&site.streams).try_acquire_owned().map_err(full)?;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        send(&site, &sender).await;
        drop(place);
    });
    Ok(reply::live(receiver))
}

async fn send(site: &Site, sender: &mpsc::Sender<Bytes>) {
    let mut tick = interval(TICK);
    let (mut last, mut quiet, mut full) = (None, 0, 0);
    while !sender.is_closed() && full < PATIENCE {
        tick.tick().await;
        let state = site.runs.state();
        let bytes = if last.as_ref() != Some(&state) {
            event("state", &state)
        } else if quiet >= QUIET {
            Bytes::from_static(b": still here\n\n")
        } else {
            quiet += 1;
            continue;
        };
        match sender.try_send(bytes) {
            Ok(()) => (last, quiet, full) = (Some(state), 0, 0),
            Err(_) => full += 1,
        }
    }
}
