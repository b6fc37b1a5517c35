//! rpm's database in its three forms: SQLite (Fedora 33, RHEL 9 and everything later), Berkeley DB
//! (before that) and ndb (SUSE).

mod bdb;
mod ndb;
mod sqlite;

use std::collections::BTreeMap;

use sqlite::{Value, rows};

/// What a database file in one of rpm's folders is called.
pub(crate) const FILES: [&str; 3] = ["rpmdb.sqlite", "Packages.db", "Packages"];

/// Names with versions, `[EPOCH:]VERSION-RELEASE`; several of one name are joined by commas.
/// `None` where the database cannot be read.
pub(crate) fn packages(file: &[u8]) -> Option<BTreeMap<String, String>> {
    let headers = ndb::headers(file).or_else(|| bdb::headers(file)).or_else(|| sqlite_headers(file))?;
    let mut packages: BTreeMap<String, String> = BTreeMap::new();
    for header in headers {
        let (name, version) = package(&header)?;
        packages.entry(name).and_modify(|known| *known += &format!(", {version}")).or_insert(version);
    }
    Some(packages)
}

fn sqlite_headers(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let header = |row: Vec<Value>| {
        row.into_iter().find_map(|value| match value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        })
    };
    rows(file, "Packages")?.into_iter().map(header).collect()
}

/// An unsigned number of `count` bytes.
fn number(bytes: &[u8], at: usize, count: usize, is_big: bool) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    let add = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
    Some(if is_big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
}

/// The same, big-endian.
fn be(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    number(bytes, at, count, true)
}

const NAME: u64 = 1000;
const VERSION: u64 = 1001;
const RELEASE: u64 = 1002;
const EPOCH: u64 = 1003;
const INT32: u64 = 4;
const STRING: u64 = 6;

/// A package's header: the number of index entries and the bytes of data, the index with tag, type,
/// offset and count of each, the data.
fn package(blob: &[u8]) -> Option<(String, String)> {
    let count = be(blob, 0, 4)? as usize;
    let data = blob.get(8 + count.checked_mul(16)?..)?;
    let (mut name, mut version, mut release, mut epoch) = (None, None, None, None);
    for entry in blob[8..8 + 16 * count].chunks_exact(16) {
        let (tag, kind, offset) = (be(entry, 0, 4)?, be(entry, 4, 4)?, be(entry, 8, 4)? as usize);
        let text = || {
            let text = data.get(offset..)?;
            Some(String::from_utf8_lossy(&text[..memchr::memchr(0, text)?]).into_owned())
        };
        match (tag, kind) {
            (NAME, STRING) => name = text(),
            (VERSION, STRING) => version = text(),
            (RELEASE, STRING) => release = text(),
            (EPOCH, INT32) => epoch = be(data, offset, 4),
            _ => {}
        }
    }
    let epoch = epoch.map_or(String::new(), |epoch| format!("{epoch}:"));
    Some((name?, format!("{epoch}{}-{}", version?, release?)))
}
