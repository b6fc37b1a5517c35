//! An open document with what is known of its present version.

use std::path::PathBuf;
use std::rc::Rc;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::lint::FileKind;
use crate::model::{BuildOptions, Model};
use crate::syntax::dockerfile::{self, Dockerfile, Instruction};
use crate::text::FileId;

use super::position::{Encoding, Lines};

/// One open document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) uri: String,
    pub(super) version: Value,
    pub(super) text: String,
    pub(super) lines: Lines,
    /// `None` for what is no Dockerfile, whatever the editor calls it.
    pub(super) kind: Option<FileKind>,
    /// The file, if the URI names one on this machine.
    pub(super) path: Option<PathBuf>,
    tree: Option<Rc<Dockerfile>>,
    /// What was found in this version, once somebody asked.
    pub(super) findings: Option<Rc<Vec<Diagnostic>>>,
    /// Changes with every edit and every look at the configuration.
    pub(super) result_id: u64,
    /// True while this version's diagnostics are not published.
    pub(super) dirty: bool,
    encoding: Encoding,
}

impl Document {
    pub(super) fn new(uri: &str, language: &str, version: Value, text: String, encoding: Encoding) -> Document {
        let lines = Lines::new(&text, encoding);
        Document {
            uri: uri.to_string(),
            version,
            lines,
            kind: kind(uri, language),
            path: file_path(uri),
            text,
            tree: None,
            findings: None,
            result_id: 0,
            dirty: true,
            encoding,
        }
    }

    /// Applies the content changes of a `didChange`, in order; malformed ones are passed over.
    pub(super) fn change(&mut self, version: Value, changes: &[Value]) {
        for change in changes {
            let Some(new) = change.get("text").and_then(Value::as_str) else { continue };
            match change.get("range") {
                None | Some(Value::Null) => self.text = new.to_string(),
                Some(range) => {
                    let (Some(start), Some(end)) = (self.at(range.get("start")), self.at(range.get("end"))) else {
                        continue;
                    };
                    self.text.replace_range(start.min(end)..start.max(end), new);
                }
            }
            self.lines = Lines::new(&self.text, self.encoding);
        }
        self.version = version;
        self.tree = None;
        self.outdate();
    }

    /// Forgets the findings, because the text or its surroundings changed.
    pub(super) fn outdate(&mut self) {
        self.findings = None;
        self.dirty = true;
        self.result_id += 1;
    }

    /// The byte offset of a position of the protocol.
    pub(super) fn at(&self, position: Option<&Value>) -> Option<usize> {
        let position = position?;
        Some(self.lines.offset(&self.text, position.get("line")?.as_u64()?, position.get("character")?.as_u64()?))
    }

    /// The tree of this version.
    pub(super) fn tree(&mut self) -> Rc<Dockerfile> {
        let text = &self.text;
        let parsed = || Rc::new(dockerfile::parse(FileId(0), text).0);
        self.tree.get_or_insert_with(parsed).clone()
    }

    /// What the tree means.
    pub(super) fn model<'d>(&'d self, tree: &'d Dockerfile) -> Model<'d> {
        Model::new(tree, &self.text, BuildOptions::default())
    }
}

/// The instruction that covers the byte at `offset`, its end included.
pub(super) fn instruction_at(tree: &Dockerfile, offset: usize) -> Option<&Instruction> {
    let offset = offset as u32;
    let after = tree.instructions.partition_point(|it| it.span.start <= offset);
    tree.instructions[..after].last().filter(|it| offset <= it.span.end)
}

fn kind(uri: &str, language: &str) -> Option<FileKind> {
    let by_name = FileKind::of(uri.split(['?', '#']).next().unwrap_or(uri));
    match language.to_ascii_lowercase().as_str() {
        "markdown" | "mdx" => Some(FileKind::Markdown),
        // Editors send Compose files under other languages' names.
        _ if [".yml", ".yaml", ".json"].iter().any(|ending| uri.ends_with(ending)) => None,
        "dockerfile" => Some(by_name.unwrap_or(FileKind::Dockerfile)),
        _ => by_name.or(Some(FileKind::Dockerfile)),
    }
}

/// The path of a `file:` URI on this machine.
fn file_path(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    let drive = path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if drive { &path[1..] } else { &path }))
}
