//! The client: what it can do, and what we ask of it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::position::Encoding;
use super::server::Server;
use super::transport::Outbox;

/// What happens with the client's answer: its result, or its error.
type Answered = Box<dyn FnOnce(&mut Server, Result<Value, Value>)>;

/// The other end of the stream.
pub(super) struct Client {
    pub(super) outbox: Outbox,
    pub(super) encoding: Encoding,
    capabilities: Value,
    asked: HashMap<u64, Answered>,
    next: u64,
}

impl Client {
    pub(super) fn new(outbox: Outbox) -> Client {
        Client { outbox, encoding: Encoding::Utf16, capabilities: Value::Null, asked: HashMap::new(), next: 0 }
    }

    /// Keeps what `initialize` says of the client.
    pub(super) fn introduce(&mut self, params: &Value) {
        self.encoding = Encoding::negotiate(params);
        self.capabilities = params.get("capabilities").cloned().unwrap_or_default();
    }

    /// True if the capability at this JSON pointer is there and not `false`.
    pub(super) fn can(&self, pointer: &str) -> bool {
        self.capabilities.pointer(pointer).is_some_and(|it| !it.is_null() && *it != false)
    }

    /// True if the list at this JSON pointer holds `word`.
    pub(super) fn has(&self, pointer: &str, word: &str) -> bool {
        let list = self.capabilities.pointer(pointer).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|it| it == word))
    }

    /// A text in the form that the client reads where the list at this JSON pointer says so; Markdown
    /// where it says nothing.
    pub(super) fn markup(&self, pointer: &str, markdown: &str) -> Value {
        let formats = self.capabilities.pointer(pointer).and_then(Value::as_array);
        if formats.is_some_and(|all| !all.is_empty()) && !self.has(pointer, "markdown") {
            return json!({"kind": "plaintext", "value": plain(markdown)});
        }
        json!({"kind": "markdown", "value": markdown})
    }

    /// Asks the client; `then` gets the answer, if there ever is one.
    pub(super) fn ask(
        &mut self,
        method: &str,
        params: Value,
        then: impl FnOnce(&mut Server, Result<Value, Value>) + 'static,
    ) {
        self.next += 1;
        self.asked.insert(self.next, Box::new(then));
        self.outbox.ask(self.next, method, &params);
    }

    /// What waits for this answer; `None` for an answer to nothing.
    pub(super) fn answered(&mut self, id: &Value) -> Option<Answered> {
        self.asked.remove(&id.as_u64()?)
    }

    /// Shows a message; the kind is 1 for an error, 2 for a warning, 3 for information.
    pub(super) fn show_message(&self, kind: u8, message: &str) {
        self.outbox.notify("window/showMessage", &json!({"type": kind, "message": message}));
    }

    /// Has the client ask again for `inlayHint`, `codeLens`, `semanticTokens` or `diagnostics`,
    /// where it can.
    pub(super) fn refresh(&mut self, feature: &str) {
        if self.can(&format!("/workspace/{feature}/refreshSupport")) {
            let method = if feature == "diagnostics" { "diagnostic" } else { feature };
            self.ask(&format!("workspace/{method}/refresh"), Value::Null, |_, _| {});
        }
    }

    /// Registers capabilities that the client wants to hear of after the handshake, by method with their
    /// options: all at once, since some clients set each buffer up anew for every message.
    pub(super) fn register(&mut self, methods: Vec<(&str, Value)>) {
        if methods.is_empty() {
            return;
        }
        let told = |(method, options)| json!({"id": method, "method": method, "registerOptions": options});
        let registrations: Vec<Value> = methods.into_iter().map(told).collect();
        self.ask("client/registerCapability", json!({"registrations": registrations}), |_, _| {});
    }
}

/// Our own Markdown as plain text: without its marks, and with the target of a link behind its text.
fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find(['*', '`', '\\', '[']) {
        out.push_str(&rest[..at]);
        let mark = &rest[at..];
        let link = mark.split_once("](").filter(|(text, _)| text.starts_with('[') && !text.contains('\n'));
        rest = match link.and_then(|(text, after)| Some((&text[1..], after.split_once(')')?))) {
            Some((text, (target, after))) => {
                out.push_str(&format!("{text} ({target})"));
                after
            }
            None if mark.starts_with("**") => &mark[2..],
            None if mark.starts_with(['`', '\\']) => &mark[1..],
            None => {
                out.push_str(&mark[..1]);
                &mark[1..]
            }
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markdown_is_read_without_its_marks() {
        let told = "**[a-rule](https://x/y.md)**: `FROM node` means *all* of a\\_b, [not a link]";
        assert_eq!(plain(told), "a-rule (https://x/y.md): FROM node means *all* of a_b, [not a link]");
        assert_eq!(plain("`[2/4] RUN x` and `y`"), "[2/4] RUN x and y");
    }
}
