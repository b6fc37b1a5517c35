//! Framing. Bad messages are answered, never fatal; only a stream without frames ends the service.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::dispatch::written;
use super::jobs::Then;

/// Bytes of one message at most.
const MAX_MESSAGE: usize = 256 << 20;
/// Bytes of one header line at most.
const MAX_HEADER: u64 = 8 << 10;

/// What goes to the client. Dropping it ends the writer.
#[derive(Clone, Debug)]
pub(super) struct Outbox(Sender<String>);

/// A message to the client; a part that it does not have is left out.
#[derive(Serialize)]
struct Outgoing<'m> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'m Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'m RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'m RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'m RawValue>,
}

impl Outgoing<'_> {
    const EMPTY: Self = Outgoing { jsonrpc: "2.0", id: None, method: None, params: None, result: None, error: None };
}

impl Outbox {
    /// A client that went away is noticed by the reader.
    fn send(&self, message: &Outgoing) {
        let message: Box<str> = written(message).into();
        let _ = self.0.send(message.into());
    }

    /// Asks the client.
    pub(super) fn ask(&self, id: u64, method: &str, params: &Value) {
        let (id, params) = (id.into(), written(params));
        self.send(&Outgoing { id: Some(&id), method: Some(method), params: Some(&params), ..Outgoing::EMPTY });
    }

    /// Answers a request.
    pub(super) fn answer(&self, id: &Value, result: &RawValue) {
        self.send(&Outgoing { id: Some(id), result: Some(result), ..Outgoing::EMPTY });
    }

    /// Sends a notification.
    pub(super) fn notify(&self, method: &str, params: &impl Serialize) {
        self.send(&Outgoing { method: Some(method), params: Some(&written(params)), ..Outgoing::EMPTY });
    }

    /// Answers a request, or a message without a readable id (`null`), with an error.
    pub(super) fn error(&self, id: &Value, code: i64, message: &str) {
        let error = written(&json!({"code": code, "message": message}));
        self.send(&Outgoing { id: Some(id), error: Some(&error), ..Outgoing::EMPTY });
    }
}

/// Requests that wait for their turn, by id; true once the client cancelled.
type Waiting = Arc<Mutex<HashMap<String, bool>>>;

/// What the loop reacts to.
pub(super) enum Event {
    /// The client asks, tells or answers.
    Message(Value),
    /// The client no longer wants an answer to this request, which may be under way.
    Cancelled(Value),
    /// A job is done; what is left to do with its result.
    Done(Then),
    /// The client's stream has ended.
    End,
}

/// What happens, in order.
pub(super) struct Inbox {
    pub(super) events: Receiver<Event>,
    /// Where jobs report.
    pub(super) reports: Sender<Event>,
    waiting: Waiting,
    writer: JoinHandle<()>,
}

impl Inbox {
    /// Takes a request out of the waiting ones; true if it was cancelled meanwhile.
    pub(super) fn take_cancelled(&self, id: &Value) -> bool {
        self.waiting.lock().is_ok_and(|mut waiting| waiting.remove(&id.to_string()).unwrap_or(false))
    }

    /// Waits until everything sent is written; all outboxes must be gone but the reader's.
    pub(super) fn finish(self) {
        let Inbox { events, writer, .. } = self;
        drop(events);
        // The reader may hold its outbox for as long as the client keeps the stream open.
        for _ in 0..200 {
            if writer.is_finished() {
                return;
            }
            thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// Starts a reader and a writer thread.
pub(super) fn connect(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> (Inbox, Outbox) {
    let (send_out, to_write) = channel();
    let (send_in, events) = channel();
    let reports = send_in.clone();
    let outbox = Outbox(send_out);
    let waiting = Waiting::default();
    let writer = thread::spawn(move || write_all(writer, &to_write));
    let (answers, marks) = (outbox.clone(), waiting.clone());
    thread::spawn(move || read_all(reader, &send_in, &answers, &marks));
    (Inbox { events, reports, waiting, writer }, outbox)
}

fn write_all(writer: impl Write, messages: &Receiver<String>) {
    let mut writer = BufWriter::new(writer);
    for body in messages {
        let written = write!(writer, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| writer.flush());
        if written.is_err() {
            return;
        }
    }
}

fn read_all(reader: impl Read, events: &Sender<Event>, answers: &Outbox, waiting: &Waiting) {
    let mut reader = BufReader::new(reader);
    while let Some(body) = read_frame(&mut reader) {
        let message: Value = match serde_json::from_str(&String::from_utf8_lossy(&body)) {
            Ok(message) => message,
            Err(error) => {
                answers.error(&Value::Null, -32700, &format!("no JSON: {error}"));
                continue;
            }
        };
        let method = message.get("method").and_then(Value::as_str);
        let id = message.get("id");
        let is_exit = method == Some("exit");
        let event = match (method, id) {
            (Some("$/cancelRequest"), None) => {
                let Some(id) = message.pointer("/params/id") else { continue };
                mark_cancelled(id, waiting);
                Event::Cancelled(id.clone())
            }
            (None, Some(_)) if message.get("result").is_some() || message.get("error").is_some() => {
                Event::Message(message)
            }
            (None, id) => {
                let id = id.cloned().unwrap_or_default();
                answers.error(&id, -32600, "neither request nor notification");
                continue;
            }
            (Some(_), id) => {
                if let (Some(id), Ok(mut waiting)) = (id, waiting.lock()) {
                    waiting.insert(id.to_string(), false);
                }
                Event::Message(message)
            }
        };
        if events.send(event).is_err() || is_exit {
            return;
        }
    }
    let _ = events.send(Event::End);
}

fn mark_cancelled(id: &Value, waiting: &Waiting) {
    if let Ok(mut waiting) = waiting.lock()
        && let Some(mark) = waiting.get_mut(&id.to_string())
    {
        *mark = true;
    }
}

/// The body of the next message; `None` at the end of the stream or where no frame can be found.
fn read_frame(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = None;
    let mut any = false;
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(MAX_HEADER).read_until(b'\n', &mut line).ok()?;
        if read == 0 || !line.ends_with(b"\n") {
            return None;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            if any {
                break;
            }
            continue;
        }
        any = true;
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = length.filter(|length| *length <= MAX_MESSAGE)?;
    let mut body = Vec::new();
    reader.by_ref().take(length as u64).read_to_end(&mut body).ok()?;
    (body.len() == length).then_some(body)
}
