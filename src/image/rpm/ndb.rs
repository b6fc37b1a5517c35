//! rpm's own `Packages.db`, which openSUSE and SUSE Linux Enterprise have, all numbers little-endian.
//!
//! ```text
//! file   "RpmP" | version 4 | generation 4 | pages of slots 4 | next package 4 | unused 12
//! slot   "Slot" | package 4, 0 for a free one | block 4 | blocks 4        from byte 32 to the pages' end
//! blob   "BlbS" | package 4 | generation 4 | length 4 | the header        at 16 times the slot's block
//! ```

use super::number;

const PAGE: usize = 4096;
const SLOT: usize = 16;
const FILE_HEADER: usize = 32;

/// The packages' headers; `None` where the file is damaged or no such database.
pub(super) fn headers(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    if !file.starts_with(b"RpmP") || le(file, 4)? != 0 {
        return None;
    }
    let slots = file.get(FILE_HEADER..le(file, 12)?.checked_mul(PAGE)?)?;
    let (mut headers, mut left) = (Vec::new(), file.len());
    for slot in slots.chunks_exact(SLOT) {
        let (package, block) = (le(slot, 4)?, le(slot, 8)?);
        if !slot.starts_with(b"Slot") {
            return None;
        }
        if package == 0 {
            continue;
        }
        let blob = file.get(block.checked_mul(SLOT)?..)?;
        let header = blob.get(16..le(blob, 12)?.checked_add(16)?)?;
        if !blob.starts_with(b"BlbS") || le(blob, 4)? != package {
            return None;
        }
        // Blobs do not overlap; slots that say so are hostile.
        left = left.checked_sub(header.len())?;
        headers.push(header.to_vec());
    }
    Some(headers)
}

fn le(bytes: &[u8], at: usize) -> Option<usize> {
    number(bytes, at, 4, false).map(|number| number as usize)
}
