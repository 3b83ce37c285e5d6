//! From a tree to a checked scenario: the order in which the tables are read, and what they need of each other.

use std::path::Path;

use super::fields::{Fields, Sink};
use super::folder::Folder;
use super::hops::hops;
use super::metrics::Names;
use super::path::{self, Override};
use super::tree::{Node, Place, Value};
use super::types::{Model, Scenario};
use super::{
    client, conditions, events, expect, many, names, run, sensitivity, sweep, system, trigger, windows, workload,
};
use crate::issue::{Issue, Issues};

/// Services at the operating point where none are stated.
pub(super) const DEFAULT_SERVICES: u32 = 4;

/// What a tree is read with.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The file's path, as messages show it.
    pub file: &'a Path,
    /// What the scenario is called.
    pub name: &'a str,
    /// Where relative paths start.
    pub base: &'a Folder,
    /// Whether traces are read; else they stay empty.
    pub load: bool,
}

/// Tables that only an options scenario has.
const OPTIONS_ONLY: [&str; 16] = [
    "options",
    "as_built",
    "network",
    "account",
    "gateway",
    "health",
    "load_balancers",
    "service",
    "used",
    "quotas",
    "hops",
    "option",
    "requirements",
    "price",
    "deployments",
    "growth",
];

/// The checked scenario of a tree.
///
/// # Errors
/// Everything that is wrong, in file order.
pub(super) fn scenario(root: &Node, context: &Context<'_>) -> Result<Scenario, Issues> {
    let sink = Sink::default();
    let scenario = whole(root, context, &sink);
    if let (Some(scenario), true) = (&scenario, sink.is_empty()) {
        let mut said = Vec::new();
        for trial in sweep::fields_used(root, scenario).into_iter().chain(sensitivity::ends_used(root, scenario)) {
            // A field that no value fits is reported at the first one.
            if let Some(issue) = try_value(root, context, &trial).filter(|issue| !said.contains(&issue.message)) {
                said.push(issue.message.clone());
                let message = format!("`{}` cannot be {}: {}", trial.field, trial.toml, issue.message);
                sink.add(Issue { hint: issue.hint, note: issue.note, ..trial.place.issue(message) });
            }
        }
    }
    match scenario {
        Some(scenario) if sink.is_empty() => Ok(scenario),
        _ => {
            let issues = sink.into_issues(context.file);
            if issues.is_empty() { Err(vec![Issue::new("the scenario cannot be read")]) } else { Err(issues) }
        }
    }
}

/// One value that an axis gives to a field, and where it is written.
pub(super) struct Trial {
    pub field: String,
    pub toml: String,
    pub place: Place,
}

/// What is wrong first if the scenario is read with the axis' value in place: no point could use such a value.
fn try_value(root: &Node, context: &Context<'_>, trial: &Trial) -> Option<Issue> {
    let mut root = root.clone();
    if let Value::Table(table) = &mut root.value {
        table.entries.retain(|entry| {
            !matches!(entry.key.as_str(), "sweep" | "saturation" | "sensitivity" | "trigger" | "expect")
        });
    }
    let change = Override { field: trial.field.clone(), toml: trial.toml.clone(), from: "axis".into() };
    let result = match path::apply(&mut root, &change) {
        Ok(()) => self::scenario(&root, &Context { load: false, ..*context }).map(|_| ()),
        Err(issue) => Err(vec![issue]),
    };
    result.err().and_then(|issues| issues.into_iter().next())
}

fn whole(root: &Node, context: &Context<'_>, sink: &Sink) -> Option<Scenario> {
    let top = Fields::new(sink, root, "the scenario")?;
    let title = top.get("title").map(|f| f.prose());
    let seed = top.get("seed").map_or(Some(42), |f| f.count(0..=u64::MAX));
    let hop_list = top.get("hop");
    let hop_place = hop_list.as_ref().map(|f| f.key_place.clone());
    let is_hops = hop_list.is_some();
    if is_hops {
        refuse_options_tables(&top);
    }
    let services = system::services(&top, is_hops, context);
    let count = services.as_ref().map_or(DEFAULT_SERVICES, |services| services.count);
    let hops = hop_list.map(|list| hops(&list, context));
    let load = workload::workload(&top, is_hops, hop_place.as_ref(), count, context);
    let rest = if is_hops { None } else { Some(system::rest(&top, count, context)) };
    let client = client::client(&top, context);
    let metric_names = match (&hops, &rest) {
        (Some(hops), _) => Names::of_hops(hops.as_deref()),
        (None, rest) => Names::of_options(rest.as_ref().and_then(Option::as_ref).map(|rest| &rest.system), count),
    };
    let mut run = run::run(&top, load.as_ref().map(|load| &load.workload), &metric_names);
    let metric_names = metric_names.observed(run.as_ref().map(|run| run.observe_at.as_slice()));
    let around = events::Around {
        is_hops,
        hops: hops.as_ref().and_then(Option::as_deref),
        workload: load.as_ref().map(|load| &load.workload),
        system: rest.as_ref().and_then(Option::as_ref).map(|rest| &rest.system),
        services: services.as_ref(),
        length: run.as_ref().map(|run| run.length),
    };
    let events = events::events(&top, around);
    if let (Some(run), Some(events)) = (&mut run, &events) {
        windows::default(root, run, !events.is_empty());
    }
    let trigger = trigger::trigger(&top, root, run.as_ref());
    let least = events.as_deref().map_or(1, events::least_services);
    let objectives = conditions::objectives(&top, &metric_names, is_hops);
    let mut saturation = sweep::saturation(&top, &metric_names, least);
    let mut swept = sweep::sweep(&top, (count, least), is_hops, load.as_ref().is_some_and(workload::Read::by_weights));
    let varied = sensitivity::sensitivity(&top);
    let wanted = expect::expect(&top, &metric_names, saturation.as_ref().and_then(Option::as_ref));
    top.finish();

    let load = load?;
    let model = match (hops, rest) {
        (Some(hops), _) => Model::Hops(hops?),
        (None, rest) => Model::Options(Box::new(system::system(&top, services?, rest??, load.traffic?, sink)?)),
    };
    if let (Model::Options(system), Some(events), Some(swept)) = (&model, &events, &mut swept) {
        many::check(root, sink, (system, events), swept, saturation.as_mut().and_then(Option::as_mut));
    }
    let title = title.unwrap_or_else(|| Some(names::default_title(context.name)))?;
    Some(Scenario {
        name: context.name.to_string(),
        title,
        seed: seed?,
        workload: load.workload,
        client: client?,
        run: run?,
        events: events?,
        objectives: objectives?,
        saturation: saturation?,
        sweep: swept.unwrap_or_default(),
        sensitivity: varied?,
        trigger: trigger?,
        expect: wanted?,
        services: count,
        model,
    })
}

/// Hops spell the system out: tables that describe it as options contradict them.
fn refuse_options_tables(top: &Fields<'_>) {
    for name in OPTIONS_ONLY {
        if let Some(field) = top.get(name) {
            let is_key = matches!(name, "options" | "as_built");
            let shown = if is_key { format!("`{name}`") } else { format!("`[{name}]`") };
            let issue = field
                .key_place
                .issue(format!("{shown} and `[[hop]]` stand in one file, but a system is described one way"));
            top.sink.add(
                issue.hint("keep the hops, which can be any network, or the options, which are AWS architectures"),
            );
        }
    }
}
