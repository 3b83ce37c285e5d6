//! What a verb reads: a scenario, flags that override it, quotas files.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use gatecap::aws::service_quotas::{self, QuotaRow};
use gatecap::experiment::shards::Header;
use gatecap::experiment::{Source, header};
use gatecap::issue::{Issue, Issues, nearest};
use gatecap::results::QuotaRead;
use gatecap::scenario::{Document, Model, Override, prices};

use super::args::{Flags, Scenario};

/// Most bytes of a quotas or prices file: the quotas of one service are some hundred KiB.
const LARGEST: u64 = 64 << 20;

/// A scenario ready to be simulated.
pub struct Input {
    /// The document with overrides and quotas.
    pub source: Source,
    /// `built-in`, or the name of the resolved scenario beside the results.
    pub file: String,
    /// Names the output folder.
    pub stem: String,
    /// Rows of quotas files and what became of them.
    pub quotas_read: Vec<QuotaRead>,
}

impl Input {
    /// What journals and shards of the sweep with these flags say of themselves; no share.
    pub fn header(&self, flags: &Flags) -> Result<Header, Issues> {
        let header = header(&self.source, &self.file, flags.copies, &flags.date)?;
        Ok(Header { quotas_read: self.quotas_read.clone(), ..header })
    }
}

/// Reads the scenario and the quotas files, and checks the whole.
pub fn read(input: &Scenario, overrides: Vec<Override>) -> Result<Input, Issues> {
    stdin_at_most_once(input)?;
    let (document, file, stem) = match &input.scenario {
        None => (Document::built_in(), "built-in".to_string(), "default".to_string()),
        Some(path) => {
            let document = Document::read(path)?;
            let stem = if path == Path::new("-") {
                "stdin".to_string()
            } else {
                path.file_stem().map_or_else(|| "scenario".into(), |stem| stem.to_string_lossy().into_owned())
            };
            // Results hold no path: the resolved scenario stands beside them under this name.
            (document, "scenario.toml".to_string(), stem)
        }
    };
    let document = overlaid(document, &input.overlay)?;
    // The built-in scenario is the command's default as it stands only: with an overlay the resolved one stands beside the results.
    let file = if input.overlay.is_empty() { file } else { "scenario.toml".to_string() };
    let mut source = Source { document, overrides, quotas: BTreeMap::new(), prices: BTreeMap::new() };
    let model = source.scenario(&[])?.model;
    if let Some(path) = &input.prices {
        source.prices = read_prices(path, &model)?;
    }
    let quotas_read = read_quotas(&mut source, &model, &input.quotas)?;
    Ok(Input { source, file, stem, quotas_read })
}

fn stdin_at_most_once(input: &Scenario) -> Result<(), Issues> {
    let stdin = input.overlay.iter().chain(&input.scenario).filter(|path| path.as_path() == Path::new("-")).count();
    if stdin < 2 {
        return Ok(());
    }
    let issue = Issue::new(format!("`-` is given {stdin} times, but standard input can be read once"));
    Err(vec![issue.hint("save one of them as a file")])
}

/// `document` with the overlays on top, in their order; every syntax error of all of them together.
fn overlaid(document: Document, overlays: &[PathBuf]) -> Result<Document, Issues> {
    let (mut whole, mut issues) = (document, Issues::new());
    for path in overlays {
        match Document::read(path) {
            Ok(upper) => whole = whole.overlaid(&upper),
            Err(found) => issues.extend(found),
        }
    }
    if issues.is_empty() { Ok(whole) } else { Err(issues) }
}

/// The prices of a file, all of its mistakes together.
fn read_prices(path: &Path, model: &Model) -> Result<prices::Prices, Issues> {
    if matches!(model, Model::Hops(_)) {
        let issue = Issue::new("`--prices` is given, but the scenario spells hops out, which AWS bills nobody for");
        return Err(vec![issue.hint("leave `--prices` out, or describe the system by options")]);
    }
    let text = read_text(path, "--prices").map_err(|issue| vec![issue])?;
    prices::read(&text, path)
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

/// The input with only those of its options that `names` lists; all where it lists none.
pub fn of_options(mut input: Input, names: &[String]) -> Result<Input, Issues> {
    let model = input.source.scenario(&[])?.model;
    let known: Vec<&str> = match &model {
        Model::Options(system) => system.options.iter().map(|option| option.name.as_str()).collect(),
        Model::Hops(_) => Vec::new(),
    };
    let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
    let issues: Issues = unknown.map(|name| no_option(name, &known)).collect();
    if !issues.is_empty() {
        return Err(issues);
    }
    input.source.document = input.source.document.of_options(names);
    Ok(input)
}

fn no_option(name: &str, known: &[&str]) -> Issue {
    let issue = Issue::new(format!("the scenario has no option `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => issue.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => issue.hint("it spells hops out: leave `--option` out"),
        None => issue.hint(format!("its options are {}", known.join(", "))),
    }
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
        match read_text(path, "--quotas").and_then(|text| service_quotas::read(&text, &path.display().to_string())) {
            Ok(more) if more.iter().all(|row| row.quota.is_none()) => issues.push(none_used(path, &more)),
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
    super::output::remark(&what_became_of(&rows));
    let elsewhere =
        |row: &&QuotaRow| row.status == "used" && !row.region.is_empty() && row.region != system.account.region;
    if let Some(row) = rows.iter().find(elsewhere) {
        let (file, theirs, ours) = (&row.file, &row.region, &system.account.region);
        super::output::remark(&format!("`{file}` holds quotas of {theirs}, but the scenario is in {ours}"));
    }
    let read = |row: QuotaRow| QuotaRead {
        file: row.file,
        code: row.code,
        name: row.name,
        value: row.value,
        status: row.status,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The issue of a file with no quota that any part of a path draws on.
fn none_used(path: &Path, rows: &[QuotaRow]) -> Issue {
    let mut services: Vec<&str> = rows.iter().map(|row| row.service.as_str()).collect();
    services.sort_unstable();
    services.dedup();
    let of = if services.is_empty() { String::new() } else { format!(", of the services {}", services.join(", ")) };
    Issue::new(format!("`{}` holds {} quotas that no part of a path draws on{of}", path.display(), rows.len())).hint(
        "save what `aws service-quotas list-service-quotas --service-code elasticloadbalancing` prints, and the same \
         for `apigateway` and `vpc`",
    )
}

/// Which quotas are used, a line each, and how many are not, by reason.
fn what_became_of(rows: &[QuotaRow]) -> String {
    let mut lines = Vec::new();
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        match row.value {
            Some(value) if row.status == "used" => {
                lines.push(format!("used      {} = {value}  {} ({})", row.code, row.name, row.file));
            }
            _ => others.entry(&row.status).or_default().push(&row.code),
        }
    }
    for (why, codes) in others {
        let shown = codes.iter().take(4).copied().collect::<Vec<_>>().join(", ");
        let more = if codes.len() > 4 { format!(" and {} more", codes.len() - 4) } else { String::new() };
        lines.push(format!("{why}: {shown}{more}"));
    }
    lines.join("\n")
}

/// The text of the file that `flag` names.
fn read_text(path: &Path, flag: &str) -> Result<String, Issue> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| Issue::new(format!("cannot read `{shown}`: {error}"));
    if path.is_dir() {
        return Err(Issue::new(format!("`{shown}` is a folder, but `{flag}` takes a file")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Issue::new(format!("`{shown}` has over 64 MiB, more than any list of quotas or prices")));
    }
    String::from_utf8(bytes).map_err(|error| {
        Issue::new(format!("`{shown}` is not UTF-8: byte {} begins no character", error.utf8_error().valid_up_to()))
    })
}
