//! What is sent back: a whole text or a stream of events, with the headers that keep a page to itself.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc::Receiver;

use super::guard::Refusal;

/// What the page may load, and who may show it: its own files, nobody.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A saved report carries its own policy. Here it runs apart from the page, as a site of its own that may ask for nothing.
const REPORT_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                             img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Content that is sent.
#[derive(Debug)]
pub enum Content {
    /// All of it; none once it is sent.
    Whole(Option<Bytes>),
    /// As it comes, until the sender is dropped.
    Live(Receiver<Bytes>),
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Content::Live(events) => events.poll_recv(context).map(|event| event.map(|bytes| Ok(Frame::data(bytes)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Content::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Content::Live(_) => SizeHint::default(),
        }
    }
}

/// A reply.
pub type Reply = Response<Content>;

/// Kinds of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The page.
    Page,
    /// A saved report.
    Report,
    /// Its style.
    Style,
    /// Its script.
    Script,
    /// A chart.
    Picture,
    /// Data.
    Json,
    /// Progress.
    Events,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Page | Kind::Report => "text/html; charset=utf-8",
            Kind::Style => "text/css; charset=utf-8",
            Kind::Script => "text/javascript; charset=utf-8",
            Kind::Picture => "image/svg+xml",
            Kind::Json => "application/json",
            Kind::Events => "text/event-stream",
        }
    }
}

/// A whole text.
pub fn whole(status: StatusCode, kind: Kind, text: impl Into<Bytes>) -> Reply {
    of(status, kind, Content::Whole(Some(text.into())))
}

/// Data.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Reply {
    whole(status, Kind::Json, value.to_string())
}

/// A stream of events.
pub fn live(events: Receiver<Bytes>) -> Reply {
    of(StatusCode::OK, Kind::Events, Content::Live(events))
}

/// What is refused, as data.
pub fn refused(refusal: &Refusal) -> Reply {
    json(refusal.status, &serde_json::json!({ "error": refusal.why }))
}

/// That an address is served, but by other methods.
pub fn not_allowed(allowed: &'static str) -> Reply {
    let mut reply =
        refused(&Refusal::new(StatusCode::METHOD_NOT_ALLOWED, format!("this address takes {allowed}, nothing else")));
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

fn of(status: StatusCode, kind: Kind, content: Content) -> Reply {
    let mut reply = Response::new(content);
    *reply.status_mut() = status;
    let policy = if kind == Kind::Report { REPORT_POLICY } else { PAGE_POLICY };
    for (name, value) in [
        (CONTENT_TYPE.as_str(), kind.name()),
        ("content-security-policy", policy),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        if let Ok(name) = HeaderName::try_from(name) {
            reply.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    reply
}
