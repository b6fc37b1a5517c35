//! Edits as the protocol writes them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::Edit;
use crate::text::Span;

use super::document::Snapshot;
use super::position::Range;

/// New text for a range of a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TextEdit<'e> {
    range: Range,
    new_text: Cow<'e, str>,
}

/// Edits of one document, for its version where the client looks at that.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
pub(super) enum WorkspaceEdit<'e> {
    #[serde(rename_all = "camelCase")]
    Pinned {
        document_changes: [Versioned<'e>; 1],
    },
    Plain {
        changes: BTreeMap<&'e str, Vec<TextEdit<'e>>>,
    },
}

/// Edits of one version of a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Versioned<'e> {
    text_document: Identifier<'e>,
    edits: Vec<TextEdit<'e>>,
}

#[derive(Serialize)]
struct Identifier<'e> {
    uri: &'e str,
    version: &'e Value,
}

impl<'e> TextEdit<'e> {
    /// The text as it is.
    pub(super) fn new(document: &Snapshot, span: Span, text: &'e str) -> TextEdit<'e> {
        TextEdit { range: document.lines.range(&document.text, span), new_text: text.into() }
    }
}

impl<'e> WorkspaceEdit<'e> {
    /// The edits of a fix, with the line ends of the document.
    pub(super) fn of(document: &'e Snapshot, edits: &'e [Edit]) -> WorkspaceEdit<'e> {
        let crlf = memchr::memmem::find(document.text.as_bytes(), b"\r\n").is_some();
        let made = edits.iter().map(|edit| {
            let made = TextEdit::new(document, edit.span, &edit.text);
            match crlf && edit.text.contains('\n') {
                true => TextEdit { new_text: edit.text.replace("\r\n", "\n").replace('\n', "\r\n").into(), ..made },
                false => made,
            }
        });
        WorkspaceEdit::new(document, made.collect())
    }

    /// Edits of one document.
    pub(super) fn new(document: &'e Snapshot, edits: Vec<TextEdit<'e>>) -> WorkspaceEdit<'e> {
        let Snapshot { uri, version, .. } = document;
        match document.pins_edits && version.is_number() {
            true => {
                let text_document = Identifier { uri, version };
                WorkspaceEdit::Pinned { document_changes: [Versioned { text_document, edits }] }
            }
            false => WorkspaceEdit::Plain { changes: BTreeMap::from([(uri.as_str(), edits)]) },
        }
    }
}
