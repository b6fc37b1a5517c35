use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cache::advice::{Advised, Question, advise};
use crate::cache::{Graph, Memory, Request};
use crate::host::{self, Commit, Git, History, Place};
use crate::lint;
use crate::report::{Patches, StepCost};
use crate::text::{decode, unified_diff};

use super::costs::by_instruction;
use super::history::spinner;

/// Advice for a history.
pub(super) struct Given {
    pub(super) advised: Advised,
    pub(super) patches: Patches,
}

/// What a history is asked for.
pub(super) struct Asked<'a> {
    pub(super) place: &'a Place,
    pub(super) commit: &'a Commit,
    pub(super) request: &'a Request,
    pub(super) memory: Memory,
    pub(super) graph: &'a Graph,
    pub(super) costs: &'a [StepCost],
}

/// Looks for a better Dockerfile than the history's last one.
pub(super) fn look(asked: &Asked, history: &History, git: &mut Git) -> anyhow::Result<Given> {
    let folder = git.path_of(&asked.place.context).unwrap_or_default();
    let files = git.files(asked.commit, &folder)?;
    let path = git.path_of(&asked.place.dockerfile);
    let inner = path.as_deref().and_then(|path| within(path, &folder));
    let bar = spinner("looking for a better Dockerfile");
    let advised = advise(&Question {
        history: &history.states,
        request: asked.request,
        memory: asked.memory,
        costs: &by_instruction(asked.graph, asked.costs),
        files: &files,
        dockerfile: inner,
        keep_ignore: asked.place.ignore_file().0.is_symlink(),
        accept: &|text, fix| lint::refusal(text, fix).is_none(),
        stop: &host::is_interrupted,
    });
    bar.finish_and_clear();
    let patches = patches(asked, history, &advised, git);
    Ok(Given { advised, patches })
}

fn within<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn patches(asked: &Asked, history: &History, advised: &Advised, git: &Git) -> Patches {
    let Some(last) = history.states.last() else { return Patches::default() };
    let name = |path: &PathBuf| git.path_of(path).unwrap_or_else(|| host::display(path));
    let mut patches = Patches::default();
    if advised.dockerfile != last.dockerfile {
        patches.dockerfile = unified_diff(&last.dockerfile, &advised.dockerfile, &name(&asked.place.dockerfile));
    }
    if !advised.ignore.is_empty() {
        let file = name(&asked.place.ignore_file().0);
        let diff = unified_diff(&last.ignore, &advised.ignored(&last.ignore), &file);
        // A file that was not there has no old name.
        let head = format!("--- a/{file}");
        patches.ignore = if last.ignore.is_empty() { diff.replacen(&head, "--- /dev/null", 1) } else { diff };
        patches.ignore_file = Some(file);
    }
    patches
}

/// Writes the advice to disk; says which files changed.
pub(super) fn apply(place: &Place, history: &History, given: &Given, git: &Git) -> anyhow::Result<Vec<String>> {
    let Some(last) = history.states.last() else { return Ok(Vec::new()) };
    if git.is_bare() {
        bail!("--fix: a bare repository has no working tree");
    }
    let mut changed = Vec::new();
    let name = host::display(&place.dockerfile);
    let bytes = host::read(&place.dockerfile)?;
    let (text, invalid) = decode(&bytes);
    if *text != *last.dockerfile || !invalid.is_empty() {
        bail!("--fix: {name} is not that of the last commit: commit it first, or apply what --diff prints");
    }
    let (file, is_there) = place.ignore_file();
    let ignore = if is_there { decode(&host::read(&file)?).0 } else { String::new() };
    if !given.advised.ignore.is_empty() && *ignore != *last.ignore {
        bail!("--fix: {} is not that of the last commit: commit it first", host::display(&file));
    }
    if given.advised.dockerfile != last.dockerfile {
        let new = with_bom(&bytes, given.advised.dockerfile.as_bytes());
        host::write_atomically(&place.dockerfile, &new).with_context(|| name.clone())?;
        changed.push(name);
    }
    if !given.advised.ignore.is_empty() {
        let new = given.advised.ignored(&ignore);
        let written =
            if is_there { host::write_atomically(&file, new.as_bytes()) } else { host::create(&file, new.as_bytes()) };
        written.with_context(|| host::display(&file))?;
        changed.push(host::display(&file));
    }
    Ok(changed)
}

/// A byte order mark is no part of the text, but stays in the file.
fn with_bom(old: &[u8], text: &[u8]) -> Vec<u8> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    if old.starts_with(BOM) && !text.starts_with(BOM) { [BOM, text].concat() } else { text.to_vec() }
}
