//! A layer of any bytes is read or refused, in bounded memory, and stacking it adds up.
#![no_main]

use cachalot::image::analysis::Files;
use cachalot::image::{Expected, Limits, Trees, scan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_layer_bytes: 64 << 20, max_entries: 100_000, ..Limits::default() };
    let Ok(layer) = scan("fuzz", bytes, &Expected::default(), limits) else { return };
    let mut trees = Trees::new(2);
    trees.add(&[0, 1], layer.tree);
    let files = Files::new(trees);
    let totals = files.totals(0);
    assert_eq!(totals.wasted_bytes, files.stacked.total_bytes - files.stacked.live_bytes);
});
