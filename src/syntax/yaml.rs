//! YAML as a tree whose nodes know their places. JSON is read the same way, being a subset.

use std::collections::HashMap;

use granit_parser::{Event, Parser, Span as Marks};

use crate::text::Span;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Its bytes in the file; for an alias those of what it stands for.
    pub span: Span,
    /// True for what an anchor or an alias makes part of several places.
    pub shared: bool,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, numbers, booleans and null, as written without quotes.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in order; keys that come from `<<` stand behind the own ones.
    Map(Vec<(Node, Node)>),
}

/// Deepest nesting read.
const MAX_DEPTH: usize = 64;
/// Most nodes read, those that aliases repeat among them.
const MAX_NODES: usize = 200_000;

/// The first document of a text; `None` where it is no YAML, empty, or larger than anything sensible.
pub fn parse(text: &str) -> Option<Node> {
    let mut reader = Reader { events: Parser::new_from_str(text), anchors: HashMap::new(), left: MAX_NODES };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(..), _) => {}
            (event, marks) => return reader.node(event, marks, 0),
        }
    }
}

struct Reader<'t> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    left: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Event<'t>, Marks)> {
        loop {
            match self.events.next()?.ok()? {
                (Event::Comment(..), _) => {}
                next => return Some(next),
            }
        }
    }

    fn node(&mut self, event: Event<'t>, marks: Marks, depth: usize) -> Option<Node> {
        self.left = self.left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let span = span(&marks);
        let (value, anchor, span) = match event {
            Event::Scalar(text, _, anchor, _) => (Value::Scalar(text.into_owned()), anchor, span),
            Event::Alias(id) => {
                let node = self.anchors.get(&id)?.clone();
                self.left = self.left.checked_sub(node.count())?;
                return Some(Node { shared: true, ..node });
            }
            Event::SequenceStart(_, anchor, _) => {
                let (items, end) = self.list(depth)?;
                (Value::List(items), anchor, Span::new(span.start, end.max(span.start)))
            }
            Event::MappingStart(_, anchor, _) => {
                let (entries, end) = self.map(depth)?;
                (Value::Map(entries), anchor, Span::new(span.start, end.max(span.start)))
            }
            _ => return None,
        };
        let node = Node { value, span, shared: anchor > 0 };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Some(node)
    }

    fn list(&mut self, depth: usize) -> Option<(Vec<Node>, u32)> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, marks) => return Some((items, span(&marks).end)),
                (event, marks) => items.push(self.node(event, marks, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<(Vec<(Node, Node)>, u32)> {
        let (mut entries, mut merged) = (Vec::new(), Vec::new());
        loop {
            let (event, marks) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let is_new =
                    |(key, _): &(Node, Node)| !entries.iter().any(|(own, _): &(Node, Node)| own.value == key.value);
                merged.retain(is_new);
                entries.append(&mut merged);
                return Some((entries, span(&marks).end));
            }
            let key = self.node(event, marks, depth + 1)?;
            let (event, marks) = self.next()?;
            let value = self.node(event, marks, depth + 1)?;
            match key.text() {
                Some("<<") => merged.extend(shared_entries(value)),
                _ => entries.push((key, value)),
            }
        }
    }
}

/// The entries that `<<` brings: of a map, or of each map of a list.
fn shared_entries(value: Node) -> Vec<(Node, Node)> {
    let mut entries = match value.value {
        Value::Map(entries) => entries,
        Value::List(maps) => maps.into_iter().flat_map(shared_entries).collect(),
        Value::Scalar(_) => Vec::new(),
    };
    for (key, value) in &mut entries {
        key.shared = true;
        value.shared = true;
    }
    entries
}

fn span(marks: &Marks) -> Span {
    let range = marks.byte_range().unwrap_or(0..0);
    Span::new(range.start as u32, range.end.max(range.start) as u32)
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The value behind a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    fn count(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::List(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|(key, value)| key.count() + value.count()).sum::<usize>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_know_their_places() {
        let text = "# ü\na: &x\n  b: \"1:2\"\nc:\n  <<: *x\n  d: [e, 'f']\n";
        let root = parse(text).expect("is YAML");
        let b = root.get("a").and_then(|it| it.get("b")).expect("there");
        assert_eq!((b.text(), &text[b.span.range()]), (Some("1:2"), "\"1:2\""));
        let c = root.get("c").expect("there");
        let keys: Vec<_> = c.entries().iter().map(|(key, _)| (key.text(), key.shared)).collect();
        assert_eq!(keys, [(Some("d"), false), (Some("b"), true)]);
        assert_eq!(c.get("d").map(|it| it.items().len()), Some(2));
        assert_eq!(parse("{\"a\": [1]}").and_then(|it| it.get("a").map(|it| it.items().len())), Some(1));
    }

    #[test]
    fn what_is_hostile_is_nothing() {
        let laughs: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{}, *a{}]\n", n - 1, n - 1)).collect();
        assert_eq!(parse(&format!("a0: &a0 x\n{laughs}")), None);
        assert_eq!(parse(&"[".repeat(100_000)), None);
        assert_eq!(parse("a: *unknown"), None);
        assert_eq!(parse(""), None);
    }
}
