//! `--explain-links`: what speaks of which Dockerfile, and why.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::host::{self, Contexts, Documents};
use crate::lint::FileKind;
use crate::model::docs::{Connection, ConnectionKind, DocFile, Explained, Place, Project, connections, line_of};
use crate::report;
use crate::syntax::builds;
use crate::text::{Sources, decode};

use super::gather::Item;

/// Writes the links of all Dockerfiles among `items`.
pub(super) fn explain(out: &mut dyn Write, items: &[Item], as_json: bool) -> io::Result<()> {
    let (documents, contexts) = (Documents::default(), Contexts::default());
    let mut found: BTreeMap<String, Explained> = BTreeMap::new();
    for item in items.iter().filter(|it| it.on_disk && it.kind == FileKind::Dockerfile) {
        let mut sources = Sources::default();
        let docs = documents.near(&item.path, &mut sources);
        let name_of = |file: &DocFile| sources.get(file.file).name.clone();
        let explained = Explained { dockerfile: item.name.clone(), connections: connections(&docs, &name_of) };
        found.insert(item.name.clone(), explained);
    }
    for item in items.iter().filter(|it| it.on_disk && it.kind.builds()) {
        for (dockerfile, connection) in of_builds(item, &contexts) {
            let entry = found.entry(dockerfile.clone()).or_insert(Explained { dockerfile, connections: Vec::new() });
            entry.connections.push(connection);
        }
    }
    let mut all: Vec<Explained> = found.into_values().collect();
    for it in &mut all {
        let speaking: Vec<String> =
            it.connections.iter().filter(|it| it.kind != ConnectionKind::Place).map(|it| it.file.clone()).collect();
        it.connections.retain(|it| it.kind != ConnectionKind::Place || !speaking.contains(&it.file));
        it.connections.sort();
    }
    if as_json { report::links_json(out, &all) } else { report::links_text(out, &all) }
}

/// The Dockerfiles that a compose or bake file builds, each with what builds it.
fn of_builds(item: &Item, contexts: &Contexts) -> Vec<(String, Connection)> {
    let Ok(bytes) = host::read(&item.path) else { return Vec::new() };
    let text = decode(&bytes).0;
    let builds = match item.kind {
        FileKind::Compose => builds::compose(&text),
        _ => builds::bake(&text, item.name.ends_with(".json")),
    };
    let root = host::project_root(&item.path);
    let files = contexts.at(&root);
    let Some((builds, path)) = builds.zip(files.path_of(&item.path)) else { return Vec::new() };
    let project = Project::new(&*files, &path);
    let kind = if builds.is_bake { ConnectionKind::Bake } else { ConnectionKind::Compose };
    let link = |build: &builds::Build| {
        let Place::At(path) = project.dockerfile(build) else { return None };
        let context = build.context.as_ref().map_or(".", |text| &text.text);
        let line = line_of(&text, build.name.span.start);
        let (file, what) = (item.name.clone(), build.name.text.clone());
        let connection = Connection { file, line, kind, what, why: format!("builds it from `{context}`") };
        Some((shown(&root.join(path)), connection))
    };
    builds.list.iter().filter(|build| build.builds).filter_map(link).collect()
}

fn shown(path: &Path) -> String {
    host::display_from(path, std::env::current_dir().ok().as_deref())
}
