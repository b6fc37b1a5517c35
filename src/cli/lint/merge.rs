use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::report::fingerprints;
use crate::text::{FileId, Sources};

use super::job::Done;

/// The files' results put together.
#[derive(Debug, Default)]
pub(in crate::cli) struct Merged {
    pub(in crate::cli) sources: Sources,
    pub(in crate::cli) found: Vec<Found>,
    pub(in crate::cli) files: Vec<String>,
}

/// A diagnostic and what the gates need to know of it.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Found {
    pub(in crate::cli) diagnostic: Diagnostic,
    /// True if it reaches the threshold of the file in whose run it was found.
    pub(in crate::cli) fails: bool,
    /// Its name in a baseline.
    pub(super) print: String,
}

/// One table of sources for all, diagnostics sorted by file name, span and rule. What two files'
/// runs both said of a third, such as a README, is said once.
pub(super) fn merge(done: Vec<Done>) -> Merged {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    let mut found: Vec<(Diagnostic, bool)> = Vec::new();
    let mut ids: HashMap<String, FileId> = HashMap::new();
    for Done { name, sources: own, diagnostics, fail_on, .. } in done {
        files.extend(name);
        let mut new_id = |old: FileId| {
            let source = own.get(old);
            *ids.entry(source.name.clone()).or_insert_with(|| sources.add(source.clone()))
        };
        for mut diagnostic in diagnostics {
            for label in std::iter::once(&mut diagnostic.primary).chain(&mut diagnostic.secondary) {
                label.file = new_id(label.file);
            }
            let fails = fail_on.is_some_and(|threshold| threshold.fails(diagnostic.severity));
            found.push((diagnostic, fails));
        }
    }
    found.sort_by(|(a, a_fails), (b, b_fails)| {
        let key = |it: &Diagnostic| (it.primary.span, it.rule);
        let name = |it: &Diagnostic| sources.get(it.primary.file).name.as_str();
        let place = name(a).cmp(name(b)).then_with(|| key(a).cmp(&key(b)));
        place.then_with(|| a.message.cmp(&b.message)).then(b_fails.cmp(a_fails))
    });
    found.dedup_by(|a, b| a.0 == b.0);
    let (diagnostics, fails): (Vec<Diagnostic>, Vec<bool>) = found.into_iter().unzip();
    let prints = fingerprints(&sources, &diagnostics);
    let found = diagnostics.into_iter().zip(fails).zip(prints);
    let found = found.map(|((diagnostic, fails), print)| Found { diagnostic, fails, print }).collect();
    Merged { sources, found, files }
}
