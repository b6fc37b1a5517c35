//! What saving a file of the build context runs again, as a hint in that very file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::host;
use crate::lsp::document::Snapshot;
use crate::lsp::linting::Found;
use crate::lsp::server::Server;
use crate::lsp::settings::Lenses;
use crate::text::{FileId, Span};

use super::known::Known;
use super::next::{self, Next};
use super::{is_dockerfile, look};

/// Steps named one by one in a hint at most.
const NAMED: usize = 3;

/// The open Dockerfiles whose builds a file may take part in, each with its name.
pub(in crate::lsp) struct Builds(Vec<(String, Arc<Known>)>);

/// The builds that a file may take part in. Histories that were not read yet are read, and the file is
/// looked at again when one is there.
pub(in crate::lsp) fn builds(server: &mut Server, file: &Path) -> Builds {
    let wanted = |it: &Snapshot| {
        let near = it.path.as_ref().and_then(|path| server.workspace.folder_of(path));
        is_dockerfile(it)
            && near.is_some_and(|folder| file.starts_with(folder))
            && server.workspace.shown(it.path.as_deref()).lenses != Some(Lenses::Off)
    };
    let dockerfiles: Vec<Arc<Snapshot>> =
        server.documents.values().filter(|it| wanted(it)).map(|it| it.snapshot.clone()).collect();
    dockerfiles.iter().for_each(|it| look(server, &it.uri));
    let known = |it: &Arc<Snapshot>| {
        let known = server.layers.known(it).filter(|known| known.base.is_some())?;
        Some((host::display(it.path.as_deref()?.file_name()?.as_ref()), known.clone()))
    };
    Builds(dockerfiles.iter().filter_map(known).collect())
}

impl Builds {
    /// A hint for each build that the file as it stands in the editor changes.
    pub(in crate::lsp) fn changed_by(&self, file: &Path, text: &Arc<str>) -> Found {
        let open = HashMap::from([(file.to_path_buf(), text.clone())]);
        let hint = |(name, known): &(String, Arc<Known>)| {
            let base = known.base.as_ref()?;
            let next = next::predict(base, &base.state.dockerfile, &open)?;
            let message = told(name, &next)?;
            Some(Diagnostic::new("rebuild", Severity::Hint, FileId(0), Span::at(0), message))
        };
        Found { diagnostics: self.0.iter().filter_map(hint).collect(), ..Found::default() }
    }
}

/// `built now, 2 of 5 steps of Dockerfile run again for this file: …`; `None` where all hit.
fn told(name: &str, next: &Next) -> Option<String> {
    let running: Vec<&str> = next.steps.iter().filter(|it| it.runs()).map(|it| it.instruction.as_str()).collect();
    if running.is_empty() {
        return None;
    }
    let first = running.iter().take(NAMED).map(|it| format!("`{}`", beginning(it))).collect::<Vec<_>>().join(", ");
    let more = running.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (count, all) = (running.len(), next.steps.len());
    Some(format!("built now, {count} of {all} steps of {name} run again for this file: {first}{rest}"))
}

/// The begin of an instruction.
fn beginning(instruction: &str) -> String {
    instruction.replace('`', "'").chars().take(60).collect()
}
