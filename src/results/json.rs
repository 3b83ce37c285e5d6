//! Results as one JSON document, and back. Not a schema: the shapes are those of the types, in the order of their fields.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::compare::Compared;
use super::types::{FORMAT, Results};
use crate::issue::Issue;

/// Nesting beyond which nothing is broken over lines: a metric, a hop and a percentile take a line each.
const BROKEN_DEPTH: usize = 4;

/// The document on one line, without a line end. Whole numbers are written without a fraction; a number that is not finite as null.
#[must_use]
pub fn compact(results: &Results) -> String {
    written(results, Layout { depth: 0, pretty: None })
}

/// The document over many lines, two spaces a level, down to a line for each metric, with a line end.
#[must_use]
pub fn pretty(results: &impl Serialize) -> String {
    let mut text = written(results, Layout { depth: 0, pretty: Some(PrettyFormatter::new()) });
    text.push('\n');
    text
}

/// A comparison as a document of its own, of the version that compared and this format; laid out as [`pretty`] does.
#[must_use]
pub fn comparison(compared: &Compared) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        gatecap: &'static str,
        format: u32,
        comparison: &'a Compared,
    }
    pretty(&Document { gatecap: env!("CARGO_PKG_VERSION"), format: FORMAT, comparison: compared })
}

/// Reads a document that [`compact`] or [`pretty`] wrote; unknown fields are passed over.
///
/// # Errors
/// Text that is not JSON, lacks a field, has one of another type, or is of another format version.
pub fn from_json(text: &str) -> Result<Results, Issue> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    let no_document = |error: serde_json::Error| {
        Issue::new(format!("this is not a result document: {error}"))
            .hint("give the `results.json` of a directory that `gatecap sweep` wrote")
    };
    let version: Version = serde_json::from_str(text).map_err(no_document)?;
    if version.format != FORMAT {
        return Err(Issue::new(format!(
            "the result document has format {}, but this version reads format {FORMAT}",
            version.format
        ))
        .hint("run the sweep again with this version"));
    }
    serde_json::from_str(text).map_err(no_document)
}

fn written(results: &impl Serialize, layout: Layout) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, layout);
    // Writing into memory cannot fail, and no type of the results has a key that is not a string.
    let done = results.serialize(&mut serializer);
    debug_assert!(done.is_ok(), "results are plain data");
    String::from_utf8(bytes).unwrap_or_default()
}

/// How the document is laid out: whole numbers bare, and lines broken only where a reader looks for them.
struct Layout<'a> {
    depth: usize,
    pretty: Option<PrettyFormatter<'a>>,
}

impl<'a> Layout<'a> {
    fn broken(&mut self) -> Option<&mut PrettyFormatter<'a>> {
        if self.depth <= BROKEN_DEPTH { self.pretty.as_mut() } else { None }
    }

    /// A space after the comma or colon where lines are not broken but the document is for people.
    fn gap<W: ?Sized + io::Write>(&self, writer: &mut W, mark: &[u8]) -> io::Result<()> {
        writer.write_all(mark)?;
        if self.pretty.is_some() { writer.write_all(b" ") } else { Ok(()) }
    }
}

impl Formatter for Layout<'_> {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // Beyond 2^53 a double need not be the integer that it prints as.
        if value.fract() == 0.0 && value.abs() < 9.0e15 && !(value == 0.0 && value.is_sign_negative()) {
            write!(writer, "{}", value as i64)
        } else {
            CompactFormatter.write_f64(writer, value)
        }
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        match self.broken() {
            Some(lines) => lines.begin_array(writer),
            None => writer.write_all(b"["),
        }
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let done = match self.broken() {
            Some(lines) => lines.end_array(writer),
            None => writer.write_all(b"]"),
        };
        self.depth -= 1;
        done
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match self.broken() {
            Some(lines) => lines.begin_array_value(writer, first),
            None if first => Ok(()),
            None => self.gap(writer, b","),
        }
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.broken().map_or(Ok(()), |lines| lines.end_array_value(writer))
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        match self.broken() {
            Some(lines) => lines.begin_object(writer),
            None => writer.write_all(b"{"),
        }
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let done = match self.broken() {
            Some(lines) => lines.end_object(writer),
            None => writer.write_all(b"}"),
        };
        self.depth -= 1;
        done
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match self.broken() {
            Some(lines) => lines.begin_object_key(writer, first),
            None if first => Ok(()),
            None => self.gap(writer, b","),
        }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.gap(writer, b":")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.broken().map_or(Ok(()), |lines| lines.end_object_value(writer))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::results::{Ceiling, Estimate, Point};

    fn sample() -> Results {
        let mut point = Point { option: Some("a\"<b>\u{202e}".into()), services: Some(64), ..Point::default() };
        point.axes.insert("workload.rate_per_service".into(), 40.0);
        let p99 = Estimate { value: Some(87.1), low: None, high: Some(1.0 / 3.0) };
        point.metrics.insert("latency.p99".into(), p99);
        point.percentiles = vec![(0.5, 12.25), (0.999, 1e-7)];
        let ceiling = Ceiling { quota: "elb.alb-per-region".into(), limit: 50.0, ..Ceiling::default() };
        Results { format: FORMAT, points: vec![point], ceilings: vec![ceiling], ..Results::default() }
    }

    #[test]
    fn both_layouts_read_back_equal() {
        let results = sample();
        assert_eq!(from_json(&compact(&results)).unwrap(), results);
        assert_eq!(from_json(&pretty(&results)).unwrap(), results);
    }

    #[test]
    fn shapes_are_those_of_the_contract() {
        let text = compact(&sample());
        assert!(text.contains(r#""latency.p99":{"value":87.1,"low":null,"high":0.3333333333333333}"#), "{text}");
        assert!(text.contains(r#""axes":{"workload.rate_per_service":40}"#) && text.contains(r#""limit":50,"#));
        assert!(text.contains(r#""code":null"#) && !text.contains('\n'));
        let lines = pretty(&sample());
        let metric = r#"          "latency.p99": {"value": 87.1, "low": null, "high": 0.3333333333333333}"#;
        assert!(lines.lines().any(|line| line.trim_start() == metric.trim_start()), "{lines}");
    }

    #[test]
    fn awkward_numbers_survive() {
        for value in [0.1 + 0.2, 5e-324, 9.1e15, -0.0, 1.7976931348623157e308, 123_456_789.012_345_67] {
            let results = Results { confidence: value, format: FORMAT, ..Results::default() };
            let back = from_json(&compact(&results)).unwrap();
            assert_eq!(back.confidence.to_bits(), value.to_bits(), "{value:e}");
        }
    }

    #[test]
    fn another_format_is_told_apart_from_no_document() {
        assert!(from_json("{\"format\":2}").unwrap_err().message.contains("format 2"));
        assert!(from_json("[1]").unwrap_err().message.contains("not a result document"));
        assert!(from_json("{\"format\":1}").unwrap_err().message.contains("missing field"));
    }
}
