//! Loopback sockets and the connections on them: how many there may be and how long each may take. Not what is answered.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gatecap::issue::{Issue, Issues};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::guard::Refusal;
use super::reply::{Content, Reply, refused};
use super::routes::{self, Site};

/// Connections that are served at a time: a browser opens six.
const MOST_CONNECTIONS: usize = 64;
/// Connections beyond these that are told so before they are closed; what comes on top of them is closed at once.
const MOST_TOLD: usize = 128;
/// How long the head of a request may take, and an idle connection stay.
pub const HEAD_TIME: Duration = Duration::from_secs(5);
/// How long a connection may stay in all, and one that carries events.
const CONNECTION_TIME: Duration = Duration::from_secs(60);
const EVENTS_TIME: Duration = Duration::from_secs(3_600);
/// How long the last answer of a connection may take once its time is over.
const LAST_TIME: Duration = Duration::from_secs(5);
/// Bytes of a request's head, and of what is read ahead.
const LARGEST_HEAD: usize = 16 << 10;
/// Pause after a connection that could not be accepted, as where files are all open.
const PAUSE: Duration = Duration::from_millis(50);

/// The sockets of one port, IPv4 and, where the machine has it, IPv6.
pub struct Sockets {
    sockets: Vec<std::net::TcpListener>,
    /// The port that was asked for, or found.
    pub port: u16,
}

/// Binds to loopback and nothing else.
///
/// # Errors
/// A port that is taken, or must not be used.
pub fn bind(port: u16) -> Result<Sockets, Issues> {
    let failed = |error: io::Error| {
        let issue = match error.kind() {
            io::ErrorKind::AddrInUse => Issue::new(format!("port {port} of 127.0.0.1 is in use")),
            _ => Issue::new(format!("cannot listen on 127.0.0.1:{port}: {error}")),
        };
        vec![issue.hint("give another port with `--port`; `--port 0` takes any that is free")]
    };
    let first = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map_err(failed)?;
    let port = first.local_addr().map_err(failed)?.port();
    let mut sockets = vec![first];
    // A convenience for `localhost`: where there is no IPv6, or another program has that port of it, IPv4 is enough.
    sockets.extend(std::net::TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))));
    for socket in &sockets {
        socket.set_nonblocking(true).map_err(failed)?;
    }
    Ok(Sockets { sockets, port })
}

/// Begins to serve; it goes on until the runtime ends.
///
/// # Errors
/// A socket that cannot be watched.
pub fn serve(sockets: Sockets, site: &Arc<Site>) -> io::Result<()> {
    let (places, told) = (Arc::new(Semaphore::new(MOST_CONNECTIONS)), Arc::new(Semaphore::new(MOST_TOLD)));
    for socket in sockets.sockets {
        let listener = TcpListener::from_std(socket)?;
        tokio::spawn(accept(listener, Arc::clone(site), Arc::clone(&places), Arc::clone(&told)));
    }
    Ok(())
}

async fn accept(listener: TcpListener, site: Arc<Site>, places: Arc<Semaphore>, told: Arc<Semaphore>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let site = Arc::clone(&site);
            tokio::spawn(async move {
                connection(stream, site).await;
                drop(place);
            });
        } else if let Ok(place) = Arc::clone(&told).try_acquire_owned() {
            tokio::spawn(async move {
                turn_away(stream, "503 Service Unavailable", "too many connections").await;
                drop(place);
            });
        }
    }
}

/// Serves one connection to its end, or to the end of its time.
async fn connection(stream: TcpStream, site: Arc<Site>) {
    let has_events = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&has_events);
    let service = service_fn(move |request: Request<Incoming>| {
        let (site, seen) = (Arc::clone(&site), Arc::clone(&seen));
        Box::pin(async move { Ok::<Reply, Infallible>(answer(request, site, &seen).await) })
    });
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut ended =
        timeout(CONNECTION_TIME, std::future::poll_fn(|context| served.poll_without_shutdown(context))).await;
    if ended.is_err() && has_events.load(Ordering::Relaxed) {
        ended = timeout(EVENTS_TIME, std::future::poll_fn(|context| served.poll_without_shutdown(context))).await;
    }
    if ended.is_err() {
        Pin::new(&mut served).graceful_shutdown();
        let _ = timeout(LAST_TIME, served).await;
        return;
    }
    let is_late = matches!(&ended, Ok(Err(error)) if error.is_timeout());
    let parts = served.into_parts();
    let mut stream = parts.io.into_inner();
    if is_late && !parts.read_buf.is_empty() {
        turn_away(stream, "408 Request Timeout", "the request took too long").await;
    } else {
        let _ = timeout(LAST_TIME, stream.shutdown()).await;
    }
}

async fn answer(request: Request<Incoming>, site: Arc<Site>, has_events: &AtomicBool) -> Reply {
    let reply = match routes::answer(request, site).await {
        Ok(reply) => reply,
        Err(refusal) => refused(&refusal),
    };
    if matches!(reply.body(), Content::Live(_)) {
        has_events.store(true, Ordering::Relaxed);
    }
    reply
}

/// Answers before anything was understood, and closes. What still comes is read for a while: a client whose bytes are left unread
/// would see a broken connection in place of the answer.
async fn turn_away(mut stream: TcpStream, status: &str, why: &str) {
    let body = serde_json::json!({ "error": why }).to_string();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = timeout(LAST_TIME, async {
        stream.write_all(text.as_bytes()).await?;
        stream.shutdown().await?;
        let mut rest = [0; 4 << 10];
        for _ in 0..64 {
            if stream.read(&mut rest).await? == 0 {
                break;
            }
        }
        io::Result::Ok(())
    })
    .await;
}

/// The body of a request, which may take as long as its head.
///
/// # Errors
/// 408 where it takes longer, 413 where it is larger than a change may be, 400 where it breaks off.
pub async fn body(mut incoming: Incoming) -> Result<Vec<u8>, Refusal> {
    use hyper::body::Body as _;
    let read = async {
        let mut bytes = Vec::new();
        while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
            let frame = frame.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the request broke off"))?;
            bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            if bytes.len() as u64 > super::guard::LARGEST_BODY {
                return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "a change may have at most 1 MiB"));
            }
        }
        Ok(bytes)
    };
    let late = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the request took too long");
    timeout(HEAD_TIME, read).await.map_err(late)?
}
