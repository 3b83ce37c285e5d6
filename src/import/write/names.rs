//! What services and load balancers of any name are called in a scenario, and how their texts go into comments and titles.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::names::{LONGEST, is_name};

/// Names that are taken, and the number that the next one like each would have.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    next: BTreeMap<String, u32>,
}

impl Names {
    /// A legal name like `label` that no other has, and that leaves `room` characters for what is put behind it.
    pub fn take(&mut self, label: &str, room: usize) -> String {
        let base = legal(label, LONGEST - room);
        let mut name = base.clone();
        while !self.taken.insert(name.clone()) {
            let number = self.next.entry(base.clone()).and_modify(|number| *number += 1).or_insert(2);
            let ending = format!("-{number}");
            name = format!("{}{ending}", &base[..base.len().min(LONGEST - room - ending.len())]);
        }
        name
    }
}

/// The nearest legal name of at most `most` characters.
fn legal(label: &str, most: usize) -> String {
    let mut name = String::new();
    for c in spoken(label).chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() >= most {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    if is_name(name) {
        return name.to_string();
    }
    let name = format!("service-{name}");
    name[..name.len().min(most)].trim_end_matches('-').to_string()
}

/// What people call a thing: of the ARN of a load balancer or listener the load balancer's name, of other ARNs the last part.
fn spoken(label: &str) -> &str {
    let Some(arn) = label.split_whitespace().next().filter(|first| first.starts_with("arn:")) else { return label };
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let mut parts = resource.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("loadbalancer" | "listener"), Some("app" | "net"), Some(name)) => name,
        (Some("targetgroup"), Some(name), _) => name,
        _ => resource.rsplit('/').next().unwrap_or(resource),
    }
}

/// A text as it may stand in a comment or title: one line, nothing that steers a terminal or turns the writing round, at most 300
/// characters.
#[must_use]
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = |c: char| {
        if c == '\n' || c == '\t' {
            ' '
        } else if c.is_control() || turns(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().take(300).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_legal_and_unique() {
        let mut names = Names::default();
        for (label, expected) in [
            ("Orders API", "Orders-API"),
            ("Orders API", "Orders-API-2"),
            ("Orders-API", "Orders-API-3"),
            ("", "service"),
            ("???", "service-2"),
            ("42", "service-42"),
            ("latency", "service-latency"),
            ("  <b>\"é\"\n", "b"),
            ("arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/shop/abc/def host:80", "shop"),
            ("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/cart/abc", "cart"),
            ("arn:aws:servicediscovery:eu-west-1:1:service/srv-x", "srv-x"),
        ] {
            assert_eq!(names.take(label, 0), expected, "{label:?}");
        }
        let long = "x".repeat(300);
        let all: BTreeSet<String> = (0..1_200).map(|_| names.take(&long, 7)).collect();
        assert!(all.len() == 1_200 && all.iter().all(|name| is_name(name) && name.len() <= LONGEST - 7));
    }

    #[test]
    fn texts_become_one_harmless_line() {
        assert_eq!(clean("a\nb\u{1b}[2J\u{202e}c"), "a b\u{fffd}[2J\u{fffd}c");
        assert_eq!(clean(&"é".repeat(400)).chars().count(), 300);
    }
}
