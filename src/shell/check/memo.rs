use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::Draft;
use crate::shell::{Dialect, Options, Script};

/// Scripts remembered of each of two generations: more than the RUNs of a file that a person edits.
const GENERATION: usize = 8192;

/// What the engine depends on. The digest stands for the text, which may be long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    text: [u8; 32],
    dialect: Dialect,
    options: Options,
}

/// The engine's findings in scripts that were checked before. The engine takes most of the time of a
/// lint; after a keystroke all scripts but one are unchanged, and the files of one repository share
/// many.
///
/// What was not asked for since as many others came is forgotten.
#[derive(Debug, Default)]
pub struct Memo(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Arc<[Draft]>>,
    old: HashMap<Key, Arc<[Draft]>>,
}

impl Memo {
    /// The drafts for a script: remembered, or else made by `run`.
    pub(super) fn drafts(&self, script: &Script, run: impl FnOnce() -> Vec<Draft>) -> Vec<Draft> {
        let key =
            Key { text: Sha256::digest(&script.text.text).into(), dialect: script.dialect, options: script.options };
        if let Some(known) = self.with(|kept| kept.take(&key)) {
            return known.to_vec();
        }
        let drafts = run();
        self.with(|kept| kept.keep(key, drafts.as_slice().into()));
        drafts
    }

    fn with<T>(&self, run: impl FnOnce(&mut Generations) -> T) -> T {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn take(&mut self, key: &Key) -> Option<Arc<[Draft]>> {
        if let Some(known) = self.young.get(key) {
            return Some(known.clone());
        }
        let (key, known) = self.old.remove_entry(key)?;
        self.keep(key, known.clone());
        Some(known)
    }

    fn keep(&mut self, key: Key, drafts: Arc<[Draft]>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, drafts);
    }
}
