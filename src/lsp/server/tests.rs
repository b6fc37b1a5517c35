use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::lsp::transport;

/// What the server wrote.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics with it").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn frame(message: &Value) -> String {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

/// What the client says, in order.
fn said() -> String {
    let open = json!({"uri": "untitled:a", "languageId": "dockerfile", "version": 1, "text": "FROM a\n"});
    let place = json!({"textDocument": {"uri": "untitled:a"}, "position": {"line": 0, "character": 1}});
    let messages = [
        json!({"jsonrpc": "2.0", "id": "first", "method": "initialize", "params": {"capabilities": {}}}),
        json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": open}}),
        json!({"jsonrpc": "2.0", "id": "last", "method": "textDocument/hover", "params": place}),
    ];
    messages.iter().map(frame).collect()
}

/// A request whose answer a job would give.
fn fails_in_a_job(server: &mut Server) -> Result<Option<Json>, Failure> {
    let ticket = server.hold();
    let work = || -> Option<Value> { panic!("a fault in a job") };
    server.jobs.long(work, move |server, made| {
        server.settle(&ticket, made.ok_or((INTERNAL_ERROR, "a fault".to_string())));
        panic!("a fault with its result");
    });
    Ok(None)
}

#[test]
fn a_panic_is_an_error_answer_and_not_the_end() {
    let written = Written::default();
    let (inbox, outbox) = transport::connect(Cursor::new(said()), written.clone());
    let mut server = Server::new(outbox, &inbox);
    server.answer(&json!("in the loop"), "textDocument/hover", |_| panic!("a fault in a request"));
    server.guarded(|_| panic!("a fault in a notification"));
    server.answer(&json!("in a job"), "workspace/executeCommand", fails_in_a_job);
    server.answer(&json!("promised"), "workspace/symbol", |server| {
        server.hold();
        panic!("a fault after the answer was promised")
    });
    assert!(server.held.keys().all(|id| !id.contains("promised")), "it is answered once");
    let mut messages = Vec::new();
    let done = loop {
        match inbox.events.recv().expect("the job reports") {
            Event::Done(then) => break then,
            Event::Message(message) => messages.push(message),
            Event::Cancelled(_) | Event::End => {}
        }
    };
    server.guarded(done);
    for event in messages.into_iter().map(Event::Message).chain(inbox.events.try_iter()) {
        if let Event::Message(message) = event {
            server.message(&message, &inbox);
        }
    }
    drop(server);
    inbox.finish();
    let written = String::from_utf8(written.0.lock().expect("nobody panics with it").clone()).expect("UTF-8");
    let answer = |id: &str| {
        let mut answers = written.split("Content-Length: ");
        answers.find(|it| it.contains(&format!(r#""id":"{id}""#))).unwrap_or_else(|| panic!("{id} in {written}"))
    };
    for id in ["in the loop", "in a job", "promised"] {
        assert!(answer(id).contains(r#""code":-32603"#), "{}", answer(id));
    }
    assert!(answer("last").contains("Begins a stage"), "the server goes on: {}", answer("last"));
}
