//! Who may ask for what: the checks that every request passes before anything is done for it. No file and no run is touched here.

use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode, Version};

/// Longest address of a request, bytes: the longest that the page asks for has about a hundred.
const LONGEST_ADDRESS: usize = 2_048;
/// Largest body of a request, bytes. A scenario file of a person has some kilobytes.
pub const LARGEST_BODY: u64 = 1 << 20;

/// A request that is not served, and why in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the client is told as a number.
    pub status: StatusCode,
    /// The same in words, for a person.
    pub why: String,
}

impl Refusal {
    /// A refusal of this status.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Refusal {
        Refusal { status, why: why.into() }
    }
}

/// Whether a request comes from a person at this machine: addressed to loopback by name, from the page itself where it changes
/// anything, and of a bearable size.
///
/// # Errors
/// 400 without a host or with several, 403 from another origin, 411 and 413 and 415 by its body, 414 by its address, 421 addressed to
/// somebody else.
pub fn check(head: &Parts, port: u16) -> Result<(), Refusal> {
    if head.uri.to_string().len() > LONGEST_ADDRESS {
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "the address is longer than any that is served here"));
    }
    if head.version != Version::HTTP_11 && head.version != Version::HTTP_10 {
        return Err(Refusal::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "only HTTP/1.1 is spoken here"));
    }
    let host =
        only(&head.headers, HOST.as_str())?.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "there is no Host"))?;
    let stated = head.uri.authority().map_or(host, hyper::http::uri::Authority::as_str);
    if !is_loopback(host, port) || !is_loopback(stated, port) {
        return Err(Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "this server answers to loopback names with its port only",
        ));
    }
    let own = format!("http://{host}");
    let origin = only(&head.headers, ORIGIN.as_str())?;
    if origin.is_some_and(|origin| !origin.eq_ignore_ascii_case(&own)) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "another site asks"));
    }
    let site = only(&head.headers, "sec-fetch-site")?;
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) && !is_visit(head) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "another site asks"));
    }
    if head.method == Method::POST {
        change(head, origin.is_some() || site == Some("same-origin"))?;
    }
    Ok(())
}

/// What a request must have that changes something.
fn change(head: &Parts, is_from_page: bool) -> Result<(), Refusal> {
    if !is_from_page {
        let why =
            "a change needs `Origin` or `Sec-Fetch-Site: same-origin`, which every browser sends from the page itself";
        return Err(Refusal::new(StatusCode::FORBIDDEN, why));
    }
    let kind = only(&head.headers, CONTENT_TYPE.as_str())?.unwrap_or("");
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a change is written as application/json"));
    }
    let Some(length) = only(&head.headers, CONTENT_LENGTH.as_str())? else {
        return Err(Refusal::new(StatusCode::LENGTH_REQUIRED, "a change says how long it is"));
    };
    match length.parse::<u64>() {
        Ok(length) if length <= LARGEST_BODY => Ok(()),
        Ok(_) => Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "a change may have at most 1 MiB")),
        Err(_) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the length is no number")),
    }
}

/// Whether somebody follows a link to the page, which may stand anywhere.
fn is_visit(head: &Parts) -> bool {
    let is = |name: &str, value: &str| matches!(only(&head.headers, name), Ok(Some(found)) if found == value);
    head.method == Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

/// The one value of a header; none where it is not there.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, format!("`{name}` is there twice")));
    }
    let text = |value: &'a hyper::header::HeaderValue| {
        value.to_str().map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, format!("`{name}` is no text")))
    };
    first.map(text).transpose()
}

/// Whether `host` names this machine's loopback with this port, which may be left out where it is that of HTTP.
fn is_loopback(host: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
        let rest = host.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).and(host.get(name.len()..));
        rest.is_some_and(|rest| rest == format!(":{port}") || (port == 80 && rest.is_empty()))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn status(method: &str, address: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = hyper::Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        check(&head, 4280).err().map_or(200, |refusal| refusal.status.as_u16())
    }

    #[test]
    fn only_loopback_names_with_the_port_are_answered() {
        for host in ["127.0.0.1:4280", "localhost:4280", "LOCALHOST:4280", "[::1]:4280"] {
            assert_eq!(status("GET", "/", &[("host", host)]), 200, "{host}");
        }
        for host in [
            "127.0.0.1",
            "localhost:80",
            "evil.example:4280",
            "127.0.0.1.evil.example:4280",
            "localhost.:4280",
            "[::1]",
            "",
        ] {
            assert_eq!(status("GET", "/", &[("host", host)]), 421, "{host}");
        }
        assert_eq!(status("GET", "/", &[]), 400);
        assert_eq!(status("GET", "/", &[("host", "localhost:4280"), ("host", "evil.example")]), 400);
        assert_eq!(status("GET", "http://evil.example:4280/", &[("host", "localhost:4280")]), 421);
        assert!(is_loopback("localhost", 80) && !is_loopback("localhost", 4280));
    }

    #[test]
    fn another_site_may_link_here_and_nothing_else() {
        let own = ("host", "localhost:4280");
        let (cross, visit) = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"));
        assert_eq!(status("GET", "/", &[own, cross, visit, ("sec-fetch-dest", "document")]), 200);
        assert_eq!(status("GET", "/", &[own, cross, visit, ("sec-fetch-dest", "iframe")]), 403);
        assert_eq!(status("GET", "/", &[own, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")]), 403);
        assert_eq!(status("GET", "/", &[own, ("origin", "http://evil.example")]), 403);
        assert_eq!(
            status("GET", "/", &[own, ("origin", "http://127.0.0.1:4280")]),
            403,
            "the name that the page has not"
        );
        assert_eq!(status("GET", "/", &[own, ("origin", "null")]), 403);
        assert_eq!(status("POST", "/", &[own, cross, visit, ("sec-fetch-dest", "document")]), 403);
    }

    #[test]
    fn a_change_comes_from_the_page_with_its_length_and_kind() {
        let own = ("host", "localhost:4280");
        let (json, here) = (("content-type", "application/json; charset=utf-8"), ("origin", "http://localhost:4280"));
        assert_eq!(status("POST", "/", &[own, json, here, ("content-length", "2")]), 200);
        assert_eq!(status("POST", "/", &[own, json, ("sec-fetch-site", "same-origin"), ("content-length", "2")]), 200);
        assert_eq!(status("POST", "/", &[own, json, ("content-length", "2")]), 403);
        assert_eq!(status("POST", "/", &[own, here, ("content-length", "2"), ("content-type", "text/plain")]), 415);
        assert_eq!(status("POST", "/", &[own, json, here]), 411);
        assert_eq!(status("POST", "/", &[own, json, here, ("content-length", "1048577")]), 413);
        assert_eq!(status("GET", &format!("/{}", "a".repeat(2_048)), &[own]), 414);
    }
}
