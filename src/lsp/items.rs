//! What completion offers, and how it is told: at once, or when somebody looks at it.

use serde_json::{Value, json};

use crate::rules;
use crate::text::Span;

use super::client::Client;
use super::document::Snapshot;
use super::registries::Question;
use super::server::{Failure, Server};
use super::snippets::{self, Place};
use super::words::Word;

/// Items at most; the editor asks again while the word grows.
const MAX_ITEMS: usize = 200;

/// The protocol's kind for a snippet.
const SNIPPET: u8 = 15;

/// Where a client says which forms of explanations it reads.
const FORMATS: &str = "/textDocument/completion/completionItem/documentationFormat";

/// One offer.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) label: String,
    pub(super) about: String,
    kind: u8,
    /// Bytes of the word before the cursor that it takes the place of.
    typed: usize,
    /// What is put there, with places to fill in; the label where there is none.
    body: Option<&'static str>,
    /// A few words beside the label; empty for none.
    detail: String,
}

impl Item {
    /// The item in the protocol's words, at its place in the list; without a client, which asks for that
    /// later, without its explanation.
    pub(super) fn told(&self, order: usize, document: &Snapshot, cursor: Cursor, client: Option<&Client>) -> Value {
        let Cursor { offset, replaces } = cursor;
        // The client's idea of a word ends at dashes, colons and slashes.
        let range = |end: usize| document.lines.range(&document.text, Span::from(offset - self.typed..end));
        let text = self.body.unwrap_or(&self.label);
        let edit = match replaces {
            true => {
                let end = offset + self.rest(&document.text[offset..]);
                json!({"insert": range(offset), "replace": range(end), "newText": text})
            }
            false => json!({"range": range(offset), "newText": text}),
        };
        let sort = format!("{order:05}");
        let mut item = json!({"label": self.label, "kind": self.kind, "sortText": sort, "textEdit": edit});
        if !self.detail.is_empty() {
            item["detail"] = json!(self.detail);
        }
        if self.body.is_some() {
            item["insertTextFormat"] = json!(2);
        }
        if let Some(client) = client.filter(|_| !self.about.is_empty()) {
            item["documentation"] = client.markup(FORMATS, &self.about);
        }
        item
    }
}

impl Item {
    /// Bytes behind the cursor that belong to the same word.
    fn rest(&self, text: &str) -> usize {
        let is_path = self.label.contains('/');
        let is_word = |c: char| c.is_alphanumeric() || "-_.".contains(c) || (is_path && c == '/');
        let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
        end + usize::from(self.label.ends_with('=') && text[end..].starts_with('='))
    }
}

/// Where something is completed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    /// The byte behind it.
    pub(super) offset: usize,
    /// True for a client that can choose between inserting and replacing.
    pub(super) replaces: bool,
}

/// What is offered.
#[derive(Default)]
pub(super) struct Items {
    pub(super) all: Vec<Item>,
    /// What stands before the cursor of the word.
    pub(super) prefix: String,
    /// True if the editor should ask again while the word grows.
    pub(super) more: bool,
    /// True for a client that has places to fill in.
    pub(super) snippets: bool,
    /// What a registry may know.
    pub(super) question: Option<Question>,
}

impl Items {
    /// Offers a text if it begins as the word does.
    pub(super) fn add(&mut self, label: &str, about: &str, kind: u8) {
        self.offer(label, about, kind, None, "");
    }

    /// The same with a few words beside it.
    pub(super) fn add_with(&mut self, label: &str, about: &str, kind: u8, detail: &str) {
        self.offer(label, about, kind, None, detail);
    }

    fn offer(&mut self, label: &str, about: &str, kind: u8, body: Option<&'static str>, detail: &str) {
        let fits = label.get(..self.prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(&self.prefix));
        if !fits || self.all.iter().any(|it| it.label == label) {
            return;
        }
        if self.all.len() == MAX_ITEMS {
            self.more = true;
            return;
        }
        let (label, about, detail) = (label.to_string(), about.to_string(), detail.to_string());
        self.all.push(Item { label, about, kind, typed: self.prefix.len(), body, detail });
    }

    /// Offers the snippets of a place.
    pub(super) fn snippets(&mut self, place: Place) {
        if self.snippets {
            snippets::at(place).for_each(|it| self.offer(it.label, it.about, SNIPPET, Some(it.body), ""));
        }
    }

    /// Offers the words of a table.
    pub(super) fn table(&mut self, table: &[Word], kind: u8) {
        for (label, about) in table {
            self.add(label, about, kind);
        }
    }
}

/// `completionItem/resolve`: what is said of one of the items that were offered last.
pub(super) fn resolve(server: &mut Server, params: &Value) -> Result<Value, Failure> {
    let mut item = params.clone();
    let offered = server.offered.iter().find(|it| params["label"] == it.label);
    if let (Some(offered), true) = (offered, item.is_object()) {
        let about = rules::by_name(&offered.label).map_or(offered.about.clone(), rules::Rule::hover);
        if !about.is_empty() {
            item["documentation"] = server.client.markup(FORMATS, &about);
        }
    }
    Ok(item)
}
