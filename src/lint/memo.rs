//! Results that are remembered under all that decides them.
//!
//! The key is what is known before linting: the program's version, the text, the configuration, the
//! documents beside it. What a rule looks at in the build context shows only while it runs: it is
//! recorded with the result, and a result is used again only where the same looks give the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_128};

use super::{Input, lint, shellcheck};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
use crate::model::{Entry, Files};
use crate::rules;
use crate::text::{FileId, Sources, Span};

/// Changes whenever the form of what is stored does.
const VERSION: u32 = 1;
/// Results of one text in different build contexts that are kept at most.
const MAX_VARIANTS: usize = 8;

/// A place that keeps bytes under names.
pub trait Memory: Sync {
    /// What was kept under a name.
    fn get(&self, name: &str) -> Option<Vec<u8>>;
    /// Keeps bytes under a name; what was there goes.
    fn put(&self, name: &str, bytes: &[u8]);
}

/// [`lint`], or what it gave before for the same. `engine` says which program checks shell code, with
/// its version; empty for the one built in.
pub fn remembered(input: &Input, engine: &str, memory: &dyn Memory) -> Vec<Diagnostic> {
    let name = format!("lint-v{VERSION}/{}", key(input, engine));
    let mut variants = memory.get(&name).and_then(|bytes| decode(&bytes)).unwrap_or_default();
    let mut listing = None;
    let fits = |it: &Variant| it.facts.hold(input.files, &mut listing);
    let known = variants.iter().position(fits).map(|at| variants[at].diagnostics.iter());
    if let Some(known) = known.and_then(|stored| stored.map(|it| it.restore(input.sources)).collect()) {
        return known;
    }
    let recorder = input.files.map(Recorder::new);
    let files = recorder.as_ref().map(|it| it as &dyn Files);
    let found = lint(&Input { files, ..*input });
    let facts = recorder.map(Recorder::facts).unwrap_or_default();
    variants.retain(|it| it.facts != facts);
    variants.insert(0, Variant { facts, diagnostics: found.iter().map(Stored::of).collect() });
    variants.truncate(MAX_VARIANTS);
    memory.put(&name, &encode(&variants));
    found
}

fn key(input: &Input, engine: &str) -> String {
    let mut hasher = Sha256::new();
    let mut add = |part: &[u8]| {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    };
    let source = input.sources.get(input.file);
    add(env!("CACHALOT_BUILD").as_bytes());
    add(engine.as_bytes());
    add(format!("{:?} {:?} {:?}", input.kind, input.path_in_context, input.files.is_some()).as_bytes());
    add(input.config.identity().as_bytes());
    add(source.text.as_bytes());
    source.invalid.iter().for_each(|it| add(&it.start.to_le_bytes()));
    if let Some(docs) = input.docs {
        add(docs.dockerfile.as_bytes());
        add(docs.root_name.as_bytes());
        for doc in &docs.files {
            add(&doc.file.0.to_le_bytes());
            add(doc.path.as_bytes());
            add(input.sources.get(doc.file).text.as_bytes());
        }
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A build context that notes what is asked of it.
struct Recorder<'f> {
    inner: &'f dyn Files,
    reads: Mutex<BTreeMap<String, Option<u128>>>,
    listed: AtomicBool,
}

impl<'f> Recorder<'f> {
    fn new(inner: &'f dyn Files) -> Recorder<'f> {
        Recorder { inner, reads: Mutex::default(), listed: AtomicBool::new(false) }
    }

    fn facts(self) -> Facts {
        let list = self.listed.load(Ordering::Relaxed).then(|| listing_hash(self.inner));
        let reads = self.reads.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Facts { list, reads: reads.into_iter().collect() }
    }
}

impl Files for Recorder<'_> {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let bytes = self.inner.read(path);
        if let Ok(mut reads) = self.reads.lock() {
            reads.insert(path.to_string_lossy().into_owned(), bytes.as_deref().map(xxh3_128));
        }
        bytes
    }

    fn list(&self) -> &[Entry] {
        self.listed.store(true, Ordering::Relaxed);
        self.inner.list()
    }
}

/// What was looked at in a build context, and what it gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Facts {
    list: Option<u128>,
    reads: Vec<(String, Option<u128>)>,
}

impl Facts {
    /// True if the same looks give the same. `listing` is the listing's hash once it is known.
    fn hold(&self, files: Option<&dyn Files>, listing: &mut Option<u128>) -> bool {
        let Some(files) = files else { return self.list.is_none() && self.reads.is_empty() };
        let listed = self.list.is_none_or(|hash| *listing.get_or_insert_with(|| listing_hash(files)) == hash);
        let same =
            |(path, hash): &(String, Option<u128>)| files.read(Path::new(path)).as_deref().map(xxh3_128) == *hash;
        listed && self.reads.iter().all(same)
    }
}

fn listing_hash(files: &dyn Files) -> u128 {
    let mut hasher = Xxh3::new();
    for Entry { path, kind, size, executable } in files.list() {
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update(&[*kind as u8, u8::from(*executable)]);
        hasher.update(&size.to_le_bytes());
    }
    hasher.digest128()
}

#[derive(Debug, Serialize, Deserialize)]
struct Variant {
    facts: Facts,
    diagnostics: Vec<Stored>,
}

type Place = (u32, u32, u32, String);

/// A diagnostic as plain data.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    rule: String,
    severity: Severity,
    message: String,
    /// File, first byte, end and words of each label, the primary one first.
    labels: Vec<Place>,
    notes: Vec<String>,
    fix: Option<StoredFix>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredFix {
    title: String,
    applicability: Applicability,
    edits: Vec<(u32, u32, String)>,
    touches: Vec<u32>,
}

impl Stored {
    fn of(diagnostic: &Diagnostic) -> Stored {
        let Diagnostic { rule, severity, message, primary, secondary, notes, fix } = diagnostic;
        let place = |it: &Label| (it.file.0, it.span.start, it.span.end, it.message.clone());
        Stored {
            rule: (*rule).to_string(),
            severity: *severity,
            message: message.clone(),
            labels: std::iter::once(primary).chain(secondary).map(place).collect(),
            notes: notes.clone(),
            fix: fix.as_ref().map(|fix| StoredFix {
                title: fix.title.clone(),
                applicability: fix.applicability,
                edits: fix.edits.iter().map(|it| (it.span.start, it.span.end, it.text.clone())).collect(),
                touches: fix.touches.clone(),
            }),
        }
    }

    /// `None` for what no run of ours can have stored: an unknown rule, a place outside of its text.
    fn restore(&self, sources: &Sources) -> Option<Diagnostic> {
        let span = |file: u32, start: u32, end: u32| {
            let (_, source) = sources.iter().nth(file as usize)?;
            source.text.get(start as usize..end as usize).map(|_| Span::new(start, end))
        };
        let label = |(file, start, end, message): &Place| {
            Some(Label { file: FileId(*file), span: span(*file, *start, *end)?, message: message.clone() })
        };
        let mut labels = self.labels.iter().map(label).collect::<Option<Vec<_>>>()?.into_iter();
        let primary = labels.next()?;
        let fix = match &self.fix {
            None => None,
            Some(fix) => {
                let edit = |(start, end, text): &(u32, u32, String)| {
                    Some(Edit::replace(span(primary.file.0, *start, *end)?, text.clone()))
                };
                let edits = fix.edits.iter().map(edit).collect::<Option<Vec<_>>>()?;
                let (title, touches) = (fix.title.clone(), fix.touches.clone());
                Some(Fix { title, applicability: fix.applicability, edits, touches })
            }
        };
        let rule = rules::by_name(&self.rule).map(|rule| rule.name).or_else(|| shellcheck::code_named(&self.rule))?;
        Some(Diagnostic {
            rule,
            severity: self.severity,
            message: self.message.clone(),
            primary,
            secondary: labels.collect(),
            notes: self.notes.clone(),
            fix,
        })
    }
}

fn encode(variants: &[Variant]) -> Vec<u8> {
    let body = postcard::to_allocvec(variants).expect("plain data in memory can be written");
    let mut bytes = xxh3_64(&body).to_le_bytes().to_vec();
    bytes.extend(body);
    bytes
}

/// `None` for anything damaged.
fn decode(bytes: &[u8]) -> Option<Vec<Variant>> {
    let (checksum, body) = bytes.split_first_chunk::<8>()?;
    let whole = u64::from_le_bytes(*checksum) == xxh3_64(body);
    postcard::from_bytes(body).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Loaded, Overrides};
    use crate::lint::FileKind;
    use crate::model::MemoryFiles;
    use crate::text::Source;

    #[derive(Default)]
    struct Map(Mutex<BTreeMap<String, Vec<u8>>>, Mutex<u32>);

    impl Memory for Map {
        fn get(&self, name: &str) -> Option<Vec<u8>> {
            self.0.lock().expect("no panic").get(name).cloned()
        }

        fn put(&self, name: &str, bytes: &[u8]) {
            *self.1.lock().expect("no panic") += 1;
            self.0.lock().expect("no panic").insert(name.to_string(), bytes.to_vec());
        }
    }

    impl Map {
        /// Lints and compares; true if the result was known.
        fn knows(&self, text: &str, config: &Config, files: &MemoryFiles) -> bool {
            let mut sources = Sources::default();
            let file = sources.add(Source::new("Dockerfile", text));
            let input =
                Input::new(&sources, file, FileKind::Dockerfile, config).with_context(files, Some("Dockerfile"));
            let before = *self.1.lock().expect("no panic");
            assert_eq!(remembered(&input, "", self), lint(&input));
            *self.1.lock().expect("no panic") == before
        }
    }

    fn config(text: &str) -> Config {
        let loaded = Loaded::from_text("cachalot.toml", text).expect("is right");
        loaded.resolve("Dockerfile", &Overrides::default()).expect("no command line")
    }

    #[test]
    fn all_that_decides_is_in_the_key_or_recorded() {
        let text = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && cd /x; ls $y\n";
        let files =
            |more: &str| MemoryFiles::new([("package.json", "{}"), ("package-lock.json", "{}"), ("a.js", more)]);
        let (all, some) = (config("preset = \"all\""), config("preset = \"all\"\nignore = [\"SC2164\"]"));
        let map = Map::default();
        assert!(!map.knows(text, &all, &files("1")));
        assert!(map.knows(text, &all, &files("1")), "the second time");
        assert!(!map.knows(text, &some, &files("1")), "another configuration");
        assert!(!map.knows(&text.replace("/app", "/srv"), &all, &files("1")), "another text");
        assert!(!map.knows(text, &all, &files("longer")), "another file in the context");
        assert!(map.knows(text, &all, &files("1")) && map.knows(text, &all, &files("longer")), "both are known");
    }

    #[test]
    fn what_is_damaged_is_not_used() {
        let text = "FROM debian\n";
        let files = MemoryFiles::new([("a", "")]);
        let map = Map::default();
        map.knows(text, &config(""), &files);
        for bytes in map.0.lock().expect("no panic").values_mut() {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        assert!(!map.knows(text, &config(""), &files));
    }
}
