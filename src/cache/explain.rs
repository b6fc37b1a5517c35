//! Why a step is not a hit: the first thing in which it differs from the build before.

use super::environment::shown;
use super::graph::{Graph, Key, KeyPart, Part, Vertex, VertexKind};
use super::opened::Opened;
use super::solve::{Built, State};
use super::verdict::{Reason, ReasonKind, Verdict};
use super::{content::Outcome, select};

/// Bytes of a value shown in a reason at most.
const MAX_SHOWN: usize = 60;

/// Why the vertex runs, given what became of those before it.
pub(super) fn reason(graph: &Graph, at: usize, states: &[State], last: Option<&Built>) -> Reason {
    let vertex = &graph.vertices[at];
    let Some(last) = last else {
        return Reason { text: "nothing was built before".to_string(), ..Reason::default() };
    };
    let Some(old) = counterpart(graph, at, &last.graph) else {
        return Reason { text: "no such step was built before".to_string(), ..Reason::default() };
    };
    let before = &last.graph.vertices[old];
    if let Some(reason) = key_reason(&before.key, &vertex.key) {
        return reason;
    }
    if let VertexKind::Remote { url, .. } = &vertex.kind {
        let text = format!("`{}` changed", plain(url));
        return Reason { kind: ReasonKind::Remote, text, ..Reason::default() };
    }
    if let VertexKind::Image { reference, .. } = &vertex.kind {
        let text = format!("`{}` is another image now", plain(reference));
        return Reason { kind: ReasonKind::Image, text, ..Reason::default() };
    }
    content_reason(graph, vertex, states, before, last).unwrap_or_else(|| parent_reason(graph, vertex, states))
}

/// The same for a step whose fate depends on what others put out.
pub(super) fn open(graph: &Graph, at: usize, states: &[State], opened: &Opened, otherwise: Reason) -> Reason {
    let vertex = &graph.vertices[at];
    for input in vertex.inputs.iter().filter(|input| !input.content.is_empty()) {
        let from = input.vertex;
        if let Some(writer) = opened.unsettled_by(at, input, states) {
            return unsettled(graph, writer);
        }
        if states[from].verdict == Verdict::Hit {
            continue;
        }
        let paths: Vec<String> = input.content.iter().map(|it| it.path.clone()).collect();
        let list = paths.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        if let VertexKind::Remote { url, .. } = &graph.vertices[from].kind {
            let text = format!("`{}` is asked again, and only the answer tells whether it changed", plain(url));
            return Reason { kind: ReasonKind::Remote, text, ..Reason::default() };
        }
        let text = format!("cached if {list} of `{}` comes out as before", instruction(graph, from));
        return Reason { kind: ReasonKind::Output, text, paths, caused_by: Some(root_cause(from, states)) };
    }
    let maybe = vertex.inputs.iter().map(|it| it.vertex).find(|it| matches!(states[*it].verdict, Verdict::Maybe(_)));
    let Some(from) = maybe else {
        if let Some(writer) = vertex.inputs.iter().find_map(|input| opened.may_unsettle(at, input)) {
            return unsettled(graph, writer);
        }
        // Something equal was built that read the result of a command, and what that was nobody knows.
        let text = "cached if what another step put out before is the same as what it reads now".to_string();
        let is_new = otherwise.kind == ReasonKind::New;
        return if is_new { Reason { kind: ReasonKind::Output, text, ..Reason::default() } } else { otherwise };
    };
    let text = format!("cached if `{}` is", instruction(graph, from));
    Reason { kind: ReasonKind::Parent, text, paths: Vec::new(), caused_by: Some(root_cause(from, states)) }
}

/// Why a `--link` that is found in the cache is put over the layers below it all the same.
pub(super) fn merged(graph: &Graph, reader: usize) -> Reason {
    let text = format!(
        "what it copies is cached, and only `{}` needs it put over the layers below: that takes no time",
        instruction(graph, reader)
    );
    Reason { kind: ReasonKind::Output, text, ..Reason::default() }
}

/// Why a step that reads all of a context may go by another hash, because of the one that writes to it.
fn unsettled(graph: &Graph, writer: usize) -> Reason {
    let text = format!(
        "cached if BuildKit hashed the context before `{}` opened it for writing, which is chance",
        instruction(graph, writer)
    );
    Reason { kind: ReasonKind::Files, text, paths: vec![".".to_string()], caused_by: Some(writer) }
}

/// The vertex of the build before that this one took the place of.
fn counterpart(graph: &Graph, at: usize, last: &Graph) -> Option<usize> {
    let vertex = &graph.vertices[at];
    let kind = std::mem::discriminant(&vertex.kind);
    let place = |graph: &Graph, vertex: &Vertex| vertex.step.map(|step| graph.steps[step].place.clone());
    let Some(here) = place(graph, vertex) else {
        let same = |it: &&Vertex| std::mem::discriminant(&it.kind) == kind && it.key == vertex.key;
        return last.vertices.iter().position(|it| same(&it));
    };
    let digest = vertex.key.digest();
    let still_there = |text: &str| graph.steps.iter().any(|step| step.place.instruction == text);
    let score = |old: &Vertex| {
        let there = place(last, old)?;
        let same_stage = there.stage_name == here.stage_name || there.stage == here.stage;
        let same_text = there.instruction == here.instruction;
        let same_key = old.key.digest() == digest;
        let replaced = same_stage && there.index == here.index && !still_there(&there.instruction);
        let edited = same_stage && replaced;
        if !(same_text && same_stage || same_key || edited) {
            return None;
        }
        let near = there.index.abs_diff(here.index).min(1000);
        Some((same_key, same_stage, same_text, 1000 - near))
    };
    let candidates = last.vertices.iter().enumerate().filter(|(_, it)| std::mem::discriminant(&it.kind) == kind);
    candidates.filter_map(|(at, old)| Some((score(old)?, at))).max().map(|(_, at)| at)
}

fn key_reason(before: &Key, after: &Key) -> Option<Reason> {
    let differs =
        |a: &KeyPart, b: &KeyPart| (a.name.as_str(), &a.value) != (b.name.as_str(), &b.value) || kind(a) != kind(b);
    let first = before.parts().iter().zip(after.parts()).position(|(a, b)| differs(a, b));
    let at = match first {
        Some(at) => at,
        None if before.parts().len() == after.parts().len() => return None,
        None => before.parts().len().min(after.parts().len()),
    };
    let (old, new) = (before.parts().get(at), after.parts().get(at));
    let part = new.or(old)?;
    if is_variable(part) || old.is_some_and(is_variable) {
        return Some(variable_reason(before, after, at));
    }
    let value = |part: Option<&KeyPart>| {
        part.filter(|it| kind(it) == kind(new.unwrap_or(part.unwrap_or(it)))).map(|it| plain(&it.value))
    };
    Some(part_reason(part, value(old), value(new)))
}

fn kind(part: &KeyPart) -> Part {
    if part.part == Part::Argument { Part::Environment } else { part.part }
}

fn is_variable(part: &KeyPart) -> bool {
    kind(part) == Part::Environment
}

/// The variable at which two environments part: another value, a new one, one that is gone, or
/// another order.
fn variable_reason(before: &Key, after: &Key, at: usize) -> Reason {
    let variables = |key: &Key| key.parts().iter().filter(|it| is_variable(it)).cloned().collect::<Vec<_>>();
    let (old, new) = (variables(before), variables(after));
    let find = |list: &[KeyPart], name: &str| list.iter().find(|it| it.name == name).cloned();
    let changed =
        new.iter().find_map(|it| find(&old, &it.name).filter(|old| old.value != it.value).map(|old| (old, it.clone())));
    let added = new.iter().find(|it| find(&old, &it.name).is_none());
    let gone = old.iter().find(|it| find(&new, &it.name).is_none());
    let word = |part: &KeyPart| if part.part == Part::Argument { "build argument" } else { "variable" };
    let (part, text) = match (changed, added, gone) {
        (Some((old, new)), ..) => {
            let text = format!(
                "{} `{}` changed from `{}` to `{}`",
                word(&new),
                new.name,
                plain(&old.value),
                plain(&new.value)
            );
            (new, text)
        }
        (None, Some(new), _) => (new.clone(), format!("{} `{}` is new in its environment", word(new), new.name)),
        (None, None, Some(old)) => (old.clone(), format!("{} `{}` is gone from its environment", word(old), old.name)),
        (None, None, None) => {
            let part = after.parts().get(at).or(before.parts().get(at)).cloned();
            let part = part.unwrap_or(KeyPart { part: Part::Environment, name: String::new(), value: String::new() });
            let text = format!("the order of its variables changed at `{}`", part.name);
            (part, text)
        }
    };
    let kind = if part.part == Part::Argument { ReasonKind::Argument } else { ReasonKind::Environment };
    Reason { kind, text, ..Reason::default() }
}

fn part_reason(part: &KeyPart, old: Option<String>, new: Option<String>) -> Reason {
    let change = match (old, new) {
        (Some(old), Some(new)) => format!("changed from `{old}` to `{new}`"),
        (None, Some(new)) => format!("`{new}` is new"),
        (Some(old), None) => format!("`{old}` is gone"),
        (None, None) => "changed".to_string(),
    };
    let (kind, what) = match part.part {
        Part::Image => (ReasonKind::Image, "the image".to_string()),
        Part::Workdir => (ReasonKind::Workdir, "the working folder".to_string()),
        Part::User => (ReasonKind::User, "the user".to_string()),
        Part::Platform => (ReasonKind::Option, "the platform".to_string()),
        Part::Option if part.name == "input" => (ReasonKind::Instruction, "where it copies from".to_string()),
        Part::Option => (ReasonKind::Option, format!("`{}`", part.name)),
        Part::Command => (ReasonKind::Instruction, "the command".to_string()),
        Part::Network => (ReasonKind::Instruction, "`--network`".to_string()),
        Part::Security => (ReasonKind::Instruction, "`--security`".to_string()),
        Part::Mount => (ReasonKind::Instruction, "a mount".to_string()),
        Part::Source => (ReasonKind::Instruction, "a source".to_string()),
        Part::Destination => (ReasonKind::Instruction, "the destination".to_string()),
        Part::Mode => (ReasonKind::Instruction, "`--chmod`".to_string()),
        Part::Owner => (ReasonKind::Instruction, "`--chown`".to_string()),
        Part::Pattern => (ReasonKind::Instruction, "what it includes or excludes".to_string()),
        Part::Content => (ReasonKind::Instruction, "the text of the inline file".to_string()),
        Part::Kind | Part::Argument | Part::Environment => (ReasonKind::Instruction, "the instruction".to_string()),
    };
    Reason { kind, text: format!("{what} {change}"), ..Reason::default() }
}

/// Files that an input reads and that are not what they were.
fn content_reason(graph: &Graph, vertex: &Vertex, states: &[State], before: &Vertex, last: &Built) -> Option<Reason> {
    for (input, old) in vertex.inputs.iter().zip(&before.inputs).filter(|(input, _)| !input.content.is_empty()) {
        let (new, old) = (&states[input.vertex].outcome, &last.states.get(old.vertex)?.outcome);
        let (Ok(a), Ok(b)) = (new.content(&input.content), old.content(&input.content)) else { continue };
        if a == b {
            continue;
        }
        let paths = match (old, new) {
            (Outcome::Known(old), Outcome::Known(new)) => select::changes(&input.content, old, new),
            _ => Vec::new(),
        };
        if matches!(graph.vertices[input.vertex].kind, VertexKind::Context(..)) {
            return Some(Reason { kind: ReasonKind::Files, text: changed(&paths), paths, caused_by: None });
        }
        let what = if paths.is_empty() { "what it reads changed".to_string() } else { changed(&paths) };
        let text = format!("{what} in the result of `{}`", instruction(graph, input.vertex));
        return Some(Reason {
            kind: ReasonKind::Output,
            text,
            paths,
            caused_by: Some(root_cause(input.vertex, states)),
        });
    }
    None
}

fn changed(paths: &[String]) -> String {
    match paths {
        [] => "its sources changed".to_string(),
        [path] => format!("`{}` changed", plain(path)),
        [path, rest @ ..] => format!("`{}` and {} more changed", plain(path), rest.len()),
    }
}

fn parent_reason(graph: &Graph, vertex: &Vertex, states: &[State]) -> Reason {
    let ran = vertex.inputs.iter().map(|it| it.vertex).find(|it| states[*it].verdict != Verdict::Hit);
    let Some(parent) = ran else {
        return Reason { text: "it was not built upon this before".to_string(), ..Reason::default() };
    };
    let cause = root_cause(parent, states);
    let text = format!("`{}` above it runs", instruction(graph, cause));
    Reason { kind: ReasonKind::Parent, text, paths: Vec::new(), caused_by: Some(cause) }
}

/// The vertex with a reason of its own at the end of a chain of parents.
fn root_cause(at: usize, states: &[State]) -> usize {
    states[at].verdict.reason().and_then(|reason| reason.caused_by).unwrap_or(at)
}

fn instruction(graph: &Graph, at: usize) -> String {
    let vertex = &graph.vertices[at];
    plain(vertex.step.map_or(vertex.name.as_str(), |step| graph.steps[step].place.instruction.as_str()))
}

/// A value for people: one line, not too long, and nothing of it can steer a terminal.
pub(super) fn plain(text: &str) -> String {
    let text: String = shown(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
