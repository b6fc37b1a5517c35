//! What is remembered of shell code between two versions of a file: after a keystroke all scripts but
//! one are unchanged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use xxhash_rust::xxh3::Xxh3;

#[cfg(feature = "shellcheck-native")]
use super::check::Draft;
use super::{Dialect, Options, Script};
use crate::text::Spliced;

/// Scripts whose findings are remembered of each of two generations: more than the RUNs of a file that
/// a person edits.
#[cfg(feature = "shellcheck-native")]
const CHECKED: usize = 2048;
/// Bytes of shell code that is remembered taken apart, of each of two generations.
const PARSED: usize = 128 << 10;
/// Longer scripts are taken apart anew each time: they would drive all others out.
const MAX_BYTES: usize = PARSED / 8;

/// What the commands and findings of a script depend on. The digest stands for the text, which may be
/// long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    text: u128,
    dialect: Dialect,
    options: Options,
}

/// Scripts that were taken apart or checked before, for whoever lints again and again. The files of one
/// repository share many.
///
/// What was not asked for since as much else came is forgotten.
#[derive(Debug)]
pub struct Memo {
    #[cfg(feature = "shellcheck-native")]
    drafts: Mutex<Generations<[Draft]>>,
    scripts: Mutex<Generations<Script>>,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo {
            #[cfg(feature = "shellcheck-native")]
            drafts: Mutex::new(Generations::new(CHECKED)),
            scripts: Mutex::new(Generations::new(PARSED)),
        }
    }
}

impl Memo {
    /// The engine's drafts for a script: remembered, or else made by `run`. The engine takes most of
    /// the time of a lint.
    #[cfg(feature = "shellcheck-native")]
    pub(super) fn drafts(&self, script: &Script, run: impl FnOnce() -> Vec<Draft>) -> Vec<Draft> {
        let text = xxhash_rust::xxh3::xxh3_128(script.text.text.as_bytes());
        let key = Key { text, dialect: script.dialect, options: script.options };
        if let Some(known) = with(&self.drafts, |kept| kept.take(&key, 1)) {
            return known.to_vec();
        }
        let drafts = run();
        with(&self.drafts, |kept| kept.keep(key, drafts.as_slice().into(), 1));
        drafts
    }

    /// A text taken apart: the commands of the same text elsewhere in the file, or else what `parse`
    /// makes of it.
    pub(super) fn script(
        &self,
        text: Spliced,
        dialect: Dialect,
        options: Options,
        parse: impl FnOnce(Spliced) -> Script,
    ) -> Script {
        let bytes = text.text.len();
        let Some(start) = start(&text).filter(|_| bytes <= MAX_BYTES) else { return parse(text) };
        let key = Key { text: layout(&text, start), dialect, options };
        if let Some(known) = with(&self.scripts, |kept| kept.take(&key, bytes)) {
            let mut script = Script::clone(&known);
            let was = self::start(&known.text).unwrap_or(start);
            script.shift(start.wrapping_sub(was));
            return script;
        }
        let script = parse(text);
        with(&self.scripts, |kept| kept.keep(key, Arc::new(script.clone()), bytes));
        script
    }
}

/// Where a text begins in the file; `None` for one that stands in no file.
fn start(text: &Spliced) -> Option<u32> {
    text.segments.first().map(|it| it.source)
}

/// Digest of a text and of how its pieces lie to each other.
fn layout(text: &Spliced, start: u32) -> u128 {
    let mut hasher = Xxh3::new();
    for segment in &text.segments {
        [segment.text, segment.source - start, segment.len].iter().for_each(|it| hasher.update(&it.to_le_bytes()));
    }
    hasher.update(text.text.as_bytes());
    hasher.digest128()
}

fn with<K, T>(kept: &Mutex<K>, run: impl FnOnce(&mut K) -> T) -> T {
    run(&mut kept.lock().unwrap_or_else(PoisonError::into_inner))
}

#[derive(Debug)]
struct Generations<V: ?Sized> {
    young: HashMap<Key, Arc<V>>,
    old: HashMap<Key, Arc<V>>,
    /// Weight of the young ones, and from where on they are old.
    weight: usize,
    limit: usize,
}

impl<V: ?Sized> Generations<V> {
    fn new(limit: usize) -> Generations<V> {
        Generations { young: HashMap::new(), old: HashMap::new(), weight: 0, limit }
    }

    fn take(&mut self, key: &Key, weight: usize) -> Option<Arc<V>> {
        if let Some(known) = self.young.get(key) {
            return Some(known.clone());
        }
        let (key, known) = self.old.remove_entry(key)?;
        self.keep(key, known.clone(), weight);
        Some(known)
    }

    fn keep(&mut self, key: Key, known: Arc<V>, weight: usize) {
        if self.weight >= self.limit {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += weight;
        self.young.insert(key, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::parse;

    #[test]
    fn a_script_is_found_again_where_it_has_moved_to() {
        let code = "FOO=1 sudo apt-get install $X >log && sh -c 'cd /a && make' | tee \"$(date)\"; (";
        let at = |start: u32| {
            let mut text = Spliced::verbatim(&code[..9], start);
            text.push(&code[9..], start + 12);
            text
        };
        let memo = Memo::default();
        for start in [40, 7, 400, 7] {
            let fresh = parse::parse_with(at(start), Dialect::Sh, Options::default());
            let known = memo.script(at(start), Dialect::Sh, Options::default(), |text| {
                assert_eq!(start, 40, "it is known");
                parse::parse_with(text, Dialect::Sh, Options::default())
            });
            assert_eq!(format!("{known:?}"), format!("{fresh:?}"));
        }
    }

    #[test]
    fn no_more_than_two_generations_are_kept() {
        let mut kept = Generations::<str>::new(10);
        let key = |text: u128| Key { text, dialect: Dialect::Sh, options: Options::default() };
        for text in 0..100 {
            kept.keep(key(text), "x".into(), 3);
            assert!(kept.young.len() + kept.old.len() <= 8);
        }
        assert!(kept.take(&key(99), 3).is_some() && kept.take(&key(0), 3).is_none());
    }
}
