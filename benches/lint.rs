//! Parsing and linting, measured on the Dockerfiles of `fixtures/` or of the folder named by
//! `CACHALOT_BENCH_FILES`.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use cachalot::config::{Config, Loaded, Overrides, Preset};
use cachalot::lint::{FileKind, Input, lint};
use cachalot::model::{BuildOptions, Model};
use cachalot::syntax::dockerfile::parse;
use cachalot::text::{FileId, Source, Sources};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn bench(c: &mut Criterion) {
    let sources = sources();
    let bytes: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
    let mut group = c.benchmark_group("dockerfiles");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("parse", |b| {
        b.iter(|| sources.iter().for_each(|(file, source)| drop(black_box(parse(file, &source.text)))))
    });
    group.bench_function("model", |b| b.iter(|| sources.iter().for_each(|(file, source)| model(file, &source.text))));
    for preset in [Preset::Recommended, Preset::All] {
        let config = config(preset);
        group.bench_function(format!("lint {}", preset.as_str()), |b| {
            b.iter(|| {
                for (file, _) in sources.iter() {
                    black_box(lint(&Input::new(&sources, file, FileKind::Dockerfile, &config)));
                }
            })
        });
    }
    group.finish();
}

fn model(file: FileId, text: &str) {
    let (dockerfile, _) = parse(file, text);
    black_box(Model::new(&dockerfile, text, BuildOptions::default()).stages.len());
}

fn config(preset: Preset) -> Config {
    let overrides = Overrides { preset: Some(preset), ..Overrides::default() };
    Loaded::none().resolve("Dockerfile", &overrides).expect("presets resolve")
}

fn sources() -> Sources {
    let root = std::env::var_os("CACHALOT_BENCH_FILES").map_or("fixtures".into(), PathBuf::from);
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let mut sources = Sources::default();
    for path in paths {
        let bytes = fs::read(&path).expect("a fixture can be read");
        sources.add(Source::new(path.to_string_lossy(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.to_string_lossy().to_lowercase().contains("dockerfile") {
            paths.push(path);
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
