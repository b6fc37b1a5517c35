//! The rows of one table of an SQLite database in memory: enough of the file format for databases
//! that somebody else wrote and closed (<https://www.sqlite.org/fileformat2.html>).

use super::be;

/// A value of a row, as far as package databases have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// An integer.
    Integer(i64),
    /// A text or a blob.
    Bytes(Vec<u8>),
    /// Anything else.
    Other,
}

/// The rows of a table in the order of their keys; `None` where the file is damaged, has no such
/// table, or is no database. Every page is read once at most, so the cost is that of the file.
pub(crate) fn rows(file: &[u8], table: &str) -> Option<Vec<Vec<Value>>> {
    let root = Database::open(file)?.tree(1)?.into_iter().find_map(|row| match &row[..] {
        [Value::Bytes(kind), Value::Bytes(name), _, Value::Integer(root), ..]
            if kind == b"table" && name == table.as_bytes() =>
        {
            u32::try_from(*root).ok()
        }
        _ => None,
    })?;
    Database::open(file)?.tree(root)
}

struct Database<'f> {
    file: &'f [u8],
    page_size: usize,
    /// Bytes of a page without those reserved at its end.
    usable: usize,
    seen: Vec<bool>,
}

const MAGIC: &[u8] = b"SQLite format 3\0";
/// The file's header takes the first bytes of the first page.
const FILE_HEADER: usize = 100;
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

impl<'f> Database<'f> {
    fn open(file: &'f [u8]) -> Option<Database<'f>> {
        if !file.starts_with(MAGIC) {
            return None;
        }
        let page_size = match be(file, 16, 2)? {
            1 => 65536,
            size if size.is_power_of_two() && size >= 512 => size as usize,
            _ => return None,
        };
        let usable = page_size - be(file, 20, 1)? as usize;
        let pages = file.len() / page_size;
        (usable >= 480 && pages > 0).then(|| Database { file, page_size, usable, seen: vec![false; pages + 1] })
    }

    /// A page by its number from 1, the first time that it is asked for.
    fn page(&mut self, number: u32) -> Option<&'f [u8]> {
        let number = number as usize;
        let is_first = number > 0 && !std::mem::replace(self.seen.get_mut(number)?, true);
        let at = number.checked_sub(1)? * self.page_size;
        self.file.get(at..at + self.page_size).filter(|_| is_first)
    }

    /// All rows below a page of a table.
    fn tree(&mut self, root: u32) -> Option<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        let mut pending = vec![root];
        while let Some(number) = pending.pop() {
            let page = self.page(number)?;
            let start = if number == 1 { FILE_HEADER } else { 0 };
            let kind = *page.get(start)?;
            let cells = be(page, start + 3, 2)? as usize;
            let pointers = start + if kind == INTERIOR { 12 } else { 8 };
            let cell = |index: usize| Some(be(page, pointers + 2 * index, 2)? as usize);
            match kind {
                INTERIOR => {
                    pending.push(be(page, start + 8, 4)? as u32);
                    for index in (0..cells).rev() {
                        pending.push(be(page, cell(index)?, 4)? as u32);
                    }
                }
                LEAF => {
                    for index in 0..cells {
                        let payload = self.payload(page, cell(index)?)?;
                        rows.push(record(&payload)?);
                    }
                }
                _ => return None,
            }
        }
        Some(rows)
    }

    /// A leaf's cell: what does not fit into the page goes on in a chain of others.
    fn payload(&mut self, page: &[u8], at: usize) -> Option<Vec<u8>> {
        let (size, length) = varint(page, at)?;
        let (_, key) = varint(page, at + length)?;
        let start = at + length + key;
        let size = usize::try_from(size).ok().filter(|size| *size <= self.file.len())?;
        let most = self.usable - 35;
        let local = if size <= most {
            size
        } else {
            let least = (self.usable - 12) * 32 / 255 - 23;
            let fitting = least + (size - least) % (self.usable - 4);
            if fitting <= most { fitting } else { least }
        };
        let mut payload = page.get(start..start + local)?.to_vec();
        let mut next = if local < size { be(page, start + local, 4)? as u32 } else { 0 };
        while payload.len() < size {
            let page = self.page(next)?;
            let here = (size - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + here)?);
            next = be(page, 0, 4)? as u32;
        }
        Some(payload)
    }
}

/// A row: the lengths of its values, then the values.
fn record(payload: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(payload, 0)?;
    let header = usize::try_from(header).ok()?;
    let mut body = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, length) = varint(payload, at)?;
        at += length;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let bytes = payload.get(body..body.checked_add(size)?)?;
        body += size;
        values.push(match kind {
            1..=6 => {
                Value::Integer(bytes.iter().fold(if bytes[0] > 127 { -1 } else { 0 }, |n, &b| n << 8 | i64::from(b)))
            }
            8 | 9 => Value::Integer(kind as i64 - 8),
            12.. => Value::Bytes(bytes.to_vec()),
            _ => Value::Other,
        });
    }
    Some(values)
}

/// A number in one to nine bytes, and how many they are.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for length in 1..=9 {
        let byte = *bytes.get(at + length - 1)?;
        if length == 9 {
            return Some((number << 8 | u64::from(byte), 9));
        }
        number = number << 7 | u64::from(byte & 127);
        if byte < 128 {
            return Some((number, length));
        }
    }
    None
}
