use serde_json::{Value, json};

use crate::image::dive::dive;
use crate::image::{Entry, Kind};

use super::ImageReport;

/// dive's own export, for pipelines that read it; `None` where the layers were not read. Its numbers
/// are dive's, mistakes included: `json` has ours.
pub fn dive_json(report: &ImageReport) -> Option<Value> {
    let files = report.files?;
    let numbers = dive(&files.trees);
    let instructions = report.image.layer_instructions();
    let layers: Vec<Value> = numbers
        .layers
        .iter()
        .enumerate()
        .map(|(number, listed)| {
            let entries = files.trees.entries(number);
            let info = &report.image.layers[number];
            let list: Vec<Value> = listed
                .iter()
                .map(|listed| file(report, &listed.path, listed.entry.and_then(|at| entries.get(at)).as_ref()))
                .collect();
            json!({
                "index": number,
                "id": if info.digest.is_some() { "blobs" } else { info.diff_id.hex() },
                "digestId": info.diff_id,
                "sizeBytes": entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.size)),
                "command": instructions[number],
                "fileList": list,
            })
        })
        .collect();
    let references: Vec<Value> = numbers
        .inefficient
        .iter()
        .map(|file| json!({"count": file.count, "sizeBytes": file.bytes, "file": file.path}))
        .collect();
    Some(json!({
        "layer": layers,
        "image": {
            "sizeBytes": numbers.size,
            "inefficientBytes": numbers.wasted,
            "efficiencyScore": numbers.efficiency,
            "fileReference": references,
        },
    }))
}

fn file(report: &ImageReport, path: &str, entry: Option<&Entry>) -> Value {
    let files = report.files.map(|files| &files.trees);
    let (Some(entry), Some(trees)) = (entry, files) else {
        return json!({"path": path, "typeFlag": 0, "linkName": "", "size": 0, "fileMode": 0, "uid": 0, "gid": 0,
            "isDir": true});
    };
    let (type_flag, link) = match entry.kind {
        Kind::File | Kind::Whiteout | Kind::Opaque => (b'0', String::new()),
        Kind::Hardlink => {
            let target = trees.paths.bytes(crate::image::PathId(entry.link));
            (b'1', String::from_utf8_lossy(&target).into_owned())
        }
        Kind::Symlink => (b'2', String::from_utf8_lossy(trees.texts.get(entry.link)).into_owned()),
        Kind::CharDevice => (b'3', String::new()),
        Kind::BlockDevice => (b'4', String::new()),
        Kind::Directory => (b'5', String::new()),
        Kind::Fifo => (b'6', String::new()),
    };
    let (uid, gid) = trees.owner(entry);
    json!({"path": path, "typeFlag": type_flag, "linkName": link, "size": entry.size, "fileMode": go_mode(entry),
        "uid": uid, "gid": gid, "isDir": entry.kind == Kind::Directory})
}

/// The bits of Go's `fs.FileMode`: the kind of file stands in the high ones.
fn go_mode(entry: &Entry) -> u32 {
    let kind = match entry.kind {
        Kind::Directory => 1 << 31,
        Kind::Symlink => 1 << 27,
        Kind::BlockDevice => 1 << 26,
        Kind::Fifo => 1 << 25,
        Kind::CharDevice => 1 << 26 | 1 << 21,
        _ => 0,
    };
    let bit = |unix: u16, go: u32| if entry.mode & unix > 0 { go } else { 0 };
    kind | bit(0o4000, 1 << 23) | bit(0o2000, 1 << 22) | bit(0o1000, 1 << 20) | u32::from(entry.mode & 0o777)
}
