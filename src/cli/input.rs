//! What a verb reads: a scenario, flags that override it, quotas files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatecap::aws::service_quotas::{self, QuotaRow};
use gatecap::experiment::Source;
use gatecap::issue::{Issue, Issues};
use gatecap::results::QuotaRead;
use gatecap::scenario::{Document, Model, Override};

use super::args::{Flags, Scenario};

/// Most bytes of a quotas file: the quotas of one service are some hundred KiB.
const LARGEST_QUOTAS: u64 = 64 << 20;

/// A scenario ready to be simulated.
pub struct Input {
    /// The document with overrides and quotas.
    pub source: Source,
    /// The file as the user wrote it, or `built-in`.
    pub file: String,
    /// Names the output folder.
    pub stem: String,
    /// Rows of quotas files and what became of them.
    pub quotas_read: Vec<QuotaRead>,
}

/// Reads the scenario and the quotas files, and checks the whole.
pub fn read(input: &Scenario, overrides: Vec<Override>) -> Result<Input, Issues> {
    let (document, file, stem) = match &input.scenario {
        None => (Document::built_in(), "built-in".to_string(), "default".to_string()),
        Some(path) => {
            let document = Document::read(path)?;
            let stem = if path == Path::new("-") {
                "stdin".to_string()
            } else {
                path.file_stem().map_or_else(|| "scenario".into(), |stem| stem.to_string_lossy().into_owned())
            };
            (document, path.display().to_string(), stem)
        }
    };
    let mut source = Source { document, overrides, quotas: BTreeMap::new() };
    let model = source.scenario(&[])?.model;
    let quotas_read = read_quotas(&mut source, &model, &input.quotas)?;
    Ok(Input { source, file, stem, quotas_read })
}

/// The flags of a simulating verb as overrides of the scenario's fields.
pub fn overrides(flags: &Flags) -> Result<Vec<Override>, Issues> {
    let mut overrides = set(&flags.set)?;
    let mut flag = |field: &str, value: Option<String>| {
        overrides.extend(value.map(|value| Override::set(field, value)));
    };
    flag("seed", flags.seed.map(|seed| seed.to_string()));
    flag("run.replications", flags.replications.map(|n| n.to_string()));
    flag("run.requests", flags.requests.map(|n| n.to_string()));
    Ok(overrides)
}

/// `--set FIELD=VALUE`: the value is TOML, or a text where it is none (`50/s`, `30ms`).
pub fn set(texts: &[String]) -> Result<Vec<Override>, Issues> {
    let one = |text: &String| {
        let (field, value) = text.split_once('=').ok_or_else(|| {
            let issue = Issue::new(format!("`--set {text}` has no `=`"));
            vec![issue.hint("write --set FIELD=VALUE, as --set run.requests=1000")]
        })?;
        let value = value.trim();
        let is_toml = format!("value = {value}").parse::<toml::Table>().is_ok();
        let toml = if is_toml { value.to_string() } else { toml::Value::String(value.to_string()).to_string() };
        Ok(Override::set(field.trim(), toml))
    };
    texts.iter().map(one).collect()
}

fn read_quotas(source: &mut Source, model: &Model, files: &[PathBuf]) -> Result<Vec<QuotaRead>, Issues> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let Model::Options(system) = model else {
        let issue = Issue::new("`--quotas` is given, but the scenario spells hops out, which no AWS quota bounds");
        return Err(vec![issue.hint("leave `--quotas` out, or describe the system by options")]);
    };
    let mut rows: Vec<QuotaRow> = Vec::new();
    let mut issues = Issues::new();
    for path in files {
        match read_text(path).and_then(|text| service_quotas::read(&text, &path.display().to_string())) {
            Ok(more) => rows.extend(more),
            Err(issue) => issues.push(issue),
        }
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    let mut quotas = system.quotas.clone();
    service_quotas::apply(&mut rows, &mut quotas);
    quotas.retain(|id, _| !system.quotas.contains_key(id));
    source.quotas = quotas;
    let read = |row: QuotaRow| QuotaRead {
        file: row.file,
        code: row.code,
        name: row.name,
        value: row.value,
        status: row.status,
    };
    Ok(rows.into_iter().map(read).collect())
}

fn read_text(path: &Path) -> Result<String, Issue> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| Issue::new(format!("cannot read `{shown}`: {error}"));
    let data = std::fs::metadata(path).map_err(unreadable)?;
    if data.is_dir() {
        return Err(Issue::new(format!("`{shown}` is a folder, but `--quotas` takes a file")));
    }
    if data.len() > LARGEST_QUOTAS {
        return Err(Issue::new(format!("`{shown}` has {} bytes, but a quotas file may have 64 MiB", data.len())));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        Issue::new(format!("`{shown}` is not UTF-8: byte {} begins no character", error.utf8_error().valid_up_to()))
    })
}
