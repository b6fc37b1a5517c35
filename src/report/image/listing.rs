use crate::image::analysis::Files;
use crate::image::{Entry, Kind, PathId};

use super::{ImageReport, bytes, path, printable};

/// One line per path that `wanted` takes: of one layer, or of the final file system.
pub fn listing(report: &ImageReport, layer: Option<usize>, tree: bool, wanted: &dyn Fn(&str) -> bool) -> String {
    let Some(files) = report.files else { return String::new() };
    let mut lines: Vec<(Vec<u8>, String)> = Vec::new();
    let mut add = |entry: Option<&Entry>, id, size: u64| {
        let name = files.trees.paths.bytes(id);
        let shown = path(files, id);
        if !wanted(shown.trim_start_matches('/')) {
            return;
        }
        let depth = name.iter().filter(|&&byte| byte == b'/').count();
        let label = match (tree, shown.rsplit_once('/')) {
            (true, Some((_, last))) => format!("{}{last}", "  ".repeat(depth.min(64))),
            _ => shown,
        } + &target(files, entry);
        lines.push((
            name,
            format!("{} {:>9}  {label}", facts(files, entry), if size > 0 { bytes(size) } else { String::new() }),
        ));
    };
    match layer {
        Some(layer) => {
            for entry in files.trees.entries(layer).iter() {
                add(Some(&entry), entry.path, entry.size);
            }
        }
        None => {
            for live in &files.stacked.live {
                add(files.entry(live).as_ref(), live.path, files.size(live));
            }
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

/// Where a link leads, as `ls` and `tar` write it.
fn target(files: &Files, entry: Option<&Entry>) -> String {
    match entry.map(|entry| (entry.kind, entry.link)) {
        Some((Kind::Symlink, link)) => {
            format!(" -> {}", printable(&String::from_utf8_lossy(files.trees.texts.get(link))))
        }
        Some((Kind::Hardlink, link)) => format!(" link to {}", path(files, PathId(link))),
        _ => String::new(),
    }
}

/// `-rwxr-xr-x 0:0`, as `ls` writes it.
fn facts(files: &Files, entry: Option<&Entry>) -> String {
    let Some(entry) = entry else { return format!("{:<10} {:>9}", "d", "") };
    let kind = match entry.kind {
        Kind::File => '-',
        Kind::Directory => 'd',
        Kind::Symlink => 'l',
        Kind::Hardlink => 'h',
        Kind::CharDevice => 'c',
        Kind::BlockDevice => 'b',
        Kind::Fifo => 'p',
        Kind::Whiteout => return format!("{:<10} {:>9}", "(deleted)", ""),
        Kind::Opaque => return format!("{:<10} {:>9}", "(emptied)", ""),
    };
    let (user, group) = files.trees.owner(entry);
    format!("{kind}{} {:>9}", mode_text(entry.mode), format!("{user}:{group}"))
}

fn mode_text(mode: u16) -> String {
    let letters = |shift: u16, special: bool, on: char, off: char| {
        let bits = mode >> shift & 7;
        let last = match (special, bits & 1 == 1) {
            (true, true) => on,
            (true, false) => off,
            (false, true) => 'x',
            (false, false) => '-',
        };
        [if bits & 4 > 0 { 'r' } else { '-' }, if bits & 2 > 0 { 'w' } else { '-' }, last]
    };
    let parts = [
        letters(6, mode & 0o4000 > 0, 's', 'S'),
        letters(3, mode & 0o2000 > 0, 's', 'S'),
        letters(0, mode & 0o1000 > 0, 't', 'T'),
    ];
    parts.iter().flatten().collect()
}
