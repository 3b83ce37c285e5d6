//! The stacks that a set of templates makes: each template by itself, or as often as others nest it, with its parameters, and what
//! they export to each other.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{LOCAL, RESOURCES, STACKS, TOO_LARGE, TOTAL, Truth, Value, is_template};
use crate::import::estate::{Note, NoteKind};
use crate::import::node::{Node, Origin};
use crate::import::syntax::Parsed;

/// What was asked before, so that nothing is worked out twice and what asks for itself is seen.
#[derive(Clone, Debug)]
pub(super) enum Memo<T> {
    /// Being worked out.
    Asked,
    /// Worked out.
    Known(T),
}

/// A memory of answers by name.
type Answers<T> = RefCell<BTreeMap<String, Memo<T>>>;

/// One stack.
#[derive(Debug)]
pub(super) struct Stack<'a> {
    /// The file of its template.
    pub(super) file: Arc<str>,
    /// Which of the documents that is.
    pub(super) document: usize,
    /// A short name that no other stack has.
    pub(super) label: String,
    /// Whether an earlier stack is made of the same template.
    pub(super) repeated: bool,
    /// Its template, with loops unrolled and included files in place.
    pub(super) template: Cow<'a, Node>,
    /// Where each resource stands among the resources.
    pub(super) resources: BTreeMap<String, usize>,
    /// The stack that nests this one, and as what.
    pub(super) parent: Option<(usize, String)>,
    /// Conditions that were asked.
    pub(super) conditions: Answers<Truth>,
    /// Parameters that were asked for.
    pub(super) parameters: Answers<Value>,
    /// Outputs that were asked for.
    pub(super) outputs: Answers<Value>,
}

/// All stacks, and what was said about them.
#[derive(Debug)]
pub(super) struct World<'a> {
    /// The documents, by name.
    pub(super) documents: &'a [(String, Parsed)],
    /// Parameters that the caller gives to the outermost stacks.
    pub(super) given: &'a BTreeMap<String, String>,
    /// The stacks; those that nest others stand before them.
    pub(super) stacks: Vec<Stack<'a>>,
    /// Nested stacks by the stack that nests them and their name there.
    pub(super) children: BTreeMap<(usize, String), usize>,
    /// Nested stacks that are left out, because they lead in a circle or are too many.
    pub(super) refused: BTreeSet<(usize, String)>,
    /// Exports: name as shown, stack, output.
    pub(super) exports: Vec<(String, usize, String)>,
    /// Names of resources that more than one template has.
    pub(super) shared_names: BTreeSet<String>,
    /// Documents that another includes or nests.
    pub(super) used: RefCell<BTreeSet<usize>>,
    /// What was inferred or left open while working values out.
    pub(super) notes: RefCell<Vec<Note>>,
    /// What was said of which file, so that nothing is said twice.
    said: RefCell<BTreeSet<(String, Arc<str>)>>,
    /// Values that loops and included files have added.
    pub(super) made: Cell<u64>,
    local: Cell<u64>,
    total: Cell<u64>,
}

impl<'a> World<'a> {
    /// The stacks of all templates among the documents.
    pub(super) fn new(documents: &'a [(String, Parsed)], given: &'a BTreeMap<String, String>) -> World<'a> {
        // A file that is given twice is read once: ids are unique by the names of files.
        let first = |index: usize| documents.iter().position(|(name, _)| *name == documents[index].0) == Some(index);
        let templates: Vec<usize> =
            (0..documents.len()).filter(|&index| first(index) && is_template(&documents[index].1.node)).collect();
        // Of several, each alone shows which others it nests; what none nests is a root.
        let mut alone = World::empty(documents, given);
        for &template in templates.iter().filter(|_| templates.len() > 1) {
            alone.add(template, None);
        }
        let nests: Vec<(usize, BTreeSet<usize>)> = (0..alone.stacks.len()).map(|stack| alone.nests(stack)).collect();
        let nested: BTreeSet<usize> =
            nests.iter().flat_map(|(from, to)| to.iter().filter(move |to| *to != from)).copied().collect();
        let mut world = World::empty(documents, given);
        // The roots first, and then, in the order of the files, those of circles that no root reaches.
        let roots = templates.iter().filter(|template| !nested.contains(template));
        for &template in roots.chain(&templates) {
            if !world.stacks.iter().any(|stack| stack.document == template) {
                world.add(template, None);
                world.nest(world.stacks.len() - 1);
            }
        }
        world.export();
        world
    }

    fn empty(documents: &'a [(String, Parsed)], given: &'a BTreeMap<String, String>) -> World<'a> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut shared_names = BTreeSet::new();
        for (index, (_, parsed)) in documents.iter().enumerate() {
            for (name, _) in parsed.node.get("Resources").and_then(Node::table).unwrap_or_default() {
                if *seen.entry(name).or_insert(index) != index {
                    shared_names.insert(name.clone());
                }
            }
        }
        World {
            documents,
            given,
            stacks: Vec::new(),
            children: BTreeMap::new(),
            refused: BTreeSet::new(),
            exports: Vec::new(),
            shared_names,
            used: RefCell::default(),
            notes: RefCell::default(),
            said: RefCell::default(),
            made: Cell::new(0),
            local: Cell::new(0),
            total: Cell::new(0),
        }
    }

    /// Adds a stack of a template.
    fn add(&mut self, document: usize, parent: Option<(usize, String)>) {
        let (name, Parsed { node: template, .. }) = &self.documents[document];
        let stem = file_name(name).split('.').next().unwrap_or_default();
        let clean = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
        let stem: String = stem.chars().map(clean).collect();
        let taken = |label: &str| self.stacks.iter().any(|stack| stack.label == label);
        let label = if taken(&stem) { format!("{stem}-{}", self.stacks.len() + 1) } else { stem };
        let repeated = self.stacks.iter().any(|stack| stack.document == document);
        let stack = Stack {
            file: name.as_str().into(),
            document,
            label,
            repeated,
            template: Cow::Borrowed(template),
            resources: places(template),
            parent,
            conditions: RefCell::default(),
            parameters: RefCell::default(),
            outputs: RefCell::default(),
        };
        self.stacks.push(stack);
        let index = self.stacks.len() - 1;
        if let Some(expanded) = self.expanded(index) {
            let stack = &mut self.stacks[index];
            stack.resources = places(&expanded);
            stack.template = Cow::Owned(expanded);
        }
    }

    /// The document of a stack and those that it nests.
    fn nests(&self, stack: usize) -> (usize, BTreeSet<usize>) {
        let found = self.nested_in(stack).into_iter().filter_map(|(_, document, _)| document).collect();
        (self.stacks[stack].document, found)
    }

    /// Nested stacks in a stack: name, document where it is among the files, and how the template names it.
    fn nested_in(&self, stack: usize) -> Vec<(String, Option<usize>, String)> {
        let resources = self.stacks[stack].template.get("Resources").and_then(Node::table).unwrap_or_default();
        let mut found = Vec::new();
        for (name, resource) in resources {
            let key = match resource.get("Type").and_then(Node::text) {
                Some("AWS::CloudFormation::Stack") => "TemplateURL",
                Some("AWS::Serverless::Application") => "Location",
                _ => continue,
            };
            if self.present(stack, resource) == Truth::No {
                continue;
            }
            self.fresh();
            let location = resource.find(&["Properties", key]).map(|node| self.value(stack, node, 0));
            let location = location.and_then(|value| value.shown()).unwrap_or_default();
            // The CDK names the file of a nested stack in its metadata, because the URL ends in a hash.
            let asset = resource.find(&["Metadata", "aws:asset:path"]).and_then(Node::text);
            let document = self.document(&location).or_else(|| asset.and_then(|path| self.document(path)));
            found.push((name.clone(), document, location));
        }
        found
    }

    /// The document whose file a path or URL ends in; of several the one that shares the longest end with it.
    pub(super) fn document(&self, location: &str) -> Option<usize> {
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let file = file_name(path);
        if file.is_empty() {
            return None;
        }
        let common = |name: &str| path.bytes().rev().zip(name.bytes().rev()).take_while(|(a, b)| a == b).count();
        let alike = self.documents.iter().enumerate().filter(|(_, (name, _))| file_name(name) == file);
        alike.max_by_key(|(index, (name, _))| (common(name), usize::MAX - index)).map(|(index, _)| index)
    }

    /// Adds the stacks that a stack nests, and those that they nest.
    fn nest(&mut self, root: usize) {
        let mut open = vec![root];
        let inner = self.stacks.iter().filter(|stack| stack.parent.is_some());
        let mut nested: usize = inner.map(|stack| stack.resources.len()).sum();
        while let Some(stack) = open.pop() {
            for (name, document, location) in self.nested_in(stack) {
                let Some(document) = document else { continue };
                let at = self.resource(stack, &name).map(|(_, origin)| origin);
                let origin = at.unwrap_or_else(|| Origin::file(&self.stacks[stack].file));
                if self.line_of(stack).any(|ancestor| self.stacks[ancestor].document == document) {
                    let text = format!(
                        "nested stack `{name}` leads back to `{}`, which nests it: it is left out",
                        file_name(&location)
                    );
                    self.note(NoteKind::Unresolved, &origin, text);
                    self.refused.insert((stack, name));
                } else if self.stacks.len() >= STACKS || nested > RESOURCES {
                    let text =
                        format!("nested stack `{name}` is left out: over {STACKS} stacks or {RESOURCES} resources");
                    self.note(NoteKind::Unresolved, &origin, text);
                    self.refused.insert((stack, name));
                } else {
                    self.add(document, Some((stack, name.clone())));
                    self.used.borrow_mut().insert(document);
                    let child = self.stacks.len() - 1;
                    nested += self.stacks[child].resources.len();
                    self.children.insert((stack, name), child);
                    open.push(child);
                }
            }
        }
    }

    /// A stack and those around it, from the inside out.
    fn line_of(&self, stack: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(stack), |&stack| self.stacks[stack].parent.as_ref().map(|(parent, _)| *parent))
    }

    /// Gathers what the stacks export.
    fn export(&mut self) {
        let mut exports = Vec::new();
        for stack in 0..self.stacks.len() {
            for (name, output) in self.stacks[stack].template.get("Outputs").and_then(Node::table).unwrap_or_default() {
                if let Some(export) = output.find(&["Export", "Name"]) {
                    self.fresh();
                    exports.extend(self.value(stack, export, 0).shown().map(|shown| (shown, stack, name.clone())));
                }
            }
        }
        self.exports = exports;
    }

    /// Spends steps of the budgets; false where one of them is used up.
    pub(super) fn spend(&self, steps: u64) -> bool {
        self.local.set(self.local.get().saturating_add(steps));
        self.total.set(self.total.get().saturating_add(steps));
        self.local.get() <= LOCAL && self.total.get() <= TOTAL
    }

    /// A value that a function, a parameter or an output gives: its size is spent, so that copies of large ones end.
    pub(super) fn charged(&self, value: Value) -> Value {
        let size = match &value {
            Value::Text(_) => value.shown().map_or(0, |text| text.len() / 8),
            Value::List(entries) => entries.len(),
            Value::Table(pairs) => pairs.len(),
            Value::Absent => 0,
        };
        if self.spend(size as u64) { value } else { Value::unknown("TooLarge", TOO_LARGE) }
    }

    /// Begins a new value: the budget of one value is whole again.
    pub(super) fn fresh(&self) {
        self.local.set(0);
    }

    /// Notes something, once for a file.
    pub(super) fn note(&self, kind: NoteKind, origin: &Origin, text: String) {
        if self.said.borrow_mut().insert((text.clone(), origin.file.clone())) {
            self.notes.borrow_mut().push(Note { kind, text, origin: origin.clone() });
        }
    }

    /// Notes that something was inferred in a stack.
    pub(super) fn infer(&self, stack: usize, line: Option<u32>, text: String) {
        let origin = Origin { line, ..Origin::file(&self.stacks[stack].file) };
        self.note(NoteKind::Inferred, &origin, text);
    }
}

/// Where each resource of a template stands.
fn places(template: &Node) -> BTreeMap<String, usize> {
    let resources = template.get("Resources").and_then(Node::table).unwrap_or_default();
    resources.iter().enumerate().map(|(index, (name, _))| (name.clone(), index)).collect()
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}
