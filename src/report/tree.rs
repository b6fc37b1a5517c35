use serde_json::{Map, Value, json};

use crate::syntax::dockerfile::{
    ArgDeclaration, Body, Command, Dockerfile, Flag, FlagOption, Heredoc, Ident, Instruction, Pair, Transfer, Word,
};
use crate::text::{Source, Span};

/// The tree of a Dockerfile as JSON: `{"version":1,"file":…,"instructions":[…]}`. Every node has its
/// byte offsets `start` and `end`; instructions also their first and last line, from 1.
pub fn tree_json(source: &Source, dockerfile: &Dockerfile) -> Value {
    let directive =
        |it: &crate::syntax::dockerfile::Directive| node(it.span, json!({ "key": it.key, "value": it.value }));
    let comment = |it: &crate::syntax::dockerfile::Comment| node(it.span, json!({ "text": it.text }));
    json!({
        "version": 1,
        "file": source.name,
        "escape": dockerfile.escape,
        "directives": dockerfile.directives.iter().map(directive).collect::<Value>(),
        "comments": dockerfile.comments.iter().map(comment).collect::<Value>(),
        "instructions": dockerfile.instructions.iter().map(instruction).collect::<Value>(),
    })
}

/// The node's facts and its place.
fn node(span: Span, facts: Value) -> Value {
    let mut fields = match facts {
        Value::Object(fields) => fields,
        other => Map::from_iter([("value".to_string(), other)]),
    };
    fields.insert("start".into(), span.start.into());
    fields.insert("end".into(), span.end.into());
    Value::Object(fields)
}

fn instruction(it: &Instruction) -> Value {
    let mut facts = json!({
        "instruction": it.keyword.text.to_uppercase(),
        "keyword": ident(&it.keyword),
        "line": it.lines.0,
        "end_line": it.lines.1,
    });
    if !it.flags.is_empty() {
        facts["flags"] = it.flags.iter().map(flag).collect();
    }
    facts["arguments"] = body(&it.body);
    if !it.heredocs.is_empty() {
        facts["heredocs"] = it.heredocs.iter().map(heredoc).collect();
    }
    node(it.span, facts)
}

fn body(body: &Body) -> Value {
    match body {
        Body::From(from) => json!({
            "image": word(&from.image),
            "name": from.name.as_ref().map(ident),
        }),
        Body::Arg(declarations) => declarations.iter().map(declaration).collect(),
        Body::Env(pairs) | Body::Label(pairs) => pairs.iter().map(pair).collect(),
        Body::Run(it) | Body::Cmd(it) | Body::Entrypoint(it) | Body::Shell(it) => command(it),
        Body::Copy(it) | Body::Add(it) => transfer(it),
        Body::Workdir(it) | Body::User(it) | Body::Stopsignal(it) | Body::Maintainer(it) => word(it),
        Body::Volume(words) | Body::Expose(words) | Body::Unknown(words) => words.iter().map(word).collect(),
        Body::Healthcheck(it) => it.as_ref().map_or(json!("NONE"), command),
        Body::Onbuild(trigger) => instruction(trigger),
    }
}

fn ident(ident: &Ident) -> Value {
    node(ident.span, json!({ "text": ident.text }))
}

fn word(word: &Word) -> Value {
    let mut facts = json!({ "text": word.raw });
    if !word.variables.is_empty() {
        let variable = |it: &crate::syntax::dockerfile::Variable| {
            node(it.span, json!({ "name": it.name.text, "operator": it.operator }))
        };
        facts["variables"] = word.variables.iter().map(variable).collect();
    }
    node(word.span, facts)
}

fn flag(flag: &Flag) -> Value {
    let mut facts = json!({ "name": flag.name.text, "value": flag.value.as_ref().map(word) });
    if !flag.options.is_empty() {
        let option =
            |it: &FlagOption| node(it.span, json!({ "key": ident(&it.key), "value": it.value.as_ref().map(word) }));
        facts["options"] = flag.options.iter().map(option).collect();
    }
    node(flag.span, facts)
}

fn declaration(it: &ArgDeclaration) -> Value {
    json!({ "name": ident(&it.name), "default": it.value.as_ref().map(word) })
}

fn pair(pair: &Pair) -> Value {
    json!({ "key": word(&pair.key), "value": word(&pair.value), "legacy": pair.legacy })
}

fn command(command: &Command) -> Value {
    match command {
        Command::Shell { text, .. } => node(command.span(), json!({ "form": "shell", "text": text.text })),
        Command::Exec { span, words } => {
            let words: Value = words.iter().map(|it| node(it.span, json!({ "text": it.value.text }))).collect();
            node(*span, json!({ "form": "exec", "words": words }))
        }
    }
}

fn transfer(it: &Transfer) -> Value {
    json!({
        "sources": it.sources.iter().map(word).collect::<Value>(),
        "destination": word(&it.dest),
        "form": if it.json { "exec" } else { "shell" },
    })
}

fn heredoc(it: &Heredoc) -> Value {
    let facts = json!({
        "name": it.name.text,
        "expand": it.expand,
        "chomp": it.chomp,
        "body": node(it.body, json!({})),
        "terminated": it.terminator.is_some(),
    });
    node(it.marker, facts)
}
