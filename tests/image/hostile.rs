//! Inputs made to cost: each costs what its bytes do and no more.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Command;

use cachalot::image::{Limits, scan};

use crate::image_spec::{Form, archive, gzip, header, parse, sha256, tar, zstd};
use crate::shared::analysed;

#[test]
fn deep_paths_and_many_layers_stay_linear() {
    let deep = "a/".repeat(20_000) + "end";
    let mut spec = parse("layer COPY . /\nfile deep 10\nlayer RUN rm -rf /a\nwh a\n");
    spec.steps[0].members[0].name = deep;
    let (_, files) = analysed(&spec, Form::OciGzip);
    assert_eq!((files.totals(0).deleted_bytes, files.stacked.live.len()), (10, 0));
    // The same layer again and again is read once and wastes all its copies but one.
    let again = "layer COPY a /\nfile a 1000\n".repeat(300);
    let (_, files) = analysed(&parse(&again), Form::OciGzip);
    assert_eq!(files.totals(0).wasted_bytes, 299_000);
    // Whiteouts of single files: each costs what it removes, whatever lies around.
    let mut text = String::from("layer COPY . /\n");
    (0..20_000).for_each(|number| writeln!(text, "file d{}/f{number} 1", number % 50).expect("a string"));
    text += "layer RUN rm\n";
    (0..2_000).for_each(|number| writeln!(text, "wh d{}/f{number}", number % 50).expect("a string"));
    let (_, files) = analysed(&parse(&text), Form::Legacy);
    assert_eq!((files.totals(0).deleted_bytes, files.stacked.changes[1].removed), (2_000, 2_000));
}

/// What stands at a path may hold the very file that the path becomes a second name of.
#[test]
fn a_link_into_the_folder_that_it_replaces_dangles() {
    let spec = parse("layer COPY d /\ndir d\nfile d/f 100\nlayer COPY l /\nhard d d/f\nfile g 7\n");
    let (_, files) = analysed(&spec, Form::OciGzip);
    let totals = files.totals(0);
    assert_eq!((totals.wasted_bytes, totals.live_bytes, totals.file_bytes), (100, 7, 107));
}

#[test]
fn a_bomb_is_refused_without_being_asked_to() {
    // A gigabyte of zeros eight megabytes at a time: more than a thousand times its size.
    let zeros = vec![0; 8 << 20];
    let mut best = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    best.write_all(&zeros).expect("memory takes all");
    let gzip = best.finish().expect("memory takes all");
    for piece in [gzip, zstd(&zeros)] {
        refuse_bomb(&piece.repeat(140));
    }
}

fn refuse_bomb(bomb: &[u8]) {
    let spec = parse("layer RUN boom\nfile a 1\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bomb.tar");
    let layer = format!("sha256:{}", sha256(bomb));
    fs::write(&path, archive(&spec.files_of(Form::Docker25, &[bomb.to_vec()]), "")).expect("writes");
    let output =
        Command::new(env!("CARGO_BIN_EXE_cachalot")).args(["image", "--no-cache"]).arg(&path).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&layer) && said.contains("decompresses to more than 1073741824 bytes"), "{said}");
    let offset = said.split("at byte ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    assert!(offset.is_some_and(|offset| (1 << 30..140 << 23).contains(&offset)), "{said}");
}

/// Links that are as long as the kernel allows and lead in circles: what is looked up for each file
/// below them is bounded for the image, not only for the file.
#[test]
fn links_in_circles_stay_cheap() {
    let mut text = String::from("layer COPY . /\n");
    let long = "x/../".repeat(800);
    (0..40).for_each(|number| writeln!(text, "link l{number} {long}l{}", (number + 1) % 40).expect("a string"));
    (0..20_000).for_each(|number| writeln!(text, "file l{}/f{number} 1", number % 40).expect("a string"));
    let mut spec = parse(&text);
    // Longer than the field of a header.
    for member in spec.steps[0].members.iter_mut().filter(|member| member.kind == b'2') {
        member.pax.push(("linkpath".into(), member.target.clone()));
    }
    let start = std::time::Instant::now();
    let (_, files) = analysed(&spec, Form::OciGzip);
    assert_eq!(files.totals(0).file_bytes, 20_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn bounds_are_told() {
    let told = |members: &str, limits: Limits| {
        let mut spec = parse(&format!("layer x\n{members}"));
        if let Some(member) = spec.steps[0].members.iter_mut().find(|member| member.name == "long") {
            member.name = "a/".repeat(40_000);
        }
        let error = scan("bounded", &tar(&spec.steps[0].members)[..], &Default::default(), limits);
        error.expect_err("over the bound").to_string()
    };
    let few = Limits { max_entries: 2, ..Limits::default() };
    assert!(told("file a 1\nfile b 1\nfile c 1\n", few).contains("too many members"));
    let long = told("file ok 1\nfile long 1\n", Limits::default());
    assert!(long.contains("65536") && long.contains("at byte 1024"), "{long}");
}

#[test]
fn decompression_bombs_and_long_names_end_early() {
    // 600 MB of a GNU long name in a few hundred kilobytes.
    let mut long = header(b"././@LongLink", b'L', 600_000_000, &Default::default()).to_vec();
    long[257..265].copy_from_slice(b"ustar  \0");
    long[148..156].fill(b' ');
    let sum: u64 = long.iter().map(|&byte| u64::from(byte)).sum();
    long[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    long.resize(long.len() + 3_000_000, b'a');
    let error = scan("long", &gzip(&long)[..], &Default::default(), Limits::default());
    assert!(error.expect_err("too long").to_string().contains("exceeds limit"));
    let big = tar(&parse("layer x\nfile a 3000000\n").steps[0].members);
    let limits = Limits { max_layer_bytes: 1_000_000, ..Limits::default() };
    let error = scan("big", &gzip(&big)[..], &Default::default(), limits).expect_err("too large").to_string();
    assert!(error.contains("1000000"), "{error}");
}
