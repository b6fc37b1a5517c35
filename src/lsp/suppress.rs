//! Silencing a rule: for the instruction, the file or the project, each by an edit.

use std::path::Path;

use serde_json::{Value, json};

use crate::config::ignoring;
use crate::diagnostic::{Edit, Severity};
use crate::host;
use crate::syntax::dockerfile::{Dockerfile, Instruction};
use crate::text::decode;

use super::actions::{Action, Told};
use super::dispatch::{Json, written};
use super::document::{Snapshot, instruction_at};
use super::edits::WorkspaceEdit;
use super::server::Server;
use super::uri::path_uri;

/// Makes the actions that silence the rules of a document.
pub(super) struct Silencer<'a> {
    document: &'a Snapshot,
    tree: &'a Dockerfile,
    project: Option<Project>,
}

impl<'a> Silencer<'a> {
    /// Looks for the project's configuration.
    pub(super) fn new(server: &Server, document: &'a Snapshot) -> Silencer<'a> {
        Silencer { document, tree: document.tree(), project: Project::of(server, document) }
    }

    /// The actions that silence what was found of a rule: for each instruction, the file and the project.
    pub(super) fn actions<'f>(&self, rule: &str, found: &[Told<'f>]) -> Vec<Action<'f>> {
        let found: Vec<Told<'f>> = found.iter().filter(|(it, _)| it.severity < Severity::Error).copied().collect();
        if found.is_empty() {
            return Vec::new();
        }
        let mut out = self.at_instructions(rule, &found);
        let first = self.tree.instructions.first();
        let file = first.and_then(|first| above(self.document, rule, first, "file-ignore"));
        out.extend(file.map(|edit| action(rule, &found, "this file", edit)));
        let project = self.project.as_ref().and_then(|project| project.ignoring(rule));
        out.extend(project.map(|edit| action(rule, &found, "this project", edit)));
        out
    }

    fn at_instructions<'f>(&self, rule: &str, found: &[Told<'f>]) -> Vec<Action<'f>> {
        let here = |told: &Told| instruction_at(self.tree, told.0.primary.span.start as usize);
        let same = |a: &Told, b: &Told| here(a).map(|it| it.span) == here(b).map(|it| it.span);
        let groups = found.chunk_by(same);
        let silenced = groups.filter_map(|group| {
            let edit = above(self.document, rule, here(&group[0])?, "ignore")?;
            Some(action(rule, group, "this instruction", edit))
        });
        silenced.collect()
    }
}

fn action<'f>(rule: &str, found: &[Told<'f>], reach: &str, edit: Json) -> Action<'f> {
    let action = Action::new(format!("ignore {rule} for {reach}"), "quickfix");
    Action { edit: Some(edit), ..action.about(found) }
}

/// A comment above an instruction.
fn above(document: &Snapshot, rule: &str, instruction: &Instruction, word: &str) -> Option<Json> {
    let instruction = instruction.span.start as usize;
    let line = document.lines.line_of(instruction);
    let start = document.lines.start(&document.text, line);
    let indent = document.text.get(start..instruction)?;
    let comment = format!("{indent}# cachalot: {word}={rule}\n");
    Some(written(&WorkspaceEdit::of(document, &[Edit::insert(start as u32, comment)])))
}

/// The cachalot.toml of the project.
enum Project {
    /// With the text that the editor shows or the disk has.
    File { uri: String, text: String },
    /// One that is to be made.
    New { uri: String },
}

impl Project {
    /// `None` where there is none and the client cannot make files.
    fn of(server: &Server, document: &Snapshot) -> Option<Project> {
        let path = document.path.as_deref()?;
        let Some(file) = server.workspace.configs(Some(path)).file_of(path) else { return new_file(server, path) };
        // Beside hadolint's file a new one would take its place.
        let file = Some(file).filter(|file| file.extension().is_some_and(|it| it == "toml"))?;
        let open = server.documents.values().find(|it| it.path.as_deref() == Some(&file)).map(|it| it.text.to_string());
        let text = open.or_else(|| Some(decode(&host::read(&file).ok()?).0))?;
        Some(Project::File { uri: path_uri(&file), text })
    }

    /// The edit that puts a rule among those that it ignores.
    fn ignoring(&self, rule: &str) -> Option<Json> {
        match self {
            Project::File { uri, text } => {
                let new = ignoring(text, rule)?;
                Some(written(&json!({"changes": {uri: [{"range": whole(text), "newText": new}]}})))
            }
            Project::New { uri } => {
                let start = json!({"line": 0, "character": 0});
                let edit = json!({"range": {"start": start, "end": start}, "newText": ignoring("", rule)?});
                Some(written(&json!({"documentChanges": [
                    {"kind": "create", "uri": uri, "options": {"ignoreIfExists": true}},
                    {"textDocument": {"uri": uri, "version": null}, "edits": [edit]},
                ]})))
            }
        }
    }
}

fn new_file(server: &Server, dockerfile: &Path) -> Option<Project> {
    let creates = server.client.has("/workspace/workspaceEdit/resourceOperations", "create");
    if !creates || !server.client.can("/workspace/workspaceEdit/documentChanges") {
        return None;
    }
    let root = server.workspace.folder_of(dockerfile)?;
    Some(Project::New { uri: path_uri(&root.join("cachalot.toml")) })
}

/// From the first place to beyond the last line.
fn whole(text: &str) -> Value {
    json!({"start": {"line": 0, "character": 0}, "end": {"line": text.lines().count() + 1, "character": 0}})
}
