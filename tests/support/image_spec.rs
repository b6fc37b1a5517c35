//! Image fixtures: text specs to archives, layouts and expectations.
//!
//! A spec is lines. `layer TEXT` begins a layer made by that instruction, `empty TEXT` is a history
//! entry without one; `no-history` leaves the history out. Inside a layer: `dir PATH`,
//! `file PATH SIZE [SEED]`, `link PATH TARGET`, `hard PATH TARGET`, `wh PATH`, `opaque PATH`,
//! `char PATH MAJOR MINOR`, `xopaque PATH` (overlayfs' own form), `global` (a pax global header),
//! `raw NAME SIZE` (a name as written). `mode=`, `uid=` and `gid=` may follow. `expect KEY VALUE`
//! says what must come out; `text PATH WORDS` is a file with `|` for line ends, `config JSON` the
//! image's runtime configuration, `tag NAME` its name, `doc LINE|LINE` commands in a document beside it.

use std::collections::BTreeMap;
use std::io::Write;

use sha2::{Digest, Sha256};

#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) kind: u8,
    pub(crate) target: String,
    pub(crate) contents: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    pub(crate) device: (u32, u32),
    pub(crate) pax: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) created_by: String,
    pub(crate) created: String,
    pub(crate) members: Vec<Member>,
    pub(crate) empty: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Spec {
    pub(crate) steps: Vec<Layer>,
    pub(crate) expect: BTreeMap<String, String>,
    pub(crate) no_history: bool,
    pub(crate) runtime: serde_json::Value,
    pub(crate) tag: String,
    /// A document beside the Dockerfile.
    pub(crate) doc: String,
}

pub(crate) fn parse(text: &str) -> Spec {
    let mut spec = Spec::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "layer" | "empty" => {
                let created = format!("2024-01-01T00:{:02}:00Z", spec.steps.len());
                let empty = word == "empty";
                spec.steps.push(Layer { created_by: rest.into(), created, empty, members: Vec::new() });
            }
            "no-history" => spec.no_history = true,
            "tag" => spec.tag = rest.into(),
            "doc" => spec.doc = format!("```sh\n{}\n```\n", rest.replace('|', "\n")),
            "config" => spec.runtime = serde_json::from_str(rest).expect("config JSON"),
            "expect" => {
                let (key, value) = rest.rsplit_once(' ').expect("expect KEY VALUE");
                spec.expect.insert(key.into(), value.into());
            }
            _ => {
                let member = member(word, rest);
                spec.steps.last_mut().expect("a layer comes first").members.push(member);
            }
        }
    }
    spec
}

fn member(word: &str, rest: &str) -> Member {
    let mut member = Member { mode: 0o644, ..Member::default() };
    let mut words = Vec::new();
    for part in rest.split_whitespace() {
        match part.split_once('=') {
            Some(("mode", value)) => member.mode = u32::from_str_radix(value, 8).expect("an octal mode"),
            Some(("uid", value)) => member.uid = value.parse().expect("a number"),
            Some(("gid", value)) => member.gid = value.parse().expect("a number"),
            _ => words.push(part),
        }
    }
    let (folder, name) = words.first().map_or(("", ""), |path| path.rsplit_once('/').unwrap_or(("", path)));
    let in_folder = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    member.name = words.first().copied().unwrap_or_default().to_owned();
    member.kind = match word {
        "dir" => b'5',
        "file" | "raw" | "text" => b'0',
        "link" => b'2',
        "hard" => b'1',
        "char" => b'3',
        "wh" | "opaque" => b'0',
        "xopaque" => b'5',
        "global" => b'g',
        _ => panic!("unknown line `{word}`"),
    };
    match word {
        "file" | "raw" => {
            let size = words[1].parse().expect("a size");
            let seed = words.get(2).copied().unwrap_or(words[0]);
            member.contents = contents(size, seed);
        }
        // `|` ends a line of the text.
        "text" => member.contents = format!("{}\n", words[1..].join(" ").replace('|', "\n")).into_bytes(),
        "link" | "hard" => member.target = words[1].to_owned(),
        "wh" => member.name = in_folder(&format!(".wh.{name}")),
        "opaque" => member.name = format!("{}/.wh..wh..opq", words[0]),
        "char" => member.device = (words[1].parse().expect("a number"), words[2].parse().expect("a number")),
        "xopaque" => member.pax.push(("SCHILY.xattr.trusted.overlay.opaque".into(), "y".into())),
        "global" => member.contents = pax_record("comment", "0123456789"),
        _ => {}
    }
    member
}

/// Bytes that compress badly and differ by seed.
pub(crate) fn contents(size: usize, seed: &str) -> Vec<u8> {
    let mut state = seed
        .bytes()
        .fold(0x9e37_79b9_7f4a_7c15_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x1000_0000_01b3));
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

fn pax_record(key: &str, value: &str) -> Vec<u8> {
    let body = key.len() + value.len() + 3;
    let mut length = body + 1;
    while length.to_string().len() + body != length {
        length = length.to_string().len() + body;
    }
    format!("{length} {key}={value}\n").into_bytes()
}

pub(crate) fn header(name: &[u8], kind: u8, size: u64, member: &Member) -> [u8; 512] {
    let mut block = [0; 512];
    let name = &name[..name.len().min(100)];
    block[..name.len()].copy_from_slice(name);
    let mut octal = |at: usize, width: usize, value: u64| {
        let text = format!("{value:0width$o}\0", width = width - 1);
        block[at..at + width].copy_from_slice(text.as_bytes());
    };
    octal(100, 8, u64::from(member.mode));
    octal(108, 8, member.uid);
    octal(116, 8, member.gid);
    octal(124, 12, size);
    octal(136, 12, 1_700_000_000);
    octal(329, 8, u64::from(member.device.0));
    octal(337, 8, u64::from(member.device.1));
    block[156] = kind;
    let target = member.target.as_bytes();
    let target = &target[..target.len().min(100)];
    block[157..157 + target.len()].copy_from_slice(target);
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].fill(b' ');
    let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn padded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(512), 0);
}

pub(crate) fn add(out: &mut Vec<u8>, member: &Member) {
    let mut pax = member.pax.clone();
    if member.name.len() > 100 {
        pax.push(("path".into(), member.name.clone()));
    }
    if !pax.is_empty() {
        let records: Vec<u8> = pax.iter().flat_map(|(key, value)| pax_record(key, value)).collect();
        out.extend(header(b"PaxHeader", b'x', records.len() as u64, &Member::default()));
        padded(out, &records);
    }
    out.extend(header(member.name.as_bytes(), member.kind, member.contents.len() as u64, member));
    padded(out, &member.contents);
}

pub(crate) fn tar(members: &[Member]) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        add(&mut out, member);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory takes everything")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `docker save` before 25: `ID/layer.tar`, a link for a repeated layer.
    Legacy,
    /// skopeo: `DIFFID.tar`, `manifest.json` last.
    Skopeo,
    /// kaniko: `DIGEST.tar.gz`.
    Kaniko,
    /// `docker save` from 25: an OCI layout with `manifest.json`.
    Docker25,
    /// An OCI layout in a tar, gzip.
    OciGzip,
    /// An OCI layout in a tar, zstd.
    OciZstd,
    /// The same with member names that begin with `./`.
    OciDotted,
}

pub(crate) const FORMS: [Form; 7] =
    [Form::Legacy, Form::Skopeo, Form::Kaniko, Form::Docker25, Form::OciGzip, Form::OciZstd, Form::OciDotted];

impl Spec {
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.steps.iter().filter(|layer| !layer.empty)
    }

    pub(crate) fn tars(&self) -> Vec<Vec<u8>> {
        self.layers().map(|layer| tar(&layer.members)).collect()
    }

    pub(crate) fn config(&self, tars: &[Vec<u8>]) -> serde_json::Value {
        let diff_ids: Vec<String> = tars.iter().map(|tar| format!("sha256:{}", sha256(tar))).collect();
        let history: Vec<serde_json::Value> = self
            .steps
            .iter()
            .map(|step| {
                let mut entry = serde_json::json!({"created": step.created, "created_by": step.created_by});
                if step.empty {
                    entry["empty_layer"] = true.into();
                }
                entry
            })
            .collect();
        let mut config = serde_json::json!({
            "architecture": "amd64", "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        if !self.runtime.is_null() {
            config["config"] = self.runtime.clone();
        }
        if !self.no_history {
            config["history"] = history.into();
        }
        config
    }

    /// The files of an archive or layout of that form, in the order in which tools write them.
    pub(crate) fn files(&self, form: Form) -> Vec<(String, Vec<u8>)> {
        self.files_of(form, &self.tars())
    }

    pub(crate) fn files_of(&self, form: Form, tars: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
        self.files_with(form, tars, &self.config(tars))
    }

    /// The same with a configuration that may say something else.
    pub(crate) fn files_with(
        &self,
        form: Form,
        tars: &[Vec<u8>],
        config: &serde_json::Value,
    ) -> Vec<(String, Vec<u8>)> {
        let config = config.to_string().into_bytes();
        let config_id = sha256(&config);
        let mut files = Vec::new();
        let mut names = Vec::new();
        for (number, tar) in tars.iter().enumerate() {
            let (name, bytes) = match form {
                Form::Legacy => (format!("{}/layer.tar", sha256(format!("{number}").as_bytes())), tar.clone()),
                Form::Skopeo => (format!("{}.tar", sha256(tar)), tar.clone()),
                Form::Kaniko => {
                    let blob = gzip(tar);
                    (format!("{}.tar.gz", sha256(&blob)), blob)
                }
                Form::Docker25 => (format!("blobs/sha256/{}", sha256(tar)), tar.clone()),
                Form::OciGzip | Form::OciDotted => {
                    let blob = gzip(tar);
                    (format!("blobs/sha256/{}", sha256(&blob)), blob)
                }
                Form::OciZstd => {
                    let blob = zstd(tar);
                    (format!("blobs/sha256/{}", sha256(&blob)), blob)
                }
            };
            names.push((name.clone(), bytes.len()));
            if !files.iter().any(|(other, _)| *other == name) {
                files.push((name, bytes));
            }
        }
        let config_name = match form {
            Form::Legacy | Form::Skopeo => format!("{config_id}.json"),
            Form::Kaniko => format!("sha256:{config_id}"),
            _ => format!("blobs/sha256/{config_id}"),
        };
        let config_size = config.len();
        files.push((config_name.clone(), config));
        if form == Form::Docker25 || !config_name.starts_with("blobs") {
            let layers: Vec<&String> = names.iter().map(|(name, _)| name).collect();
            let tag = if self.tag.is_empty() { "test/app:1" } else { &self.tag };
            let manifest = serde_json::json!([{"Config": config_name, "RepoTags": [tag], "Layers": layers}]);
            files.push(("manifest.json".into(), manifest.to_string().into_bytes()));
        }
        if config_name.starts_with("blobs") {
            let digest = |name: &str| format!("sha256:{}", &name["blobs/sha256/".len()..]);
            let layers: Vec<serde_json::Value> = names
                .iter()
                .map(|(name, size)| {
                    // The wrong media type on purpose: real tools write it.
                    let media = "application/vnd.oci.image.layer.v1.tar+gzip";
                    serde_json::json!({"mediaType": media, "digest": digest(name), "size": size})
                })
                .collect();
            let config = serde_json::json!({"mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": digest(&config_name), "size": config_size});
            let manifest = serde_json::json!({"schemaVersion": 2, "config": config, "layers": layers}).to_string();
            let name = format!("blobs/sha256/{}", sha256(manifest.as_bytes()));
            let index = serde_json::json!({"schemaVersion": 2, "manifests": [{
                "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest(&name),
                "size": manifest.len(), "annotations": {"org.opencontainers.image.ref.name": "1"}}]});
            files.push((name, manifest.into_bytes()));
            files.push(("index.json".into(), index.to_string().into_bytes()));
            files.push(("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
        }
        files
    }

    /// An archive of that form.
    pub(crate) fn archive(&self, form: Form) -> Vec<u8> {
        archive(&self.files(form), if form == Form::OciDotted { "./" } else { "" })
    }
}

/// A tar of files.
pub(crate) fn archive(files: &[(String, Vec<u8>)], prefix: &str) -> Vec<u8> {
    let member = |(name, bytes): &(String, Vec<u8>)| Member {
        name: format!("{prefix}{name}"),
        kind: b'0',
        contents: bytes.clone(),
        mode: 0o644,
        ..Member::default()
    };
    tar(&files.iter().map(member).collect::<Vec<_>>())
}
