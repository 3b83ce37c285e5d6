//! Outputs stay apart from inputs: a file that is read is never the one that is written.

use std::path::{Path, PathBuf};

use gatecap::issue::{Issue, Issues};

/// Refuses, before anything is read, outputs that are the same file as an input, by whatever path either is named. Outputs are given
/// with the flag that asks for them; `-` is stdin or stdout, and outputs that are not there yet are nobody's input.
///
/// # Errors
/// All such outputs, in their order.
pub fn check<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    outputs: impl IntoIterator<Item = (&'a str, PathBuf)>,
) -> Result<(), Issues> {
    let inputs: Vec<(&PathBuf, PathBuf)> = inputs.into_iter().filter_map(|path| Some((path, same(path)?))).collect();
    let mut issues = Issues::new();
    for (flag, output) in outputs {
        let Some(found) = same(&output) else { continue };
        if let Some((input, _)) = inputs.iter().find(|(_, input)| *input == found) {
            issues.push(taken(flag, &output, input));
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// The same for a folder in which files of these names are written, each in a folder of its own.
///
/// # Errors
/// All inputs that lie where such a file may be written.
pub fn check_below<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    (flag, folder, names): (&str, &Path, &[&str]),
) -> Result<(), Issues> {
    let Some(folder) = same(folder) else { return Ok(()) };
    let written = |path: &Path| {
        let named = path.file_name().is_some_and(|name| names.iter().any(|other| name == *other));
        named && path.parent().and_then(Path::parent) == Some(&folder)
    };
    let inputs = inputs.into_iter().filter(|path| same(path).is_some_and(|path| written(&path)));
    let issues: Issues = inputs.map(|path| taken(flag, path, path)).collect();
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// A file as the system knows it, links followed; `None` for one that is not there, and for `-`.
fn same(path: &Path) -> Option<PathBuf> {
    if path == Path::new("-") { None } else { path.canonicalize().ok() }
}

fn taken(flag: &str, output: &Path, input: &Path) -> Issue {
    let input = if input == output { String::new() } else { format!(" (as `{}`)", input.display()) };
    let found = format!("`{flag}` would replace `{}`, which is read{input}, but inputs are kept", output.display());
    Issue::new(found).hint(format!("give another place with `{flag}`"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_known_by_any_path() {
        let folder = tempfile::tempdir().unwrap();
        let (log, other) = (folder.path().join("a.log"), folder.path().join("b.log"));
        std::fs::write(&log, "").unwrap();
        std::fs::write(&other, "").unwrap();
        let detour = folder.path().join(".").join("x/../a.log");
        std::fs::create_dir(folder.path().join("x")).unwrap();
        let of = |out: &Path| check([&log, &PathBuf::from("-")], [("--out", out.to_path_buf())]);
        assert!(of(&other).is_ok() && of(&folder.path().join("new.log")).is_ok() && of(Path::new("-")).is_ok());
        assert!(of(&log).unwrap_err()[0].message.contains("which is read, but inputs are kept"));
        assert!(of(&detour).unwrap_err()[0].message.contains("(as `"));
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&log, &link).unwrap();
            assert_eq!(of(&link).unwrap_err().len(), 1);
        }
    }

    #[test]
    fn an_input_two_folders_down_is_known_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let option = folder.path().join("option");
        std::fs::create_dir(&option).unwrap();
        let (log, shop) = (option.join("alb.log"), option.join("shop.toml"));
        std::fs::write(&log, "").unwrap();
        std::fs::write(&shop, "").unwrap();
        let below = |input: &PathBuf, at: &Path| check_below([input], ("--emit-logs", at, &["alb.log"]));
        assert!(below(&shop, folder.path()).is_ok() && below(&log, &option).is_ok());
        assert_eq!(below(&log, folder.path()).unwrap_err().len(), 1);
    }
}
