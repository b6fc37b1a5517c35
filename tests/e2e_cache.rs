//! Random Dockerfiles and random changes, built by a real BuildKit: no hit that ran, no miss that was
//! cached.
//!
//! `BUILDKIT_HOST` names the daemon, `BUILDCTL` the client (default `buildctl`), `CACHE_PAIRS` says
//! how many pairs of builds (default 50) and `CACHE_SEED` where to begin. `CACHALOT_BUSYBOX` is a
//! static busybox, default `/bin/busybox`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use cachalot::cache::{Cache, ContentId, Dir, Filter, Graph, Node, Request, Verdict, VertexKind, lower};
use cachalot::syntax::dockerfile::parse;
use cachalot::syntax::dockerignore::Dockerignore;
use cachalot::text::FileId;
use serde_json::Value;

#[test]
#[ignore = "needs buildkitd; .ci/run installs it"]
fn predictions_agree_with_buildkit() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default);
    let (pairs, seed) = (number("CACHE_PAIRS", 50), number("CACHE_SEED", 1));
    let (mut tally, mut problems) = (Tally::default(), Vec::new());
    for at in seed..seed + pairs {
        match pair(at, &mut tally) {
            Ok(()) => {}
            Err(problem) => {
                eprintln!("=== seed {at}\n{problem}");
                problems.push(at);
            }
        }
    }
    println!("{pairs} pairs: {tally:?}");
    assert!(problems.is_empty(), "disagreements in {} of {pairs} pairs: {problems:?}", problems.len());
    assert!(tally.judged > pairs, "hardly any step was judged: {tally:?}");
}

#[derive(Debug, Default)]
struct Tally {
    judged: u64,
    maybes: u64,
    unseen: u64,
    failed_builds: u64,
}

/// A pseudo random number generator (xorshift): the same pairs for the same seed everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

#[derive(Clone, Debug, PartialEq)]
enum File {
    Text(String, u32),
    Link(String),
    Folder(u32),
}

#[derive(Clone, Debug, Default)]
struct State {
    files: BTreeMap<String, File>,
    /// Lines of each stage, FROM first.
    stages: Vec<Vec<String>>,
    args: BTreeMap<String, String>,
    ignore: Vec<String>,
    target: Option<String>,
    nonce: String,
}

fn pair(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for _ in 0..8 {
        random.below(2);
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
    let before = State::random(&mut random, format!("{seed}-{since}"));
    let mut after = before.clone();
    let mut changes = Vec::new();
    for _ in 0..1 + random.below(2) {
        changes.push(after.change(&mut random));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    before.write(folder.path());
    if let Err(error) = build(folder.path(), &before) {
        tally.failed_builds += 1;
        let too_many = tally.failed_builds > 30 && tally.judged < 100;
        return if too_many { Err(format!("too many builds fail: {error}")) } else { Ok(()) };
    }
    after.write(folder.path());
    let Ok(seen) = build(folder.path(), &after) else {
        tally.failed_builds += 1;
        return Ok(());
    };
    let graph = after.graph();
    let mut cache = Cache::default();
    cache.build(&before.graph());
    let verdicts = cache.build(&graph);
    judge(&graph, &verdicts, &seen, tally).map_err(|problem| {
        let (old, new) = (before.dockerfile(), after.dockerfile());
        let args =
            if before.args == after.args { String::new() } else { format!("{:?} -> {:?}\n", before.args, after.args) };
        let files = format!("{:?}\n{:?}", before.files, after.files);
        format!(
            "{problem}changes: {changes:?}\n{args}ignore: {:?}\n{files}\n--- before\n{old}--- after\n{new}",
            after.ignore
        )
    })
}

fn judge(graph: &Graph, verdicts: &[Verdict], seen: &BTreeMap<String, bool>, tally: &mut Tally) -> Result<(), String> {
    let mut problems = String::new();
    for (vertex, verdict) in graph.vertices.iter().zip(verdicts) {
        let is_step =
            matches!(vertex.kind, VertexKind::Run(..) | VertexKind::Copy(_) | VertexKind::Link | VertexKind::Mkdir(_));
        if !is_step || vertex.step.is_none() {
            continue;
        }
        let Some(cached) = seen.get(&vertex.name) else {
            tally.unseen += 1;
            continue;
        };
        tally.judged += 1;
        match verdict {
            Verdict::Hit if !cached => writeln!(problems, "  hit, but it ran: {}", vertex.name).expect("writes"),
            Verdict::Miss(reason) if *cached => {
                writeln!(problems, "  miss, but cached: {} ({})", vertex.name, reason.text).expect("writes");
            }
            Verdict::Maybe(_) => tally.maybes += 1,
            _ => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

impl State {
    fn random(random: &mut Random, nonce: String) -> State {
        let mut state = State { nonce, ..State::default() };
        for path in
            ["a.txt", "b.txt", "one.json", "two.json", "d/x.txt", "d/y.md", "d/s/z.txt", "d/s/t.txt", "e/f/g.txt"]
        {
            let text = state.text(random);
            state.files.insert(path.to_string(), File::Text(text, 0o644));
        }
        state.files.insert("link".to_string(), File::Link("d/x.txt".to_string()));
        state.files.insert("dlink".to_string(), File::Link("d".to_string()));
        if random.below(2) == 0 {
            state.files.insert("d/none".to_string(), File::Folder(0o755));
        }
        let ignores: [&[&str]; 6] = [
            &[],
            &["Dockerfile", ".dockerignore"],
            &["*.json", "!one.json"],
            &["d/*", "!d/s", "Dockerfile"],
            &["**/*.md", ".dockerignore"],
            &["**", "!d/**", "!*.txt", "!e", "!*.json", "!link", "!dlink"],
        ];
        let ignore = random.pick(&ignores);
        state.ignore = ignore.iter().map(|it| (*it).to_string()).collect();
        let stages = 1 + random.below(3);
        for at in 0..stages {
            let base =
                if at == 0 || random.below(2) == 0 { "base".to_string() } else { format!("s{}", random.below(at)) };
            let mut lines = vec![format!("FROM {base} AS s{at}")];
            for _ in 0..2 + random.below(5) {
                lines.push(instruction(random, at));
            }
            state.stages.push(lines);
        }
        state
    }

    /// A text of its own length: a transfer looks at size and time only.
    fn text(&self, random: &mut Random) -> String {
        format!("{} {}\n", self.nonce, "x".repeat(1 + random.below(2000)))
    }

    fn change(&mut self, random: &mut Random) -> String {
        let paths: Vec<String> = self.files.keys().cloned().collect();
        let path = random.pick(&paths).clone();
        let stage = random.below(self.stages.len());
        let line = 1 + random.below(self.stages[stage].len() - 1);
        match random.below(17) {
            0..=3 => {
                let text = self.text(random);
                self.files.insert(path.clone(), File::Text(text, 0o644));
                format!("edit {path}")
            }
            4 => {
                let new = *random.pick(&["new.txt", "d/new.txt", "d/s/new.md", "three.json", "e/new.txt"]);
                let text = self.text(random);
                self.files.insert(new.to_string(), File::Text(text, 0o644));
                format!("add {new}")
            }
            5 => {
                self.files.remove(&path);
                format!("remove {path}")
            }
            6 => {
                let file = self.files.remove(&path).expect("is there");
                let new = format!("{path}.moved.txt");
                self.files.insert(new.clone(), file);
                format!("rename {path} to {new}")
            }
            7 | 8 => {
                // A folder's own mode is in the key, but the transfer leaves it out where the daemon
                // has the folder already: whether it counts depends on what the daemon kept.
                if let Some(File::Text(_, mode)) = self.files.get_mut(&path) {
                    *mode = if *mode == 0o644 { 0o755 } else { 0o644 };
                }
                format!("chmod {path}")
            }
            9 => "touch".to_string(),
            10 => {
                self.files.insert("link".to_string(), File::Link("a.txt".to_string()));
                "turn the link".to_string()
            }
            11 => {
                self.files.insert("d/fresh".to_string(), File::Folder(0o755));
                "new folder".to_string()
            }
            12 if line + 1 < self.stages[stage].len() => {
                self.stages[stage].swap(line, line + 1);
                format!("swap in s{stage}")
            }
            13 => {
                let new = instruction(random, stage);
                self.stages[stage].insert(line, new.clone());
                format!("insert {new}")
            }
            14 if self.stages[stage].len() > 2 => format!("delete {}", self.stages[stage].remove(line)),
            15 => {
                let name = *random.pick(&["A", "B", "UNUSED", "HTTP_PROXY"]);
                self.args.insert(name.to_string(), "9".to_string());
                format!("build arg {name}")
            }
            16 => {
                self.ignore.push(random.pick(&["*.md", "e", "d/none", "nothing", "new.txt"]).to_string());
                "ignore".to_string()
            }
            _ => {
                let new = instruction(random, stage);
                let old = std::mem::replace(&mut self.stages[stage][line], new.clone());
                format!("replace {old} by {new}")
            }
        }
    }

    fn dockerfile(&self) -> String {
        let mut text = String::from(
            "ARG G=1\nFROM scratch AS base\nCOPY --from=tools busybox /bin/sh\nCOPY --from=tools busybox /bin/busybox\n",
        );
        let _ = write!(
            text,
            "COPY <<EOF /nonce\n{}\nEOF\nRUN [\"/bin/busybox\", \"mkdir\", \"-p\", \"-m\", \"1777\", \"/tmp\"]\n",
            self.nonce
        );
        for line in self.stages.iter().flatten() {
            text.push_str(&line.replace("NONCE", &self.nonce));
            text.push('\n');
        }
        text
    }

    fn write(&self, folder: &Path) {
        let context = folder.join("context");
        let _ = fs::remove_dir_all(&context);
        fs::create_dir_all(&context).expect("creates");
        for (path, file) in &self.files {
            let path = context.join(path);
            fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
            match file {
                File::Text(text, mode) => {
                    fs::write(&path, text).expect("writes");
                    fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).expect("sets the mode");
                }
                File::Link(target) => symlink(target, &path).expect("links"),
                File::Folder(mode) => {
                    fs::create_dir_all(&path).expect("creates");
                    fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).expect("sets the mode");
                }
            }
        }
        fs::write(context.join("Dockerfile"), self.dockerfile()).expect("writes");
        if !self.ignore.is_empty() {
            fs::write(context.join(".dockerignore"), self.ignore_text()).expect("writes");
        }
        let tools = folder.join("tools");
        fs::create_dir_all(&tools).expect("creates");
        if !tools.join("busybox").exists() {
            let busybox = std::env::var("CACHALOT_BUSYBOX").unwrap_or_else(|_| "/bin/busybox".to_string());
            fs::copy(busybox, tools.join("busybox")).expect("a static busybox");
        }
    }

    fn ignore_text(&self) -> String {
        self.ignore.join("\n") + "\n"
    }

    fn graph(&self) -> Graph {
        let text = self.dockerfile();
        let file = |text: &str, mode: u32| Node::File(mode, ContentId::of(text.as_bytes()));
        let node = |it: &File| match it {
            File::Text(text, mode) => file(text, *mode),
            File::Link(target) => Node::Link(target.as_str().into()),
            File::Folder(mode) => Node::Dir(Arc::new(Dir::new(*mode, Vec::new()))),
        };
        let mut paths: Vec<(String, Node)> = self.files.iter().map(|(path, it)| (path.clone(), node(it))).collect();
        paths.push(("Dockerfile".to_string(), file(&text, 0o644)));
        if !self.ignore.is_empty() {
            paths.push((".dockerignore".to_string(), file(&self.ignore_text(), 0o644)));
        }
        let ignore = Dockerignore::parse(&self.ignore_text());
        let context = Filter::new(ignore.matcher()).sent(&Dir::from_paths(paths));
        let mut options: BTreeMap<String, String> =
            self.args.iter().map(|(name, value)| (format!("build-arg:{name}"), value.clone())).collect();
        options.extend(self.target.iter().map(|it| ("target".to_string(), it.clone())));
        let (dockerfile, _) = parse(FileId(0), &text);
        lower(&dockerfile, &text, &Request { options, context, ..Request::default() })
    }
}

/// An instruction for the stage number `at`.
fn instruction(random: &mut Random, at: usize) -> String {
    let from = if at == 0 { "base".to_string() } else { format!("s{}", random.below(at)) };
    let n = random.below(3);
    let plain = [
        format!("COPY a.txt /o{n}.txt"),
        "COPY b.txt one.json /both/".to_string(),
        format!("COPY d /d{n}"),
        "COPY d/s/ /ds".to_string(),
        "COPY . /all".to_string(),
        "COPY *.json /json/".to_string(),
        "COPY d/*.txt /t/".to_string(),
        "COPY d* /stars/".to_string(),
        "COPY link /linked".to_string(),
        "COPY dlink /dlinked".to_string(),
        "COPY --link a.txt /la.txt".to_string(),
        format!("COPY --link d /ld{n}"),
        "COPY --chmod=755 b.txt /bm".to_string(),
        "COPY --chown=1:2 d /owned".to_string(),
        "COPY --exclude=*.md d /ex".to_string(),
        "COPY --exclude=s d /ex2".to_string(),
        "COPY --parents d/s/z.txt /p/".to_string(),
        "COPY --parents d/**/*.txt /p/".to_string(),
        "ADD d /added".to_string(),
        "ADD a.txt /added.txt".to_string(),
        format!("COPY --from={from} /bin/busybox /bb{n}"),
        format!("COPY --from={from} /tmp /tmp{n}"),
        format!("COPY --from={from} /nonce /n{n}"),
        format!("COPY <<EOF /h{n}.txt\nNONCE $A ${{B:-none}}\nEOF"),
        format!("COPY <<'EOF' /q{n}.txt\nNONCE $A\nEOF"),
        format!("ARG A={n}"),
        "ARG B".to_string(),
        "ARG G".to_string(),
        format!("ENV C={n}"),
        format!("ENV D=d{n} E=$C"),
        "USER 1000".to_string(),
        "USER root".to_string(),
        format!("WORKDIR /tmp/w{n}"),
        "WORKDIR sub".to_string(),
        "WORKDIR /".to_string(),
        "SHELL [\"/bin/sh\", \"-e\", \"-c\"]".to_string(),
        format!("LABEL l={n}"),
        format!("EXPOSE 80{n}"),
        format!("CMD [\"{n}\"]"),
        format!("RUN echo {n} > /tmp/run{n}"),
        format!("RUN echo {n} \\\n  # a comment\n  more"),
        format!("RUN [\"/bin/busybox\", \"echo\", \"{n}\"]"),
        format!("RUN <<EOF\necho {n} > /tmp/here\nEOF"),
        format!("RUN --mount=type=bind,source=d,target=/m echo {n}"),
        "RUN --mount=type=bind,target=/m echo whole".to_string(),
        "RUN --mount=type=bind,source=a.txt,target=/m/a --mount=type=bind,source=d/s,target=/m/s echo two".to_string(),
        format!("RUN --mount=type=bind,from={from},source=/tmp,target=/m echo from"),
        format!("RUN --mount=type=cache,target=/c,id=c{n} echo cache"),
        "RUN --mount=type=cache,target=/c echo cache".to_string(),
        "RUN --mount=type=tmpfs,target=/t echo tmpfs".to_string(),
        "RUN --network=none echo offline".to_string(),
    ];
    random.pick(&plain).clone()
}

/// Builds and says of each vertex, by name, whether it was cached.
fn build(folder: &Path, state: &State) -> Result<BTreeMap<String, bool>, String> {
    let client = std::env::var("BUILDCTL").unwrap_or_else(|_| "buildctl".to_string());
    let context = folder.join("context");
    let local = |name: &str, path: &Path| format!("{name}={}", path.display());
    let mut command = Command::new(client);
    command.args(["build", "--frontend", "dockerfile.v0", "--progress=rawjson"]);
    command.args(["--local", &local("context", &context), "--local", &local("dockerfile", &context)]);
    command.args(["--local", &local("tools", &folder.join("tools")), "--opt", "context:tools=local:tools"]);
    for (name, value) in &state.args {
        command.args(["--opt", &format!("build-arg:{name}={value}")]);
    }
    if let Some(target) = &state.target {
        command.args(["--opt", &format!("target={target}")]);
    }
    let output = command.output().map_err(|error| format!("buildctl: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(text.lines().last().unwrap_or_default().to_string());
    }
    let mut seen = BTreeMap::new();
    for line in text.lines() {
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        for vertex in value["vertexes"].as_array().into_iter().flatten() {
            if vertex["started"].is_string() {
                let name = vertex["name"].as_str().unwrap_or_default().to_string();
                seen.insert(name, vertex["cached"] == Value::Bool(true));
            }
        }
    }
    Ok(seen)
}
