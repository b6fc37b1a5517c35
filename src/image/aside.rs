//! A digest that is computed on a thread of its own once a stream proves long: one large layer then
//! keeps two cores busy, and inflating does not wait for hashing.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::digest::{Digest, Hasher};

/// Shorter streams are not worth a thread, in bytes.
const LONG: u64 = 4 << 20;
/// What goes to the thread at once, in bytes.
const CHUNK: usize = 128 << 10;
/// How many chunks may wait.
const QUEUE: usize = 2;

/// Computes a digest over what passes.
pub(super) struct Hashed {
    place: Place,
    passed: u64,
    may_move: bool,
}

enum Place {
    Here(Hasher),
    Aside(Lane),
}

impl Hashed {
    pub(super) fn new(hasher: Hasher) -> Hashed {
        Hashed { place: Place::Here(hasher), passed: 0, may_move: rayon::current_num_threads() > 1 }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.passed += bytes.len() as u64;
        match &mut self.place {
            Place::Here(hasher) => hasher.update(bytes),
            Place::Aside(lane) => lane.update(bytes),
        }
        if self.may_move && self.passed >= LONG {
            self.may_move = false;
            if let Place::Here(hasher) = &mut self.place {
                self.place = Place::Aside(Lane::new(std::mem::take(hasher)));
            }
        }
    }

    pub(super) fn finish(self) -> Digest {
        match self.place {
            Place::Here(hasher) => hasher.finish(),
            Place::Aside(lane) => lane.finish(),
        }
    }
}

/// A thread that hashes chunks and gives their buffers back. Dropping it ends the thread.
struct Lane {
    chunk: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<Hasher>,
}

impl Lane {
    fn new(mut hasher: Hasher) -> Lane {
        let (full, work) = sync_channel::<Vec<u8>>(QUEUE);
        let (back, empty) = channel();
        let thread = std::thread::spawn(move || {
            for mut chunk in work {
                hasher.update(&chunk);
                chunk.clear();
                let _ = back.send(chunk); // nobody waits for the last ones
            }
            hasher
        });
        Lane { chunk: Vec::with_capacity(CHUNK), full, empty, thread }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = rest;
            if self.chunk.len() == CHUNK {
                let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK));
                self.full.send(std::mem::replace(&mut self.chunk, next)).expect("the thread ends after its sender");
            }
        }
    }

    fn finish(self) -> Digest {
        self.full.send(self.chunk).expect("the thread ends after its sender");
        drop(self.full);
        self.thread.join().expect("hashing does not panic").finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_gives_the_same_digest() {
        let bytes: Vec<u8> = (0..3 * LONG + 12_345).map(|at| (at % 251) as u8).collect();
        for may_move in [false, true] {
            for step in [1 << 20, 77_777, CHUNK] {
                let mut hashed = Hashed { may_move, ..Hashed::new(Hasher::default()) };
                bytes.chunks(step).for_each(|part| hashed.update(part));
                assert_eq!(matches!(hashed.place, Place::Aside(_)), may_move);
                assert_eq!(hashed.finish(), Digest::of(&bytes));
            }
        }
    }
}
