//! An option file: a name, a path of parts, and how services share them.

use super::fields::{Field, Fields, MOST, Sink, listing};
use super::names::name;
use super::tree::{Node, Place, Value};
use crate::aws::as_built;
use crate::aws::mix;
use crate::aws::option::{ArchitectureOption, Share, Sharing};
use crate::aws::part::{self, Part};
use crate::issue::nearest;

/// Where sharing rules are written, in the order of reading.
pub(super) type Shares = Vec<(&'static str, Place)>;

/// The option that `root` describes; `what` names the table in messages.
pub(super) fn option(root: &Node, what: &str, sink: &Sink) -> Option<(ArchitectureOption, Shares)> {
    let before = sink.count();
    let fields = Fields::new(sink, root, what)?;
    let name =
        fields.require("name", "options are referred to by name, as `name = \"mine\"`").and_then(|f| option_name(&f));
    let title = fields.get("title").and_then(|f| f.prose());
    let path = fields.require("path", "its parts, as `path = [\"rest-api\", \"vpc-link-v1\", \"nlb\"]`");
    let path = path.and_then(|f| path_of(&f));
    let also = fields.get("also").and_then(|f| second_balancer(&f, path.as_deref()));
    let share_field = fields.get("share");
    fields.finish();
    let (name, path) = (name?, path?);
    let title = title.unwrap_or_else(|| name.clone());
    let share = defaults(&path);
    let mut option = ArchitectureOption { title, name, share, path, also, mix: Vec::new(), as_built: false };
    let mut shares = Shares::new();
    if let Some(rules) = share_field.and_then(|f| Fields::new(f.sink, f.node, "`[share]`")) {
        self::share(&rules, &mut option, &mut shares);
        rules.finish();
    }
    (sink.count() == before).then_some((option, shares))
}

/// A name that gatecap does not give itself.
fn option_name(field: &Field<'_>) -> Option<String> {
    let found = name(field)?;
    match found.as_str() {
        mix::NAME => field.refuse("that is the name of the mix that gatecap finds"),
        as_built::NAME => field.refuse("that is the name of the system as it is built"),
        _ => Some(found),
    }
}

fn path_of(field: &Field<'_>) -> Option<Vec<Part>> {
    let items = field.list()?;
    let parts: Vec<Option<Part>> = items.iter().map(part_of).collect();
    let parts: Vec<Part> = parts.into_iter().collect::<Option<_>>()?;
    if let Err(error) = part::check_path(&parts) {
        let at = items.get(error.index).unwrap_or(field);
        let mut issue = at.issue(error.message);
        issue.hint = Some(error.hint);
        field.sink.add(issue);
        return None;
    }
    Some(parts)
}

fn part_of(item: &Field<'_>) -> Option<Part> {
    let text = item.text()?;
    let part = Part::from_id(text);
    if part.is_none() {
        let ids = || Part::ALL.iter().map(|part| part.id());
        let issue = item.issue(format!("`{}` is not a part", super::tree::shorten(text)));
        item.sink.add(match nearest(text, ids()) {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue.hint(format!("parts are {}", listing(ids()))),
        });
    }
    part
}

/// `also`: a second kind of balancer behind the same link, which services take in turn with the path's last one.
fn second_balancer(field: &Field<'_>, path: Option<&[Part]>) -> Option<Part> {
    let also = part_of(field)?;
    let path = path?;
    let mut other = path.to_vec();
    let last = other.pop();
    let balancers = [Part::Nlb, Part::Alb, Part::CloudMap];
    if last == Some(also) || !balancers.contains(&also) || !last.is_some_and(|last| balancers.contains(&last)) {
        return field.refuse("it must be a balancer other than the last one of the path");
    }
    other.push(also);
    match part::check_path(&other) {
        Ok(()) => Some(also),
        Err(error) => field.refuse(error.message),
    }
}

/// One service per balancer; an NLB holds as many ALBs as it can; a V1 link leads to one NLB, a V2 link to any number.
fn defaults(path: &[Part]) -> Sharing {
    let nlbs_per_link = if path.contains(&Part::VpcLinkV2) { Share::Max } else { Share::Count(1) };
    Sharing {
        services_per_alb: Share::Count(1),
        services_per_nlb: Share::Count(1),
        albs_per_nlb: Share::Max,
        nlbs_per_link,
    }
}

/// Reads sharing rules into `option` and notes where they stand. Rules about parts that the path has not are unknown.
pub(super) fn share(fields: &Fields<'_>, option: &mut ArchitectureOption, shares: &mut Shares) {
    let last = |part| option.path.last() == Some(&part) || option.also == Some(part);
    let (alb, nlb) =
        (option.path.contains(&Part::Alb) || last(Part::Alb), option.path.contains(&Part::Nlb) || last(Part::Nlb));
    let both = option.path.contains(&Part::Alb) && option.path.contains(&Part::Nlb);
    let (last_nlb, v1) = (last(Part::Nlb), option.path.contains(&Part::VpcLinkV1));
    let sharing = &mut option.share;
    let rules: [(&'static str, bool, bool, &mut Share); 4] = [
        ("services_per_alb", alb, true, &mut sharing.services_per_alb),
        ("services_per_nlb", last_nlb, true, &mut sharing.services_per_nlb),
        ("albs_per_nlb", both, true, &mut sharing.albs_per_nlb),
        ("nlbs_per_link", nlb, false, &mut sharing.nlbs_per_link),
    ];
    for (key, applies, groups, rule) in rules {
        if !applies {
            continue;
        }
        let Some(field) = fields.get(key) else { continue };
        let Some(found) = rule_of(&field, groups) else { continue };
        if key == "nlbs_per_link" && v1 && found != Share::Count(1) {
            let issue = field.refusal("a V1 link leads to exactly one NLB");
            field.sink.add(issue.hint("leave it out, or use `vpc-link-v2`"));
            continue;
        }
        *rule = found;
        shares.push((key, field.node.place.clone()));
    }
}

fn rule_of(field: &Field<'_>, groups: bool) -> Option<Share> {
    match &field.node.value {
        Value::Text(text) if text == "max" => Some(Share::Max),
        Value::Text(text) if text == "group" && groups => Some(Share::Group),
        Value::Integer(_) => field.count(1..=MOST).map(|number| Share::Count(number as u32)),
        _ if groups => field.refuse("it must be a whole number, `\"max\"` or `\"group\"`"),
        _ => field.refuse("it must be a whole number or `\"max\"`"),
    }
}
