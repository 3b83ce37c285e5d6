//! The tables of the scenario text, one function each.

use super::account::{Counted, CrossZone, Used};
use super::gateway::gateway;
use super::notes::merged;
use super::{Draft, FIVE, MOST_NOTES, account, by_option, clean};
use crate::aws::option::{ArchitectureOption, Share};
use crate::import::estate::{IntegrationKind, NoteKind, Route};
use crate::import::services::{Recognised, option_words};

/// Column at which comments behind values begin.
const COMMENT: usize = 44;

/// Files that the head lists.
const SHOWN_FILES: usize = 5;

/// Names that a comment about many things lists.
const NAMED: usize = 8;

/// Files that the title names.
const TITLE_FILES: usize = 3;

/// The whole text.
pub fn text(draft: &Draft<'_>) -> String {
    let mut out = Lines::default();
    head(draft, &mut out);
    if !draft.services.is_empty() {
        options(draft, &mut out);
        services_table(draft, &mut out);
        network(draft, &mut out);
    }
    region(draft, &mut out);
    if !draft.services.is_empty() {
        gateway(draft, &mut out);
        requirements(draft, &mut out);
        sharing(draft, &mut out);
    }
    used(draft, &mut out);
    quotas(draft, &mut out);
    each_service(draft, &mut out);
    rest(draft, &mut out);
    out.0
}

/// Lines of text.
#[derive(Debug, Default)]
pub(super) struct Lines(pub(super) String);

impl Lines {
    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.line(&format!("# {}", clean(text)));
    }

    /// A value with a comment behind it.
    pub(super) fn value(&mut self, text: &str, comment: &str) {
        let width = text.chars().count().max(COMMENT - 1);
        self.line(&format!("{text:width$} # {}", clean(comment)));
    }

    pub(super) fn header(&mut self, text: &str) {
        self.line("");
        self.line(text);
    }
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}

/// A number as TOML has it: whole ones without a point.
pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value}") }
}

/// Milliseconds with their unit, whole seconds as such.
pub(super) fn duration(millis: f64) -> String {
    if millis % 1e3 == 0.0 { format!("{}s", number(millis / 1e3)) } else { format!("{}ms", number(millis)) }
}

fn head(draft: &Draft<'_>, out: &mut Lines) {
    out.comment("What files say of an account, as a scenario. Read it, correct it, then: gatecap limits FILE");
    for file in draft.files.iter().take(SHOWN_FILES) {
        out.comment(&format!("  read: {file}"));
    }
    if draft.files.len() > SHOWN_FILES {
        out.comment(&format!("  and {} more", draft.files.len() - SHOWN_FILES));
    }
    let private = |route: &Route| route.integration.kind == IntegrationKind::Private;
    if draft.services.is_empty() && draft.imported.estate.routes.iter().any(private) {
        out.comment("No service is listed: routes go through a VPC link, and the notes at the end say where they end.");
    } else if draft.services.is_empty() {
        out.comment("Nothing private is in them: no route goes through a VPC link, so no service is listed.");
    } else {
        let sum: u32 = draft.imported.services.iter().fold(0, |sum, one| sum.saturating_add(one.copies));
        let word = if sum == 1 { "service" } else { "services" };
        out.comment(&format!("{sum} {word}: {}", by_option(draft.imported)));
    }
    notes(draft, NoteKind::Unresolved, "unresolved: a person must look", out);
    out.line("");
    out.line(&format!("title = {}", quoted(&title(draft.files))));
}

/// `Imported from a.yaml, b.yaml`, the files without their folders; many by their number.
fn title(files: &[String]) -> String {
    if files.len() > TITLE_FILES {
        return format!("Imported from {} files", files.len());
    }
    let names: Vec<String> = files.iter().map(|file| clean(file.rsplit(['/', '\\']).next().unwrap_or(file))).collect();
    format!("Imported from {}", names.join(", ")).chars().take(300).collect()
}

/// The notes of one kind as comments.
fn notes(draft: &Draft<'_>, kind: NoteKind, title: &str, out: &mut Lines) {
    let of_kind = merged(&draft.imported.estate, kind);
    if of_kind.is_empty() {
        return;
    }
    out.line("#");
    out.comment(&format!("{title}:"));
    for note in of_kind.iter().take(MOST_NOTES) {
        out.comment(&format!("  - {}", clean(&note.text)));
        out.comment(&format!("    at {}", note.place()));
    }
    if of_kind.len() > MOST_NOTES {
        out.comment(&format!("  and {} more", of_kind.len() - MOST_NOTES));
    }
}

fn options(draft: &Draft<'_>, out: &mut Lines) {
    out.value(
        "as_built = true",
        "`option` of a service says how it is built today; each option below is what it could be",
    );
    out.line("options = [");
    for name in FIVE {
        out.line(&format!("    {},", quoted(name)));
    }
    for recognised in draft.imported.options.iter().filter(|one| !one.built_in) {
        out.value(&format!("    {},", inline(recognised)), &option_words(recognised));
    }
    out.line("]");
}

/// An option that gatecap has not built in, as an inline table.
fn inline(recognised: &Recognised) -> String {
    let ArchitectureOption { name, title, path, .. } = &recognised.option;
    let path: Vec<String> = path.iter().map(|part| quoted(part.id())).collect();
    let mut text = format!("{{ name = {}, title = {}, path = [{}]", quoted(name), quoted(title), path.join(", "));
    if !recognised.stated.is_empty() {
        let rules: Vec<String> =
            recognised.stated.iter().map(|(key, rule)| format!("{key} = {}", toml_rule(*rule))).collect();
        text.push_str(&format!(", share = {{ {} }}", rules.join(", ")));
    }
    text + " }"
}

fn toml_rule(rule: Share) -> String {
    if let Share::Count(count) = rule { count.to_string() } else { quoted(&rule.text()) }
}

fn services_table(draft: &Draft<'_>, out: &mut Lines) {
    let services = &draft.imported.services;
    let sum: u32 = services.iter().fold(0, |sum, one| sum.saturating_add(one.copies));
    let routes = services.iter().fold(0_u64, |sum, one| sum + u64::from(one.routes) * u64::from(one.copies));
    let each = routes.div_ceil(u64::from(sum.max(1))).clamp(1, 100_000);
    out.header("[services]");
    out.line(&format!("count = {sum}"));
    out.value(&format!("routes = {each}"), &format!("inferred: {routes} over {sum}, rounded up"));
    match &draft.targets {
        Some((targets, why)) => out.value(&format!("targets = {targets}"), why),
        None => {
            let unknown = services.iter().filter(|service| service.targets.is_none()).count();
            out.value("# targets = 3", &format!("unresolved: no file tells the targets of {unknown}; gatecap takes 3"));
        }
    }
    out.comment(
        "unresolved: traffic and times are in no such file: state `[workload] rate_per_service`, and `time` here",
    );
    out.comment("unresolved: how many requests a target works on at once and lets wait, which decide how busy targets are: here,");
    out.comment("`concurrency` (1 where nothing is stated) and `queue` (128 where nothing is stated)");
}

fn network(draft: &Draft<'_>, out: &mut Lines) {
    let network = &draft.network;
    out.header("[network]");
    match network.zones {
        Some(zones) if network.zones_differ => {
            out.value(
                &format!("zones = {zones}"),
                "inferred: the most that a load balancer on the way is in; they differ",
            );
        }
        Some(zones) if network.zones_raised => {
            out.value(&format!("zones = {zones}"), "inferred: the files tell of one for an ALB, which needs two");
        }
        Some(zones) => out.value(&format!("zones = {zones}"), "of the load balancers on the way"),
        None => out.value("# zones = 3", "unresolved: no file tells; gatecap takes 3"),
    }
    match network.vpcs {
        Some(vpcs) => out.value(&format!("vpcs = {vpcs}"), "of the load balancers on the way"),
        None => out.value("vpcs = 1", "inferred: no file tells"),
    }
    cross_zone(&network.cross_zone, out);
}

/// `nlb_cross_zone`: one value for all NLBs. Where they differ, it is off, as AWS has an NLB that states nothing.
fn cross_zone(stated: &CrossZone, out: &mut Lines) {
    let CrossZone { on, off, silent } = stated;
    match (on.is_empty(), off.is_empty() && silent.is_empty()) {
        (true, _) if off.is_empty() => {}
        (true, _) => out.value("nlb_cross_zone = false", "as the NLBs on the way state"),
        (false, true) => out.value("nlb_cross_zone = true", "as the NLBs on the way state"),
        (false, false) => {
            out.comment("unresolved: one value stands for all NLBs, and on the way to the services they differ:");
            for (word, names) in [("on at", on), ("off at", off), ("not stated, which is off, at", silent)] {
                if !names.is_empty() {
                    out.comment(&format!("  {word} {}", some(names)));
                }
            }
            out.value(
                "nlb_cross_zone = false",
                "so zones without a target are told of services whose NLB has it on, too",
            );
        }
    }
}

/// The first names of many: `3 (a, b, c)`, `12 (a, b, c and 9 more)`.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(|name| clean(name)).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} ({shown}{more})", names.len())
}

fn region(draft: &Draft<'_>, out: &mut Lines) {
    if let Some(region) = account::region(&draft.imported.estate) {
        out.header("[account]");
        out.value(&format!("region = {}", quoted(&region)), "inferred: the Region of all ARNs");
    }
}

fn requirements(draft: &Draft<'_>, out: &mut Lines) {
    if draft.needs.is_empty() {
        return;
    }
    let needs: Vec<String> = draft.needs.iter().map(|need| quoted(need)).collect();
    out.header("[requirements]");
    out.value(
        &format!("needs = [{}]", needs.join(", ")),
        "inferred: the APIs of all services have these; take out what may go",
    );
}

/// What differs from the built-in options: the sharing of those that services go by, and of the others what is shared today, so that
/// a move to them is not charged with load balancers that nobody would run.
fn sharing(draft: &Draft<'_>, out: &mut Lines) {
    for name in FIVE {
        let used = draft.imported.options.iter().find(|one| one.option.name == name);
        let stated = used.map(|one| one.stated.as_slice()).unwrap_or_default();
        let same = draft.shared.as_ref().filter(|shared| shared.options.contains(&name));
        if stated.is_empty() && same.is_none() {
            continue;
        }
        out.header(&format!("[option.{name}]"));
        for (key, rule) in stated {
            let why = match rule {
                Share::Group => "as it is: numbers differ, so `group` of a service names its load balancer",
                Share::Max => "as it is: one holds them all",
                Share::Count(_) => "as it is: each holds so many",
            };
            out.value(&format!("{key} = {}", toml_rule(*rule)), why);
        }
        if let Some(shared) = same {
            let why = format!("as {} shares them today; without this line, one for each service", shared.from);
            out.value(&format!("services_per_alb = {}", toml_rule(shared.rule)), &why);
        }
    }
}

fn used(draft: &Draft<'_>, out: &mut Lines) {
    let rows = account::used(draft.imported, &draft.system);
    if rows.is_empty() {
        return;
    }
    out.header("[used]");
    for Used { quota, beyond, held, counted } in rows {
        let key = quota.code.as_deref().unwrap_or(&quota.id);
        let rest = match counted {
            Counted::No => ", for no service here",
            Counted::Partly => ", the rest is counted with the services",
            Counted::AsRegional => ", the rest is counted with the services, as Regional APIs",
            Counted::Beside => ", for services here, which are counted with fewer APIs",
        };
        let comment = format!("{}: the files hold {}{rest}", quota.name, number(held));
        if beyond > 0.0 {
            out.value(&format!("{} = {}", quoted(key), number(beyond)), &comment);
        } else {
            let what = "all counted with the services, as Regional APIs, which is what the options have";
            out.comment(&format!("{}: the files hold {}, {what}", quota.name, number(held)));
        }
    }
}

fn quotas(draft: &Draft<'_>, out: &mut Lines) {
    let (rows, unknown) = account::quota_values(&draft.imported.estate);
    if unknown > 0 {
        out.line("");
        out.comment(&format!("passed over: {unknown} quota values that gatecap does not count by"));
    }
    let differing: Vec<_> = rows.iter().filter(|(quota, value, _)| *value != quota.default).collect();
    if differing.len() < rows.len() {
        out.line("");
        out.comment(&format!("{} stated quota values are the AWS default", rows.len() - differing.len()));
    }
    if differing.is_empty() {
        return;
    }
    out.header("[quotas]");
    for (quota, value, from) in differing {
        let key = quota.code.as_deref().unwrap_or(&quota.id);
        out.value(&format!("{} = {}", quoted(key), number(*value)), &format!("{}; from {from}", quota.name));
    }
}

fn each_service(draft: &Draft<'_>, out: &mut Lines) {
    for (service, named) in draft.imported.services.iter().zip(&draft.services) {
        let recognised = &draft.imported.options[service.option];
        out.line("");
        out.comment(&format!("from {}", service.origin));
        if service.route.1 != service.origin {
            let more = if service.routes > 1 { format!(", the first of {}", service.routes) } else { String::new() };
            out.comment(&format!("route {} at {}{more}", service.route.0, service.route.1));
        }
        out.line("[[service]]");
        out.line(&format!("name = {}", quoted(&named.name)));
        if service.copies > 1 {
            out.line(&format!("count = {}", service.copies));
        }
        if let Some(title) = &named.title {
            out.line(&format!("title = {}", quoted(title)));
        }
        if let Some(group) = &named.group {
            out.line(&format!("group = {}", quoted(group)));
        }
        out.value(&format!("option = {}", quoted(&recognised.option.name)), &behind(recognised));
        match (named.targets, &service.targets_why) {
            (Some(targets), Some(why)) => out.value(&format!("targets = {targets}"), why),
            (Some(targets), None) => out.line(&format!("targets = {targets}")),
            (None, _) => {}
        }
        if !named.needs.is_empty() {
            let needs: Vec<String> = named.needs.iter().map(|need| quoted(need)).collect();
            out.line(&format!("needs = [{}]", needs.join(", ")));
        }
    }
}

/// What the files show that works against itself.
fn lints(draft: &Draft<'_>, out: &mut Lines) {
    if draft.imported.lints.is_empty() {
        return;
    }
    out.line("#");
    out.comment("settings that work against each other:");
    for lint in draft.imported.lints.iter().take(MOST_NOTES) {
        out.comment(&format!("  - {}: `{}`: {}", lint.severity.text(), clean(&lint.subject), clean(&lint.what)));
        out.comment(&format!("    why: {}", lint.why));
        out.comment(&format!("    change: {}", lint.change));
        out.comment(&format!("    source: {}", lint.source));
    }
}

/// The comment behind the option of a service.
fn behind(recognised: &Recognised) -> String {
    match (recognised.number, recognised.built_in) {
        (Some(number), true) => format!("option {number}"),
        (None, _) => "a path of its own".into(),
        _ => option_words(recognised),
    }
}

fn rest(draft: &Draft<'_>, out: &mut Lines) {
    let before = out.0.len();
    lints(draft, out);
    notes(draft, NoteKind::Inferred, "inferred", out);
    notes(draft, NoteKind::PassedOver, "passed over", out);
    if out.0.len() > before {
        // The first line of the list is a bare `#`; a blank line sets it off from the last table.
        out.0.insert(before, '\n');
    }
}
