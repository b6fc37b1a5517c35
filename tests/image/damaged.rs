//! What is damaged or lies is refused, and the error names what and where.

use std::fs;

use cachalot::host::image::{Options, open_path, read_layers};

use crate::image_spec::{Form, archive, parse, sha256};
use crate::shared::{error_of, simple, write_layout};

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
    let whole = archive(&files, "");
    let ended = error_of(whole[..whole.len() / 2].to_vec());
    assert!(ended.contains("blobs/sha256/") && ended.contains("at byte"), "{ended}");
    assert!(error_of(Vec::new()).contains("is empty"));
    let cut = with(&|files| files[1].1.truncate(2000));
    assert!(cut.contains(&sha256(&files[1].1)) && cut.contains("at byte"), "{cut}");
    let gone = with(&|files| drop(files.remove(1)));
    assert!(gone.contains("is not there"), "{gone}");
    let wrong_config = with(&|files| files[2].1.push(b' '));
    assert!(wrong_config.contains("digest"), "{wrong_config}");
    // The same of a layout in a folder, as it lies after somebody edited a blob.
    let mut edited = files.clone();
    let middle = edited[1].1.len() / 2;
    edited[1].1[middle] ^= 1;
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_layout(folder.path(), &edited);
    let opened = open_path(&folder.path().to_string_lossy(), &Options::default());
    let error = read_layers(&mut opened.expect("documents are fine"), &Options::default()).map(drop);
    let error = error.expect_err("an edited layer").to_string();
    assert!(error.contains(&sha256(&files[1].1)) && error.contains("at byte"), "{error}");
    let no_index = with(&|files| files.retain(|(name, _)| name != "index.json"));
    assert!(no_index.contains("neither"), "{no_index}");
}

/// Reading it would wait for a writer for ever.
#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_document_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_layout(folder.path(), &simple().files(Form::OciGzip));
    let index = folder.path().join("index.json");
    fs::remove_file(&index).expect("is there");
    let made = std::process::Command::new("mkfifo").arg(&index).status().expect("runs");
    assert!(made.success());
    let opened = open_path(&folder.path().to_string_lossy(), &Options::default()).map(drop);
    let error = opened.expect_err("no document").to_string();
    assert!(error.contains("index.json") && error.contains("no regular file"), "{error}");
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

/// Everything agrees but the configuration, which promises other contents.
#[test]
fn a_configuration_of_another_build_is_an_error() {
    let spec = simple();
    let tars = spec.tars();
    let other = parse("layer COPY a /\nfile a 5000 edited\nlayer COPY b /\nfile b 6000\n").tars();
    for form in [Form::OciGzip, Form::OciZstd, Form::Kaniko] {
        let error = error_of(archive(&spec.files_with(form, &tars, &spec.config(&other)), ""));
        let wanted = format!("its diff id is `sha256:{}`", sha256(&tars[0]));
        assert!(error.contains(&wanted) && error.contains(&sha256(&other[0])), "{form:?}: {error}");
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
fn documents_have_a_largest_size() {
    let blank = |count: usize| vec![b' '; count];
    let manifest = [b"[]".to_vec(), blank(4 << 20)].concat();
    let error = error_of(archive(&[("manifest.json".into(), manifest)], ""));
    assert!(error.contains("manifest.json") && error.contains("4194304"), "{error}");
    let spec = simple();
    let mut files = spec.files(Form::Legacy);
    let config = files.iter_mut().find(|(name, _)| name.ends_with(".json")).expect("a configuration");
    config.1.extend(blank(16 << 20));
    let error = error_of(archive(&files, ""));
    assert!(error.contains(".json") && error.contains("16777216"), "{error}");
    let layers = vec!["a.tar"; 1001];
    let manifest = serde_json::json!([{"Config": "c.json", "Layers": layers}]).to_string().into_bytes();
    let error = error_of(archive(&[("manifest.json".into(), manifest)], ""));
    assert!(error.contains("1001 layers"), "{error}");
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
