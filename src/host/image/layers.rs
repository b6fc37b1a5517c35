//! All layers of an image, in parallel, each once, largest first.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use super::memo::Memory;
use super::store::Blob;
use super::{Error, Opened, Options};
use crate::image::{Compression, Digest, Expected, LayerError, LayerInfo, LayerScan, Limits, Trees, scan, skim};

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many bytes more came over the network or from a daemon.
    Bytes(u64),
    /// So many layers of so many are read.
    Layers(usize, usize),
}

/// Told what is going on.
pub type Progress<'a> = dyn Fn(Event) + Sync + 'a;

/// A stream that tells how much of it was read.
pub(super) struct Counted<'p, R> {
    inner: R,
    progress: Option<&'p Progress<'p>>,
}

impl<'p, R> Counted<'p, R> {
    pub(super) fn new(inner: R, progress: Option<&'p Progress<'p>>) -> Counted<'p, R> {
        Counted { inner, progress }
    }
}

impl<R: io::Read> io::Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(progress) = self.progress {
            progress(Event::Bytes(count as u64));
        }
        Ok(count)
    }
}

/// Reads the layers that can be read; fills in their sizes and compression.
pub fn read_layers(opened: &mut Opened, options: &Options) -> Result<Trees, Error> {
    let mut places: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
    for (number, layer) in opened.image.layers.iter().enumerate().filter(|(_, layer)| !layer.opaque) {
        places.entry(layer.diff_id.clone()).or_default().push(number);
    }
    let mut work: Vec<Vec<usize>> = places.into_values().collect();
    work.sort_by_key(|numbers| std::cmp::Reverse(opened.image.layers[numbers[0]].blob_size));
    let sizes = work.iter().filter_map(|numbers| opened.image.layers[numbers[0]].blob_size);
    let blob_bytes = sizes.fold(0u64, u64::saturating_add);
    let trees = Mutex::new((Trees::new(opened.image.layers.len()), 0));
    let total = work.len();
    let memory = options.cache.as_deref().map(Memory::new);
    let read = |numbers: &Vec<usize>| -> Result<(Vec<usize>, Facts), Error> {
        let limits = limits_of(&opened.image.layers[numbers[0]], blob_bytes, options);
        let (facts, tree) = read_one(opened, numbers[0], options, limits, memory.as_ref())?;
        let mut guard = trees.lock().expect("no holder of this lock panics");
        guard.0.add(numbers, tree);
        guard.1 += 1;
        if let Some(progress) = options.progress {
            progress(Event::Layers(guard.1, total));
        }
        Ok((numbers.clone(), facts))
    };
    let results: Result<Vec<_>, Error> = work.par_iter().with_max_len(1).map(read).collect();
    for (numbers, facts) in results? {
        for number in numbers {
            let layer = &mut opened.image.layers[number];
            layer.compression = Some(facts.compression);
            layer.tar_size = Some(facts.tar_size);
            layer.blob_size = layer.blob_size.or(Some(facts.blob_size));
        }
    }
    Ok(trees.into_inner().expect("no holder of this lock panics").0)
}

/// A layer that is more than one thread's share of all of them is hashed by other threads than the
/// one that decompresses it.
fn limits_of(layer: &LayerInfo, blob_bytes: u64, options: &Options) -> Limits {
    let size = layer.blob_size.unwrap_or(0);
    let threads = rayon::current_num_threads() as u64;
    Limits { hash_apart: size.saturating_mul(threads) > blob_bytes && threads > 1, ..options.limits }.for_blob(size)
}

/// What reading a layer tells besides its tree.
struct Facts {
    compression: Compression,
    tar_size: u64,
    blob_size: u64,
}

fn read_one(
    opened: &Opened,
    number: usize,
    options: &Options,
    limits: Limits,
    memory: Option<&Memory<'_>>,
) -> Result<(Facts, crate::image::LayerTree), Error> {
    let layer = &opened.image.layers[number];
    let blob = layer.digest.as_ref().map_or_else(|| opened.source.blob_name(number), |digest| digest.to_string());
    let fail = |error: LayerError| Error::Layer { name: opened.image.name.clone(), error };
    if let Some(recalled) = memory.and_then(|memory| memory.recall(opened, number, options)) {
        let super::memo::Recalled { memo, compression, blob_size } = recalled;
        return Ok((Facts { compression, tar_size: memo.head.tar_size, blob_size }, memo.tree));
    }
    let expected = expected(layer);
    let scanned = match opened.source.layer(number)? {
        Blob::File(part) if !options.verify => return read_unverified(&blob, part, &expected, options).map_err(fail),
        Blob::File(part) => scan(&blob, part, &expected, limits).map_err(fail)?,
        Blob::Stream(stream) => scan(&blob, Counted::new(stream, options.progress), &expected, limits).map_err(fail)?,
        Blob::Scanned(scanned) => {
            scanned.verify(&expected).map_err(|problem| {
                let (blob_offset, tar_offset) = (scanned.blob_size, scanned.tar_size);
                fail(LayerError { blob, blob_offset, tar_offset, problem })
            })?;
            *scanned
        }
    };
    if let Some(memory) = memory {
        memory.keep(&scanned);
    }
    Ok((facts(&scanned), scanned.tree))
}

fn facts(scanned: &LayerScan) -> Facts {
    Facts { compression: scanned.compression, tar_size: scanned.tar_size, blob_size: scanned.blob_size }
}

/// Lists a bare tar by seeking; whatever is compressed has to be decompressed all the same.
fn read_unverified(
    blob: &str,
    mut part: super::store::Part,
    expected: &Expected,
    options: &Options,
) -> Result<(Facts, crate::image::LayerTree), LayerError> {
    use io::{Read, Seek, SeekFrom};
    let io =
        |error: io::Error| LayerError { blob: blob.to_owned(), blob_offset: 0, tar_offset: 0, problem: error.into() };
    let mut head = Vec::new();
    part.by_ref().take(Compression::SNIFF as u64).read_to_end(&mut head).map_err(io)?;
    part.seek(SeekFrom::Start(0)).map_err(io)?;
    if Compression::sniff(&head) != Ok(Compression::None) {
        let nothing = Expected { size: expected.size, ..Expected::default() };
        let scanned = scan(blob, part, &nothing, options.limits)?;
        return Ok((facts(&scanned), scanned.tree));
    }
    let size = part.size();
    let tree = skim(blob, part, options.limits)?;
    Ok((Facts { compression: Compression::None, tar_size: size, blob_size: size }, tree))
}

/// What a layer promises.
pub(super) fn expected(layer: &LayerInfo) -> Expected {
    // The size of a blob that no digest names comes from the archive itself and proves nothing.
    let size = layer.blob_size.filter(|_| layer.digest.is_some());
    Expected { digest: layer.digest.clone(), size, diff_id: Some(layer.diff_id.clone()) }
}
