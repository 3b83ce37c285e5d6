//! All resources of all files, found by address and by the texts that name them, and what a value of one says of another.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::address::{Step, plain};
use super::item::{Item, View};
use super::plan::{Configuration, count};
use super::references::{Found, Search};
use crate::import::estate::{Estate, Id, Identity, NoteKind, Reference};
use crate::import::node::Origin;

/// All resources of all files.
#[derive(Debug, Default)]
pub(super) struct Context<'a> {
    /// Names of the documents, as the user gave them.
    pub files: Vec<String>,
    /// The configurations of the documents, in their order; empty ones for states.
    pub configurations: Vec<Configuration<'a>>,
    /// The resources, in the order of the files.
    pub items: Vec<Item<'a>>,
    ids: Vec<Id>,
    by_address: BTreeMap<(usize, Vec<String>, String), Instances>,
    by_text: BTreeMap<(String, String), usize>,
    modules: BTreeSet<(usize, Vec<Step>)>,
    spent: Cell<usize>,
}

/// Steps and comparisons that references of all files together may take; real plans stay below a hundredth.
const MOST_WORK: usize = 100_000_000;

/// Longest address of a resource in bytes, and longest ARN by AWS's own bound: both stand in every reference to the resource.
const LONGEST: usize = 2_048;

/// Instances of one resource of the configuration, in all instances of its module.
#[derive(Debug, Default)]
struct Instances {
    all: Vec<usize>,
    by_key: BTreeMap<String, Vec<usize>>,
}

/// Attributes whose text names a resource for others.
const NAMES: [&str; 3] = ["arn", "id", "dns_name"];

impl<'a> Context<'a> {
    /// Builds the index. Of things that stand twice the first is kept, and the others are noted.
    pub fn index(&mut self, estate: &mut Estate) {
        let mut kept: BTreeSet<(String, Id)> = BTreeSet::new();
        let mut twice: Vec<(String, Origin)> = Vec::new();
        let items = std::mem::take(&mut self.items);
        for item in items {
            if item.address.len() > LONGEST {
                let text = format!("a resource whose address has over {LONGEST} bytes");
                estate.note(NoteKind::PassedOver, text, &Origin::file(&self.files[item.document]));
                continue;
            }
            let at = format!("{}#{}", self.files[item.document], item.address);
            let id = Id(item.text("arn").filter(|arn| arn.len() <= LONGEST).map_or(at, String::from));
            if !kept.insert((item.kind.clone(), id.clone())) {
                twice.push((item.address.clone(), self.origin(&item)));
                continue;
            }
            let index = self.items.len();
            let place = (item.document, plain(&item.modules), item.resource());
            let instances = self.by_address.entry(place).or_default();
            instances.all.push(index);
            if let Some(key) = &item.key {
                instances.by_key.entry(key.clone()).or_default().push(index);
            }
            for depth in 1..=item.modules.len() {
                self.modules.insert((item.document, item.modules[..depth].to_vec()));
            }
            // Others name an Auto Scaling group by its name.
            let name = item.text("name").filter(|_| item.kind == "aws_autoscaling_group");
            let names = NAMES.iter().filter_map(|key| item.text(key)).chain(name);
            let names: Vec<String> = names.chain([id.0.as_str()]).map(String::from).collect();
            for name in names {
                self.by_text.entry((item.kind.clone(), name)).or_insert(index);
            }
            self.ids.push(id);
            self.items.push(item);
        }
        if let Some((address, origin)) = twice.first() {
            let text = if let [_] = twice[..] {
                format!("`{address}` stands twice in the files; the first is read")
            } else {
                format!(
                    "{} stand twice in the files, as `{address}`; the first is read",
                    count(twice.len(), "resource")
                )
            };
            estate.note(NoteKind::PassedOver, text, origin);
        }
    }

    /// Counts work; false once there was too much of it.
    pub fn spend(&self, work: usize) -> bool {
        self.spent.set(self.spent.get().saturating_add(work));
        self.spent.get() <= MOST_WORK
    }

    /// Where an item stands.
    pub fn origin(&self, item: &Item<'_>) -> Origin {
        Origin::file(&self.files[item.document]).at(&item.address, item.values.line)
    }

    /// The id of an item.
    pub fn id(&self, index: usize) -> &Id {
        &self.ids[index]
    }

    /// The id of the root resource of a REST API that does not exist yet.
    pub fn root(&self, api: usize) -> Id {
        Id(format!("{}#root", self.ids[api].0))
    }

    /// The configuration of a document.
    pub fn configuration(&self, document: usize) -> &Configuration<'a> {
        &self.configurations[document]
    }

    /// Whether any resource stands in a module instance.
    pub fn has_module(&self, document: usize, modules: &[Step]) -> bool {
        self.modules.contains(&(document, modules.to_vec()))
    }

    /// The instances of `type.name` in a module, of one index or of all; a module step without an index stands for all its
    /// instances.
    pub fn instances(&self, document: usize, modules: &[Step], resource: &str, key: Option<&str>) -> Vec<usize> {
        let Some(found) = self.by_address.get(&(document, plain(modules), resource.to_string())) else {
            return Vec::new();
        };
        let found = key.map_or(Some(&found.all), |key| found.by_key.get(key));
        let fits = |step: &Step, asked: &Step| asked.key.is_none() || step.key == asked.key;
        let inside =
            |index: &usize| self.items[*index].modules.iter().zip(modules).all(|(step, asked)| fits(step, asked));
        found.into_iter().flatten().copied().filter(inside).collect()
    }

    /// All items of a type with their indexes.
    pub fn of_kind(&self, kind: &str) -> Vec<usize> {
        (0..self.items.len()).filter(|&index| self.items[index].kind == kind).collect()
    }

    /// The item of a type that a text names.
    pub fn named(&self, kind: &str, text: &str) -> Option<usize> {
        self.by_text.get(&(kind.to_string(), text.to_string())).copied()
    }

    /// The item of a type that a reference means, if it is in the files.
    pub fn item_of(&self, kind: &str, reference: &Reference) -> Option<usize> {
        match reference {
            Reference::To(Id(text)) | Reference::Named(text) => self.named(kind, text),
            Reference::Unknown(_) => None,
        }
    }

    /// What two references have in common that mean the same thing: its id, or the text that names it.
    pub fn key(&self, kind: &str, reference: &Reference) -> String {
        match (self.item_of(kind, reference), reference) {
            (Some(index), _) => self.ids[index].0.clone(),
            (None, Reference::To(Id(text)) | Reference::Named(text) | Reference::Unknown(text)) => text.clone(),
        }
    }

    /// What every thing has, with its names.
    pub fn identity(&self, index: usize) -> Identity {
        let item = &self.items[index];
        let id = self.ids[index].clone();
        let mut aliases: Vec<String> = Vec::new();
        for name in NAMES.iter().filter_map(|key| item.text(key)) {
            if name != id.0 && !aliases.iter().any(|alias| alias == name) {
                aliases.push(name.to_string());
            }
        }
        if item.get("dns_name").is_unknown() || (item.kind == "aws_lb" && item.text("dns_name").is_none()) {
            aliases.push(self.placeholder(index));
        }
        let last =
            || item.address.rsplit_once(&format!(".{}", item.name)).map(|(_, key)| format!("{}{key}", item.name));
        let tagged = || item.get("tags").get("Name").text().map(String::from);
        let name = item.text("name").map(String::from).or_else(tagged).or_else(last);
        let name = name.unwrap_or_else(|| item.address.clone());
        Identity { id, aliases, name, origin: self.origin(item), copies: 1 }
    }

    /// What stands in a URI for the DNS name of a load balancer that does not exist yet.
    pub fn placeholder(&self, index: usize) -> String {
        let item = &self.items[index];
        let file = if self.files.len() > 1 { format!("{}#", self.files[item.document]) } else { String::new() };
        format!("${{{file}{}.dns_name}}", item.address)
    }

    /// What the value of an attribute names: `None` where there is none.
    pub fn reference(&self, item: &Item<'a>, view: View<'_>, want: &[&str]) -> Option<Reference> {
        if let Some(text) = view.text() {
            return Some(Reference::Named(text.to_string()));
        }
        view.is_unknown().then(|| self.search_one(item, view, want))
    }

    /// The same of an attribute that every such resource has; where a state leaves it out, the one dependency of a fitting type.
    pub fn required(&self, item: &Item<'a>, key: &str, want: &[&str], estate: &mut Estate) -> Reference {
        let stated = self.reference(item, item.get(key), want);
        if let Some(known) = stated.as_ref().filter(|reference| !matches!(reference, Reference::Unknown(_))) {
            return known.clone();
        }
        let mut depends: Vec<usize> = item.depends.iter().flat_map(|address| self.depends(item, address)).collect();
        depends.retain(|index| want.contains(&self.items[*index].kind.as_str()));
        depends.dedup();
        let [only] = depends[..] else {
            let unstated = || Reference::Unknown(format!("`{key}` of `{}` is not stated", item.address));
            return stated.unwrap_or_else(unstated);
        };
        let text = format!("`{key}` of `{}` is `{}`, on which it depends", item.address, self.items[only].address);
        estate.note(NoteKind::Inferred, text, &self.origin(item));
        Reference::To(self.ids[only].clone())
    }

    /// Instances at an address of a list of dependencies, which has no indexes and may leave its own module out.
    fn depends(&self, item: &Item<'_>, address: &str) -> Vec<usize> {
        let (modules, mut rest) = super::address::split_modules(super::address::steps(address));
        rest.iter_mut().for_each(|step| step.name = super::item::canonical(&step.name));
        let name = rest.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(".");
        let found = self.instances(item.document, &modules, &name, None);
        let own = found.is_empty() && modules.is_empty();
        if own { self.instances(item.document, &item.modules, &name, None) } else { found }
    }

    fn search_one(&self, item: &Item<'a>, view: View<'_>, want: &[&str]) -> Reference {
        let search = Search::of(self, item, view, want);
        let mut items: Vec<usize> = search.items();
        if items.len() > 1 {
            let same: Vec<usize> = items.iter().copied().filter(|&index| self.items[index].key == item.key).collect();
            items = if same.len() == 1 { same } else { items };
        }
        let root = search.found.iter().find_map(|found| if let Found::Root(api) = found { Some(*api) } else { None });
        if let Some(api) = root.filter(|_| items.is_empty()) {
            return Reference::To(self.root(api));
        }
        let texts: Vec<&String> = search.texts();
        match (items.as_slice(), texts.as_slice()) {
            ([only], _) => Reference::To(self.ids[*only].clone()),
            ([], [only]) => Reference::Named((*only).clone()),
            ([], []) => {
                let reasons = search.reasons.join("; ");
                let why = if reasons.is_empty() { "no expression says which" } else { &reasons };
                Reference::Unknown(format!("the value {}: {why}", view.why()))
            }
            (several, texts) => {
                let names = several.iter().map(|index| self.items[*index].address.as_str());
                let names: Vec<&str> = names.chain(texts.iter().map(|text| text.as_str())).collect();
                Reference::Unknown(format!("the value {} and may be {}", view.why(), super::plan::named(&names)))
            }
        }
    }

    /// What the entries of a list name, each once.
    pub fn references(&self, item: &Item<'a>, view: View<'_>, want: &[&str]) -> Vec<Reference> {
        let mut found: Vec<Reference> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut add = |reference: Reference| {
            let (Reference::To(Id(text)) | Reference::Named(text) | Reference::Unknown(text)) = &reference;
            if seen.insert(text.clone()) {
                found.push(reference);
            }
        };
        for entry in view.entries() {
            if let Some(text) = entry.text() {
                add(Reference::Named(text.to_string()));
            } else if entry.is_unknown() {
                let search = Search::of(self, item, entry, want);
                let items = search.items();
                items.iter().for_each(|index| add(Reference::To(self.ids[*index].clone())));
                if items.is_empty() {
                    search.texts().into_iter().for_each(|text| add(Reference::Named(text.clone())));
                    if search.texts().is_empty() {
                        add(self.search_one(item, entry, want));
                    }
                }
            }
        }
        found
    }

    /// Texts that the references of a value lead to, when the value itself is unknown: a port among them.
    pub fn texts(&self, item: &Item<'a>, view: View<'_>) -> Vec<String> {
        let search = Search::of(self, item, view, &[]);
        search
            .found
            .into_iter()
            .filter_map(|found| if let Found::Text(text) = found { Some(text) } else { None })
            .collect()
    }
}
