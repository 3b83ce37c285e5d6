//! URIs of private integrations: as they stand, or, before apply, the load balancer and listener that they will name.

use super::context::Context;
use super::item::Item;
use super::references::Search;
use crate::import::estate::{Estate, NoteKind, Reference};

/// What is known of a URI.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The text, with placeholders for what is unknown.
    pub uri: Option<String>,
    /// The listener, where the text cannot tell the port.
    pub target: Option<Reference>,
}

/// What a REST API's private integration says of its backend.
pub(super) fn place(context: &Context<'_>, item: &Item<'_>, link: Option<&Reference>, estate: &mut Estate) -> Place {
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
    let listeners: Vec<usize> = listeners(context, balancer, estate);
    let ports: Vec<String> = context.texts(item, view).into_iter().filter(|text| text.parse::<u16>().is_ok()).collect();
    let depends = item.config.and_then(|config| config.get("depends_on")).and_then(|list| list.list()).unwrap_or_default();
    let depends: Vec<&str> = depends.iter().filter_map(|entry| entry.text()).collect();
    let key_of = |at: &Item<'_>| at.key.clone().or_else(|| at.modules.last()?.key.clone());
    let key = key_of(item);
    let narrow = |fits: &dyn Fn(&Item<'_>) -> bool| {
        let fitting: Vec<usize> = listeners.iter().copied().filter(|&index| fits(&context.items[index])).collect();
        if let [only] = fitting[..] { Some(only) } else { None }
    };
    let found = narrow(&|_| true)
        .map(|only| (only, "the load balancer's only one"))
        .or_else(|| {
            let by_port = narrow(&|at| at.text("port").is_some_and(|port| ports.iter().any(|other| other == port)));
            by_port.map(|only| (only, "whose port the expression names"))
        })
        .or_else(|| Some((narrow(&|at| depends.contains(&at.resource().as_str()))?, "on which it depends")))
        .or_else(|| {
            let same = |at: &Item<'_>| key.is_some() && key_of(at) == key;
            Some((narrow(&same)?, "which has the same index"))
        });
    let origin = context.origin(item);
    let Some((listener, why)) = found else {
        let text = format!(
            "`uri` of `{}` is known after apply only, and which of {} listeners of `{}` it leads to is not said",
            item.address,
            listeners.len(),
            context.items[balancer].address
        );
        estate.note(NoteKind::Unresolved, text, &origin);
        return Place { uri, target: None };
    };
    let text = format!("`uri` of `{}` leads to `{}`, {why}", item.address, context.items[listener].address);
    estate.note(NoteKind::Inferred, text, &origin);
    Place { uri, target: Some(Reference::To(context.id(listener).clone())) }
}

/// The only load balancer of a link of the first generation.
fn of_link(context: &Context<'_>, link: &Reference) -> Option<usize> {
    let item = &context.items[context.item_of("aws_api_gateway_vpc_link", link)?];
    let targets = context.references(item, item.get("target_arns"), &["aws_lb"]);
    let [only] = targets.as_slice() else { return None };
    context.item_of("aws_lb", only)
}

/// Listeners of a load balancer; the estate has them already.
fn listeners(context: &Context<'_>, balancer: usize, estate: &Estate) -> Vec<usize> {
    let key = &context.id(balancer).0;
    let of = estate.listeners.iter().filter(|listener| context.key("aws_lb", &listener.balancer) == *key);
    of.filter_map(|listener| context.named("aws_lb_listener", &listener.identity.id.0)).collect()
}
