//! The language server: JSON-RPC over any pair of streams, one synchronous loop, and the linter's
//! tree and diagnostics kept per document version.
//!
//! `transport` turns bytes into events; `server` is the loop over them; `dispatch` lists the features,
//! each a function from the server and a request to an answer. What takes long is one of the `jobs`: it
//! gets snapshots by value and comes back as an event with a closure, so that only the loop changes
//! state. Positions of the protocol are turned into byte offsets, and back, in `position` alone.

mod actions;
mod client;
mod commands;
mod comments;
mod completion;
mod diagnostics;
mod dispatch;
mod document;
mod edits;
mod everywhere;
mod flags;
mod formatting;
mod heredocs;
mod hover;
mod items;
mod jobs;
mod layers;
mod links;
mod linting;
mod names;
mod outline;
mod paths;
mod position;
mod refactorings;
mod registries;
mod rename;
mod scope;
mod selection;
mod server;
mod settings;
mod signature;
mod snippets;
mod spans;
mod suppress;
mod symbols;
mod tokens;
mod transport;
mod uri;
mod watch;
mod words;
mod workspace;

use std::io::{Read, Write};

/// Serves one client until it says `exit` or its stream ends. The result is the exit status that
/// the protocol asks for: 0 after `shutdown`, else 1.
pub fn serve(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> u8 {
    let (inbox, outbox) = transport::connect(reader, writer);
    let status = server::Server::new(outbox, &inbox).run(&inbox);
    inbox.finish();
    status
}
