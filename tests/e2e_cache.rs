//! Random Dockerfiles and random changes, built by a real BuildKit: no hit that ran, no miss that was
//! cached, and `maybe` only where nothing can be known.
//!
//! `BUILDKIT_HOST` names the daemon (its cache is thrown away), `BUILDCTL` the client (default
//! `buildctl`), `CACHALOT_BUSYBOX` a static busybox (default `/bin/busybox`). `CACHE_PAIRS` says how
//! many pairs of builds (default 300), `CACHE_SEED` where to begin, `CACHE_JOBS` how many at a time,
//! and `CACHE_DISAGREEMENTS` names a folder for what then becomes a fixture.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use cachalot::cache::{Cache, Graph, Input, Memory, Reason, ReasonKind, Replay, Verdict, Vertex, VertexKind};
use serde_json::{Value, json};

#[path = "support/buildkit.rs"]
mod buildkit;
#[allow(dead_code, reason = "tests/cache.rs reads fixtures")]
#[path = "support/cache_fixture.rs"]
mod cache_fixture;
#[path = "support/cache_random.rs"]
mod cache_random;
#[path = "support/cache_state.rs"]
mod cache_state;

use buildkit::{build, prune};
use cache_random::{Random, change, state};
use cache_state::{File, State};

/// Builds after the first one of a chain: each is compared with all before it.
const CHAIN: u64 = 3;
/// Chains between two prunings of the daemon's cache.
const PRUNE: u64 = 100;

type Seen = BTreeMap<String, bool>;

#[test]
#[ignore = "needs buildkitd; .ci/run installs it"]
fn predictions_agree_with_buildkit() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default);
    let (pairs, seed, jobs) = (number("CACHE_PAIRS", 300), number("CACHE_SEED", 1), number("CACHE_JOBS", 2));
    let (total, problems) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    let next = AtomicU64::new(seed);
    let judged = || total.lock().expect("no panic").pairs;
    while judged() < pairs {
        prune();
        let end = next.load(Ordering::Relaxed) + PRUNE;
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while judged() < pairs {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= end {
                            next.store(end, Ordering::Relaxed);
                            break;
                        }
                        let mut tally = Tally::default();
                        if let Err(problem) = chain(at, &mut tally) {
                            eprintln!("=== seed {at}\n{problem}");
                            problems.lock().expect("no panic").push(at);
                        }
                        total.lock().expect("no panic").add(tally);
                    }
                });
            }
        });
    }
    let (tally, problems) = (total.into_inner().expect("no panic"), problems.into_inner().expect("no panic"));
    println!("{tally}");
    assert!(problems.is_empty(), "disagreements in {} of {} pairs: {problems:?}", problems.len(), tally.pairs);
    tally.check();
}

/// What was seen, by kind of step and by kind of change.
#[derive(Default)]
struct Tally {
    pairs: u64,
    failed: u64,
    failed_as_predicted: u64,
    unseen: u64,
    /// For a kind of step: predicted and happened, with the number.
    steps: BTreeMap<String, BTreeMap<&'static str, u64>>,
    changes: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.pairs += other.pairs;
        self.failed += other.failed;
        self.failed_as_predicted += other.failed_as_predicted;
        self.unseen += other.unseen;
        for (kind, cells) in other.steps {
            let known = self.steps.entry(kind).or_default();
            cells.into_iter().for_each(|(cell, count)| *known.entry(cell).or_default() += count);
        }
        other.changes.into_iter().for_each(|(kind, count)| *self.changes.entry(kind).or_default() += count);
    }

    fn note(&mut self, graph: &Graph, vertex: &Vertex, verdict: &Verdict, cached: bool) {
        let cell = match (verdict, cached) {
            (Verdict::Hit, true) => "hit",
            (Verdict::Hit, false) => "HIT BUT RAN",
            (Verdict::Miss(_), false) => "miss",
            (Verdict::Miss(_), true) => "MISS BUT CACHED",
            (Verdict::Maybe(_), true) => "maybe, cached",
            (Verdict::Maybe(_), false) => "maybe, ran",
        };
        for kind in kinds(graph, vertex) {
            *self.steps.entry(kind).or_default().entry(cell).or_default() += 1;
        }
    }

    fn count(&self, cell: &str) -> u64 {
        self.steps.get("all").and_then(|cells| cells.get(cell)).copied().unwrap_or_default()
    }

    /// The run says something: steps of all kinds were judged, and few were left open.
    fn check(&self) {
        let judged: u64 = self.steps.get("all").into_iter().flat_map(|cells| cells.values()).sum();
        let open = self.count("maybe, cached") + self.count("maybe, ran");
        assert!(judged > 2 * self.pairs, "hardly any step was judged: {judged} in {} pairs", self.pairs);
        assert!(open * 10 < judged, "{open} of {judged} steps were left open");
        assert!(self.failed * 4 < self.pairs, "too many builds failed: {} of {}", self.failed, self.pairs);
        // Both answers must be possible, or it is no `maybe`.
        assert!(self.pairs < 300 || (self.count("maybe, cached") > 0 && self.count("maybe, ran") > 0));
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        writeln!(
            f,
            "{} pairs; {} builds failed, {} as predicted; {} vertices without a verdict",
            self.pairs,
            self.failed + self.failed_as_predicted,
            self.failed_as_predicted,
            self.unseen
        )?;
        for (kind, cells) in &self.steps {
            let cells: Vec<String> = cells.iter().map(|(cell, count)| format!("{count} {cell}")).collect();
            writeln!(f, "  {kind:<22} {}", cells.join("; "))?;
        }
        let changes: Vec<String> = self.changes.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        write!(f, "changes: {}", changes.join(", "))
    }
}

/// What kinds of step a vertex belongs to: all, its keyword, and its keyword with each flag.
fn kinds(graph: &Graph, vertex: &Vertex) -> Vec<String> {
    let text = vertex.step.map(|step| graph.steps[step].place.instruction.as_str()).unwrap_or_default();
    let mut words = text.split_whitespace();
    let keyword = words.next().unwrap_or_default().to_uppercase();
    let keyword = if matches!(vertex.kind, VertexKind::Link) { "LINK".to_string() } else { keyword };
    let mut kinds = vec!["all".to_string(), keyword.clone()];
    if vertex.name.contains("] ONBUILD ") {
        kinds.push("ONBUILD".to_string());
    }
    if text.contains("<<") {
        kinds.push(format!("{keyword} <<"));
    }
    for flag in words.take_while(|word| word.starts_with("--")) {
        let name = flag.split('=').next().unwrap_or(flag);
        let kind = flag.split([',', '=']).nth(2).filter(|_| flag.contains("=type="));
        kinds.push(format!("{keyword} {}", kind.map_or(name.to_string(), |kind| format!("{name} {kind}"))));
    }
    kinds.dedup();
    kinds
}

/// A chain of builds, each compared with what the model says after those before it.
fn chain(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut random = Random::new(seed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The first one stands there twice: as what the first build is made of, and as built.
    let mut states = vec![state(&mut random, format!("{seed}-{since}"))];
    let mut cache = Cache::default();
    let (mut seen, mut graphs) = (Vec::new(), Vec::new());
    for round in 0..=CHAIN {
        let present = states.last().expect("one is there").clone();
        let (mut next, mut changes) = (present, Vec::new());
        if round > 0 {
            next = if round > 1 && random.below(8) == 0 {
                changes.push("back".to_string());
                states[random.below(states.len() - 1)].clone()
            } else {
                for _ in 0..1 + random.below(3) {
                    changes.push(change(&mut random, &mut next));
                }
                next
            };
        }
        // Half of all `--no-cache` builds name a stage.
        let mut built = next.clone();
        if round > 0 && random.below(20) == 0 {
            let stage = if random.below(2) == 0 { String::new() } else { built.names[0].clone() };
            built.options.insert("no-cache".to_string(), stage);
            changes.push("no-cache".to_string());
        }
        built.write(folder.path());
        let graph = built.graph();
        let verdicts = cache.build(&graph);
        let missing = |it: &Verdict| it.reason().is_some_and(|it| it.kind == ReasonKind::Missing);
        let will_fail = verdicts.iter().any(missing);
        let outcome = build(folder.path(), &built.options, &[]);
        let context = |problem: &str| {
            let before = states.last().filter(|_| round > 0).map(State::describe).unwrap_or_default();
            format!("{problem}changes: {changes:?}\n--- before\n{before}--- after\n{}", built.describe())
        };
        match outcome {
            Err(error) => {
                // Whether a folder that holds nothing which matches is sent depends on all other steps.
                let is_missing = error.contains("\": not found");
                tally.failed_as_predicted += u64::from(will_fail);
                tally.failed += u64::from(!will_fail);
                if !will_fail {
                    println!("seed {seed}: {error}");
                }
                return if is_missing == will_fail || !is_missing {
                    Ok(())
                } else {
                    Err(context(&format!("  fails unforeseen: {error}\n")))
                };
            }
            Ok(_) if will_fail => return Err(context("  was to fail for a missing file, but did not\n")),
            Ok(it) => seen.push(it),
        }
        if round > 0 {
            let seen_now = seen.last().expect("was pushed");
            tally.pairs += 1;
            for it in &changes {
                *tally.changes.entry(it.split(' ').next().unwrap_or_default().to_string()).or_default() += 1;
            }
            if let Err(problem) = judge(&graph, &verdicts, seen_now, &graphs, tally) {
                keep(seed, &states[1..], &built, &seen);
                return Err(context(&problem));
            }
        }
        states.push(next);
        graphs.push(graph);
    }
    Ok(())
}

/// Writes the builds that led to a disagreement where they can become a fixture.
fn keep(seed: u64, before: &[State], last: &State, seen: &[Seen]) {
    let Ok(folder) = std::env::var("CACHE_DISAGREEMENTS") else { return };
    let states = before.iter().chain([last]);
    let builds: Vec<Value> = states.zip(seen).map(|(state, seen)| cache_fixture::build_of(state, seen)).collect();
    let text = serde_json::to_string_pretty(&json!({"note": format!("seed {seed}"), "builds": builds}));
    let path = Path::new(&folder).join(format!("seed-{seed}.json"));
    fs::write(path, text.expect("is JSON") + "\n").expect("writes");
}

fn judge(graph: &Graph, verdicts: &[Verdict], seen: &Seen, before: &[Graph], tally: &mut Tally) -> Result<(), String> {
    let mut problems = String::new();
    for (at, (vertex, verdict)) in graph.vertices.iter().zip(verdicts).enumerate() {
        if !is_step(vertex) {
            continue;
        }
        let Some(cached) = seen.get(&vertex.name) else {
            tally.unseen += 1;
            continue;
        };
        tally.note(graph, vertex, verdict, *cached);
        match verdict {
            Verdict::Hit if !cached => writeln!(problems, "  hit, but it ran: {}", vertex.name).expect("writes"),
            Verdict::Miss(reason) if *cached => {
                writeln!(problems, "  miss, but cached: {} ({})", vertex.name, reason.text).expect("writes");
            }
            Verdict::Maybe(reason)
                if !may_be_open(graph, verdicts, at)
                    && !may_equal_output(graph, at, before)
                    && !may_be_hashed_anew(graph, at, before) =>
            {
                writeln!(problems, "  maybe for no reason: {} ({})", vertex.name, reason.text).expect("writes");
            }
            _ => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn is_step(vertex: &Vertex) -> bool {
    let does =
        matches!(vertex.kind, VertexKind::Run(..) | VertexKind::Copy(_) | VertexKind::Link | VertexKind::Mkdir(_));
    does && vertex.step.is_some()
}

/// True where only the build can tell: it reads by content what a step puts out that runs again, it
/// stands upon such a step, or an equal step is built at the same time.
fn may_be_open(graph: &Graph, verdicts: &[Verdict], at: usize) -> bool {
    let vertex = &graph.vertices[at];
    let is_context = |at: usize| matches!(graph.vertices[at].kind, VertexKind::Context(..));
    let open = |at: usize| matches!(verdicts[at], Verdict::Maybe(_));
    // What it reads now may be another step's result than before, and nobody knows what RUN does.
    let by_output = vertex.inputs.iter().any(|input| {
        let source = input.vertex;
        !input.content.is_empty() && !is_context(source) && (verdicts[source] != Verdict::Hit || runs(graph, source))
    });
    let equal = || {
        let digest = vertex.key.digest();
        graph.vertices[..at].iter().any(|it| it.key.digest() == digest)
    };
    // Nobody may have needed the layers of `--link` as one file system so far.
    let is_link = matches!(vertex.kind, VertexKind::Link);
    is_link || by_output || vertex.inputs.iter().any(|input| open(input.vertex)) || equal()
}

/// True if an equal step was built before that read by content what some command put out: the files that
/// it reads now may be the same.
fn may_equal_output(graph: &Graph, at: usize, before: &[Graph]) -> bool {
    let digest = graph.vertices[at].key.digest();
    let read_output = |old: &Graph, vertex: &Vertex| {
        vertex.inputs.iter().any(|input| !input.content.is_empty() && runs(old, input.vertex))
    };
    let is_one = |old: &Graph| old.vertices.iter().any(|it| it.key.digest() == digest && read_output(old, it));
    before.iter().any(is_one)
}

/// True if it reads all of a context that a step of this build or of one before opens for writing.
fn may_be_hashed_anew(graph: &Graph, at: usize, before: &[Graph]) -> bool {
    let context = |graph: &Graph, at: usize| matches!(graph.vertices[at].kind, VertexKind::Context(..));
    let whole = |input: &Input| input.content.iter().any(|it| it.path == "/") && context(graph, input.vertex);
    let opens = |graph: &Graph| {
        let inputs = || graph.vertices.iter().flat_map(|vertex| &vertex.inputs);
        inputs().any(|input| input.writable && context(graph, input.vertex))
    };
    graph.vertices[at].inputs.iter().any(whole) && before.iter().chain([graph]).any(opens)
}

/// True if some command made what the vertex holds.
fn runs(graph: &Graph, at: usize) -> bool {
    let vertex = &graph.vertices[at];
    matches!(vertex.kind, VertexKind::Run(..)) || vertex.inputs.iter().any(|input| runs(graph, input.vertex))
}

#[test]
#[ignore = "needs buildkitd; .ci/run installs it"]
fn a_history_is_replayed_as_buildkit_builds_it() {
    for memory in [Memory::All, Memory::Last] {
        for seed in [7, 8] {
            let steps = history(seed, memory, 30);
            println!("{memory:?}, seed {seed}: {steps}");
        }
    }
}

/// Commits one after another to a repository, each built by the daemon; says how many steps agreed.
fn history(seed: u64, memory: Memory, commits: usize) -> String {
    prune();
    let mut random = Random::new(seed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path().join("context");
    let mut now = first_commit(seed, since);
    fs::create_dir_all(&repo).expect("creates");
    git(&repo, &["init", "-q"]);
    let (mut replayed, mut done, mut judged, mut open) = (Replay::new(memory), 0, 0, 0);
    let (mut problems, mut last_cache) = (String::new(), None::<String>);
    while done < commits {
        let next = if done == 0 { now.clone() } else { commit_of(&mut random, &now) };
        // A build that fails is no commit that anybody would keep.
        let verdicts = Cache::default().build(&next.graph());
        let missing = |it: &Verdict| it.reason().is_some_and(|it: &Reason| it.kind == ReasonKind::Missing);
        if verdicts.iter().any(missing) {
            continue;
        }
        commit(&repo, folder.path(), &next, done);
        let (mut more, cache) = (Vec::new(), folder.path().join(format!("cache{done}")));
        if memory == Memory::Last {
            prune();
            more.extend(
                last_cache.iter().flat_map(|last| ["--import-cache".to_string(), format!("type=local,src={last}")]),
            );
            more.extend(["--export-cache".to_string(), format!("type=local,dest={},mode=max", cache.display())]);
        }
        let seen = build(folder.path(), &next.options, &more).unwrap_or_else(|error| panic!("commit {done}: {error}"));
        if let Some(old) = last_cache.replace(cache.display().to_string()) {
            let _ = fs::remove_dir_all(old);
        }
        let graph = next.graph();
        replayed.build(&graph);
        if done > 0 {
            for (name, instruction, fate) in replay(&repo, memory) {
                let link = name.replacen("] ", "] LINK ", 1);
                let all: Vec<bool> = [&name, &link].iter().filter_map(|it| seen.get(*it).copied()).collect();
                if all.is_empty() || instruction.starts_with("FROM") {
                    continue;
                }
                judged += 1;
                open += usize::from(fate == '?');
                let cached = all.iter().all(|it| *it);
                if (fate == 'h' && !cached) || (fate == 'm' && cached) {
                    writeln!(problems, "commit {done}: {fate} but cached is {cached}: {name}").expect("writes");
                }
            }
        }
        now = next;
        done += 1;
    }
    assert!(problems.is_empty(), "{memory:?}, seed {seed}:\n{problems}\nlast:\n{}", now.describe());
    assert!(judged > commits * 5, "hardly any step was judged: {judged}");
    format!("{commits} commits, {judged} steps agree, {open} of them open")
}

/// A small application in three stages.
fn first_commit(seed: u64, since: u128) -> State {
    let mut state = state(&mut Random::new(seed), format!("{seed}-{since}"));
    state.options.clear();
    state.files.retain(|_, file| !matches!(file, File::Folder(_)));
    state.ignore = if seed.is_multiple_of(2) { vec!["Dockerfile".into()] } else { vec![".git".into(), "*.md".into()] };
    state.own_ignore = false;
    let lines = |text: &str| text.lines().map(str::to_string).collect::<Vec<_>>();
    state.stages = vec![
        lines("FROM base AS @0@\nCOPY one.json two.json /app/\nRUN cat /app/one.json > /tmp/installed\nCOPY d /app/d"),
        lines(
            "FROM @0@ AS @1@\nARG A=1\nRUN echo $A > /tmp/run1\nCOPY . /all\nRUN --mount=type=bind,source=d/s,target=/m \
             cat /m/* > /tmp/run2\nRUN rm -rf /all/.git",
        ),
        lines(
            "FROM base2 AS @2@\nWORKDIR /w\nCOPY --from=@1@ /tmp/run2 ./\nCOPY --from=@0@ /app/one.json ./\nCOPY --link \
             *.txt /lNONCE/\nRUN ls -l > /tmp/done",
        ),
    ];
    state.names = vec!["deps".into(), "build".into(), "app".into()];
    state
}

/// The state of the next commit.
fn commit_of(random: &mut Random, now: &State) -> State {
    loop {
        let mut next = now.clone();
        if random.below(3) > 0 {
            change(random, &mut next);
        }
        cache_random::change(random, &mut next);
        next.options.clear();
        next.files.retain(|_, file| !matches!(file, File::Folder(_)));
        for file in next.files.values_mut() {
            if let File::Text(_, mode) = file {
                *mode = if *mode & 0o100 == 0 { 0o644 } else { 0o755 };
            }
        }
        if next != *now {
            return next;
        }
    }
}

fn commit(repo: &Path, folder: &Path, state: &State, number: usize) {
    for entry in fs::read_dir(repo).expect("reads").filter_map(Result::ok) {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == ".git") {
            continue;
        }
        let gone = if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        gone.expect("removes");
    }
    state.write_beside(folder);
    state.write_context(repo);
    git(repo, &["add", "-A", "-f"]);
    let message = format!("change {number}");
    git(
        repo,
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", &message],
    );
}

/// What `cachalot cache replay` says of the last commit's steps: name, instruction, fate.
fn replay(repo: &Path, memory: Memory) -> Vec<(String, String, char)> {
    let memory = if memory == Memory::All { "all" } else { "last" };
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    command.current_dir(repo).args(["cache", "replay", "--format", "json", "--memory", memory]);
    let output = command.output().expect("runs");
    let value: Value = serde_json::from_slice(&output.stdout).expect("prints JSON");
    let step = |step: &Value| {
        let text = |name: &str| step[name].as_str().unwrap_or_default().to_string();
        (text("vertex"), text("instruction"), text("history").chars().last().unwrap_or('-'))
    };
    value["steps"].as_array().expect("has steps").iter().map(step).collect()
}

fn git(repo: &Path, args: &[&str]) {
    let status = Command::new("git").current_dir(repo).args(args).status().expect("git is installed");
    assert!(status.success(), "git {args:?}");
}
