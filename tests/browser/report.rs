//! The report as a reader opens it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::driver::{Page, address};

const SCENARIO: &str = "seed = 8\n[run]\nrequests = 4_000\nreplications = 4\n\
                        [sweep]\nservices = { from = 1, to = 2000, per_decade = 3 }\n[sensitivity]\nrequests = 500\n";

/// The report of a small sweep over all options, made once.
fn report() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.toml"), SCENARIO).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatecap"));
        command.args(["sweep", "a.toml", "--out", "a"]).current_dir(folder.path()).stdout(Stdio::null());
        assert!(command.stderr(Stdio::inherit()).status().unwrap().success());
        let file = folder.path().join("a/report.html");
        (folder, file)
    });
    file
}

#[test]
fn it_opens_without_a_word_on_its_console() {
    let Some(mut page) = Page::new("the report") else { return };
    let mut files = vec![report().to_path_buf()];
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("output/default/report.html");
    match default.exists() {
        true => files.push(default),
        false => println!("skipped: `cargo run --release` has not made its report, so only a smaller one is looked at"),
    }
    for file in files {
        let address = address(&file);
        page.heard.requests.clear();
        page.go(&address);
        assert!(page.text("#verdict").contains("services"));
        assert!(page.count("figure svg") >= 5);
        page.assert_quiet(&address);
        assert_eq!(page.heard.requests, [address]);
    }
}
