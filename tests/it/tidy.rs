//! The house rules that a compiler does not know: which room may use which, how long files and functions are, what a file
//! opens with, which mathematics the engine uses. It reads text; it does not run the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::source_text::{code_of, crate_paths, functions, without_tests};

/// Longest file, lines.
const FILE_LINES: usize = 400;
/// Longest function, lines from its `fn` to its closing brace.
const FUNCTION_LINES: usize = 70;

/// What a room may use of the others; the table of ARCHITECTURE.md. Every room may use itself.
const LAYERS: [(&str, &[&str]); 15] = [
    ("units", &[]),
    ("issue", &[]),
    ("random", &[]),
    ("stats", &["units"]),
    ("theory", &["units"]),
    ("engine", &["units", "random", "stats"]),
    ("aws", &["units", "issue", "random"]),
    ("scenario", &["units", "issue", "random", "aws"]),
    ("topology", &["units", "random", "theory", "engine", "aws", "scenario"]),
    ("results", &["units", "issue", "stats"]),
    (
        "experiment",
        &["units", "issue", "random", "stats", "theory", "engine", "aws", "scenario", "topology", "results"],
    ),
    ("report", &["units", "issue", "results"]),
    ("import", &["units", "issue", "aws"]),
    ("calibrate", &["units", "issue", "random", "stats", "theory"]),
    ("lib", &[]),
];

/// Of a room that another may use in part only: who, whose, what.
const ONLY: [(&str, &str, &[&str]); 1] = [("engine", "stats", &["Recorder", "histogram"])];

/// What a room must not name at all: printing, files, the environment, clocks, threads, formats.
const FORBIDDEN: [(&str, &[&str]); 6] = [
    ("engine", &["serde", "rayon", "std::fs", "std::env", "std::thread", "std::time", "println!", "eprintln!"]),
    ("random", &["serde", "rayon", "std::fs", "std::env", "std::time", "println!", "eprintln!"]),
    ("theory", &["serde", "rayon", "std::fs", "std::env", "std::time", "println!", "eprintln!"]),
    ("stats", &["serde", "rayon", "std::fs", "std::env", "std::time", "println!", "eprintln!"]),
    ("topology", &["serde", "rayon", "std::fs", "std::env", "std::time", "println!", "eprintln!"]),
    ("report", &["std::time", "println!", "eprintln!"]),
];

/// Rooms whose numbers must be the same on every platform, and the std functions that are the platform's own.
const PORTABLE: [&str; 4] = ["random", "engine", "topology", "theory"];
const PLATFORM_MATHS: [&str; 16] = [
    ".ln()",
    ".ln_1p()",
    ".log10()",
    ".log2()",
    ".log(",
    ".exp()",
    ".exp2()",
    ".exp_m1()",
    ".powf(",
    ".powi(",
    ".sin()",
    ".cos()",
    ".tan()",
    ".tanh()",
    ".cbrt()",
    ".hypot(",
];

/// The room of tests, which may use everything.
const TESTS: &str = "tests";

/// Folders of somebody's machine, without their slashes.
const MACHINE_FOLDERS: [&str; 6] = ["home", "root", "Users", "work", "mnt", "srv"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files under `folder` (relative to the repository) with one of the endings, sorted.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The room of a file of `src/`: its first folder, or its own name.
fn room(relative: &Path) -> String {
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_string()
}

/// Source files that are modules of tests: `#[cfg(test)] mod name;` in the file above.
fn test_files(sources: &[PathBuf]) -> Vec<PathBuf> {
    let declared = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = match stem.as_str() {
            "mod" | "lib" | "main" => path.parent().unwrap().to_path_buf(),
            stem => path.with_file_name(stem),
        };
        let names = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.lines().next()?.strip_suffix(';'));
        names.map(|name| folder.join(format!("{name}.rs"))).collect::<Vec<_>>()
    };
    sources.iter().flat_map(declared).collect()
}

/// What is wrong with one source file, as `file:line: what`.
fn complaints(name: &str, room: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if lines > FILE_LINES {
        wrong.push(format!("{name}:{FILE_LINES}: {lines} lines, but a file may have {FILE_LINES}"));
    }
    if !text.starts_with("//! ") || text.lines().next().is_some_and(|line| line.len() < 24) {
        wrong.push(format!("{name}:1: opens with no `//!` sentence that says what the file is for"));
    }
    let code = code_of(text);
    for (function, line, length) in functions(&code).into_iter().filter(|function| function.2 > FUNCTION_LINES) {
        wrong
            .push(format!("{name}:{line}: fn {function} has {length} lines, but a function may have {FUNCTION_LINES}"));
    }
    let layer = LAYERS.iter().find(|layer| layer.0 == room);
    for (line, used, item) in crate_paths(&code) {
        let known = LAYERS.iter().any(|layer| layer.0 == used);
        let Some((_, may)) = layer.filter(|_| known && used != room) else { continue };
        let only = ONLY.iter().find(|rule| rule.0 == room && rule.1 == used);
        if !may.contains(&used.as_str()) {
            wrong.push(format!("{name}:{line}: `{room}` may not use `{used}`"));
        } else if only.is_some_and(|rule| !rule.2.contains(&item.as_str())) {
            wrong.push(format!("{name}:{line}: `{room}` may not use `{used}::{item}`"));
        }
    }
    let proper = if room == TESTS { "" } else { without_tests(&code) };
    let places = |needle: &str| {
        let lines = proper.match_indices(needle).map(|(at, _)| 1 + proper[..at].matches('\n').count());
        lines.collect::<Vec<usize>>()
    };
    for word in FORBIDDEN.iter().filter(|rule| rule.0 == room).flat_map(|rule| rule.1) {
        wrong.extend(places(word).iter().map(|line| format!("{name}:{line}: `{room}` may not use `{word}`")));
    }
    for maths in PLATFORM_MATHS.iter().filter(|_| PORTABLE.contains(&room)) {
        wrong
            .extend(places(maths).iter().map(|line| format!("{name}:{line}: `{maths}` differs by platform: use libm")));
    }
    wrong
}

fn assert_none(wrong: &[String]) {
    let mut list = String::new();
    for complaint in wrong {
        let _ = writeln!(list, "  {complaint}");
    }
    assert!(wrong.is_empty(), "{} breaches of the house rules:\n{list}", wrong.len());
}

#[test]
fn sources_keep_the_house_rules() {
    let sources = files("src", &["rs"]);
    assert!(sources.len() > 100, "the sources are found");
    let tests = test_files(&sources);
    assert!(tests.iter().all(|path| sources.contains(path)), "{tests:?}");
    let mut wrong = Vec::new();
    for path in sources
        .iter()
        .chain(&files("tests", &["rs"]))
        .chain(&files("benches", &["rs"]))
        .chain(&files("examples", &["rs"]))
    {
        let shown = path.strip_prefix(root()).unwrap();
        let room = match shown.strip_prefix("src") {
            Ok(relative) if !tests.contains(path) => room(relative),
            _ => TESTS.into(),
        };
        wrong.extend(complaints(&shown.display().to_string(), &room, &std::fs::read_to_string(path).unwrap()));
    }
    assert_none(&wrong);
}

#[test]
fn every_room_has_its_layer() {
    let lib = code_of(&std::fs::read_to_string(root().join("src/lib.rs")).unwrap());
    let rooms: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(rooms.len() >= 12);
    for room in rooms {
        assert!(LAYERS.iter().any(|layer| layer.0 == room), "`{room}` of src/lib.rs has no row in the table of layers");
    }
}

#[test]
fn nothing_names_a_folder_of_one_machine() {
    let mut paths = ["src", "tests", "benches", "examples", "scenarios", "docs", ".ci"]
        .iter()
        .flat_map(|folder| files(folder, &["rs", "toml", "md", "j2", "css", "csv"]))
        .collect::<Vec<_>>();
    paths.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "Cargo.toml"].map(|f| root().join(f)),
    );
    let mut wrong = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            let names = |folder: &&&str| {
                let needle = format!("/{folder}/");
                line.match_indices(&needle)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.'))
            };
            if let Some(folder) = MACHINE_FOLDERS.iter().find(names) {
                let shown = path.strip_prefix(root()).unwrap().display();
                wrong.push(format!("{shown}:{}: a path below `{folder}`", index + 1));
            }
        }
    }
    assert_none(&wrong);
}

/// The checks themselves: each planted breach is found at its line, and what only looks like one is not.
#[test]
fn a_planted_breach_is_found() {
    let long = format!("fn long() {{\n{}}}\n", "    step();\n".repeat(70));
    let planted = [
        ("engine", "use crate::aws::Part;\n", "2: `engine` may not use `aws`"),
        ("engine", "use crate::{random::RunKey, scenario::Hop};\n", "2: `engine` may not use `scenario`"),
        ("engine", "use crate::stats::estimate;\n", "2: `engine` may not use `stats::estimate`"),
        ("report", "\nlet x = crate::engine::simulate(net);\n", "3: `report` may not use `engine`"),
        ("stats", "use serde::Serialize;\n", "2: `stats` may not use `serde`"),
        ("random", "let y = x.ln();\n", "2: `.ln()` differs by platform"),
        ("aws", long.as_str(), "2: fn long has 72 lines"),
    ];
    for (room, text, expected) in planted {
        let wrong = complaints("planted.rs", room, &format!("//! A file that breaks one rule of the house.\n{text}"));
        assert!(wrong.len() == 1 && wrong[0].contains(&format!("planted.rs:{expected}")), "{room}: {wrong:?}");
    }
    assert!(complaints("planted.rs", "aws", "use crate::units::Rate;\n")[0].contains(":1: opens with no"));
    assert!(
        complaints("planted.rs", "aws", &format!("//! Too long for the house.\n{}", "\n".repeat(400)))[0]
            .contains("401")
    );
    let innocent = "//! Names `crate::aws` and x.ln() in words only.\n// use crate::aws;\nconst A: &str = r#\"crate::aws \" x.ln()\"#;\n\
                    fn f<'a>(c: &'a char) -> bool { *c == '\"' || *c == '\\'' }\nuse crate::stats::Recorder;\n\
                    #[cfg(test)]\nmod tests {\n    fn g(x: f64) -> f64 { x.ln() }\n}\n";
    assert_eq!(complaints("planted.rs", "engine", innocent), Vec::<String>::new());
}
