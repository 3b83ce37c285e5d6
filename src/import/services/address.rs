//! The URI of an integration in its parts, as far as they are known.

/// Parts of a URI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Host, perhaps with `${Name}` in it; `None` where the URI has no scheme.
    pub host: Option<String>,
    /// Port, stated or the scheme's; `None` where it is not known.
    pub port: Option<u32>,
    /// Path with its parameters; `/` where there is none.
    pub path: String,
}

impl Address {
    /// Of a URI such as `http://nlb.example:8080/orders/{id}`; anything else has neither host nor port.
    #[must_use]
    pub fn of(uri: &str) -> Address {
        let Some((scheme, rest)) = uri.split_once("://") else {
            return Address { host: None, port: None, path: "/".into() };
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => (&rest[..at], rest[at..].split('?').next().unwrap_or("/")),
            None => (rest, "/"),
        };
        let after_names = authority.rfind('}').unwrap_or(0);
        let (host, port) = match authority[after_names..].rfind(':') {
            Some(at) => (&authority[..after_names + at], authority[after_names + at + 1..].parse().ok()),
            // `host:${Port}`: a port that is not known.
            None if authority.contains(":${") => (authority.rsplit_once(":${").map_or("", |(host, _)| host), None),
            None => (authority, usual_port(scheme)),
        };
        Address { host: Some(host.to_string()).filter(|host| !host.is_empty()), port, path: path.to_string() }
    }

    /// Host and port as one text, to tell places apart; empty where neither is known.
    #[must_use]
    pub fn place(&self) -> String {
        match (&self.host, self.port) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.clone(),
            (None, Some(port)) => format!(":{port}"),
            (None, None) => String::new(),
        }
    }
}

/// Ports of the schemes (RFC 9110, section 4.2), whose case says nothing (RFC 3986, section 3.1).
fn usual_port(scheme: &str) -> Option<u32> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_in_parts() {
        for (uri, host, port, path) in [
            ("http://a.example/orders/{id}?x=1", Some("a.example"), Some(80), "/orders/{id}"),
            ("https://a.example", Some("a.example"), Some(443), "/"),
            ("HTTP://a.example/x", Some("a.example"), Some(80), "/x"),
            ("Https://a.example", Some("a.example"), Some(443), "/"),
            ("http://${Nlb.DNSName}:8080/{proxy}", Some("${Nlb.DNSName}"), Some(8080), "/{proxy}"),
            ("https://${Nlb.DNSName}/", Some("${Nlb.DNSName}"), Some(443), "/"),
            ("http://${AWS::Region}.a.example/x", Some("${AWS::Region}.a.example"), Some(80), "/x"),
            ("http://a.example:${Port}/x", Some("a.example"), None, "/x"),
            ("${Url}/x", None, None, "/"),
            ("http://", None, Some(80), "/"),
            ("http://a:b:99999999999/x", Some("a:b"), None, "/x"),
            ("arn:aws:x", None, None, "/"),
        ] {
            let found = Address::of(uri);
            assert_eq!((found.host.as_deref(), found.port, found.path.as_str()), (host, port, path), "{uri}");
        }
    }
}
