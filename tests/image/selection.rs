//! One image of several: listed, chosen, never guessed.

use std::fs;
use std::io::Cursor;

use cachalot::host::image::{Options, open_path, open_stream};

use crate::image_spec::{Form, archive, parse, sha256};
use crate::shared::simple;

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
    let error = open_path(&format!("{path}:v3"), &Options::default()).map(drop).expect_err("no such image").to_string();
    assert!(error.contains("no image called `v3`") && error.contains("v1") && error.contains("v2"), "{error}");
    let options = Options { platform: "linux/s390x".parse().ok(), ..Options::default() };
    let error = open_path(&format!("{path}:v2"), &options).map(drop).expect_err("not for that").to_string();
    assert!(error.contains("no image called `v2` for linux/s390x") && error.contains("linux/amd64"), "{error}");
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
    let opened = open_stream("image", Cursor::new(archive(&files, "")), &Options::default());
    assert_eq!(opened.expect("one image").image.layers.len(), 2);
}

/// A name for several platforms, as buildx writes it: an index in the index.
fn for_platforms(platforms: &[&str], depth: usize) -> Vec<u8> {
    let mut files = Vec::new();
    let mut manifests = Vec::new();
    for platform in platforms {
        let spec = parse(&format!("layer COPY {platform} /\nfile a {}\n", platform.len()));
        let (os, architecture) = platform.split_once('/').expect("os/architecture");
        let mut found = spec.files(Form::OciGzip);
        let index = found.iter().position(|(name, _)| name == "index.json").expect("an index");
        let index: serde_json::Value = serde_json::from_slice(&found.remove(index).1).expect("JSON");
        let mut descriptor = index["manifests"][0].clone();
        descriptor["platform"] = serde_json::json!({"os": os, "architecture": architecture});
        descriptor.as_object_mut().expect("an object").remove("annotations");
        manifests.push(descriptor);
        files.extend(found);
    }
    for _ in 0..depth {
        let inner = serde_json::json!({"schemaVersion": 2, "manifests": manifests}).to_string().into_bytes();
        let digest = sha256(&inner);
        manifests = vec![serde_json::json!({"mediaType": "application/vnd.oci.image.index.v1+json",
            "digest": format!("sha256:{digest}"), "size": inner.len(),
            "annotations": {"org.opencontainers.image.ref.name": "v1"}})];
        files.push((format!("blobs/sha256/{digest}"), inner));
    }
    files.push(("index.json".into(), serde_json::json!({"manifests": manifests}).to_string().into_bytes()));
    archive(&files, "")
}

#[test]
fn the_platform_chooses() {
    let opened = |platforms: &[&str], wanted: Option<&str>, machine: &str| {
        let platform = wanted.map(|wanted| wanted.parse().expect("a platform"));
        let options = Options { platform, machine: machine.parse().expect("a platform"), ..Options::default() };
        let opened = open_stream("image", Cursor::new(for_platforms(platforms, 1)), &options);
        opened.map(|opened| opened.image.layer_instructions().remove(0)).map_err(|error| error.to_string())
    };
    let both = ["linux/amd64", "linux/arm64"];
    // Without a word it is the one that containers here run as.
    assert_eq!(opened(&both, None, "linux/amd64").expect("one"), "COPY linux/amd64 /");
    assert_eq!(opened(&both, None, "linux/arm64").expect("one"), "COPY linux/arm64 /");
    assert_eq!(opened(&both, Some("linux/arm64"), "linux/amd64").expect("one"), "COPY linux/arm64 /");
    let none = opened(&both, None, "linux/s390x").expect_err("a guess");
    assert!(none.contains("linux/amd64") && none.contains("linux/arm64") && none.contains("--platform"), "{none}");
    let two = opened(&["linux/amd64", "linux/amd64"], Some("linux/amd64"), "linux/amd64");
    assert!(two.is_ok(), "the same image twice is one: {two:?}");
}

#[test]
fn indexes_nest_four_deep() {
    let opened = |depth| open_stream("image", Cursor::new(for_platforms(&["linux/amd64"], depth)), &Options::default());
    assert_eq!(opened(4).expect("deep enough").image.layers.len(), 1);
    let error = opened(6).map(drop).expect_err("too deep").to_string();
    assert!(error.contains("nested too deeply"), "{error}");
}
