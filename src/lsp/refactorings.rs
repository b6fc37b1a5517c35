//! Refactorings as code actions. Where the client can ask for the edit of the action that was chosen,
//! the others are never written.

use serde_json::{Value, json};

use crate::diagnostic::Fix;
use crate::model::{Context, ImageRef};
use crate::refactor::{self, Cx, Kind, Refactoring};
use crate::text::Span;

use super::actions::{Action, title};
use super::document::Snapshot;
use super::edits::WorkspaceEdit;
use super::layers;
use super::server::{Failure, Server, invalid, modified};

/// Their kinds, for the handshake.
pub(super) const KINDS: [&str; 2] = ["refactor.rewrite", "refactor.extract"];

fn kind(refactoring: &Refactoring) -> &'static str {
    match refactoring.kind {
        Kind::Rewrite => KINDS[0],
        Kind::Extract => KINDS[1],
    }
}

/// What can be done at the selection and is not among what is `done` already; `wanted` says of a kind whether
/// the client asked for it.
pub(super) fn actions(
    server: &Server,
    document: &Snapshot,
    selection: Span,
    wanted: &dyn Fn(&str) -> bool,
    done: &[&Fix],
) -> Vec<Action<'static>> {
    if !layers::is_dockerfile(document) || !KINDS.iter().any(|kind| wanted(kind)) {
        return Vec::new();
    }
    let found = with_cx(server, document, selection, refactor::all);
    let lazily = server.client.has("/textDocument/codeAction/resolveSupport/properties", "edit");
    let action = |it: &Refactoring| {
        let action = Action::new(title(server, document, &it.fix), kind(it));
        if !lazily {
            return action.with(&WorkspaceEdit::of(document, &it.fix.edits));
        }
        let data = json!({
            "uri": document.uri, "version": document.version, "refactoring": it.name,
            "start": selection.start, "end": selection.end,
        });
        Action { data: Some(data), ..action }
    };
    let is_new = |it: &&Refactoring| done.iter().all(|fix| fix.edits != it.fix.edits);
    found.iter().filter(|it| wanted(kind(it))).filter(is_new).map(action).collect()
}

/// `codeAction/resolve`.
pub(super) fn resolve(server: &mut Server, params: &Value) -> Result<Value, Failure> {
    let mut action = params.clone();
    let Some(data) = params.get("data").filter(|it| it.is_object()) else { return Ok(action) };
    let number = |key: &str| data.get(key).and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
    let uri = data.get("uri").and_then(Value::as_str).unwrap_or_default();
    let name = data.get("refactoring").and_then(Value::as_str).ok_or_else(|| invalid("data.refactoring is missing"))?;
    let (Some(start), Some(end)) = (number("start"), number("end")) else { return Err(invalid("data is malformed")) };
    let document = server.documents.get(uri).ok_or_else(|| invalid("the document is closed"))?;
    if document.version != data["version"] {
        return Err(modified());
    }
    let within = document.text.len() as u32;
    let selection = Span::new(start.min(end).min(within), end.min(within));
    let found = with_cx(server, document, selection, |cx| refactor::named(cx, name).into_iter().collect());
    let refactoring = found.first().ok_or_else(|| invalid("nothing of the kind can be done there"))?;
    action["edit"] = json!(WorkspaceEdit::of(document, &refactoring.fix.edits));
    Ok(action)
}

fn with_cx(
    server: &Server,
    document: &Snapshot,
    selection: Span,
    find: impl Fn(&Cx) -> Vec<Refactoring>,
) -> Vec<Refactoring> {
    let model = document.model();
    let digest = |image: &ImageRef| layers::digest(server, document, image);
    let around = server.surroundings(document);
    let config = around.config(document).unwrap_or_default();
    let files = around.context(document, &config);
    // Nobody waits here for a hundred thousand files.
    let files = files.filter(|files| files.is_listed());
    let inner = document.path.as_deref().and_then(|path| files.as_ref()?.path_of(path));
    let context = files.as_ref().map(|files| Context::new(files, inner.as_deref()));
    find(&Cx { model, text: &document.text, context: context.as_ref(), digest: &digest, selection })
}
