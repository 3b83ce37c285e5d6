//! The text that `gatecap init` writes: a scenario with every default spelled out, to be edited.

/// The default scenario as a commented file; it reads as exactly the built-in scenario.
#[must_use]
pub fn text() -> &'static str {
    include_str!("init.toml")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::text;
    use crate::scenario::Document;

    #[test]
    fn it_is_the_built_in_scenario() {
        let written = Document::parse(text(), "default", Path::new(".")).unwrap().resolve(&[]).unwrap();
        assert_eq!(written, Document::built_in().resolve(&[]).unwrap());
    }

    /// What is commented out has no default, but must be right once the `#` goes.
    #[test]
    fn what_is_commented_out_is_right_too() {
        let with = |line: &str| {
            let line = line.strip_prefix("# ").filter(|rest| rest.starts_with('[') || rest.contains(" = "));
            line.map(str::to_string)
        };
        let text: Vec<String> = text().lines().map(|line| with(line).unwrap_or_else(|| line.to_string())).collect();
        let document = Document::parse(text.join("\n"), "default", Path::new(".")).unwrap();
        let scenario = document.resolve(&[]).map_err(|issues| crate::issue::render(&issues, false)).unwrap();
        assert!(scenario.client.timeout.is_some() && !scenario.workload.profile.is_empty());
    }
}
