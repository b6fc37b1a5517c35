//! Series of builds with what BuildKit's scheduler made of each step.
//!
//! RUN is a toy language in these files, so that what a step puts out is known: `write PATH TEXT`
//! and `concat OUT IN…`. The analyzer itself runs nothing; it is told by [`toy`].

use std::collections::BTreeMap;
use std::sync::Arc;

use cachalot::cache::{Cache, ContentId, Dir, Filter, Graph, ImageFacts, Node, Request, RunCall, Verdict, lower};
use cachalot::syntax::dockerfile::parse;
use cachalot::syntax::dockerignore::Dockerignore;
use cachalot::text::FileId;
use serde_json::Value;

use crate::text;

#[derive(Default)]
struct Series {
    dockerfile: String,
    files: BTreeMap<String, Value>,
    images: BTreeMap<String, Value>,
    remote: BTreeMap<String, String>,
    /// Options of every build of the series, and those of the present one.
    given: BTreeMap<String, String>,
    attrs: BTreeMap<String, String>,
}

pub(crate) fn check(case: &Value) -> Result<(), String> {
    let mut series = Series::default();
    series.apply(case);
    series.given.clone_from(&series.attrs);
    let mut cache = Cache::default();
    cache.simulate = Some(toy);
    let mut problems = Vec::new();
    for step in case["steps"].as_array().into_iter().flatten() {
        series.apply(step);
        let graph = series.graph();
        let verdicts = cache.build(&graph);
        if let Err(problem) = judge(step, &graph, &verdicts) {
            problems.push(format!("{}:\n{problem}", text(step, "label")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

impl Series {
    fn apply(&mut self, change: &Value) {
        if let Some(dockerfile) = change["dockerfile"].as_str() {
            self.dockerfile = dockerfile.to_string();
        }
        merge(&mut self.files, &change["files"], Value::clone);
        merge(&mut self.images, &change["images"], Value::clone);
        merge(&mut self.remote, &change["remote"], plain);
        self.attrs.clone_from(&self.given);
        merge(&mut self.attrs, &change["attrs"], plain);
        for path in change["remove"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let below = format!("{path}/");
            self.files.retain(|it, _| it != path && !it.starts_with(&below));
        }
    }

    fn graph(&self) -> Graph {
        let tree = Dir::from_paths(self.files.iter().map(|(path, value)| (path.as_str(), node(value))));
        let tree = tree.with("Dockerfile", Node::File(0o644, ContentId::of(self.dockerfile.as_bytes())));
        let ignore = ["Dockerfile.dockerignore", ".dockerignore"].iter().find_map(|name| self.files.get(*name));
        let ignore = Dockerignore::parse(&ignore.map(plain).unwrap_or_default());
        let request = Request {
            options: self.attrs.clone(),
            context: Filter::new(ignore.matcher()).sent(&tree),
            images: self.facts(),
            remotes: self.remote.clone(),
            ..Request::default()
        };
        let (dockerfile, _) = parse(FileId(0), &self.dockerfile);
        lower(&dockerfile, &self.dockerfile, &request)
    }

    /// Every image is known; one that the case does not describe is empty.
    fn facts(&self) -> BTreeMap<String, ImageFacts> {
        let listed = self.images.iter().map(|(name, value)| (name.clone(), facts(value)));
        let mut all: BTreeMap<String, ImageFacts> = listed.collect();
        for name in ["alpine", "alpine:1", "alpine:2", "alpine:3", "busybox", "debian", "node", "golang"] {
            let tag = if name.contains(':') { "" } else { ":latest" };
            let full = format!("docker.io/library/{name}{tag}");
            let empty = ImageFacts { files: Some(Dir::empty()), env: Some(Vec::new()), ..ImageFacts::default() };
            all.entry(full).or_insert(empty);
        }
        all
    }
}

fn facts(value: &Value) -> ImageFacts {
    let files = value["files"].as_object().into_iter().flatten().map(|(path, value)| (path.as_str(), node(value)));
    let config = if value["config"].is_object() { &value["config"] } else { value };
    let field = |names: [&str; 2]| names.iter().find_map(|name| config.get(*name)).cloned().unwrap_or_default();
    let pairs = field(["env", "Env"]);
    let env = match &pairs {
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        Value::Array(list) => {
            list.iter().filter_map(|it| it.as_str()?.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect()
        }
        _ => Vec::new(),
    };
    ImageFacts {
        digest: value["digest"].as_str().map(str::to_string),
        chain: value["chain"].as_str().map(str::to_string),
        env: Some(env),
        workdir: field(["workdir", "WorkingDir"]).as_str().map(str::to_string),
        user: field(["user", "User"]).as_str().map(str::to_string),
        shell: None,
        files: Some(Dir::from_paths(files)),
    }
}

fn merge<T>(into: &mut BTreeMap<String, T>, from: &Value, read: fn(&Value) -> T) {
    for (key, value) in from.as_object().into_iter().flatten() {
        into.insert(key.clone(), read(value));
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => text(value, "content").to_string(),
        other => other.to_string(),
    }
}

fn node(value: &Value) -> Node {
    let mode = value["mode"].as_str().and_then(|mode| u32::from_str_radix(mode, 8).ok());
    if let Some(target) = value["symlink"].as_str() {
        return Node::Link(target.into());
    }
    if value["dir"].as_bool() == Some(true) {
        return Node::Dir(Arc::new(Dir::new(mode.unwrap_or(0o755), Vec::new())));
    }
    Node::File(mode.unwrap_or(0o644), ContentId::of(plain(value).as_bytes()))
}

/// The toy language. Files' bytes are not kept, so what `concat` writes is named by what it reads.
fn toy(call: &RunCall) -> Option<Arc<Dir>> {
    let mut root = call.root.clone();
    for line in call.args.last()?.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["write", path, text @ ..] => root = put(&root, path, text.join(" ").as_bytes()),
            ["concat", out, sources @ ..] => {
                let mut bytes = Vec::new();
                for source in sources {
                    let node = find(call, &root, source);
                    bytes.extend(node.map(|node| node.digest().to_vec()).unwrap_or_default());
                }
                root = put(&root, out, &bytes);
            }
            _ => {}
        }
    }
    Some(root)
}

fn find(call: &RunCall, root: &Arc<Dir>, path: &str) -> Option<Node> {
    for (target, node) in &call.mounts {
        let Some(rest) = path.strip_prefix(target.as_str()) else { continue };
        return match node {
            Node::Dir(dir) => dir.resolve(rest.trim_start_matches('/'), true).map(|(_, node)| node),
            node => Some(node.clone()),
        };
    }
    root.resolve(path.trim_start_matches('/'), true).map(|(_, node)| node)
}

fn put(root: &Arc<Dir>, path: &str, bytes: &[u8]) -> Arc<Dir> {
    root.with(path.trim_start_matches('/'), Node::File(0o644, ContentId::of(bytes)))
}

fn judge(step: &Value, graph: &Graph, verdicts: &[Verdict]) -> Result<(), String> {
    let mut problems = Vec::new();
    let mut seen = Vec::new();
    for observed in step["observed"].as_array().into_iter().flatten() {
        let (state, name) = (text(observed, "state"), text(observed, "vertex"));
        seen.push(name);
        // Whether an image counts as cached says nothing of the cache (BuildKit starts and ends it
        // when its key is asked for).
        let is_source = |name: &str| name.contains("FROM ") || name.starts_with("[internal]");
        if is_source(name) {
            let of_image = name.split('@').next().unwrap_or(name);
            if name.starts_with('[')
                && name.contains("FROM ")
                && !graph.vertices.iter().any(|it| it.name.starts_with(of_image))
            {
                problems.push(format!("  no vertex is named `{name}`"));
            }
            continue;
        }
        let all: Vec<usize> = (0..verdicts.len()).filter(|at| graph.vertices[*at].name == name).collect();
        let fits = |at: &usize| match (state, &verdicts[*at]) {
            ("CACHED", Verdict::Miss(_)) | ("DONE", Verdict::Hit) => false,
            (state, verdict) => !state.starts_with("ERROR") || *verdict != Verdict::Hit,
        };
        // What fetches a remote file has the name of its ADD.
        let is_fetch = name.contains("ADD http") || name.contains("ADD git");
        if all.is_empty() {
            problems.push(format!("  no vertex is named `{name}`"));
        } else if !all.iter().any(fits) && !is_fetch {
            problems
                .push(format!("  {name}: {state}, but {:?}", all.iter().map(|at| &verdicts[*at]).collect::<Vec<_>>()));
        }
    }
    let failed = step["error"].is_string();
    for vertex in graph.vertices.iter().filter(|vertex| vertex.step.is_some() && !failed) {
        let name = vertex.name.split('@').next().unwrap_or_default();
        if !seen.iter().any(|it| it.starts_with(name)) {
            problems.push(format!("  `{}` was left out by BuildKit", vertex.name));
        }
    }
    for (wanted, state) in step["expect"].as_object().into_iter().flatten() {
        let state = state.as_str().unwrap_or_default();
        let all: Vec<&Verdict> = (0..verdicts.len())
            .filter(|at| graph.vertices[*at].name.contains(wanted.as_str()))
            .map(|at| &verdicts[at])
            .collect();
        let right = match state {
            "ABSENT" => all.is_empty(),
            "CACHED" => all.iter().any(|it| !matches!(it, Verdict::Miss(_))),
            "DONE" => all.iter().any(|it| **it != Verdict::Hit),
            _ => true,
        };
        if !right {
            problems.push(format!("  `{wanted}` is {state}, but {all:?}"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
