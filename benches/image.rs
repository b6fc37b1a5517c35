//! A layer with both digests and the walk, and the stacking of many entries. `Throughput` is bytes
//! of the decompressed tar; docs/performance.md names the limit that this is held against.
#![allow(missing_docs, reason = "criterion's macros write public items")]

#[path = "../tests/support/image_spec.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod image_spec;

use cachalot::image::analysis::Files;
use cachalot::image::{Expected, Limits, Trees, scan};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use image_spec::{Member, contents, gzip, tar, zstd};

/// Files of mixed size that compress about three to one, as programs do.
fn layer() -> Vec<u8> {
    let member = |number: usize| {
        let noise = contents(8000, &number.to_string());
        let text: Vec<u8> = noise.iter().flat_map(|&byte| [byte, b' ', b'a' + byte % 16]).collect();
        Member {
            name: format!("usr/lib/{}/file{number}", number % 100),
            kind: b'0',
            contents: text,
            ..Member::default()
        }
    };
    tar(&(0..2000).map(member).collect::<Vec<_>>())
}

fn scanning(criterion: &mut Criterion) {
    let tar = layer();
    let mut group = criterion.benchmark_group("scan");
    group.throughput(Throughput::Bytes(tar.len() as u64)).sample_size(10);
    for (name, blob) in [("tar", tar.clone()), ("gzip", gzip(&tar)), ("zstd", zstd(&tar))] {
        group.bench_function(name, |bench| {
            bench.iter(|| scan("bench", &blob[..], &Expected::default(), Limits::default()).expect("a good layer"));
        });
    }
    group.finish();
}

fn stacking(criterion: &mut Criterion) {
    let member =
        |number: usize| Member { name: format!("d{}/f{number}", number % 300), kind: b'0', ..Member::default() };
    let files = tar(&(0..50_000).map(member).collect::<Vec<_>>());
    let gone =
        |number: usize| Member { name: format!("d{}/.wh.f{number}", number % 300), kind: b'0', ..Member::default() };
    let whiteouts = tar(&(0..5_000).map(gone).collect::<Vec<_>>());
    let read = |tar: &[u8]| scan("bench", tar, &Expected::default(), Limits::default()).expect("a good layer").tree;
    let (files, whiteouts) = (read(&files), read(&whiteouts));
    criterion.bench_function("stack 50000 files and 5000 whiteouts", |bench| {
        let trees = || {
            let mut trees = Trees::new(2);
            trees.add(&[0], files.clone());
            trees.add(&[1], whiteouts.clone());
            trees
        };
        bench.iter_batched(trees, Files::new, BatchSize::LargeInput);
    });
}

criterion_group!(benches, scanning, stacking);
criterion_main!(benches);
