//! URIs of private integrations: as they stand, or, before apply, the load balancer and listener that they will name.

use std::collections::BTreeMap;

use super::context::Context;
use super::item::Item;
use super::references::Search;
use crate::import::estate::{Estate, Id, NoteKind, Reference};

/// What is known of a URI.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The text, with placeholders for what is unknown.
    pub uri: Option<String>,
    /// The listener, where the text cannot tell the port.
    pub target: Option<Reference>,
}

/// What a REST API's private integration says of its backend.
pub(super) fn place(
    context: &Context<'_>,
    item: &Item<'_>,
    link: Option<&Reference>,
    listeners: &Listeners,
    estate: &mut Estate,
) -> Place {
    let view = item.get("uri");
    if let Some(text) = view.text() {
        return Place { uri: Some(text.to_string()), target: None };
    }
    if !view.is_unknown() {
        return Place::default();
    }
    let search = Search::of(context, item, view, &["aws_lb"]);
    let named = search.items().first().copied();
    let uri = named.map(|index| context.placeholder(index));
    let uri = uri.or_else(|| view.references().first().map(|reference| format!("${{{reference}}}")));
    // A plan holds no text of an expression, so the port has to be found another way.
    let Some(balancer) = named.or_else(|| of_link(context, link?)) else { return Place { uri, target: None } };
    let all = listeners.0.get(context.id(balancer)).map(Vec::as_slice).unwrap_or_default();
    let listeners = if context.spend(all.len()) { all } else { &[] };
    let ports: Vec<String> = context.texts(item, view).into_iter().filter(|text| text.parse::<u16>().is_ok()).collect();
    let depends =
        item.config.and_then(|config| config.get("depends_on")).and_then(|list| list.list()).unwrap_or_default();
    let depends: Vec<&str> = depends.iter().filter_map(|entry| entry.text()).collect();
    let narrow = |fits: &dyn Fn(&Item<'_>) -> bool| {
        let mut fitting = listeners.iter().copied().filter(|&index| fits(&context.items[index]));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let only = if let [only] = listeners { Some(*only) } else { None };
    let found = only
        .map(|only| (only, "the load balancer's only one"))
        .or_else(|| {
            let named = |at: &Item<'_>| at.text("port").is_some_and(|port| ports.iter().any(|other| other == port));
            let by_port = if ports.is_empty() { None } else { narrow(&named) };
            by_port.map(|only| (only, "whose port the expression names"))
        })
        .or_else(|| {
            let on = |at: &Item<'_>| depends.contains(&at.resource().as_str());
            let on = if depends.is_empty() { None } else { narrow(&on) };
            on.map(|only| (only, "on which it depends"))
        })
        .or_else(|| {
            let same = |at: &Item<'_>| key(item).is_some() && key(at) == key(item);
            Some((narrow(&same)?, "which has the same index"))
        });
    let origin = context.origin(item);
    let Some((listener, why)) = found else {
        let text = format!(
            "`uri` of `{}` is known after apply only, and which of {} listeners of `{}` it leads to is not said",
            item.address,
            all.len(),
            context.items[balancer].address
        );
        estate.note(NoteKind::Unresolved, text, &origin);
        return Place { uri, target: None };
    };
    let text = format!("`uri` of `{}` leads to `{}`, {why}", item.address, context.items[listener].address);
    estate.note(NoteKind::Inferred, text, &origin);
    Place { uri, target: Some(Reference::To(context.id(listener).clone())) }
}

/// The index of a resource, or else that of its module.
fn key<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    item.key.as_deref().or_else(|| item.modules.last()?.key.as_deref())
}

/// The only load balancer of a link of the first generation.
fn of_link(context: &Context<'_>, link: &Reference) -> Option<usize> {
    let item = &context.items[context.item_of("aws_api_gateway_vpc_link", link)?];
    let targets = context.references(item, item.get("target_arns"), &["aws_lb"]);
    let [only] = targets.as_slice() else { return None };
    context.item_of("aws_lb", only)
}

/// Listeners of each load balancer.
pub(super) struct Listeners(BTreeMap<Id, Vec<usize>>);

impl Listeners {
    /// Those that the estate has.
    pub fn of(context: &Context<'_>, estate: &Estate) -> Listeners {
        let mut all: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
        for listener in &estate.listeners {
            let found = context.named("aws_lb_listener", &listener.identity.id.0);
            if let (Some(balancer), Some(index)) = (context.item_of("aws_lb", &listener.balancer), found) {
                all.entry(context.id(balancer).clone()).or_default().push(index);
            }
        }
        Listeners(all)
    }
}
