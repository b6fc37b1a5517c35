//! A client of the language server over an in-memory connection.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// What the test sends, as a stream.
struct FromTest(Receiver<Vec<u8>>, Vec<u8>);

impl Read for FromTest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() {
            self.1 = self.0.recv().unwrap_or_default();
        }
        let count = buffer.len().min(self.1.len());
        buffer[..count].copy_from_slice(&self.1[..count]);
        self.1.drain(..count);
        Ok(count)
    }
}

/// What the server says.
struct ToTest(Sender<Vec<u8>>);

impl Write for ToTest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The Dockerfile that is in no file.
pub(crate) const URI: &str = "untitled:Dockerfile";

/// A client with the server that it talks to.
pub(crate) struct Client {
    to_server: Sender<Vec<u8>>,
    from_server: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    server: JoinHandle<u8>,
    next: u64,
    /// Methods of what the server said or asked unasked, in order; its requests are answered with null.
    pub(crate) heard: Vec<(String, Value)>,
}

impl Client {
    /// A client with these capabilities and this folder open.
    pub(crate) fn new(capabilities: &Value, options: &Value, folder: &Path) -> Client {
        let folders = json!([{"uri": uri(folder), "name": "app"}]);
        Client::with(
            json!({"capabilities": capabilities, "initializationOptions": options, "workspaceFolders": folders}),
        )
    }

    /// A client that pulls, so that nothing comes unasked.
    pub(crate) fn pulling() -> Client {
        Client::with(json!({"capabilities": pulls()}))
    }

    /// A client that says this in `initialize`.
    pub(crate) fn with(params: Value) -> Client {
        let (to_server, input) = channel();
        let (output, from_server) = channel();
        let server = std::thread::spawn(|| cachalot::lsp::serve(FromTest(input, Vec::new()), ToTest(output)));
        let mut client = Client { to_server, from_server, bytes: Vec::new(), server, next: 0, heard: Vec::new() };
        assert_eq!(client.request("initialize", params)["result"]["serverInfo"]["name"], "cachalot");
        client.notify("initialized", json!({}));
        client
    }

    /// Sends a frame with whatever is in it.
    pub(crate) fn raw(&self, body: &[u8]) {
        let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        frame.extend(body);
        self.to_server.send(frame).expect("the server reads");
    }

    fn send(&self, message: &Value) {
        self.raw(message.to_string().as_bytes());
    }

    pub(crate) fn notify(&self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks, and waits for the answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = json!(self.next);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.hear(&message);
        }
    }

    /// Waits until the server says or asks `method`.
    pub(crate) fn wait_for(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.heard.iter().position(|(it, _)| it == method) {
                return self.heard.remove(at).1;
            }
            let message = self.receive();
            self.hear(&message);
        }
    }

    fn hear(&mut self, message: &Value) {
        let Some(method) = message["method"].as_str() else { return };
        if let Some(id) = message.get("id") {
            self.send(&json!({"jsonrpc": "2.0", "id": id, "result": null}));
        }
        self.heard.push((method.to_string(), message["params"].clone()));
    }

    /// The next message, whatever it is.
    pub(crate) fn receive(&mut self) -> Value {
        loop {
            if let Some(head) = self.bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                let length = String::from_utf8_lossy(&self.bytes[16..head]).trim().parse::<usize>().expect("a length");
                if self.bytes.len() >= head + 4 + length {
                    let rest = self.bytes.split_off(head + 4 + length);
                    let frame = std::mem::replace(&mut self.bytes, rest);
                    return serde_json::from_slice(&frame[head + 4..]).expect("JSON");
                }
            }
            let timeout = std::time::Duration::from_secs(60);
            self.bytes.extend(self.from_server.recv_timeout(timeout).expect("the server answers within a minute"));
        }
    }

    /// Opens a file.
    pub(crate) fn open(&self, path: &Path, text: &str) {
        let language = if path.ends_with("Dockerfile") { "dockerfile" } else { "plaintext" };
        self.open_as(&uri(path), language, text);
    }

    /// Opens the Dockerfile that is in no file.
    pub(crate) fn open_text(&self, text: &str) {
        self.open_as(URI, "dockerfile", text);
    }

    /// Opens a document of any language.
    pub(crate) fn open_as(&self, uri: &str, language: &str, text: &str) {
        let item = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Asks about a place of the Dockerfile that is in no file, or about all before it.
    pub(crate) fn at(&mut self, feature: &str, line: u64, character: u64) -> Value {
        let params = json!({
            "textDocument": {"uri": URI},
            "position": {"line": line, "character": character},
            "newName": "renamed",
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": line, "character": character}},
            "context": {},
        });
        self.request(&format!("textDocument/{feature}"), params)
    }

    /// Replaces the whole text.
    pub(crate) fn change(&self, path: &Path, version: u64, text: &str) {
        let document = json!({"uri": uri(path), "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    /// Shuts the server down and ends it; gives its exit status.
    pub(crate) fn stop(mut self) -> u8 {
        assert!(self.request("shutdown", Value::Null).get("error").is_none());
        self.exit()
    }

    /// Ends the server; gives its exit status.
    pub(crate) fn exit(self) -> u8 {
        self.notify("exit", Value::Null);
        self.server.join().expect("the server ends")
    }
}

/// What a client that pulls can do.
pub(crate) fn pulls() -> Value {
    json!({"textDocument": {"diagnostic": {}}})
}

/// The URI of a path.
pub(crate) fn uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let root = if path.starts_with('/') { "" } else { "/" };
    format!("file://{root}{}", path.replace(' ', "%20").replace(':', "%3A"))
}
