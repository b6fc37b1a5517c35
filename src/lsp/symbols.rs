//! `workspace/symbol`: the stages of all Dockerfiles in the open folders.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::host::{self, Found};
use crate::lint::FileKind;
use crate::syntax::dockerfile::{Body, Dockerfile, Keyword};
use crate::text::decode;

use super::document::Snapshot;
use super::linting::Surroundings;
use super::position::Encoding;
use super::server::{Failure, Server, invalid};
use super::uri::path_uri;

/// Symbols given at most; a longer query finds the rest.
const MAX_SYMBOLS: usize = 500;

/// `workspace/symbol`.
pub(super) fn everywhere(server: &mut Server, params: &Value) -> Result<Value, Failure> {
    let query = params.get("query").and_then(Value::as_str).ok_or_else(|| invalid("query is missing"))?;
    let query = query.to_lowercase();
    let ticket = server.hold();
    let folders: Vec<PathBuf> = server.workspace.folders().map(|(_, path)| path.to_path_buf()).collect();
    let surroundings = server.folder_surroundings();
    let encoding = server.client.encoding;
    let cancel = ticket.cancel.clone();
    let work = move || {
        let mut found: Vec<Value> = Vec::new();
        for (folder, surroundings) in folders.iter().zip(&surroundings) {
            let files = host::find(folder).0.into_iter().filter(|file| file.kind == FileKind::Dockerfile);
            for file in files.take_while(|_| !cancel.is_cancelled()) {
                found.extend(of_file(&file, surroundings, encoding, &query));
            }
        }
        found.truncate(MAX_SYMBOLS);
        found
    };
    server.jobs.long(work, move |server, found: Vec<Value>| server.settle(&ticket, Ok(found)));
    Ok(Value::Null)
}

fn of_file(file: &Found, surroundings: &Surroundings, encoding: Encoding, query: &str) -> Vec<Value> {
    let text = match surroundings.open.get(&file.path) {
        Some(open) => open.to_string(),
        None => host::read(&file.path).map(|bytes| decode(&bytes).0).unwrap_or_default(),
    };
    let uri = path_uri(&file.path);
    let snapshot = Snapshot::new(&uri, Some(file.kind), Value::Null, &text, encoding);
    let tree = snapshot.tree();
    let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stages = stages(tree).filter(|(stage, _)| matches(stage, query));
    let range = |span| snapshot.lines.range(&text, span);
    let told = stages.map(|(stage, span)| {
        let location = json!({"uri": uri, "range": range(span)});
        json!({"name": stage, "kind": 5, "containerName": name, "location": location})
    });
    told.collect()
}

/// What a stage is called: its name, or else its image.
fn stages(tree: &Dockerfile) -> impl Iterator<Item = (String, crate::text::Span)> {
    let froms = tree.instructions.iter().filter(|it| it.kind == Keyword::From);
    froms.filter_map(|it| match &it.body {
        Body::From(from) => match &from.name {
            Some(name) => Some((name.text.clone(), name.span)),
            None => Some((from.image.raw.clone(), from.image.span)),
        },
        _ => None,
    })
}

/// True if the letters of the query stand in the name in this order, as editors match.
fn matches(name: &str, query: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
