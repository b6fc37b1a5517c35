//! What the fuzzers begin with.

use std::fs;
use std::path::PathBuf;

use crate::image_spec::{FORMS, gzip, parse};

/// `SEEDS=FOLDER cargo test --test image -- --ignored fuzz_seeds` fills `FOLDER/image_layer` and
/// `FOLDER/image_archive` with every fixture in every form, for the fuzzers to begin with.
#[test]
#[ignore = "writes files: .ci/fuzz calls it"]
fn fuzz_seeds() {
    let folder = PathBuf::from(std::env::var_os("SEEDS").expect("SEEDS names a folder"));
    let write = |target: &str, name: String, bytes: &[u8]| {
        fs::create_dir_all(folder.join(target)).expect("creates");
        fs::write(folder.join(target).join(name), bytes).expect("writes");
    };
    for file in fs::read_dir("fixtures/images").expect("the fixtures").flatten() {
        let Some(text) = fs::read_to_string(file.path()).ok().filter(|_| file.path().extension().is_some()) else {
            continue;
        };
        let (name, spec) = (file.file_name().to_string_lossy().into_owned(), parse(&text));
        for (number, tar) in spec.tars().iter().enumerate() {
            write("image_layer", format!("{name}-{number}.tar"), tar);
            write("image_layer", format!("{name}-{number}.tar.gz"), &gzip(tar));
        }
        for form in FORMS {
            write("image_archive", format!("{name}-{form:?}.tar"), &spec.archive(form));
        }
    }
}
