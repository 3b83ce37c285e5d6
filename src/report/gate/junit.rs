//! The gate as JUnit XML: a test suite for each option, a test case for each condition, what is undecided as skipped.
//!
//! The elements are those that CI servers read: Jenkins' `jenkins-junit.xsd` (xunit plugin) and GitLab's "Unit test reports". No
//! times, no host: the same results give the same bytes.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Case, Standing, Suite};
use crate::results::Results;

/// Spaces of a level.
const INDENT: usize = 2;

/// The document, with a line end. A character that XML 1.0 cannot hold becomes U+FFFD.
#[must_use]
pub fn junit(results: &Results, suites: &[Suite]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', INDENT);
    let written = document(&mut writer, results, suites);
    debug_assert!(written.is_ok(), "writing into memory cannot fail");
    let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

type Out = Writer<Vec<u8>>;

fn document(out: &mut Out, results: &Results, suites: &[Suite]) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let title = allowed(&results.title);
    let counts = Counts::of(suites);
    let root = out.create_element("testsuites").with_attribute(("name", title.as_str()));
    root.with_attributes(counts.attributes())
        .write_inner_content(|out| suites.iter().try_for_each(|s| suite(out, s)))?;
    Ok(())
}

fn suite(out: &mut Out, suite: &Suite) -> io::Result<()> {
    let name = allowed(&suite.name);
    let counts = Counts::of(std::slice::from_ref(suite));
    let element = out.create_element("testsuite").with_attribute(("name", name.as_str()));
    let element = element.with_attributes(counts.attributes());
    element.write_inner_content(|out| suite.cases.iter().try_for_each(|one| case(out, &name, one)))?;
    Ok(())
}

fn case(out: &mut Out, option: &str, case: &Case) -> io::Result<()> {
    let (name, why) = (allowed(&case.condition), allowed(&case.why));
    let element = out.create_element("testcase").with_attribute(("classname", option));
    let element = element.with_attribute(("name", name.as_str()));
    let body = match case.measured.as_str() {
        "" => format!("{why}; decided by the {}", case.decided_by),
        measured => format!("{why}; measured {}; decided by the {}", allowed(measured), case.decided_by),
    };
    match case.standing {
        Standing::Pass => element.write_empty()?,
        Standing::Undecided => element.write_inner_content(|out| {
            out.create_element("skipped").with_attribute(("message", why.as_str())).write_empty().map(|_| ())
        })?,
        Standing::Fail => element.write_inner_content(|out| {
            let failure = out.create_element("failure").with_attribute(("message", why.as_str()));
            failure.with_attribute(("type", "missed")).write_text_content(BytesText::new(&body)).map(|_| ())
        })?,
    };
    Ok(())
}

/// How many test cases there are, fail and are skipped, as text.
struct Counts([(&'static str, String); 4]);

impl Counts {
    fn of(suites: &[Suite]) -> Counts {
        let sum = |of: &dyn Fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>().to_string();
        Counts([
            ("tests", sum(&|suite| suite.cases.len())),
            ("failures", sum(&|suite| suite.count(Standing::Fail))),
            ("errors", "0".into()),
            ("skipped", sum(&|suite| suite.count(Standing::Undecided))),
        ])
    }

    fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, count)| (*name, count.as_str()))
    }
}

/// `text` on one line and without what XML 1.0 has no place for (section 2.2, Char).
fn allowed(text: &str) -> String {
    let one = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c => c,
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use quick_xml::Reader;

    use super::*;
    use crate::report::fixture;
    use crate::report::gate::suites;

    /// Names of the elements in order, having read the document to its end with every tag closed.
    fn elements(text: &str) -> Vec<String> {
        let mut reader = Reader::from_str(text);
        let mut names = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) | Event::Empty(tag) => {
                    for attribute in tag.attributes() {
                        attribute.unwrap();
                    }
                    names.push(tag.name().as_ref().to_string());
                }
                Event::Eof => return names,
                _ => {}
            }
        }
    }

    #[test]
    fn it_is_well_formed_and_counts_what_it_holds() {
        let mut results = fixture::orders();
        results.title = "<a & \"b\"> \u{1} 'c'".into();
        results.wanted.objectives[0].text = "latency.p99 <= 250ms".into();
        let suites = suites(&results);
        let text = junit(&results, &suites);
        let names = elements(&text);
        let count = |name: &str| names.iter().filter(|found| *found == name).count();
        let failures = suites.iter().map(|suite| suite.count(Standing::Fail)).sum::<usize>();
        assert_eq!((count("testsuites"), count("testsuite"), count("failure")), (1, 5, failures));
        assert!(text.contains(&format!("failures=\"{failures}\"")), "{text}");
        assert!(
            text.contains("name=\"latency.p99 &lt;= 250ms\"") && text.contains("message=\"no WAF on the API\""),
            "{text}"
        );
        assert!(!text.contains('\u{1}') && text.contains("&lt;a &amp; &quot;b&quot;&gt; \u{fffd}"), "{text}");
    }

    #[test]
    fn what_is_undecided_is_skipped() {
        let mut results = fixture::queue();
        results.wanted.objectives = fixture::orders().wanted.objectives;
        results.points[0].metrics.insert("latency.p99".into(), fixture::estimate(250.0, 249.0, 251.0));
        let text = junit(&results, &suites(&results));
        assert_eq!(elements(&text).iter().filter(|name| *name == "skipped").count(), 1, "{text}");
        assert!(text.contains("skipped=\"1\"") && text.contains("failures=\"0\""), "{text}");
    }
}
