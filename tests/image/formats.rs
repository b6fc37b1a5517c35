//! The same image in every form gives the same numbers.

use std::fs;
use std::io::Cursor;
use std::sync::Arc;

use cachalot::host::Store;
use cachalot::host::image::{Opened, Options, open_path, open_stream};
use cachalot::image::analysis::Files;
use cachalot::image::{WasteKind, scan};

use crate::image_spec::{FORMS, Form, Spec, archive, gzip, sha256, zstd};
use crate::reference::{Reference, reference};
use crate::shared::{analyse, fixtures, simple, write_layout};

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
            let streamed = open_stream("stream", Cursor::new(bytes), &options);
            let (opened, files) =
                analyse(streamed.unwrap_or_else(|error| panic!("{what} streamed: {error}")), &options);
            check(&format!("{what} streamed"), &spec, &opened, &files);
            fs::write(&path, gzip(&fs::read(&path).expect("it was written"))).expect("a fresh folder");
            let opened = open_path(&path.to_string_lossy(), &options).unwrap_or_else(|error| panic!("{what}: {error}"));
            let (opened, files) = analyse(opened, &options);
            check(&format!("{what} compressed as a whole"), &spec, &opened, &files);
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

/// Layers have the order of the documents, wherever the archive has them.
#[test]
fn members_stand_in_any_order() {
    let (name, spec) = fixtures().into_iter().find(|(name, _)| name == "triple").expect("a fixture");
    for form in FORMS {
        let mut files = spec.files(form);
        for turn in 0..files.len() * 2 {
            files.rotate_left(1);
            if turn == files.len() {
                files.reverse();
            }
            let bytes = archive(&files, "");
            let opened = open_stream("stream", Cursor::new(bytes), &Options::default()).expect("a good image");
            let (opened, files) = analyse(opened, &Options::default());
            check(&format!("{name} as {form:?}, turned {turn} times"), &spec, &opened, &files);
        }
    }
}

/// Some versions of Docker 25 wrote an index that contradicts `manifest.json`, which is right.
#[test]
fn an_index_that_docker_wrote_wrongly() {
    let spec = simple();
    let with = |change: &dyn Fn(&mut serde_json::Value, &mut serde_json::Value)| {
        let mut files = spec.files(Form::Docker25);
        let at = |name: &str| files.iter().position(|(other, _)| other.contains(name)).expect("it is there");
        let (manifest, index) = (at("index.json") - 1, at("index.json"));
        let [mut inner, mut outer] = [manifest, index].map(|at| serde_json::from_slice(&files[at].1).expect("JSON"));
        change(&mut inner, &mut outer);
        let inner = inner.to_string().into_bytes();
        if let Some(first) = outer["manifests"].get_mut(0) {
            first["digest"] = format!("sha256:{}", sha256(&inner)).into();
        }
        files[manifest] = (format!("blobs/sha256/{}", sha256(&inner)), inner);
        files[index].1 = outer.to_string().into_bytes();
        let opened = open_stream("image", Cursor::new(archive(&files, "")), &Options::default());
        let (opened, files) = analyse(opened.expect("a good image"), &Options::default());
        check("a wrong index", &spec, &opened, &files);
        opened.image.warnings
    };
    assert!(with(&|_, _| {}).is_empty());
    let order = with(&|manifest, _| manifest["layers"].as_array_mut().expect("a list").reverse());
    assert_eq!(order, ["the manifest in `index.json` lists other layers than `manifest.json`"]);
    let none = with(&|manifest, _| manifest["layers"] = serde_json::json!([]));
    assert_eq!(none, order);
    let size = with(&|manifest, _| manifest["layers"][0]["size"] = 7.into());
    assert!(size.len() == 1 && size[0].contains("wrong size"), "{size:?}");
    let saved_by_digest = with(&|_, index| {
        *index = serde_json::json!({"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": null});
    });
    assert!(saved_by_digest.is_empty());
}

/// BuildKit puts the last entries down as empty then; nobody may stumble over it.
#[test]
fn a_history_that_is_longer_than_the_layers() {
    let spec = simple();
    let tars = spec.tars();
    let mut config = spec.config(&tars);
    let more = (0..3).map(|number| serde_json::json!({"created_by": format!("RUN more {number}")}));
    config["history"].as_array_mut().expect("a list").extend(more);
    for form in FORMS {
        let bytes = archive(&spec.files_with(form, &tars, &config), "");
        let opened = open_stream("image", Cursor::new(bytes), &Options::default()).expect("a good image");
        let (opened, files) = analyse(opened, &Options::default());
        check("a long history", &spec, &opened, &files);
        let steps = opened.image.steps();
        assert_eq!(steps.iter().filter(|step| step.unmatched).count(), 3);
        assert_eq!(steps.iter().filter_map(|step| step.layer).collect::<Vec<_>>(), [0, 1]);
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
            let cache = Some(Arc::new(Store::folder(&folder.path().join("cache"))));
            let options = Options { cache, ..Options::default() };
            let (opened, files) =
                analyse(open_path(&path.to_string_lossy(), &options).expect("a good image"), &options);
            check(&format!("{name} as {form:?} remembered"), &spec, &opened, &files);
            assert!(opened.image.layers.iter().all(|layer| layer.compression.is_some() && layer.tar_size.is_some()));
        }
    }
}

#[test]
fn bytes_behind_the_tars_end_belong_to_the_diff_id() {
    let mut tar = simple().tars()[0].clone();
    let end = tar.len();
    tar.extend_from_slice(b"a table of contents behind the end");
    // Two gzip members, the second of which begins behind the tar's end.
    let mut blob = gzip(&tar[..end]);
    blob.extend(gzip(&tar[end..]));
    let found = scan("blob", &blob[..], &Default::default(), Default::default()).expect("a good layer");
    assert_eq!(found.diff_id.hex(), sha256(&tar));
    assert_eq!(found.digest.hex(), sha256(&blob));
    assert_eq!(found.tar_size, tar.len() as u64);
    // zstd frames, with a skippable one before them as zstd:chunked has.
    let mut blob = vec![0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    blob.extend(zstd(&tar[..end]));
    blob.extend(zstd(&tar[end..]));
    let found = scan("blob", &blob[..], &Default::default(), Default::default()).expect("a good layer");
    assert_eq!(found.diff_id.hex(), sha256(&tar));
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
        let opaque =
            || files.flows(0).iter().filter(|flow| flow.kind == WasteKind::Opaque).map(|flow| flow.bytes).sum();
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

/// A damaged or foreign file in the cache is as good as none, whatever is wrong with it.
#[test]
fn damaged_memories_are_not_used() {
    use cachalot::image::memo::{Head, Memo, write};
    let tar =
        fixtures().into_iter().find(|(name, _)| name == "symlinked-parent").expect("a fixture").1.tars().remove(0);
    let found = scan("blob", &tar[..], &Default::default(), Default::default()).expect("a good layer");
    let other = (found.diff_id.clone(), 7, cachalot::image::Compression::Gzip);
    let mut bytes = Vec::new();
    write(&found, std::slice::from_ref(&other), &mut bytes).expect("memory takes all");
    let read = |bytes: &[u8]| Memo::read(bytes, bytes.len() as u64);
    let memo = read(&bytes).expect("as written");
    assert_eq!(memo.head.blobs.len(), 1, "a bare tar's digest is its diff id");
    assert!(memo.tree.entries.iter().eq(found.tree.entries.iter()));
    assert_eq!(Head::read(&bytes[..], bytes.len() as u64), Some(memo.head));
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        assert!(read(&damaged).is_none(), "byte {at}");
        assert!(read(&bytes[..at]).is_none(), "cut at {at}");
    }
    bytes.push(0);
    assert!(read(&bytes).is_none());
}
