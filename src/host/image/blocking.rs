//! Asynchronous clients, waited for: a runtime of one thread that lives as long as the stream.

use std::io::{self, Read};
use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use tokio::runtime::{Builder, Runtime};

/// A runtime for one thread.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Reads a stream of chunks.
pub(super) struct Chunks<B, E> {
    // Declared before the runtime: what the stream holds must go before what drives it.
    stream: Pin<Box<dyn Stream<Item = Result<B, E>>>>,
    chunk: Option<B>,
    at: usize,
    ended: bool,
    runtime: Runtime,
}

impl<B: AsRef<[u8]>, E: std::fmt::Display> Chunks<B, E> {
    pub(super) fn new(runtime: Runtime, stream: impl Stream<Item = Result<B, E>> + 'static) -> Chunks<B, E> {
        Chunks { stream: Box::pin(stream), chunk: None, at: 0, ended: false, runtime }
    }
}

impl<B: AsRef<[u8]>, E: std::fmt::Display> Read for Chunks<B, E> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(chunk) = &self.chunk {
                let left = &chunk.as_ref()[self.at..];
                if !left.is_empty() {
                    let count = left.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&left[..count]);
                    self.at += count;
                    return Ok(count);
                }
            }
            // A stream that ended must not be asked again.
            if self.ended {
                return Ok(0);
            }
            match self.runtime.block_on(self.stream.next()) {
                None => self.ended = true,
                Some(Err(error)) => return Err(io::Error::other(error.to_string())),
                Some(Ok(chunk)) => (self.chunk, self.at) = (Some(chunk), 0),
            }
        }
    }
}
