//! Kinds of logs, and how to tell a row of each from its looks, so that a wrong or mixed file can be named.

use super::fields::{Fields, Number, iso, number};

/// What a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Access log of an Application Load Balancer.
    Alb,
    /// Access log of an API Gateway stage.
    ApiGateway,
    /// Access log of a Classic Load Balancer.
    ClassicElb,
    /// Access log of a Network Load Balancer's TLS listener.
    Nlb,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Alb, Kind::ApiGateway, Kind::ClassicElb, Kind::Nlb];

    /// The word for it on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Alb => "alb",
            Kind::ApiGateway => "apigateway",
            Kind::ClassicElb => "elb-classic",
            Kind::Nlb => "nlb",
        }
    }

    /// What such a log is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Alb => "an ALB access log",
            Kind::ApiGateway => "an API Gateway access log in JSON",
            Kind::ClassicElb => "a Classic Load Balancer access log",
            Kind::Nlb => "an NLB access log",
        }
    }

    /// Why a row of this kind is refused in a log of another.
    #[must_use]
    pub fn foreign(self) -> &'static str {
        match self {
            Kind::Alb => "row of an ALB access log",
            Kind::ApiGateway => "row in JSON, as of an API Gateway access log",
            Kind::ClassicElb => "row of a Classic Load Balancer access log",
            Kind::Nlb => "row of an NLB access log",
        }
    }

    /// The kind of log that a row looks like; `None` where it looks like none of them.
    #[must_use]
    pub fn of(row: &[u8]) -> Option<Kind> {
        let mut fields = Fields::new(row);
        let first = fields.next()?;
        let second = fields.next();
        let dated = |field: Option<&[u8]>| field.is_some_and(|field| iso(field).is_some());
        match first {
            b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss" if dated(second) => Some(Kind::Alb),
            b"tls" if dated(fields.next()) => Some(Kind::Nlb),
            _ if iso(first).is_some() => {
                let (_, backend) = (fields.next(), fields.next());
                let times = fields.take(3).filter(|field| number(field) != Number::Bad).count();
                (backend.is_some() && times == 3).then_some(Kind::ClassicElb)
            }
            _ => first.starts_with(b"{").then_some(Kind::ApiGateway),
        }
    }
}

/// What a file is that is no text at all, by its first bytes.
#[must_use]
pub fn foreign_file(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 12] = [
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"BZh", "a bzip2 archive"),
        (b"\xfd7zXZ", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
        (b"PAR1", "a Parquet file"),
        (b"Obj\x01", "an Avro file"),
        (b"%PDF", "a PDF document"),
        (b"\x7fELF", "a program"),
        (b"\xff\xfe", "text in UTF-16"),
        (b"\xfe\xff", "text in UTF-16"),
    ];
    if head.get(257..262) == Some(b"ustar") {
        return Some("a tar archive");
    }
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, name)| *name)
}
