//! The language server: JSON-RPC over any pair of streams, one synchronous loop, and the linter's
//! tree and diagnostics kept per document version.

mod actions;
mod client;
mod commands;
mod completion;
mod diagnostics;
mod dispatch;
mod document;
mod everywhere;
mod formatting;
mod hover;
mod jobs;
mod layers;
mod links;
mod linting;
mod names;
mod outline;
mod position;
mod refactorings;
mod selection;
mod server;
mod settings;
mod signature;
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
