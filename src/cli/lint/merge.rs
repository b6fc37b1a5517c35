use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Sources};

use super::job::Done;

/// The files' results put together.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) sources: Sources,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) files: Vec<String>,
}

/// One table of sources for all, diagnostics sorted by file name, span and rule. What two files'
/// runs both said of a third, such as a README, is said once.
pub(super) fn merge(done: Vec<Done>) -> Merged {
    let mut merged = Merged::default();
    let mut ids: HashMap<String, FileId> = HashMap::new();
    for Done { name, sources, mut diagnostics, .. } in done {
        merged.files.extend(name);
        let mut new_id = |old: FileId, into: &mut Sources| {
            let source = sources.get(old);
            *ids.entry(source.name.clone()).or_insert_with(|| into.add(source.clone()))
        };
        for diagnostic in &mut diagnostics {
            for label in std::iter::once(&mut diagnostic.primary).chain(&mut diagnostic.secondary) {
                label.file = new_id(label.file, &mut merged.sources);
            }
        }
        merged.diagnostics.append(&mut diagnostics);
    }
    let Merged { sources, diagnostics, .. } = &mut merged;
    diagnostics.sort_by(|a, b| {
        let key = |it: &Diagnostic| (it.primary.span, it.rule);
        let name = |it: &Diagnostic| sources.get(it.primary.file).name.as_str();
        name(a).cmp(name(b)).then_with(|| key(a).cmp(&key(b))).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    merged
}
