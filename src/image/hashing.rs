//! Hashing on a thread of its own, so that decompression does not wait for it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

use super::digest::{Digest, Hasher};

/// Bytes that are handed over at once, and how many such pieces are on their way at most: small enough
/// for the processors' caches, large enough that threads seldom wait for each other (measured).
const PIECE: usize = 256 << 10;
const PIECES: usize = 8;

/// Computes a digest over a stream, here or on another thread.
pub(super) enum Hashing {
    Here(Hasher),
    Apart(Apart),
}

impl Hashing {
    /// Hashes on another thread where it can be started.
    pub(super) fn apart(hasher: Hasher) -> Hashing {
        let (full, incoming) = channel();
        let (outgoing, spare) = channel();
        let here = hasher.clone();
        match Builder::new().spawn(move || hash_all(hasher, &incoming, &outgoing)) {
            Ok(thread) => Hashing::Apart(Apart { thread, full, spare, made: 1, piece: Vec::with_capacity(PIECE) }),
            Err(_) => Hashing::Here(here),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hashing::Here(hasher) => hasher.update(bytes),
            Hashing::Apart(apart) => apart.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Digest {
        match self {
            Hashing::Here(hasher) => hasher.finish(),
            Hashing::Apart(apart) => apart.finish(),
        }
    }
}

/// The side that hands bytes over. Dropped early, it ends the other side.
pub(super) struct Apart {
    thread: JoinHandle<Hasher>,
    full: Sender<Vec<u8>>,
    /// Pieces that were hashed, to be filled again.
    spare: Receiver<Vec<u8>>,
    made: usize,
    piece: Vec<u8>,
}

impl Apart {
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE {
                self.hand_over();
            }
        }
    }

    fn hand_over(&mut self) {
        let next = if self.made < PIECES {
            self.made += 1;
            Vec::with_capacity(PIECE)
        } else {
            // Fails only if the thread panicked, which `finish` tells.
            self.spare.recv().unwrap_or_default()
        };
        let _ = self.full.send(std::mem::replace(&mut self.piece, next));
    }

    fn finish(self) -> Digest {
        let Apart { thread, full, piece, .. } = self;
        let _ = full.send(piece);
        drop(full);
        match thread.join() {
            Ok(hasher) => hasher.finish(),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn hash_all(mut hasher: Hasher, incoming: &Receiver<Vec<u8>>, outgoing: &Sender<Vec<u8>>) -> Hasher {
    for mut piece in incoming {
        hasher.update(&piece);
        piece.clear();
        // Nobody waits for it at the end.
        let _ = outgoing.send(piece);
    }
    hasher
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apart_as_here() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| (number / 7) as u8).collect();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, bytes.len()] {
            for step in [7, 1000, PIECE, 200_000] {
                let mut apart = Hashing::apart(Hasher::default());
                bytes[..length].chunks(step.max(length / 5000 + 1)).for_each(|part| apart.update(part));
                assert_eq!(apart.finish(), Digest::of(&bytes[..length]), "{length} bytes, {step} at a time");
            }
        }
    }
}
