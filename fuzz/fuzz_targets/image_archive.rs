//! An archive of any bytes is an image or an error.
#![no_main]

use cachalot::host::image::{Options, open_stream, read_layers};
use cachalot::image::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_layer_bytes: 64 << 20, max_entries: 100_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let Ok(mut opened) = open_stream("fuzz", std::io::Cursor::new(bytes.to_vec()), &options) else { return };
    let _ = read_layers(&mut opened, &options);
});
