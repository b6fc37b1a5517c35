//! A layer's tar to a [`LayerTree`], one pass, without its contents.

use std::borrow::Cow;

use hashbrown::HashMap;
use tar_core::parse::ParsedEntry;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::packages;
use super::paths::{PathId, components, escapes};
use super::tar::{Source, TarError, Visit, Window, content_size, kind_of, visit};
use super::tree::{Entry, Kind, LayerTree, Mark, NoteKind, mark};

/// The largest file whose contents are kept for analysis, and all of a layer together, in bytes.
const MAX_CAPTURE: u64 = 32 << 20;

/// Reads the members of a layer's tar up to its end mark; an error comes with the offset, in bytes,
/// of the header that it is about.
pub(crate) fn walk<S: Source>(source: &mut S, max_entries: u32) -> Result<LayerTree, (u64, TarError)> {
    let mut builder = Builder { max_entries, ..Builder::default() };
    visit(source, &mut builder)?;
    Ok(builder.finish())
}

/// What becomes of a member's contents in a layer.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plan {
    /// The entry whose contents they are; `None` for what is not kept.
    entry: Option<usize>,
    capture: bool,
}

#[derive(Default)]
struct Builder {
    tree: LayerTree,
    owners: HashMap<(u64, u64), u32>,
    /// The folder of the last member: tars list folder by folder.
    last_folder: Option<(Vec<u8>, PathId)>,
    captured: u64,
    max_entries: u32,
}

impl<S: Source> Visit<S> for Builder {
    type Plan = Plan;

    fn member(&mut self, member: &ParsedEntry, real_size: Option<u64>) -> Result<Plan, TarError> {
        if self.tree.entries.len() >= self.max_entries as usize {
            return Err(TarError::TooMany("members"));
        }
        let Some(kind) = kind_of(member) else {
            self.tree.note(NoteKind::UnknownType, &member.path);
            return Ok(Plan::default());
        };
        if escapes(&member.path) {
            self.tree.note(NoteKind::EscapesRoot, &member.path);
        }
        let Some((kind, path)) = self.place(kind, member)? else { return Ok(Plan::default()) };
        let size = if kind == Kind::File { content_size(member) } else { 0 };
        let entry = self.entry(kind, path, size, member)?;
        let capture = kind == Kind::File
            && packages::is_wanted(&self.tree.paths.bytes(path))
            && self.captured.saturating_add(size) <= MAX_CAPTURE;
        if let Some(real_size) = real_size.filter(|&real| real != size) {
            self.tree.sparse.push((self.tree.entries.len() as u32, real_size));
        }
        self.tree.entries.push(entry);
        let plan = Plan { entry: Some(self.tree.entries.len() - 1), capture };
        if kind == Kind::Directory && is_overlay_opaque(member) {
            self.tree.entries.push(Entry { kind: Kind::Opaque, ..entry });
        }
        Ok(plan)
    }

    fn contents(&mut self, window: &mut Window<S>, plan: Plan, size: u64, _: u64) -> Result<(), TarError> {
        if !S::READS_CONTENTS && !plan.capture {
            return Ok(window.skip(size)?);
        }
        let mut hasher = (size > 0).then(Xxh3::new);
        let mut kept = Vec::new();
        let whole = window.pass(size, |bytes| {
            if let Some(hasher) = &mut hasher {
                hasher.update(bytes);
            }
            if plan.capture {
                kept.extend_from_slice(bytes);
            }
        })?;
        if !whole {
            let path = plan.entry.and_then(|at| self.tree.entries.get(at as u32)).map(|entry| entry.path);
            return Err(TarError::Truncated(path.map_or("a member".into(), |path| self.tree.paths.display(path))));
        }
        let Some(at) = plan.entry else { return Ok(()) };
        let Some(entry) = self.tree.entries.get(at as u32) else { return Ok(()) };
        if entry.kind == Kind::File {
            let hash = hasher.map_or_else(|| xxh3_64(b""), |hasher| hasher.digest());
            self.tree.entries.set_hash(at, hash);
            if plan.capture {
                self.captured += size;
                let kept = packages::condensed(&self.tree.paths.bytes(entry.path), kept);
                self.tree.captured.push((entry.path, kept));
            }
        }
        Ok(())
    }
}

impl Builder {
    /// The path that a member stands for and what it does there; `None` for what is no part of
    /// the file system.
    fn place(&mut self, kind: Kind, member: &ParsedEntry) -> Result<Option<(Kind, PathId)>, TarError> {
        let (folder, name) = split(&member.path);
        let Some(name) = name else { return Ok(None) };
        if folder.is_empty() && is_stargz(&name) {
            self.tree.note(NoteKind::Stargz, &member.path);
            return Ok(None);
        }
        let (kind, name) = match mark(&name) {
            Mark::Plain if is_overlay_whiteout(kind, member) => (Kind::Whiteout, Some(&name[..])),
            Mark::Plain => (kind, Some(&name[..])),
            Mark::Whiteout(hidden) => (Kind::Whiteout, Some(hidden)),
            Mark::Opaque => (Kind::Opaque, None),
            Mark::Aufs => {
                self.tree.note(NoteKind::AufsMetadata, &member.path);
                return Ok(None);
            }
            Mark::Malformed => {
                self.tree.note(NoteKind::MalformedWhiteout, &member.path);
                return Ok(None);
            }
        };
        let folder = self.folder(&folder)?;
        let path = match name {
            Some(name) => self.tree.paths.intern(folder, name).ok_or(TarError::TooMany("paths"))?,
            None => folder,
        };
        Ok(Some((kind, path)))
    }

    fn folder(&mut self, folder: &[u8]) -> Result<PathId, TarError> {
        if let Some((last, id)) = &self.last_folder
            && last == folder
        {
            return Ok(*id);
        }
        let id = self.tree.paths.intern_path(folder).ok_or(TarError::TooMany("paths"))?;
        self.last_folder = Some((folder.to_vec(), id));
        Ok(id)
    }

    fn entry(&mut self, kind: Kind, path: PathId, size: u64, member: &ParsedEntry) -> Result<Entry, TarError> {
        let target = member.link_target.as_deref().unwrap_or_default();
        let (link, hash) = match kind {
            Kind::Symlink => (self.tree.texts.push(target).ok_or(TarError::TooMany("links"))?, xxh3_64(target)),
            Kind::Hardlink => (self.tree.paths.intern_path(target).ok_or(TarError::TooMany("paths"))?.0, 0),
            Kind::CharDevice | Kind::BlockDevice => {
                let (major, minor) = (member.dev_major.unwrap_or(0), member.dev_minor.unwrap_or(0));
                (0, u64::from(major) << 32 | u64::from(minor))
            }
            _ => (0, 0),
        };
        let next = self.tree.owners.len() as u32;
        let owners = &mut self.tree.owners;
        let owner = *self.owners.entry((member.uid, member.gid)).or_insert_with(|| {
            owners.push((member.uid, member.gid));
            next
        });
        Ok(Entry { size, hash, path, link, owner, mode: (member.mode & 0o7777) as u16, kind })
    }

    fn finish(mut self) -> LayerTree {
        self.tree.entries.shrink();
        self.tree.paths.shrink();
        self.tree.texts.shrink();
        self.tree
    }
}

/// The folder, cleaned, and the last component of a member's name; no name for the root itself.
fn split(path: &[u8]) -> (Cow<'_, [u8]>, Option<Cow<'_, [u8]>>) {
    // The usual name is already clean: one cut is enough.
    let trimmed = path.strip_prefix(b"./").unwrap_or(path);
    let trimmed = trimmed.strip_suffix(b"/").unwrap_or(trimmed);
    let is_clean = |part: &[u8]| !part.is_empty() && part != b"." && part != b"..";
    if trimmed.split(|&byte| byte == b'/').all(is_clean) {
        return match memchr::memrchr(b'/', trimmed) {
            Some(at) => (Cow::Borrowed(&trimmed[..at]), Some(Cow::Borrowed(&trimmed[at + 1..]))),
            None => (Cow::Borrowed(b""), Some(Cow::Borrowed(trimmed))),
        };
    }
    let mut parts: Vec<&[u8]> = components(path).collect();
    let name = parts.pop().map(|name| Cow::Owned(name.to_vec()));
    (Cow::Owned(parts.join(&b'/')), name)
}

fn is_stargz(name: &[u8]) -> bool {
    matches!(name, b"stargz.index.json" | b".prefetch.landmark" | b".no.prefetch.landmark")
}

/// Overlayfs marks a hidden path by a character device 0/0.
fn is_overlay_whiteout(kind: Kind, member: &ParsedEntry) -> bool {
    kind == Kind::CharDevice && member.dev_major == Some(0) && member.dev_minor == Some(0)
}

/// Overlayfs marks an opaque folder by an extended attribute.
fn is_overlay_opaque(member: &ParsedEntry) -> bool {
    member.xattrs.iter().any(|(name, value)| {
        matches!(&name[..], b"trusted.overlay.opaque" | b"user.overlay.opaque") && value.starts_with(b"y")
    })
}
