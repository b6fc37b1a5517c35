//! Images: every fixture in every form against an independent reference and its own expectations.

#[path = "support/image_spec.rs"]
mod image_spec;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cachalot::host::image::{Error, Opened, Options, open_path, open_stream, read_layers};
use cachalot::image::analysis::Files;
use cachalot::image::dive::dive;
use image_spec::{FORMS, Form, Spec, archive, parse, sha256};

/// What an image holds, computed the slow and obvious way: whole file systems as maps, one per layer.
#[derive(Debug, Default, PartialEq)]
struct Reference {
    total: u64,
    live: u64,
    paths: BTreeSet<String>,
}

#[derive(Clone, PartialEq)]
enum Node {
    Dir,
    Link(String),
    File(usize),
    Other,
}

fn reference(spec: &Spec) -> Reference {
    let mut fs: BTreeMap<String, Node> = BTreeMap::new();
    let mut sizes: Vec<u64> = Vec::new();
    let mut total = 0;
    for layer in spec.layers() {
        let members: Vec<_> = layer.members.iter().filter(|member| member.kind != b'g').collect();
        let below = fs.clone();
        for member in &members {
            let path = clean(&member.name);
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let hide = |fs: &mut BTreeMap<String, Node>, path: &str, itself: bool| {
                let inside = format!("{path}/");
                fs.retain(|other, _| !(other.starts_with(&inside) || itself && other == path));
            };
            if member.kind == b'3' && member.device == (0, 0) {
                hide(&mut fs, &path, true);
            } else if member.pax.iter().any(|(key, _)| key.contains("overlay.opaque")) {
                hide(&mut fs, &path, false);
            } else if name == ".wh..wh..opq" {
                hide(&mut fs, folder, false);
            } else if let Some(hidden) = name.strip_prefix(".wh.")
                && !hidden.starts_with(".wh.")
                && !["", ".", ".."].contains(&hidden)
            {
                hide(&mut fs, &at(hidden), true);
            }
        }
        drop(below);
        for member in &members {
            let path = clean(&member.name);
            let name = path.rsplit('/').next().unwrap_or_default();
            let is_whiteout = name.starts_with(".wh.") || member.kind == b'3' && member.device == (0, 0);
            if is_whiteout || path.is_empty() || path == "stargz.index.json" || path == ".no.prefetch.landmark" {
                continue;
            }
            let path = through_links(&fs, &path);
            let mut parent = String::new();
            for part in path.split('/').take(path.matches('/').count()) {
                parent = if parent.is_empty() { part.to_owned() } else { format!("{parent}/{part}") };
                if fs.get(&parent).is_some_and(|node| *node != Node::Dir) {
                    fs.remove(&parent);
                }
                fs.entry(parent.clone()).or_insert(Node::Dir);
            }
            if member.kind != b'5' || fs.get(&path).is_some_and(|node| *node != Node::Dir) {
                let inside = format!("{path}/");
                fs.retain(|other, _| !(other.starts_with(&inside) || *other == path));
            }
            let node = match member.kind {
                b'5' => Node::Dir,
                b'2' => Node::Link(member.target.clone()),
                b'1' => fs.get(&clean(&member.target)).cloned().unwrap_or(Node::Other),
                b'0' => {
                    total += member.contents.len() as u64;
                    sizes.push(member.contents.len() as u64);
                    Node::File(sizes.len() - 1)
                }
                _ => Node::Other,
            };
            fs.insert(path, node);
        }
    }
    let inodes: BTreeSet<usize> =
        fs.values().filter_map(|node| if let Node::File(at) = node { Some(*at) } else { None }).collect();
    let paths = fs.keys().map(|path| format!("/{path}")).collect();
    Reference { total, live: inodes.iter().map(|&at| sizes[at]).sum(), paths }
}

fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The fixtures have no chains of links: one step is enough.
fn through_links(fs: &BTreeMap<String, Node>, path: &str) -> String {
    for (at, _) in path.match_indices('/') {
        if let Some(Node::Link(target)) = fs.get(&path[..at]) {
            let folder = path[..at].rsplit_once('/').map_or("", |(folder, _)| folder);
            return clean(&format!("{folder}/{target}/{}", &path[at + 1..]));
        }
    }
    path.to_owned()
}

fn fixtures() -> Vec<(String, Spec)> {
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

fn write_layout(folder: &Path, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("blobs lie in folders")).expect("a fresh folder");
        fs::write(path, bytes).expect("a fresh folder");
    }
}

fn analyse(mut opened: Opened, options: &Options) -> (Opened, Files) {
    let trees = read_layers(&mut opened, options).expect("a good image");
    let files = Files::new(trees);
    (opened, files)
}

fn check(what: &str, spec: &Spec, opened: &Opened, files: &Files) {
    let wanted = reference(spec);
    let found = Reference {
        total: files.stacked.total_bytes,
        live: files.stacked.live_bytes,
        paths: files.stacked.live.iter().map(|live| files.trees.paths.display(live.path)).collect(),
    };
    assert_eq!(found, wanted, "{what}");
    let totals = files.totals(0);
    assert_eq!(totals.wasted_bytes, wanted.total - wanted.live, "{what}: waste adds up");
    assert_eq!(totals.wasted_bytes, totals.deleted_bytes + totals.overwritten_bytes + totals.metadata_bytes, "{what}");
    let changes = &files.stacked.changes;
    assert_eq!(changes.iter().map(|change| change.wasted_bytes).sum::<u64>(), totals.wasted_bytes, "{what}");
    assert_eq!(changes.iter().map(|change| change.killed_bytes).sum::<u64>(), totals.wasted_bytes, "{what}");
    assert_eq!(opened.image.layers.len(), spec.layers().count(), "{what}");
    for (key, value) in &spec.expect {
        let (word, layer) = key.split_once(' ').unwrap_or((key, "0"));
        let change = || changes[layer.parse::<usize>().expect("a layer")];
        let opaque = || {
            files
                .flows(0)
                .iter()
                .filter(|flow| flow.kind == cachalot::image::WasteKind::Opaque)
                .map(|flow| flow.bytes)
                .sum()
        };
        let number: u64 = match word {
            "wasted" => totals.wasted_bytes,
            "total" => found.total,
            "live" => found.live,
            "deleted" => totals.deleted_bytes,
            "overwritten" => totals.overwritten_bytes,
            "metadata" => totals.metadata_bytes,
            "opaque" => opaque(),
            "killed" => change().killed_bytes,
            "wasted-in" => change().wasted_bytes,
            "added" => change().added,
            "changed" => change().changed,
            "removed" => change().removed,
            "files" => files.stacked.live.iter().filter(|live| live.inode.is_some()).count() as u64,
            "efficiency" => {
                let wanted: f64 = value.parse().expect("a number");
                assert!((files.stacked.efficiency() - wanted).abs() < 1e-9, "{what}: {}", files.stacked.efficiency());
                continue;
            }
            "path" => {
                assert!(found.paths.contains(value), "{what}: {value} in {:?}", found.paths);
                continue;
            }
            "note" => {
                let notes = files.trees.layers.iter().flatten().flat_map(|layer| &layer.notes);
                let mut kinds = notes.map(|note| serde_json::to_value(note.kind).expect("kinds are words"));
                assert!(kinds.any(|kind| kind == **value), "{what}: note {value}");
                continue;
            }
            _ => panic!("{what}: expect {key}?"),
        };
        assert_eq!(number, value.parse::<u64>().expect("a number"), "{what}: {key}");
    }
}

#[test]
fn fixtures_in_every_form() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, spec) in fixtures() {
        for form in FORMS {
            let what = format!("{name} as {form:?}");
            let bytes = spec.archive(form);
            let path = folder.path().join(format!("{name}-{form:?}.tar"));
            fs::write(&path, &bytes).expect("a fresh folder");
            let options = Options::default();
            let opened = open_path(&path.to_string_lossy(), &options).unwrap_or_else(|error| panic!("{what}: {error}"));
            let (opened, files) = analyse(opened, &options);
            check(&what, &spec, &opened, &files);
            let streamed = open_stream("stream", std::io::Cursor::new(bytes), &options);
            let (opened, files) =
                analyse(streamed.unwrap_or_else(|error| panic!("{what} streamed: {error}")), &options);
            check(&format!("{what} streamed"), &spec, &opened, &files);
            if matches!(form, Form::OciGzip | Form::OciZstd | Form::Docker25) {
                let layout = folder.path().join(format!("{name}-{form:?}"));
                write_layout(&layout, &spec.files(form));
                let opened =
                    open_path(&layout.to_string_lossy(), &options).unwrap_or_else(|error| panic!("{what}: {error}"));
                let (opened, files) = analyse(opened, &options);
                check(&format!("{what} in a folder"), &spec, &opened, &files);
            }
        }
    }
}

#[test]
fn without_verification_sizes_are_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, spec) in fixtures() {
        let path = folder.path().join("a.tar");
        fs::write(&path, spec.archive(Form::Docker25)).expect("a fresh folder");
        let options = Options { verify: false, ..Options::default() };
        let (_, files) = analyse(open_path(&path.to_string_lossy(), &options).expect("a good image"), &options);
        let wanted = reference(&spec);
        assert_eq!((files.stacked.total_bytes, files.stacked.live_bytes), (wanted.total, wanted.live), "{name}");
        assert_eq!(files.totals(0).metadata_bytes, 0, "{name}");
    }
}

#[test]
fn remembered_layers_give_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, spec) in fixtures() {
        for form in [Form::OciGzip, Form::Legacy, Form::OciZstd, Form::OciGzip] {
            let path = folder.path().join("a.tar");
            fs::write(&path, spec.archive(form)).expect("a fresh folder");
            let cache = Some(std::sync::Arc::new(cachalot::host::Store::folder(&folder.path().join("cache"))));
            let options = Options { cache, ..Options::default() };
            let (opened, files) =
                analyse(open_path(&path.to_string_lossy(), &options).expect("a good image"), &options);
            check(&format!("{name} as {form:?} remembered"), &spec, &opened, &files);
            assert!(opened.image.layers.iter().all(|layer| layer.compression.is_some() && layer.tar_size.is_some()));
        }
    }
}

/// dive's own test image, rebuilt: see its Dockerfile.test-image.
fn dive_vector() -> Spec {
    let text = "\
layer ADD rootfs
file bin/rootfs 1154361
layer ADD README.md /somefile.txt
file somefile.txt 6405 r
layer RUN mkdir -p
dir root
dir root/example
dir root/example/really
dir root/example/really/nested
layer RUN cp
dir root/example
file root/example/somefile1.txt 6405 r
layer RUN chmod
dir root/example
file root/example/somefile1.txt 6405 r mode=444
layer RUN cp
dir root/example
file root/example/somefile2.txt 6405 r
layer RUN cp
dir root/example
file root/example/somefile3.txt 6405 r
layer RUN mv
dir root/example
wh root/example/somefile3.txt
dir root
file root/saved.txt 6405 r
layer RUN cp
dir root
file root/.saved.txt 6405 r
layer RUN rm -rf
dir root
wh root/example
layer ADD .scripts
dir root/.data
file root/.data/tag.sh 917
file root/.data/test.sh 1270
layer RUN cp
dir tmp
file tmp/saved.again1.txt 6405 r
layer RUN cp
dir root/.data
file root/.data/saved.again2.txt 6405 r
layer RUN chmod
dir root
file root/saved.txt 6405 r mode=755
";
    parse(text)
}

#[test]
fn dive_numbers() {
    let spec = dive_vector();
    let options = Options::default();
    let opened = open_stream("dive", std::io::Cursor::new(spec.archive(Form::Legacy)), &options).expect("a good image");
    let (_, files) = analyse(opened, &options);
    let numbers = dive(&files.trees);
    assert_eq!((numbers.size, numbers.user_size, numbers.wasted), (1_220_598, 66_237, 32_025));
    assert_eq!(numbers.efficiency, 0.9844212134184309);
    assert_eq!(numbers.user_wasted_percent, 0.4834911001404049);
    let listed: Vec<(&str, u64, u64)> =
        numbers.inefficient.iter().take(3).map(|file| (&file.path[..], file.count, file.bytes)).collect();
    assert_eq!(
        listed,
        [
            ("/root/example/somefile1.txt", 2, 12810),
            ("/root/saved.txt", 2, 12810),
            ("/root/example/somefile3.txt", 2, 6405)
        ]
    );
    // And the truth about the same image.
    assert_eq!((files.stacked.live_bytes, files.stacked.wasted_bytes()), (1_188_573, 32_025));
    assert!((files.stacked.efficiency() - 0.973763).abs() < 1e-6);
}

/// dive's mistakes that its numbers must show, for people who compare with it.
#[test]
fn dive_mistakes() {
    let numbers = |name: &str| {
        let spec = fixtures().into_iter().find(|(fixture, _)| fixture == name).expect("a fixture").1;
        let options = Options::default();
        let opened =
            open_stream("dive", std::io::Cursor::new(spec.archive(Form::Legacy)), &options).expect("a good image");
        dive(&analyse(opened, &options).1.trees)
    };
    assert_eq!((numbers("rmdir").wasted, numbers("rmdir").efficiency), (0, 1.0));
    assert_eq!(numbers("rmfile").wasted, 100_000);
    assert_eq!((numbers("opaque").wasted, numbers("opaque").efficiency), (0, 1.0));
    assert_eq!(numbers("dangling").wasted, 0);
    assert_eq!(numbers("triple").wasted, 3000);
}

fn error_of(bytes: Vec<u8>) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.tar");
    fs::write(&path, &bytes).expect("a fresh folder");
    let options = Options::default();
    let read = |opened: Result<Opened, Error>| -> Result<(), Error> {
        let mut opened = opened?;
        read_layers(&mut opened, &options).map(drop)
    };
    let error = read(open_path(&path.to_string_lossy(), &options)).expect_err("a bad image").to_string();
    read(open_stream("stream", std::io::Cursor::new(bytes), &options)).expect_err("a bad image, streamed");
    error
}

fn simple() -> Spec {
    parse("layer COPY a /\nfile a 5000\nlayer COPY b /\nfile b 6000\n")
}

#[test]
fn damaged_images_are_refused() {
    let spec = simple();
    let files = spec.files(Form::OciGzip);
    type Archive = Vec<(String, Vec<u8>)>;
    let with = |change: &dyn Fn(&mut Archive)| {
        let mut files = files.clone();
        change(&mut files);
        error_of(archive(&files, ""))
    };
    let flipped = with(&|files| {
        let middle = files[1].1.len() / 2;
        files[1].1[middle] ^= 1;
    });
    assert!(flipped.contains(&sha256(&files[1].1)) && flipped.contains("at byte"), "{flipped}");
    let cut = with(&|files| files[1].1.truncate(2000));
    assert!(cut.contains(&sha256(&files[1].1)) && cut.contains("at byte"), "{cut}");
    let gone = with(&|files| drop(files.remove(1)));
    assert!(gone.contains("is not there"), "{gone}");
    let wrong_config = with(&|files| files[2].1.push(b' '));
    assert!(wrong_config.contains("digest"), "{wrong_config}");
    let no_index = with(&|files| files.retain(|(name, _)| name != "index.json"));
    assert!(no_index.contains("neither"), "{no_index}");
}

#[test]
fn a_wrong_diff_id_is_an_error() {
    let spec = simple();
    let tars = spec.tars();
    let mut wrong = tars.clone();
    wrong[0][0] = b'z';
    for form in [Form::Legacy, Form::Docker25] {
        // The configuration of the good image over another layer.
        let mut files = spec.files_of(form, &tars);
        let layer = files.iter_mut().find(|(_, bytes)| *bytes == tars[0]).expect("a bare layer");
        layer.1 = tar_with_name(&tars[0], b"z");
        let error = error_of(archive(&files, ""));
        assert!(error.contains("digest") || error.contains("diff id"), "{error}");
    }
}

/// The same tar with another first letter in its first name and the right checksum.
fn tar_with_name(tar: &[u8], name: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_vec();
    let before = u32::from(tar[0]);
    tar[..name.len()].copy_from_slice(name);
    let sum = u32::from_str_radix(std::str::from_utf8(&tar[148..154]).expect("octal"), 8).expect("octal");
    tar[148..154].copy_from_slice(format!("{:06o}", sum - before + u32::from(name[0])).as_bytes());
    tar
}

#[test]
fn odd_documents_are_clean_errors() {
    for manifest in [
        "[]",
        "{}",
        "[{}]",
        "[{\"Config\":null}]",
        "[[]]",
        "null",
        "",
        "[{\"Config\":\"x\",\"Layers\":[\"../../../etc/passwd\"]}]",
    ] {
        let error = error_of(archive(&[("manifest.json".into(), manifest.as_bytes().to_vec())], ""));
        assert!(!error.is_empty());
    }
    let passwd = [
        ("manifest.json".into(), br#"[{"Config":"c.json","Layers":["../../../etc/passwd"]}]"#.to_vec()),
        ("c.json".into(), format!(r#"{{"rootfs":{{"diff_ids":["sha256:{}"]}}}}"#, "0".repeat(64)).into_bytes()),
    ];
    // Nothing outside of the archive is ever looked at; the layer counts as not there.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.tar");
    fs::write(&path, archive(&passwd, "")).expect("a fresh folder");
    let opened = open_path(&path.to_string_lossy(), &Options::default()).expect("documents are fine");
    assert!(opened.image.layers[0].opaque || opened.image.layers[0].blob_size.is_none());
    let rootfs = archive(&[("etc/passwd".into(), b"x".to_vec()), ("bin/sh".into(), b"x".to_vec())], "");
    assert!(error_of(rootfs).contains("root file system"));
    let counts = {
        let spec = simple();
        let mut files = spec.files(Form::Legacy);
        let manifest = files.iter_mut().find(|(name, _)| name == "manifest.json").expect("there is one");
        let text = String::from_utf8(manifest.1.clone()).expect("JSON");
        let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        value[0]["Layers"].as_array_mut().expect("layers").pop();
        manifest.1 = value.to_string().into_bytes();
        error_of(archive(&files, ""))
    };
    assert!(counts.contains("1 layers") && counts.contains("2 diff ids"), "{counts}");
}

#[test]
fn bytes_behind_the_tars_end_belong_to_the_diff_id() {
    let mut tar = simple().tars()[0].clone();
    let end = tar.len();
    tar.extend_from_slice(b"a table of contents behind the end");
    // Two gzip members, the second of which begins behind the tar's end.
    let mut blob = image_spec::gzip(&tar[..end]);
    blob.extend(image_spec::gzip(&tar[end..]));
    let scan = cachalot::image::scan("blob", &blob[..], &Default::default(), Default::default()).expect("a good layer");
    assert_eq!(scan.diff_id.hex(), sha256(&tar));
    assert_eq!(scan.digest.hex(), sha256(&blob));
    assert_eq!(scan.tar_size, tar.len() as u64);
    // zstd frames, with a skippable one before them as zstd:chunked has.
    let mut blob = vec![0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    blob.extend(image_spec::zstd(&tar[..end]));
    blob.extend(image_spec::zstd(&tar[end..]));
    let scan = cachalot::image::scan("blob", &blob[..], &Default::default(), Default::default()).expect("a good layer");
    assert_eq!(scan.diff_id.hex(), sha256(&tar));
}

#[test]
fn several_images_are_listed_never_guessed() {
    let (one, two) = (simple(), parse("layer COPY c /\nfile c 7\n"));
    let mut files = one.files(Form::OciGzip);
    let other = two.files(Form::OciGzip);
    let manifests = |files: &[(String, Vec<u8>)], tag: &str| {
        let index = &files.iter().find(|(name, _)| name == "index.json").expect("an index").1;
        let mut index: serde_json::Value = serde_json::from_slice(index).expect("JSON");
        index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"] = tag.into();
        index["manifests"][0].clone()
    };
    let index = serde_json::json!({"manifests": [manifests(&files, "v1"), manifests(&other, "v2")]});
    files.retain(|(name, _)| name != "index.json");
    files.extend(other.into_iter().filter(|(name, _)| name.starts_with("blobs")));
    files.push(("index.json".into(), index.to_string().into_bytes()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.tar");
    fs::write(&path, archive(&files, "")).expect("a fresh folder");
    let path = path.to_string_lossy();
    let error = open_path(&path, &Options::default()).map(drop).expect_err("two images").to_string();
    assert!(error.contains("v1") && error.contains("v2"), "{error}");
    let opened = open_path(&format!("{path}:v2"), &Options::default()).expect("one of them");
    assert_eq!(opened.image.layers.len(), 1);
}

/// The pages of the rules about images: their examples are images.
#[test]
fn image_rule_pages() {
    use cachalot::config::{Loaded, Overrides};
    use cachalot::lint::lint_image;
    use cachalot::model::docs::{DocFile, DocText, Docs};
    use cachalot::rules::{Check, ImageSubject, ImageText, all};
    use cachalot::syntax::markup::Markup;
    use cachalot::text::{FileId, Sources};
    let options = Options::default();
    let mut checked = 0;
    for rule in all().iter().filter(|rule| matches!(rule.check, Check::Image(_))) {
        let config = Loaded::none().resolve("Dockerfile", &Overrides::default()).expect("the default configuration");
        let config = config.only(&[rule.name]);
        for heading in ["## Why", "## Examples", "## When to ignore"] {
            assert!(rule.page().contains(heading), "{}: {heading}", rule.name);
        }
        let mut verdicts = Vec::new();
        for fence in rule.page().split("```image ").skip(1) {
            let (word, rest) = fence.split_once('\n').expect("a fence has a line of its own");
            let spec = parse(rest.split("\n```").next().expect("split gives at least one"));
            let opened = open_stream("image", std::io::Cursor::new(spec.archive(Form::Legacy)), &options);
            let (opened, files) = analyse(opened.expect("a good image"), &options);
            let text = ImageText::new(&opened.image);
            let mut sources = Sources::default();
            let file: FileId = sources.add(text.source.clone());
            let doc =
                DocFile { file, path: "README.md".into(), doc: DocText::document(Markup::Markdown, &*spec.doc).into() };
            let docs = Docs { dockerfile: "Dockerfile".into(), root_name: "app".into(), files: vec![doc] };
            let docs = Some(&docs).filter(|_| !spec.doc.is_empty());
            let mut subject = ImageSubject { image: &opened.image, files: Some(&files), first_own: 0, docs };
            let found = lint_image(&config, file, &text, &subject);
            assert_eq!(!found.is_empty(), word == "bad", "{}: the {word} example: {found:?}", rule.name);
            verdicts.push(word.to_owned());
            // Nobody is blamed for the base image.
            let all_base = opened.image.layers.len();
            subject.first_own = all_base;
            let blamed = lint_image(&config, file, &text, &subject);
            let is_setting = [
                "image-user-root",
                "image-without-healthcheck",
                "system-folder-volume",
                "secret-in-image-env",
                "image-tagged-latest",
                "exposed-port-not-published",
            ];
            assert!(blamed.is_empty() || is_setting.contains(&rule.name), "{}: {blamed:?}", rule.name);
        }
        assert!(verdicts.contains(&"bad".into()) && verdicts.contains(&"good".into()), "{}", rule.name);
        checked += 1;
    }
    assert!(checked >= 13);
}

/// Rules about Dockerfiles that the commands in a history break.
#[test]
fn rules_about_commands_read_the_history() {
    use cachalot::config::{Loaded, Overrides};
    use cachalot::lint::lint_image;
    use cachalot::rules::{ImageSubject, ImageText};
    use cachalot::text::Sources;
    let names = ["CIS-DI-0007", "CIS-DI-0009", "DKL-DI-0001", "DKL-DI-0003", "DKL-DI-0004"];
    let config = Loaded::none().resolve("Dockerfile", &Overrides::default()).expect("the default configuration");
    let config = config.only(&names);
    let found = |text: &str, first_own: usize, with_files: bool| -> Vec<String> {
        let options = Options::default();
        let opened = open_stream("image", std::io::Cursor::new(parse(text).archive(Form::Legacy)), &options);
        let (opened, files) = analyse(opened.expect("a good image"), &options);
        let text = ImageText::new(&opened.image);
        let file = Sources::default().add(text.source.clone());
        let subject =
            ImageSubject { image: &opened.image, files: Some(&files).filter(|_| with_files), first_own, docs: None };
        let found = lint_image(&config, file, &text, &subject);
        let line = |span: cachalot::text::Span| text.source.text[..span.start as usize].matches('\n').count() + 1;
        found.iter().map(|diagnostic| format!("{} {}", line(diagnostic.primary.span), diagnostic.rule)).collect()
    };
    let text = "layer RUN /bin/sh -c apt-get update # buildkit\nfile a 1\n\
        layer |1 A=b /bin/sh -c apt-get install -y curl\nfile b 1\n\
        layer RUN /bin/sh -c apt-get update && apt-get -y dist-upgrade # buildkit\nfile c 1\n\
        layer RUN /bin/sh -c set -e; sudo -u app make # buildkit\nfile d 1\n\
        layer /bin/sh -c #(nop) ADD file:1234 in /conf \nfile conf 1\n\
        layer /bin/sh -c #(nop) ADD file:5678 in / \nfile e 1\nfile f 1\n\
        layer ADD rootfs.tar.gz / # buildkit\nfile g 1\n\
        layer RUN /bin/sh -c apk add curl # buildkit\nfile h 1\n";
    let wanted = ["1 update-without-install", "3 system-upgrade", "4 sudo-used", "5 add-instead-of-copy"];
    assert_eq!(found(text, 0, true), wanted);
    let without = ["1 update-without-install", "3 system-upgrade", "4 sudo-used", "8 apk-cache-kept"];
    assert_eq!(found(text, 0, false), without);
    // Nobody answers for the base image's commands.
    assert_eq!(found(text, 3, true), ["4 sudo-used", "5 add-instead-of-copy"]);
    assert!(found(text, 8, true).is_empty());
}

#[test]
fn comparison_of_two_builds() {
    use cachalot::image::base::Base;
    use cachalot::image::compare::{Cause, Verdict, compare};
    let options = Options::default();
    let open = |text: &str, form: Form| {
        let spec = parse(text);
        open_stream("build", std::io::Cursor::new(spec.archive(form)), &options).expect("a good image").image
    };
    let old =
        "layer ADD base /\nfile base 1000\nlayer COPY app /app\nfile app 500 1\nlayer RUN install\nfile lib 700\n";
    let new =
        "layer ADD base /\nfile base 1000\nlayer COPY app /app\nfile app 500 2\nlayer RUN install\nfile lib 700\n";
    let (before, after) = (open(old, Form::OciGzip), open(new, Form::OciGzip));
    let found = compare(&after, &before, &Base::default());
    assert_eq!(found.shared_prefix, 1);
    assert_eq!(found.verdicts, [Verdict::Hit, Verdict::Missed, Verdict::Moved]);
    let miss = found.first_miss.clone().expect("one layer differs");
    assert_eq!((miss.layer, miss.cause), (1, Cause::InputsChanged));
    assert_eq!((found.own_layers, found.own_hits), (3, 2));
    let app = after.layers[1].blob_size.expect("the manifest says");
    assert_eq!(found.push_bytes, app + after.config_size);
    let last = after.layers[2].blob_size.expect("the manifest says");
    assert_eq!(found.pull_bytes_graphdriver, app + last + after.config_size);
    // Everything again with another compressor: transferred for nothing.
    let recompressed = compare(&open(old, Form::OciZstd), &before, &Base::default());
    assert_eq!(recompressed.verdicts, [Verdict::Recompressed; 3]);
    // The same build twice.
    let again = compare(&before, &before, &Base::default());
    assert_eq!((again.hit_ratio(), again.push_bytes, again.first_miss), (1.0, 0, None));
    // A variable before the layer is the cause, not the layer's own text.
    let set = open(
        &old.replace("layer RUN", "empty ENV A=1\nlayer RUN").replace("file lib 700", "file lib 700 x"),
        Form::OciGzip,
    );
    let cause = compare(&set, &before, &Base::default()).first_miss.expect("one layer differs").cause;
    assert_eq!(cause, Cause::SettingChanged { before: String::new(), after: "ENV A=1".into() });
}

/// An image, its Dockerfile and its context, then one change after the other.
#[test]
fn is_the_image_stale() {
    use cachalot::cache::{Dir, Node, Request, lower};
    use cachalot::image::source::written;
    use cachalot::image::stale::{Now, Stale, content_id, stale};
    use cachalot::model::BuildOptions;
    use cachalot::syntax::dockerfile::parse as parse_dockerfile;
    use cachalot::text::FileId;
    const DOCKERFILE: &str = "FROM scratch\nENV A=1\nWORKDIR /app\nCOPY package.json ./\nRUN install \\\n  --all\nCOPY --chmod=600 src src/\nCOPY --from=tools:1 /t /t\nCMD [\"a\"]\n";
    const IMAGE: &str = "empty ENV A=1\nlayer WORKDIR /app\ndir app mode=755\n\
        layer COPY package.json ./\nfile app/package.json 50 p\n\
        layer RUN /bin/sh -c install   --all # buildkit\nfile app/lib 700\n\
        layer COPY --chmod=600 src src/ # buildkit\ndir app/src mode=755\nfile app/src/a 10 a mode=600\nlink app/src/l a\nfile app/src/x 5 x mode=600\nhard app/src/y app/src/x mode=600\n\
        layer COPY /t /t\nfile t 9\n\
        empty CMD [\"a\"]\n";
    type Context = Vec<(&'static str, Node)>;
    let file = |mode: u32, size: usize, seed: &str| {
        Node::File(mode, content_id(size as u64, xxhash_rust::xxh3::xxh3_64(&image_spec::contents(size, seed))))
    };
    let context = || -> Context {
        vec![
            ("package.json", file(0o644, 50, "p")),
            ("src/a", file(0o644, 10, "a")),
            ("src/l", Node::Link("a".into())),
            ("src/x", file(0o644, 5, "x")),
            ("src/y", file(0o644, 5, "x")),
            ("README.md", file(0o644, 5, "r")),
        ]
    };
    let options = Options::default();
    let opened = open_stream("image", std::io::Cursor::new(parse(IMAGE).archive(Form::OciGzip)), &options);
    let (opened, files) = analyse(opened.expect("a good image"), &options);
    let judge = |dockerfile: &str, context: Context| -> Stale {
        let (tree, _) = parse_dockerfile(FileId(0), dockerfile);
        let request = Request { context: Dir::from_paths(context), ..Request::default() };
        let graph = lower(&tree, dockerfile, &request);
        stale(&opened.image, &files, 0, &written(&tree, dockerfile, BuildOptions::default()), &graph)
    };
    let words = |found: &Stale| -> Vec<Now> {
        found.steps.iter().filter(|step| step.layer.is_some()).map(|step| step.now).collect()
    };
    let names = |found: &Stale| -> Vec<String> {
        found.steps.iter().flat_map(|step| &step.files).map(|file| format!("{} {}", file.what, file.path)).collect()
    };
    let same = judge(DOCKERFILE, context());
    assert_eq!(words(&same), [Now::Same, Now::Same, Now::Same, Now::Same, Now::Unknown], "{same:#?}");
    assert_eq!((same.is_stale(), same.layers()), (None, (4, 1, 5)));
    let without_image = DOCKERFILE.replace("COPY --from=tools:1 /t /t\n", "");
    assert_eq!(judge(&without_image, context()).steps.last().map(|step| step.now), Some(Now::Same));
    let mut edited = context();
    edited[1].1 = file(0o644, 10, "edited");
    edited.remove(3);
    edited.push(("src/new", file(0o644, 1, "n")));
    let found = judge(DOCKERFILE, edited);
    assert_eq!(words(&found), [Now::Same, Now::Same, Now::Same, Now::Changed, Now::Changed]);
    assert_eq!(names(&found), ["removed /app/src/x", "contents src/a", "added src/new"]);
    // What no COPY reads does not matter, nor does a mode that --chmod sets.
    let mut harmless = context();
    harmless[5].1 = file(0o644, 5, "other");
    harmless[1].1 = file(0o755, 10, "a");
    assert_eq!(words(&judge(DOCKERFILE, harmless)), words(&same));
    let mut mode = context();
    mode[0].1 = file(0o755, 50, "p");
    let found = judge(DOCKERFILE, mode);
    assert_eq!((words(&found)[1], names(&found)), (Now::Changed, vec!["mode package.json".to_owned()]));
    // A variable reaches commands, not copies; a label reaches nothing.
    let found = judge(&DOCKERFILE.replace("A=1", "A=2"), context());
    assert_eq!(words(&found)[..3], [Now::Same, Now::Same, Now::Changed]);
    let found = judge(&DOCKERFILE.replace("ENV A=1", "ENV A=1\nLABEL a=b"), context());
    assert_eq!((words(&found), found.is_stale()), (words(&same), Some(true)));
    // An instruction in between, one that is gone, a source that is gone.
    let found = judge(&DOCKERFILE.replace("WORKDIR", "RUN new\nWORKDIR"), context());
    assert_eq!(words(&found), [Now::Changed; 5]);
    let found = judge(&DOCKERFILE.replace("COPY package.json ./\n", ""), context());
    assert_eq!(words(&found)[1..3], [Now::Gone, Now::Changed]);
    let mut missing = context();
    missing.remove(0);
    assert!(judge(DOCKERFILE, missing).steps.iter().any(|step| step.why.contains("the build fails")));
    // A command without the variables that the history names before it.
    let found = judge(&DOCKERFILE.replace("install", "install -g"), context());
    assert_eq!(words(&found)[..3], [Now::Same, Now::Same, Now::Changed]);
}

#[test]
fn series_of_builds() {
    use cachalot::image::series::{Mark, series};
    let options = Options::default();
    let builds: Vec<_> = (0..4)
        .map(|number| {
            let text = format!("layer ADD base /\nfile base 1000\nlayer COPY . /app\nfile app 500 {number}\nlayer RUN npm ci\nfile lib 9000 {number}x\n");
            open_stream("build", std::io::Cursor::new(parse(&text).archive(Form::OciGzip)), &options).expect("a good image").image
        })
        .collect();
    let found = series(&builds);
    let marks: Vec<&[Mark]> = found.slots.iter().map(|slot| &slot.marks[..]).collect();
    assert_eq!(marks[0], [Mark::First, Mark::Reused, Mark::Reused, Mark::Reused]);
    assert_eq!(marks[1], [Mark::First, Mark::Changed, Mark::Changed, Mark::Changed]);
    assert_eq!(marks[2], [Mark::First, Mark::Collateral, Mark::Collateral, Mark::Collateral]);
    assert_eq!(found.advice.len(), 1);
    assert_eq!(found.advice[0].saved_bytes, found.slots[2].churn_bytes);
    assert!(found.slots[2].churn_bytes > 27_000);
}

/// The same nine packages in each of rpm's forms: an SQLite database that rpm wrote, with small pages
/// so that rows overflow and the tree has levels; a Berkeley DB that `db_load` wrote from its rows and
/// rpm reads; an ndb file laid out as rpm's source says, a free slot among the others.
#[test]
fn packages_of_rpm() {
    for (fixture, path) in [
        ("rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"),
        ("Packages", "var/lib/rpm/Packages"),
        ("Packages.db", "usr/lib/sysimage/rpm/Packages.db"),
    ] {
        rpm_database(&fs::read(format!("fixtures/images/{fixture}")).expect("the fixture"), path);
    }
}

fn rpm_database(database: &[u8], path: &str) {
    use cachalot::image::diff::{diff, packages};
    use cachalot::image::packages::Manager;
    let image = |database: Vec<u8>| {
        let mut spec = parse(&format!("layer COPY rootfs /\nfile {path} 1\n"));
        spec.steps[0].members[0].contents = database;
        let opened = open_stream("image", std::io::Cursor::new(spec.archive(Form::OciGzip)), &Options::default());
        analyse(opened.expect("a good image"), &Options::default())
    };
    let whole = image(database.to_vec());
    let found: Vec<String> = packages(&whole.1)
        .into_iter()
        .map(|((manager, name), version)| {
            assert_eq!(manager, Manager::Rpm);
            format!("{name} {version}")
        })
        .collect();
    let wanted = [
        "pack-1 1.1-1.fc40",
        "pack-2 3:1.2-2.fc40",
        "pack-3 1.3-3.fc40",
        "pack-4 2.4-1",
        "pack-5 2.5-1",
        "pack-6 2.6-1",
        "pack-7 2.7-1",
        "pack-8 2.8-1",
        "pack-9 2.9-1",
    ];
    assert_eq!(found, wanted, "{path}");
    // Damage is told, and never worse than that.
    for at in (0..database.len()).step_by(97) {
        let mut damaged = database.to_vec();
        damaged[at] ^= 0xff;
        damaged.truncate(database.len() - at / 2);
        let broken = image(damaged);
        let said = diff(&whole.0.image, &broken.0.image, Some((&whole.1, &broken.1)));
        assert!(packages(&broken.1).len() == wanted.len() || !said.notes.is_empty(), "{path} {at}");
    }
}

#[test]
fn attestations_are_no_candidates() {
    let spec = simple();
    let mut files = spec.files(Form::OciGzip);
    let index = files.iter().position(|(name, _)| name == "index.json").expect("an index");
    let mut value: serde_json::Value = serde_json::from_slice(&files[index].1).expect("JSON");
    let subject = value["manifests"][0]["digest"].as_str().expect("a digest").to_owned();
    let attestation = serde_json::json!({"schemaVersion": 2, "layers": [],
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": subject, "size": 2}});
    let attestation = attestation.to_string().into_bytes();
    let digest = sha256(&attestation);
    value["manifests"].as_array_mut().expect("a list").push(serde_json::json!({
        "digest": format!("sha256:{digest}"), "size": attestation.len(),
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject}}));
    // Platforms whose content was left out are normal, too.
    value["manifests"].as_array_mut().expect("a list").push(serde_json::json!({
        "digest": format!("sha256:{}", "a".repeat(64)), "size": 400,
        "platform": {"os": "linux", "architecture": "riscv64"}}));
    files[index].1 = value.to_string().into_bytes();
    files.push((format!("blobs/sha256/{digest}"), attestation));
    let opened = open_stream("image", std::io::Cursor::new(archive(&files, "")), &Options::default());
    assert_eq!(opened.expect("one image").image.layers.len(), 2);
}

#[test]
fn an_index_under_a_digest_that_is_not_its_own_is_refused() {
    // A loop can only be built from such.
    let digest = format!("sha256:{}", "b".repeat(64));
    let entry =
        serde_json::json!({"digest": digest, "size": 9, "mediaType": "application/vnd.oci.image.index.v1+json"});
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [entry]}).to_string().into_bytes();
    let files = [("index.json".to_owned(), index.clone()), (format!("blobs/sha256/{}", "b".repeat(64)), index)];
    let error = error_of(archive(&files, ""));
    assert!(error.contains("digest") && error.contains(&digest), "{error}");
}

#[test]
fn deep_paths_and_many_layers_stay_linear() {
    use std::fmt::Write;
    let deep = "a/".repeat(20_000) + "end";
    let mut spec = parse("layer COPY . /\nfile deep 10\nlayer RUN rm -rf /a\nwh a\n");
    spec.steps[0].members[0].name = deep;
    let (_, files) = analyse(
        open_stream("deep", std::io::Cursor::new(spec.archive(Form::OciGzip)), &Options::default()).expect("good"),
        &Options::default(),
    );
    assert_eq!((files.totals(0).deleted_bytes, files.stacked.live.len()), (10, 0));
    // The same layer again and again is read once and wastes all its copies but one.
    let again = "layer COPY a /\nfile a 1000\n".repeat(120);
    let (_, files) = analyse(
        open_stream("many", std::io::Cursor::new(parse(&again).archive(Form::OciGzip)), &Options::default())
            .expect("good"),
        &Options::default(),
    );
    assert_eq!(files.totals(0).wasted_bytes, 119_000);
    // Whiteouts of single files: each costs what it removes, whatever lies around.
    let mut text = String::from("layer COPY . /\n");
    (0..20_000).for_each(|number| writeln!(text, "file d{}/f{number} 1", number % 50).expect("a string"));
    text += "layer RUN rm\n";
    (0..2_000).for_each(|number| writeln!(text, "wh d{}/f{number}", number % 50).expect("a string"));
    let (_, files) = analyse(
        open_stream("whiteouts", std::io::Cursor::new(parse(&text).archive(Form::Legacy)), &Options::default())
            .expect("good"),
        &Options::default(),
    );
    assert_eq!((files.totals(0).deleted_bytes, files.stacked.changes[1].removed), (2_000, 2_000));
}

/// What stands at a path may hold the very file that the path becomes a second name of.
#[test]
fn a_link_into_the_folder_that_it_replaces_dangles() {
    let spec = parse("layer COPY d /\ndir d\nfile d/f 100\nlayer COPY l /\nhard d d/f\nfile g 7\n");
    let (_, files) = analyse(
        open_stream("link", std::io::Cursor::new(spec.archive(Form::OciGzip)), &Options::default()).expect("good"),
        &Options::default(),
    );
    let totals = files.totals(0);
    assert_eq!((totals.wasted_bytes, totals.live_bytes, totals.file_bytes), (100, 7, 107));
}

#[test]
fn a_bomb_is_refused_without_being_asked_to() {
    use std::io::Write;
    use std::process::Command;
    // A gigabyte of zeros eight megabytes at a time: more than a thousand times its size.
    let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    zeros.write_all(&vec![0; 8 << 20]).expect("memory takes all");
    let bomb = zeros.finish().expect("memory takes all").repeat(140);
    let spec = parse("layer RUN boom\nfile a 1\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bomb.tar");
    let layer = format!("sha256:{}", image_spec::sha256(&bomb));
    fs::write(&path, image_spec::archive(&spec.files_of(Form::Docker25, &[bomb]), "")).expect("writes");
    let output =
        Command::new(env!("CARGO_BIN_EXE_cachalot")).args(["image", "--no-cache"]).arg(&path).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&layer) && said.contains("decompresses to more than 1073741824 bytes"), "{said}");
    let offset = said.split("at byte ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    assert!(offset.is_some_and(|offset| (1 << 30..140 << 23).contains(&offset)), "{said}");
}

#[test]
fn decompression_bombs_and_long_names_end_early() {
    use cachalot::image::{Limits, scan};
    // 600 MB of a GNU long name in a few hundred kilobytes.
    let mut tar = image_spec::header(b"././@LongLink", b'L', 600_000_000, &Default::default()).to_vec();
    tar[257..265].copy_from_slice(b"ustar  \0");
    tar[148..156].fill(b' ');
    let sum: u64 = tar.iter().map(|&byte| u64::from(byte)).sum();
    tar[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.resize(tar.len() + 3_000_000, b'a');
    let error = scan("long", &image_spec::gzip(&tar)[..], &Default::default(), Limits::default());
    assert!(error.expect_err("too long").to_string().contains("exceeds limit"));
    let big = image_spec::tar(&parse("layer x\nfile a 3000000\n").steps[0].members);
    let limits = Limits { max_layer_bytes: 1_000_000, ..Limits::default() };
    let error =
        scan("big", &image_spec::gzip(&big)[..], &Default::default(), limits).expect_err("too large").to_string();
    assert!(error.contains("1000000"), "{error}");
}

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
            write("image_layer", format!("{name}-{number}.tar.gz"), &image_spec::gzip(tar));
        }
        for form in FORMS {
            write("image_archive", format!("{name}-{form:?}.tar"), &spec.archive(form));
        }
    }
}
