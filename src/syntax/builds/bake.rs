use std::collections::BTreeMap;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Attribute, Block, Body};

use super::{Build, Builds, Text};
use crate::syntax::yaml::{self, Node};
use crate::text::Span;

/// Reads a bake file, HCL or JSON; `None` where it is none.
pub fn bake(text: &str, is_json: bool) -> Option<Builds> {
    let targets = if is_json { json(text)? } else { hcl(text)? };
    let mut builds = Builds { is_bake: true, names_known: true, ..Builds::default() };
    for raw in &targets.list {
        builds.names_known &= !raw.has_matrix && raw.build.name.known;
    }
    builds.references = targets.list.iter().flat_map(|it| it.inherits.clone()).chain(targets.grouped.clone()).collect();
    let parents: Vec<&str> = targets.list.iter().flat_map(|it| &it.inherits).map(|it| it.text.as_str()).collect();
    let mut memo = vec![Memo::New; targets.list.len()];
    for (at, raw) in targets.list.iter().enumerate() {
        let mut build = resolved(&targets, at, &mut memo);
        build.args.clone_from(&raw.build.args);
        let is_parent = parents.contains(&raw.build.name.text.as_str());
        build.builds = !is_parent && !raw.has_matrix && !raw.build.name.text.starts_with('_');
        builds.list.push(build);
    }
    Some(builds)
}

/// Deepest nesting of an HCL text that is read.
const MAX_DEPTH: usize = 100;

#[derive(Default)]
struct Targets {
    list: Vec<Raw>,
    grouped: Vec<Text>,
}

/// A target as written.
struct Raw {
    build: Build,
    inherits: Vec<Text>,
    has_matrix: bool,
}

/// What is known of a target while parents are looked up.
#[derive(Clone)]
enum Memo {
    New,
    /// It is being looked at: it inherits from itself.
    Open,
    Done(Box<Build>),
}

/// A target with what it inherits; the last parent wins over those before it.
fn resolved(targets: &Targets, at: usize, memo: &mut [Memo]) -> Build {
    let raw = &targets.list[at];
    match &memo[at] {
        Memo::Done(build) => return Build::clone(build),
        Memo::Open => return raw.build.clone(),
        Memo::New => memo[at] = Memo::Open,
    }
    let mut build = raw.build.clone();
    for parent in raw.inherits.iter().rev() {
        let Some(parent) = targets.list.iter().position(|it| it.build.name.text == parent.text && parent.known) else {
            // The parent may stand in another file.
            build.overrides = true;
            continue;
        };
        let parent = resolved(targets, parent, memo);
        build.context = build.context.or(parent.context);
        build.dockerfile = build.dockerfile.or(parent.dockerfile);
        build.target = build.target.or(parent.target);
        build.inline |= parent.inline;
        build.overrides |= parent.overrides;
    }
    memo[at] = Memo::Done(Box::new(build.clone()));
    build
}

fn json(text: &str) -> Option<Targets> {
    let root = yaml::parse(text)?;
    let (targets, groups) = (root.get("target"), root.get("group"));
    targets.or(groups)?;
    let mut found = Targets::default();
    for (name, fields) in targets.map(Node::entries).unwrap_or_default() {
        let Some(name) = node_text(name) else { continue };
        let field = |key: &str| fields.get(key).and_then(node_text);
        let list =
            |key: &str| fields.get(key).map(Node::items).unwrap_or_default().iter().filter_map(node_text).collect();
        let mut build = Build::new(name);
        (build.context, build.dockerfile, build.target) = (field("context"), field("dockerfile"), field("target"));
        build.inline = fields.get("dockerfile-inline").is_some();
        build.tags = list("tags");
        build.args = fields
            .get("args")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|(key, _)| node_text(key))
            .collect();
        found.list.push(Raw { build, inherits: list("inherits"), has_matrix: fields.get("matrix").is_some() });
    }
    for (_, group) in groups.map(Node::entries).unwrap_or_default() {
        found.grouped.extend(group.get("targets").map(Node::items).unwrap_or_default().iter().filter_map(node_text));
    }
    Some(found)
}

fn node_text(node: &Node) -> Option<Text> {
    let text = node.text()?;
    Some(Text { text: text.to_string(), span: node.span, known: !text.contains("${") })
}

fn hcl(text: &str) -> Option<Targets> {
    if depth(text) > MAX_DEPTH {
        return None;
    }
    let body: Body = text.parse().ok()?;
    let mut found = Targets::default();
    for block in body.blocks() {
        match block.ident.as_str() {
            "target" => found.list.extend(target(block)),
            "group" => found
                .grouped
                .extend(block.body.get_attribute("targets").map(|it| strings(&it.value)).unwrap_or_default()),
            _ => {}
        }
    }
    (!found.list.is_empty() || !found.grouped.is_empty()).then_some(found)
}

/// How deep brackets nest; those in strings count too.
fn depth(text: &str) -> usize {
    let (mut deepest, mut open) = (0, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' | b'(' => open += 1,
            b']' | b'}' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

fn target(block: &Block) -> Option<Raw> {
    let label = block.labels.first()?;
    let name = Text { text: label.as_str().to_string(), span: place(label.span()), known: true };
    let fields: BTreeMap<&str, &Attribute> = block.body.attributes().map(|it| (it.key.as_str(), it)).collect();
    let field = |key: &str| fields.get(key).map(|it| string(&it.value));
    let list = |key: &str| fields.get(key).map(|it| strings(&it.value)).unwrap_or_default();
    let mut build = Build::new(name);
    (build.context, build.dockerfile, build.target) = (field("context"), field("dockerfile"), field("target"));
    build.inline = fields.contains_key("dockerfile-inline");
    build.tags = list("tags");
    if let Some(Expression::Object(args)) = fields.get("args").map(|it| &it.value) {
        build.args = args.iter().map(|(key, _)| key_text(key)).collect();
    }
    Some(Raw { build, inherits: list("inherits"), has_matrix: fields.contains_key("matrix") })
}

fn key_text(key: &ObjectKey) -> Text {
    match key {
        ObjectKey::Ident(ident) => Text { text: ident.as_str().to_string(), span: place(ident.span()), known: true },
        ObjectKey::Expression(expression) => string(expression),
    }
}

/// The items of a list of strings; one unknown text for what is none.
fn strings(expression: &Expression) -> Vec<Text> {
    match expression {
        Expression::Array(array) => array.iter().map(string).collect(),
        other => vec![string(other)],
    }
}

fn string(expression: &Expression) -> Text {
    let span = place(expression.span());
    match expression {
        Expression::String(text) => Text { text: text.as_str().to_string(), span, known: true },
        _ => Text { text: String::new(), span, known: false },
    }
}

fn place(range: Option<std::ops::Range<usize>>) -> Span {
    range.map_or(Span::at(0), Span::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, is_json: bool) -> String {
        let builds = bake(text, is_json).expect("is a bake file");
        let text = |it: &Text| if it.known { it.text.clone() } else { "?".to_string() };
        let line = |it: &Build| {
            let texts = it.context.iter().chain(&it.dockerfile).chain(&it.target).chain(&it.args);
            format!("{} {} {}", it.name.text, it.builds, texts.map(text).collect::<Vec<_>>().join(" "))
        };
        let references = builds.references.iter().map(text).collect::<Vec<_>>().join(",");
        format!("{}|{references}", builds.list.iter().map(line).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn hcl_and_json_say_the_same() {
        let hcl = r#"
            variable "TAG" { default = "1" }
            group "default" { targets = ["web"] }
            target "_base" {
              context = "app"
              args = { SHARED = "1" }
            }
            target "web" {
              inherits = ["_base"]
              dockerfile = "web.Dockerfile"
              target = "run"
              tags = ["web:${TAG}"]
              args = { A = TAG, "B" = "2" }
            }"#;
        let json = r#"{"group": {"default": {"targets": ["web"]}}, "target": {
            "_base": {"context": "app", "args": {"SHARED": "1"}},
            "web": {"inherits": ["_base"], "dockerfile": "web.Dockerfile", "target": "run", "args": {"A": "x", "B": "2"}}}}"#;
        let expected = "_base false app SHARED|web true app web.Dockerfile run A B|_base,web";
        assert_eq!(show(hcl, false), expected);
        assert_eq!(show(json, true), expected);
        assert_eq!(bake("a = 1", false), None);
        assert_eq!(bake("target \"x\" {", false), None);
    }

    #[test]
    fn cycles_end() {
        assert_eq!(
            show("target \"a\" {\n inherits = [\"b\"]\n}\ntarget \"b\" {\n inherits = [\"a\"]\n}\n", false),
            "a false |b false |b,a"
        );
    }
}
