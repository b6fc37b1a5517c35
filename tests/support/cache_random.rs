//! Random builds, and random changes from one to the next.

use super::cache_state::{File, NONCE, State};

/// A pseudo random number generator (xorshift): the same builds for the same seed everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            random.below(2);
        }
        random
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// The lines before the random stages: something with a shell, and a variant of it.
pub(crate) const HEAD: [&str; 8] = [
    "ARG G=1",
    "ARG BASE=base",
    "FROM scratch AS base",
    // First what no other chain has: steps that several builds share at a time are merged into one,
    // and then `--no-cache` of one is felt by the others.
    "COPY <<EOF /nonce\nNONCE\nEOF",
    "COPY --from=tools busybox /bin/busybox",
    "RUN [\"/bin/busybox\", \"sh\", \"-c\", \"mkdir -p -m 1777 /tmp && ln -s busybox /bin/sh\"]",
    "FROM base AS base2",
    "ENV Q=2",
];

pub(crate) fn state(random: &mut Random, nonce: String) -> State {
    let mut state = State { nonce, secret: "first".to_string(), ..State::default() };
    state.head = HEAD.iter().map(|line| (*line).to_string()).collect();
    for path in ["a.txt", "b.txt", "one.json", "two.json", "d/x.txt", "d/y.md", "d/s/z.txt", "d/s/t.txt", "e/f/g.txt"] {
        let text = text(random);
        state.files.insert(path.to_string(), File::Text(text, 0o644));
    }
    let packed = text(random);
    state.files.insert("arc.tar".to_string(), File::Archive(packed));
    for (path, target) in [("link", "d/x.txt"), ("dlink", "d"), ("alink", "/d/s"), ("e/up", "../a.txt")] {
        state.files.insert(path.to_string(), File::Link(target.to_string()));
    }
    if random.one_in(2) {
        state.files.insert("d/none".to_string(), File::Folder(0o755));
    }
    let ignores: [&[&str]; 9] = [
        &[],
        &[],
        &["Dockerfile", ".dockerignore"],
        &["*.json", "!one.json"],
        &["d/*", "!d/s", "Dockerfile"],
        &["# a comment", "**/*.md", ".dockerignore", "Dockerfile"],
        &["**", "!d/**", "!*.txt", "!e", "!*.json", "!*link", "!arc.tar"],
        &["e/*/g.txt", "/d/s/t.txt", "Dockerfile*"],
        &["d/s", "!d/s/z.txt", "*ock*"],
    ];
    state.ignore = random.pick(&ignores).iter().map(|it| (*it).to_string()).collect();
    state.own_ignore = random.one_in(6);
    for _ in 0..1 + random.below(4) {
        add_stage(random, &mut state);
    }
    if random.one_in(5) {
        target(random, &mut state);
    }
    if random.one_in(4) {
        state.options.insert("build-arg:A".to_string(), "given".to_string());
    }
    state
}

fn add_stage(random: &mut Random, state: &mut State) {
    let at = state.stages.len();
    let base = base(random, at);
    let mut lines = vec![format!("FROM {base} AS @{at}@")];
    for _ in 0..2 + random.below(5) {
        lines.push(instruction(random, at));
    }
    state.stages.push(lines);
    state.names.push(format!("s{at}"));
}

fn base(random: &mut Random, at: usize) -> String {
    match random.below(7) {
        0..=3 if at > 0 => format!("@{}@", random.below(at)),
        3 => "${BASE}".to_string(),
        4 => "base2".to_string(),
        _ => "base".to_string(),
    }
}

fn target(random: &mut Random, state: &mut State) {
    let name = state.names[random.below(state.names.len())].clone();
    state.options.insert("target".to_string(), name);
}

/// A text of its own length: a transfer looks at size and time only.
fn text(random: &mut Random) -> String {
    format!("{NONCE} {}\n", "x".repeat(1 + random.below(4000)))
}

/// Changes the build and says how, the kind first.
pub(crate) fn change(random: &mut Random, state: &mut State) -> String {
    for _ in 0..3 {
        let done = match random.below(10) {
            0..=3 => change_file(random, state),
            4..=7 => change_line(random, state),
            _ => change_option(random, state),
        };
        // Nothing lies below a file.
        let files = state.files.clone();
        let is_file = |path: &str| files.get(path).is_some_and(|it| !matches!(it, File::Folder(_)));
        state.files.retain(|path, _| !path.match_indices('/').any(|(at, _)| is_file(&path[..at])));
        if let Some(done) = done {
            return done;
        }
    }
    "nothing".to_string()
}

fn change_file(random: &mut Random, state: &mut State) -> Option<String> {
    let paths: Vec<String> = state.files.keys().cloned().collect();
    let path = paths[random.below(paths.len())].clone();
    let text = text(random);
    match random.below(19) {
        0..=4 => {
            let new = match &state.files[&path] {
                File::Archive(_) => File::Archive(text),
                File::Text(_, mode) => File::Text(text, *mode),
                _ => File::Text(text, 0o644),
            };
            state.files.insert(path.clone(), new);
            Some(format!("edit {path}"))
        }
        5 | 6 => {
            let new = random.pick(&["new.txt", "d/new.txt", "d/s/new.md", "three.json", "e/new.txt", "e/h/deep.txt"]);
            state.files.insert(new.to_string(), File::Text(text, 0o644));
            Some(format!("add {new}"))
        }
        7 => {
            state.files.remove(&path);
            Some(format!("remove {path}"))
        }
        8 => {
            let file = state.files.remove(&path)?;
            let new = format!("{path}.moved.txt");
            state.files.insert(new.clone(), file);
            Some(format!("rename {path} to {new}"))
        }
        9 => {
            let old = random.pick(&["d/s", "e/f", "d"]);
            let moved: Vec<String> = paths.into_iter().filter(|it| it.starts_with(&format!("{old}/"))).collect();
            for path in moved {
                let file = state.files.remove(&path)?;
                state.files.insert(path.replacen(old, &format!("{old}2"), 1), file);
            }
            Some(format!("rename-folder {old}"))
        }
        10 => {
            let old = random.pick(&["d/s/", "e/"]);
            state.files.retain(|path, _| !path.starts_with(old));
            Some(format!("remove-folder {old}"))
        }
        11 | 12 => {
            // A folder's own mode is in the key, but the transfer leaves it out where the daemon
            // has the folder already: whether it counts depends on what the daemon kept.
            let modes = [0o644, 0o755, 0o600, 0o664];
            let new = modes[random.below(modes.len())];
            if let Some(File::Text(_, mode)) = state.files.get_mut(&path) {
                *mode = new;
            }
            Some(format!("chmod {path}"))
        }
        13 => Some("touch".to_string()),
        14 => {
            let target = random.pick(&["a.txt", "d/s/z.txt", "/b.txt", "e/../b.txt", "nowhere"]);
            state.files.insert("link".to_string(), File::Link(target.to_string()));
            Some(format!("symlink to {target}"))
        }
        15 => {
            let target = random.pick(&["e", "d/s", "/e/f"]);
            state.files.insert("dlink".to_string(), File::Link(target.to_string()));
            Some(format!("symlink-folder to {target}"))
        }
        16 => {
            let path = random.pick(&["d/fresh", "fresh", "d/s/fresh"]);
            state.files.insert(path.to_string(), File::Folder(0o755));
            Some(format!("new-folder {path}"))
        }
        17 => {
            let path = random.pick(&["d/x.txt", "a.txt", "one.json"]);
            state.files.insert(path.to_string(), File::Link("b.txt".to_string()));
            Some(format!("to-symlink {path}"))
        }
        _ => {
            state.files.retain(|path, _| !path.starts_with("d/s/"));
            state.files.insert("d/s".to_string(), File::Text(text, 0o644));
            Some("folder-to-file d/s".to_string())
        }
    }
}

fn change_line(random: &mut Random, state: &mut State) -> Option<String> {
    // The last stage is the one that is built.
    let last = state.stages.len() - 1;
    let stage = if random.one_in(2) { last } else { random.below(last + 1) };
    let line = 1 + random.below(state.stages[stage].len() - 1);
    let is_last = line + 1 == state.stages[stage].len();
    match random.below(14) {
        0 | 1 if !is_last => {
            state.stages[stage].swap(line, line + 1);
            Some(format!("reorder in s{stage}"))
        }
        2 | 3 => {
            let new = instruction(random, stage);
            state.stages[stage].insert(line, new.clone());
            Some(format!("insert {new}"))
        }
        4 | 5 if state.stages[stage].len() > 2 => Some(format!("delete {}", state.stages[stage].remove(line))),
        6 | 7 => {
            let text = &mut state.stages[stage][line];
            // Those of a stage's name stay.
            let digits = text.match_indices(['0', '1', '2']).map(|(at, _)| at);
            let digits: Vec<usize> = digits.filter(|at| !text[..*at].ends_with(['@', 'G'])).collect();
            let at = *digits.get(random.below(digits.len()))?;
            let new = random.pick(&["1", "2", "3"]);
            text.replace_range(at..=at, new);
            Some(format!("digit in {text}"))
        }
        8 => {
            let text = &mut state.stages[stage][line];
            *text = format!("# a comment of {}\n\n{text}", random.below(9));
            Some("comment".to_string())
        }
        9 => {
            let text = &mut state.stages[stage][line];
            let at = text.find("\\\n")? + 2;
            let new = random.pick(&["# more of a comment\n", "  ", "\n"]);
            text.insert_str(at, new);
            Some("continuation".to_string())
        }
        10 => {
            let text = &mut state.stages[stage][line];
            let end = text.find(' ').filter(|_| !text.starts_with('#'))?;
            text.replace_range(..end, &text[..end].to_lowercase());
            Some("keyword-case".to_string())
        }
        11 => {
            state.names[stage] = format!("renamed{stage}");
            state.options.remove("target");
            Some("rename-stage".to_string())
        }
        12 => {
            let base = base(random, stage);
            state.stages[stage][0] = format!("FROM {base} AS @{stage}@");
            Some(format!("base of s{stage} is {base}"))
        }
        _ => {
            let new = instruction(random, stage);
            let old = std::mem::replace(&mut state.stages[stage][line], new.clone());
            Some(format!("replace {old} by {new}"))
        }
    }
}

fn change_option(random: &mut Random, state: &mut State) -> Option<String> {
    match random.below(12) {
        0..=3 => {
            let names = [
                "A",
                "B",
                "UNUSED",
                "HTTP_PROXY",
                "G",
                "F",
                "SOURCE_DATE_EPOCH",
                "BUILDKIT_CACHE_MOUNT_NS",
                "TARGETSTAGE",
            ];
            let name = random.pick(&names);
            let value = random.pick(&["9", "8", "1"]);
            let value = if name == "F" { "b.txt" } else { value };
            state.options.insert(format!("build-arg:{name}"), value.to_string());
            Some(format!("build-arg {name}={value}"))
        }
        4 => {
            let name = state.options.keys().next()?.clone();
            state.options.remove(&name);
            Some(format!("option-gone {name}"))
        }
        5 => {
            state.options.insert("build-arg:BASE".to_string(), "base2".to_string());
            Some("build-arg BASE".to_string())
        }
        6 | 7 => {
            let pattern = random.pick(&["*.md", "e", "d/none", "nothing", "new.txt", "!d/y.md", "**/z.txt", "# no"]);
            state.ignore.push(pattern.to_string());
            Some(format!("ignore {pattern}"))
        }
        8 => {
            target(random, state);
            Some("target".to_string())
        }
        9 => {
            state.secret = "second".to_string();
            Some("secret".to_string())
        }
        10 => {
            let options = [
                ("hostname", "h"),
                ("add-hosts", "one=10.0.0.1"),
                ("add-hosts", "one=10.0.0.2"),
                ("ulimit", "nofile=100:200"),
                ("shm-size", "1000000"),
            ];
            let (name, value) = options[random.below(options.len())];
            state.options.insert(name.to_string(), value.to_string());
            Some(format!("option {name}"))
        }
        _ => {
            add_stage(random, state);
            // What was built before stays the target every other time: the stage is never reached.
            if random.one_in(2) && !state.options.contains_key("target") {
                let name = state.names[state.names.len() - 2].clone();
                state.options.insert("target".to_string(), name);
            }
            Some("add-stage".to_string())
        }
    }
}

/// An instruction for the stage number `at`.
fn instruction(random: &mut Random, at: usize) -> String {
    match random.below(20) {
        0..=6 => copy(random, at),
        7..=12 => run(random, at),
        13 => heredoc(random),
        14 => {
            let trigger =
                [copy(random, 0), "RUN echo trigger > /tmp/trigger".into(), "ENV OB=1".into(), "ARG A=2".into()];
            format!("ONBUILD {}", trigger[random.below(trigger.len())])
        }
        _ => setting(random),
    }
}

fn setting(random: &mut Random) -> String {
    let n = random.below(3);
    let all = [
        format!("ARG A={n}"),
        format!("ARG A={n} B=${{A}}b"),
        "ARG B".to_string(),
        "ARG G".to_string(),
        "ARG TARGETSTAGE".to_string(),
        "ARG TARGETARCH".to_string(),
        "ARG F=a.txt".to_string(),
        format!("ENV C={n}"),
        format!("ENV C {n}"),
        format!("ENV D=d{n} E=$C"),
        format!("ENV PATH=/p{n}:$PATH"),
        "ENV A=env".to_string(),
        "USER 1000".to_string(),
        "USER 1000:100".to_string(),
        "USER 0".to_string(),
        "USER ${U:-0}".to_string(),
        format!("WORKDIR /tmp/w{n}"),
        format!("WORKDIR /tmp/$C{n}"),
        "WORKDIR sub".to_string(),
        "WORKDIR /".to_string(),
        "SHELL [\"/bin/sh\", \"-e\", \"-c\"]".to_string(),
        "SHELL [\"/bin/sh\", \"-c\"]".to_string(),
        format!("LABEL l={n}"),
        format!("EXPOSE 80{n}"),
        format!("CMD [\"{n}\"]"),
        format!("ENTRYPOINT echo {n}"),
        format!("HEALTHCHECK --interval={n}1s CMD true"),
        format!("STOPSIGNAL SIGUSR{}", 1 + n % 2),
        format!("VOLUME /v{n}"),
    ];
    all[random.below(all.len())].clone()
}

fn copy(random: &mut Random, at: usize) -> String {
    let n = random.below(3);
    let from = match random.below(8) {
        0..=2 if at > 0 => Some(format!("@{}@", random.below(at))),
        3 => Some(random.pick(&["base", "base2"]).to_string()),
        _ => None,
    };
    let is_add = from.is_none() && random.one_in(4);
    let mut flags = String::new();
    if let Some(from) = &from {
        flags += &format!(" --from={from}");
    }
    let link = random.one_in(4);
    if link {
        flags += random.pick(&[" --link", " --link", " --link=true"]);
    }
    if random.one_in(7) {
        flags += " --chmod=";
        flags += random.pick(&["755", "0644", "600", "u+x", "go=r", "a+rX"]);
    }
    if random.one_in(7) {
        flags += " --chown=";
        flags += random.pick(&["1:2", "7", "0:0", "${C:-3}"]);
    }
    if random.one_in(7) {
        flags += random.pick(&[
            " --exclude=*.md",
            " --exclude=s",
            " --exclude=**/z.txt",
            " --exclude=x.txt --exclude=s/t.txt",
        ]);
    }
    let parents = !is_add && random.one_in(7);
    if parents {
        flags += " --parents";
    }
    if is_add && random.one_in(5) {
        flags += random.pick(&[" --unpack=false", " --unpack"]);
    }
    let sources = match &from {
        Some(_) if link => random.pick(&["/nonce", "/non*"]),
        Some(_) if parents => random.pick(&["/bin/busybox", "/tmp", "/bin/./b*", "/n*ce"]),
        Some(_) => random.pick(&[
            "/bin/busybox",
            "/tmp",
            "/tmp/",
            "/tmp/r*",
            "/nonce",
            "/bin/b*",
            "/nonce /bin/sh",
            "/n*ce",
            "/",
        ]),
        None if parents => {
            random.pick(&["d/s/z.txt", "d/**/*.txt", "./d/./s/z.txt", "d/./s", "d e/f/g.txt", "e/*", "./*.json"])
        }
        None => random.pick(&[
            "a.txt",
            "a.txt",
            "b.txt one.json",
            "d",
            "d/",
            "d/s",
            "d d/s",
            ".",
            "*.json",
            "d/*.txt",
            "d*",
            "d/*",
            "*/*.txt",
            "link",
            "dlink",
            "dlink/s",
            "alink",
            "e/up",
            "${F:-a.txt}",
            "?.txt",
            "[ab].txt",
            "arc.tar",
            "arc.tar a.txt",
        ]),
    };
    let several = sources.contains([' ', '*', '?', '[']);
    let dest = if link {
        format!("/l{NONCE}{n}/")
    } else if several || random.one_in(3) {
        format!("/many{n}/")
    } else {
        let dests = ["/o0", "/o1", "./", "sub/", "/o$A", ".", "/tmp/o"];
        random.pick(&dests).to_string()
    };
    let keyword = if is_add { "ADD" } else { "COPY" };
    if random.one_in(9) {
        let words: Vec<String> = sources.split(' ').chain([dest.as_str()]).map(|it| format!("\"{it}\"")).collect();
        return format!("{keyword}{flags} [{}]", words.join(", "));
    }
    format!("{keyword}{flags} {sources} {dest}")
}

fn heredoc(random: &mut Random) -> String {
    let n = random.below(3);
    let all = [
        format!("COPY <<EOF /h{n}.txt\nNONCE $A ${{B:-none}}\nEOF"),
        format!("COPY <<'EOF' /q{n}.txt\nNONCE $A\nEOF"),
        format!("COPY <<-EOF /t{n}.txt\n\t\tNONCE tabs {n}\n\tEOF"),
        format!("COPY <<one <<two /hs/\nNONCE {n}\none\nNONCE\ntwo"),
        format!("COPY --link <<EOF /l{NONCE}{n}/h.txt\nNONCE {n}\nEOF"),
        format!("ADD --chmod=755 <<EOF /h{n}.txt\nNONCE {n}\nEOF"),
        format!("COPY a.txt <<EOF /mixed/\nNONCE {n}\nEOF"),
    ];
    all[random.below(all.len())].clone()
}

fn run(random: &mut Random, at: usize) -> String {
    let n = random.below(3);
    let from = if at == 0 { "base".to_string() } else { format!("@{}@", random.below(at)) };
    if random.one_in(2) {
        let all = [
            format!("RUN echo {n} > /tmp/run{n}"),
            format!("RUN echo $A $C > /tmp/run{n}"),
            format!("RUN echo {n} \\\n  # a comment\n  more"),
            format!("RUN [\"/bin/busybox\", \"echo\", \"{n}\"]"),
            format!("RUN [\"/bin/sh\", \"-c\", \"echo {n} > /tmp/run{n}\"]"),
            format!("RUN <<EOF\necho {n} > /tmp/here\nEOF"),
            format!("RUN <<-EOF\n\techo {n} > /tmp/here\n\tEOF"),
            format!("RUN <<EOF\n#!/bin/sh\necho {n} > /tmp/script\nEOF"),
            format!("RUN cat <<ONE <<TWO > /tmp/two\n{n}\nONE\n2\nTWO"),
            "RUN --network=none echo offline".to_string(),
            "RUN --security=sandbox echo caged".to_string(),
            "RUN --network=default echo default".to_string(),
            "RUN date +%N > /tmp/date".to_string(),
            "RUN id -u > /tmp/id.txt || true".to_string(),
        ];
        return all[random.below(all.len())].clone();
    }
    let mut flags = String::new();
    for at in 0..1 + random.below(2) {
        let mounts = [
            format!("type=bind,source=d,target=/m{at}"),
            format!("type=bind,target=/m{at}"),
            format!("type=bind,rw,target=/m{at}"),
            format!("source=a.txt,target=/m{at}/a"),
            format!("type=bind,source=dlink,target=/m{at}"),
            format!("type=bind,src=d/s,dst=/m{at}"),
            format!("type=bind,from={from},source=/tmp,target=/m{at}"),
            format!("type=bind,from={from},source=/nonce,target=/m{at}/n"),
            format!("type=bind,from={from},target=/m{at}"),
            format!("type=cache,target=/c{at},id=c{n}"),
            format!("type=cache,target=/c{at}"),
            format!("type=cache,target=/c{at},sharing=locked"),
            format!("type=cache,target=/c{at},mode=0777,uid=1"),
            format!("type=cache,target=/c{at},from={from},source=/tmp"),
            format!("type=tmpfs,target=/t{at}"),
            format!("type=tmpfs,target=/t{at},size=1{n}00000"),
            "type=secret,id=s".to_string(),
            "type=secret,id=s,env=SECRET".to_string(),
            format!("type=secret,id=s,target=/sec{n}"),
            "type=secret,id=absent".to_string(),
            "type=ssh".to_string(),
        ];
        flags += &format!(" --mount={}", mounts[random.below(mounts.len())]);
    }
    format!("RUN{flags} echo mounts{n} > /tmp/mounted{n}")
}
