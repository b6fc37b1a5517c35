//! The fixtures, and images made of specs.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use cachalot::host::image::{Error, Opened, Options, open_path, open_stream, read_layers};
use cachalot::image::Image;
use cachalot::image::analysis::Files;

use crate::image_spec::{Form, Spec, parse};

pub(crate) fn fixtures() -> Vec<(String, Spec)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/images");
    let mut found: Vec<(String, Spec)> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let name = path.file_stem().expect("files have names").to_string_lossy().into_owned();
            (name, parse(&fs::read_to_string(&path).expect("fixtures are text")))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() > 20);
    found
}

pub(crate) fn write_layout(folder: &Path, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("blobs lie in folders")).expect("a fresh folder");
        fs::write(path, bytes).expect("a fresh folder");
    }
}

pub(crate) fn analyse(mut opened: Opened, options: &Options) -> (Opened, Files) {
    let trees = read_layers(&mut opened, options).expect("a good image");
    let files = Files::new(trees);
    (opened, files)
}

pub(crate) fn simple() -> Spec {
    parse("layer COPY a /\nfile a 5000\nlayer COPY b /\nfile b 6000\n")
}

pub(crate) fn error_of(bytes: Vec<u8>) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.tar");
    fs::write(&path, &bytes).expect("a fresh folder");
    let options = Options::default();
    let read = |opened: Result<Opened, Error>| -> Result<(), Error> {
        let mut opened = opened?;
        read_layers(&mut opened, &options).map(drop)
    };
    let error = read(open_path(&path.to_string_lossy(), &options)).expect_err("a bad image").to_string();
    read(open_stream("stream", Cursor::new(bytes), &options)).expect_err("a bad image, streamed");
    error
}

/// An image of that form, without its layers.
pub(crate) fn image(text: &str, form: Form) -> Image {
    opened(&parse(text), form).image
}

fn opened(spec: &Spec, form: Form) -> Opened {
    open_stream("image", Cursor::new(spec.archive(form)), &Options::default()).expect("a good image")
}

/// An image of that form with its layers.
pub(crate) fn analysed(spec: &Spec, form: Form) -> (Opened, Files) {
    analyse(opened(spec, form), &Options::default())
}
