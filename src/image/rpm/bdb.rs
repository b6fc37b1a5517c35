//! The values of a Berkeley DB hash file, which rpm wrote up to CentOS 8 and Amazon Linux 2.
//!
//! ```text
//! page 0      log position 8 | number 4 | magic 4 | version 4 | page size 4 | … | last page 4, at byte 32
//! hash page   log position 8 | number 4 | previous 4 | next 4 | items 2 | data 2 | level 1 | type 1 | offsets…
//! overflow    the same header; `data` is how many bytes follow it here, `next` where they go on
//! ```

use super::number;

const MAGIC: u64 = 0x0006_1561;
const PAGE_HEADER: usize = 26;
const FREE: u64 = 0;
const HASH_UNSORTED: u64 = 2;
const HASH: u64 = 13;
const OVERFLOW: u64 = 7;
/// An item that lies on other pages, behind its type: three unused bytes, the first page, the length.
const OFF_PAGE: u64 = 3;

/// The packages' headers; `None` where the file is damaged or no such database. Every page is read
/// once at most, so the cost is that of the file.
pub(super) fn headers(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let is_big = number(file, 12, 4, true)? == MAGIC;
    if !is_big && number(file, 12, 4, false)? != MAGIC {
        return None;
    }
    let page_size = number(file, 20, 4, is_big)? as usize;
    let pages = number(file, 32, 4, is_big)? as usize + 1;
    if !(512..=65536).contains(&page_size) || pages.checked_mul(page_size)? != file.len() {
        return None;
    }
    let mut database = Database { pages: file.chunks(page_size).collect(), is_big, seen: Vec::new() };
    database.seen.resize(database.pages.len(), false);
    let mut headers = Vec::new();
    for at in 1..database.pages.len() {
        match database.field(at, 25, 1)? {
            HASH | HASH_UNSORTED => database.hash_page(at, &mut headers)?,
            FREE | OVERFLOW => {}
            _ => return None,
        }
    }
    Some(headers)
}

struct Database<'f> {
    pages: Vec<&'f [u8]>,
    is_big: bool,
    /// Overflow pages that were read.
    seen: Vec<bool>,
}

impl Database<'_> {
    fn field(&self, page: usize, at: usize, count: usize) -> Option<u64> {
        number(self.pages.get(page)?, at, count, self.is_big)
    }

    /// Keys and values take turns; the key 0 has a counter, the others are packages.
    fn hash_page(&mut self, page: usize, headers: &mut Vec<Vec<u8>>) -> Option<()> {
        let items = self.field(page, 20, 2)? as usize;
        if !items.is_multiple_of(2) {
            return None;
        }
        for item in (0..items / 2).map(|pair| pair * 2) {
            if self.inline(page, item)?.iter().all(|&byte| byte == 0) {
                continue;
            }
            let offset = self.offset(page, item + 1)?;
            headers.push(match self.field(page, offset, 1)? {
                OFF_PAGE => {
                    let first = self.field(page, offset + 4, 4)? as usize;
                    self.overflow(first, self.field(page, offset + 8, 4)? as usize)?
                }
                _ => self.inline(page, item + 1)?.to_vec(),
            });
        }
        Some(())
    }

    fn offset(&self, page: usize, item: usize) -> Option<usize> {
        self.field(page, PAGE_HEADER + 2 * item, 2).map(|offset| offset as usize)
    }

    /// The bytes of an item behind its type: items fill a page from its end.
    fn inline(&self, page: usize, item: usize) -> Option<&[u8]> {
        let end = if item == 0 { self.pages[page].len() } else { self.offset(page, item - 1)? };
        self.pages[page].get(self.offset(page, item)? + 1..end)
    }

    fn overflow(&mut self, first: usize, length: usize) -> Option<Vec<u8>> {
        let (mut bytes, mut page) = (Vec::new(), first);
        while bytes.len() < length {
            if self.field(page, 25, 1)? != OVERFLOW || std::mem::replace(&mut self.seen[page], true) {
                return None;
            }
            let here = self.field(page, 22, 2)? as usize;
            bytes.extend_from_slice(self.pages[page].get(PAGE_HEADER..PAGE_HEADER + here)?);
            page = self.field(page, 16, 4)? as usize;
        }
        (bytes.len() == length).then_some(bytes)
    }
}
