//! `cachalot cache predict` in a git repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[path = "support/repository.rs"]
mod repository;

use repository::{commit, git, write};

#[test]
fn revisions_and_the_working_tree_are_compared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    git(repo, &["init", "-q"]);
    write(repo, "app/Dockerfile", "FROM scratch AS a\nCOPY lib /lib\nCOPY src /src\n");
    write(repo, "app/.gitignore", "out\n");
    write(repo, "app/lib/x", "1");
    write(repo, "app/src/main", "1");
    commit(repo);
    write(repo, "app/src/main", "2");
    commit(repo);
    write(repo, "app/out/file", "not tracked");
    write(repo, "app/lib/new", "untracked");

    let steps = |args: &[&str]| predict(repo, args);
    assert_eq!(steps(&[]), ["COPY lib /lib: miss lib/new", "COPY src /src: miss "]);
    assert_eq!(steps(&["--since", "HEAD~1"]), ["COPY lib /lib: miss lib/new", "COPY src /src: miss src/main"]);
    let committed = steps(&["--from", "HEAD~1", "--to", "HEAD"]);
    assert_eq!(committed, ["COPY lib /lib: hit ", "COPY src /src: miss src/main"]);
    assert_eq!(steps(&["--from", "HEAD", "--to", "HEAD"]), ["COPY lib /lib: hit ", "COPY src /src: hit "]);
    fs::remove_file(repo.join("app/lib/new")).expect("removes");
    assert_eq!(steps(&[]), ["COPY lib /lib: hit ", "COPY src /src: hit "]);
}

#[test]
fn a_history_is_replayed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    git(repo, &["init", "-q"]);
    write(repo, ".dockerignore", ".git\n");
    write(repo, "Dockerfile", "FROM node AS a\nCOPY package.json ./\nRUN npm ci\nCOPY . .\n");
    write(repo, "package.json", "1");
    write(repo, "main.js", "1");
    commit(repo);
    // Two edits of the source, one that goes back, and one of the manifest.
    for (path, text) in [("main.js", "2"), ("main.js", "3"), ("main.js", "2"), ("package.json", "2")] {
        write(repo, path, text);
        commit(repo);
    }
    let histories = |memory: &str| -> Vec<String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
        command.current_dir(repo).args(["cache", "replay", "--format", "json", "--memory", memory]);
        let output = command.output().expect("runs");
        let value: Value = serde_json::from_slice(&output.stdout).expect("prints JSON");
        assert_eq!(value["steps"][2]["culprits"][0]["what"], "package.json");
        let steps = value["steps"].as_array().expect("has steps");
        steps.iter().map(|step| step["history"].as_str().unwrap_or_default().to_string()).collect()
    };
    assert_eq!(histories("all"), ["hhhh", "hhhm", "hhhm", "mmhm"]);
    assert_eq!(histories("last"), ["hhhh", "hhhm", "hhhm", "mmmm"]);
}

#[test]
fn triggers_of_known_base_images_are_steps() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    for (path, text) in [("Dockerfile", "FROM node:8-onbuild\nRUN ls\n"), ("package.json", "{}"), ("main.js", "1")] {
        write(repo, path, text);
    }
    let (_, text, errors) = cachalot(repo, &["predict", "--changed", "main.js", "--format", "json"]);
    let value: Value = serde_json::from_str(&text).expect(&errors);
    let vertex = |at: usize| format!("{} {}", value["steps"][at]["verdict"], value["steps"][at]["vertex"]);
    assert_eq!(vertex(2), "\"hit\" \"[3/5] ONBUILD RUN npm install\"");
    assert_eq!(vertex(3), "\"miss\" \"[4/5] ONBUILD COPY . /usr/src/app\"");
    assert_eq!(vertex(4), "\"miss\" \"[5/5] RUN ls\"");
}

/// The steps with their verdicts and the paths that changed.
fn predict(repo: &Path, args: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    command.current_dir(repo).args(["cache", "predict", "app/Dockerfile", "--format", "json"]).args(args);
    let output = command.output().expect("runs");
    let value: Value = serde_json::from_slice(&output.stdout).expect("prints JSON");
    let line = |step: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let paths = step["reason"]["paths"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
        format!("{}: {} {}", text(&step["instruction"]), text(&step["verdict"]), paths.join(" "))
    };
    value["steps"].as_array().expect("has steps").iter().map(line).collect()
}

/// A project whose install stands behind `COPY . .`, with nine edits of its source and one of a document.
fn late_install(repo: &Path) {
    git(repo, &["init", "-q"]);
    write(repo, ".dockerignore", ".git\n");
    write(repo, "Dockerfile", "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n");
    write(repo, "package.json", "{\"name\": \"a\", \"dependencies\": {\"express\": \"4\"}}");
    write(repo, "package-lock.json", "{}");
    write(repo, "README.md", "0");
    write(repo, "main.js", "0");
    commit(repo);
    for number in 1..10 {
        write(repo, "main.js", number.to_string());
        commit(repo);
    }
    write(repo, "README.md", "1");
    commit(repo);
}

fn cachalot(repo: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    let output = command.current_dir(repo).arg("cache").args(args).output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn advice_is_replayed_over_the_same_history() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    late_install(repo);
    let (status, text, errors) = cachalot(repo, &["replay"]);
    assert_eq!(status, Some(0), "{errors}");
    for wanted in ["advice, replayed over 10 commits:", "RUN npm ci: 0 % → 100 %, 10 of 10 runs avoided", "`README.md`"]
    {
        assert!(text.contains(wanted), "{wanted} in\n{text}");
    }
    let (_, json, _) = cachalot(repo, &["replay", "--format", "json"]);
    let value: Value = serde_json::from_str(&json).expect("prints JSON");
    assert_eq!(value["advice"][0]["kind"], "manifests-first");
    assert_eq!(value["builds"].as_array().map(Vec::len), Some(10));
    let (_, patch, _) = cachalot(repo, &["replay", "--diff"]);
    let mut apply = Command::new("git");
    apply.current_dir(repo).args(["apply", "--check", "-"]).stdin(std::process::Stdio::piped());
    let mut child = apply.spawn().expect("git is installed");
    std::io::Write::write_all(&mut child.stdin.take().expect("is piped"), patch.as_bytes()).expect("writes");
    assert!(child.wait().expect("ends").success(), "{patch}");

    assert_eq!(cachalot(repo, &["replay", "--fix"]).0, Some(0));
    let fixed = fs::read_to_string(repo.join("Dockerfile")).expect("is there");
    let install = fixed.find("npm ci").expect("still installs");
    assert!(install < fixed.find("COPY . .").expect("still copies"), "{fixed}");
    let ignore = fs::read_to_string(repo.join(".dockerignore")).expect("is there");
    assert!(ignore.starts_with(".git\n") && ignore.contains("README.md"), "{ignore}");
    let (status, _, errors) = cachalot(repo, &["replay", "--fix"]);
    assert_eq!(status, Some(2));
    assert!(errors.contains("is not that of the last commit"), "{errors}");
}

#[test]
fn gates_name_steps_and_rules() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    late_install(repo);
    let status = |args: &[&str]| cachalot(repo, args).0;
    assert_eq!(status(&["replay", "--no-advice", "--max-miss", "RUN npm ci"]), Some(1));
    assert_eq!(status(&["replay", "--no-advice", "--max-miss", "4=100%"]), Some(0));
    assert_eq!(status(&["replay", "--no-advice", "--max-miss", "copy-before-install"]), Some(1));
    assert_eq!(status(&["replay", "--no-advice", "--max-miss", "stage-0/1"]), Some(0));
    assert_eq!(status(&["predict", "--changed", "main.js", "--max-miss", "stage-0/4"]), Some(1));
    assert_eq!(status(&["predict", "--changed", "main.js", "--max-miss", "stage-0/2"]), Some(0));
    let (code, _, errors) = cachalot(repo, &["predict", "--max-miss", "copy-before-instal"]);
    assert!(code == Some(2) && errors.contains("did you mean `copy-before-install`?"), "{errors}");
    write(repo, "cachalot.toml", "[cache]\nmax-miss = [\"RUN npm ci\"]\ncommits = 3\n");
    let (code, text, _) = cachalot(repo, &["replay", "--no-advice"]);
    assert!(code == Some(1) && text.contains("3 commits replayed"), "{text}");
    write(repo, "cachalot.toml", "[cache]\nmemory = \"lst\"\n");
    let (code, _, errors) = cachalot(repo, &["replay"]);
    assert!(code == Some(2) && errors.contains("did you mean `last`?"), "{errors}");
}

#[test]
fn a_log_is_held_against_its_prediction() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    late_install(repo);
    let log = "#5 [1/5] FROM docker.io/library/node:22\n#5 DONE 0.0s\n#6 [2/5] WORKDIR /app\n#6 DONE 0.1s\n\
               #7 [3/5] COPY . .\n#7 DONE 0.2s\n#8 [4/5] RUN npm ci\n#8 DONE 30.0s\n#9 [5/5] RUN npm run build\n#9 DONE 4.0s\n";
    write(repo, "build.log", log);
    let (_, text, errors) = cachalot(repo, &["log", "build.log", "--from", "HEAD~2", "--to", "HEAD~1"]);
    assert!(text.contains("the build disagreed with the prediction in 1 steps:"), "{text}{errors}");
    assert!(text.contains("[2/5] WORKDIR /app: predicted hit, ran"), "{text}");
    let (_, plan, _) = cachalot(repo, &["predict", "--from", "HEAD~2", "--to", "HEAD~1", "--format", "json"]);
    write(repo, "plan.json", &plan);
    let (_, again, _) = cachalot(repo, &["log", "build.log", "--prediction", "plan.json"]);
    assert_eq!(again, text);
    let (_, replay, _) = cachalot(repo, &["replay", "--log", "build.log", "--no-advice"]);
    assert!(replay.contains("time lost") && replay.contains("5 min"), "{replay}");
}

#[test]
fn build_arguments_may_change_with_each_commit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    late_install(repo);
    let text = "FROM node:22\nARG GIT_SHA\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY main.js ./\nRUN echo $GIT_SHA > sha\n";
    write(repo, "Dockerfile", text);
    let put = |number: usize| write(repo, "main.js", number.to_string());
    for number in 10..20 {
        put(number);
        commit(repo);
    }
    let (_, text, _) = cachalot(repo, &["replay", "--commits", "9", "--build-arg", "GIT_SHA={commit}"]);
    assert!(
        text.contains("declare `GIT_SHA` below the installs") && text.contains("RUN npm ci: 0 % → 100 %"),
        "{text}"
    );
}

#[test]
fn named_contexts_are_read_like_stages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    git(repo, &["init", "-q"]);
    write(repo, "app/Dockerfile", "FROM scratch\nCOPY --from=lib x /x\nCOPY --from=lib y /y\n");
    write(repo, "lib/x", "1");
    write(repo, "lib/y", "1");
    commit(repo);
    write(repo, "lib/y", "2");
    let args = ["--build-context", "lib=lib"];
    let steps = predict(repo, &args);
    assert_eq!(steps, ["COPY --from=lib x /x: hit ", "COPY --from=lib y /y: miss y"]);
}

#[test]
fn a_page_holds_all_that_it_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    late_install(repo);
    let (status, page, errors) = cachalot(repo, &["replay", "--format", "html"]);
    assert_eq!(status, Some(0), "{errors}");
    for foreign in ["src=", "href=", "url(", "@import", "fetch(", "://"] {
        assert!(!page.contains(foreign), "`{foreign}` would load something");
    }
    let data = page.lines().find_map(|line| line.strip_prefix("const data = ")?.strip_suffix(';'));
    let data: Value = serde_json::from_str(data.expect("holds its data")).expect("the data are JSON");
    // A map of commits and steps: a letter per build for each step, before and after.
    let install = |steps: &Value| -> String {
        let mut steps = steps.as_array().into_iter().flatten();
        let found = steps.find(|step| step["instruction"] == "RUN npm ci").expect("installs");
        found["history"].as_str().unwrap_or_default().to_string()
    };
    assert_eq!(install(&data["steps"]), "m".repeat(10));
    assert_eq!(install(&data["proposal"]["steps"]), "h".repeat(10));
    assert_eq!(data["builds"].as_array().map(Vec::len), Some(10));
    assert!(page.contains("<canvas id=\"cells\">"), "draws the map");
    // Rates before and after, and the patch.
    let rate = |name: &str| data["proposal"][name].as_f64().expect("is a rate");
    assert!(rate("hit_rate_before") < rate("hit_rate_after"));
    let patch = data["proposal"]["patches"]["dockerfile"].as_str().expect("has a patch");
    assert!(patch.contains("+COPY package.json package-lock.json ./"), "{patch}");
}

#[test]
fn diagnostics_say_what_they_cost_along_the_history() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    late_install(repo);
    let lint = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
        let command = command.current_dir(repo).args(["lint", "--format", "json"]);
        let output = command.args(args).arg("Dockerfile").output().expect("runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let whole = lint(&["--history", "100"]);
    assert!(whole.contains("over the last 10 commits `RUN npm ci` ran in 10"), "{whole}");
    let short = lint(&["--history", "3"]);
    assert!(short.contains("over the last 3 commits `RUN npm ci` ran in 3"), "{short}");
    assert!(!lint(&[]).contains("over the last"), "costs only where they are asked for");
}

#[test]
fn what_git_lacks_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (repo, clone) = (folder.path().join("repo"), folder.path().join("clone"));
    write(&repo, "Dockerfile", "FROM scratch\nCOPY x /\n");
    let (status, _, errors) = cachalot(&repo, &["replay"]);
    assert!(status == Some(2) && errors.contains("is in no git repository"), "{errors}");
    git(&repo, &["init", "-q"]);
    let (status, _, errors) = cachalot(&repo, &["replay"]);
    assert!(status == Some(2) && errors.contains("the repository has no commit yet"), "{errors}");
    for text in ["1", "2", "3"] {
        write(&repo, "x", text);
        commit(&repo);
    }
    let (status, _, errors) = cachalot(&repo, &["predict", "--since", "nothing"]);
    assert!(status == Some(2) && errors.ends_with("`nothing` is no commit of this repository\n"), "{errors}");
    let from = format!("file://{}", repo.display());
    git(folder.path(), &["clone", "-q", "--depth", "2", &from, "clone"]);
    let (status, text, errors) = cachalot(&clone, &["replay"]);
    assert!(status == Some(0) && text.contains("1 commit replayed") && text.contains("is shallow"), "{text}{errors}");
    let (status, text, _) = cachalot(&clone, &["replay", "--range", "HEAD..HEAD", "--min-hit-rate", "50%"]);
    assert!(status == Some(0) && text.contains("nothing to replay"), "{text}");
    assert!(text.contains("the gates had nothing to judge"), "{text}");
    let (status, _, errors) = cachalot(&clone, &["predict", "--since", "HEAD~2"]);
    assert!(status == Some(2) && errors.contains("`git fetch --unshallow` brings the rest"), "{errors}");
}

/// Each rule about the cache says what its steps did along the history.
#[test]
fn every_rule_says_its_cost() {
    const INSTALL: &str = "COPY package*.json ./\nRUN npm ci\n";
    let cases: &[(&str, &str, &str)] = &[
        ("volatile-arg-early", "ARG GIT_SHA\nINSTALL", "`RUN npm ci` runs in 5, where each has its own `GIT_SHA`"),
        (
            "arg-unused-but-busting",
            "ARG BUILD_NUMBER\nRUN apt-get install -y curl\n",
            "runs in 5, where each has its own `BUILD_NUMBER`",
        ),
        ("arg-unused-but-busting", "ARG FLAVOUR\nRUN apt-get install -y curl\n", "curl` ran in 0"),
        (
            "run-order-volatile-first",
            "ARG GIT_SHA\nRUN echo $GIT_SHA > /sha\nINSTALL",
            "`RUN npm ci` runs in 5, where each has its own `GIT_SHA`",
        ),
        ("env-early", "ENV APP_VERSION=1.0\nINSTALL", "`RUN npm ci` ran in 1"),
        ("remote-add-unpinned", "ADD https://example.com/install.sh /\n", "may have run in 5"),
        ("context-not-ignored", "COPY . /src\n", "`COPY . /src` ran in 5"),
        ("dockerfile-in-context", "COPY . /src\nRUN ls\n", "`RUN ls` ran in 5"),
        ("copy-before-install", "COPY src ./src\nINSTALL", "`RUN npm ci` ran in 4"),
        ("cache-mount-missing", "INSTALL", "`RUN npm ci` ran in 0"),
        ("copy-link-possible", "COPY src /srv/src\n", "`COPY src /srv/src` ran in 4"),
        (
            "copy-broader-than-used",
            "COPY . .\nRUN cd src && make\nFROM node:22\nCOPY --from=0 /app/src/out /out\n",
            "`COPY . .` ran in 5",
        ),
    ];
    for (rule, lines, cost) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repo = folder.path();
        git(repo, &["init", "-q"]);
        let dockerfile = format!("FROM node:22\nWORKDIR /app\n{}", lines.replace("INSTALL", INSTALL));
        write(repo, "Dockerfile", &dockerfile);
        write(repo, "package.json", "{\"name\": \"a\", \"dependencies\": {\"express\": \"4\"}}");
        // What tools look for in the folders above is in the folder as well.
        write(repo, "src/package.json", "{\"name\": \"b\"}");
        write(repo, "src/main.js", "0");
        commit(repo);
        for number in 1..5 {
            write(repo, "src/main.js", number.to_string());
            commit(repo);
        }
        write(repo, "Dockerfile", dockerfile.replace("VERSION=1.0", "VERSION=1.1").replace("WORKDIR", "WORKDIR "));
        commit(repo);
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
        let command = command.current_dir(repo).args(["lint", "--history", "50", "--select", rule, "--format", "json"]);
        let output = command.arg("Dockerfile").output().expect("runs");
        let value: Value = serde_json::from_slice(&output.stdout).expect("prints JSON");
        let found = value["diagnostics"].as_array().into_iter().flatten().filter(|it| it["rule"] == *rule);
        let notes: Vec<String> = found.map(|it| it["notes"].to_string()).collect();
        assert!(notes.iter().any(|it| it.contains(cost)), "{rule}: {cost} in {notes:#?}\n{dockerfile}");
    }
}

#[test]
fn a_dockerfile_in_a_folder_is_built_from_where_its_files_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    git(repo, &["init", "-q"]);
    write(repo, ".dockerignore", ".git\n");
    write(repo, "docker/Dockerfile", "FROM node:22\nCOPY package.json ./\nRUN npm install\nCOPY src src\n");
    write(repo, "package.json", "{\"name\": \"a\"}");
    write(repo, "src/main.js", "1");
    commit(repo);
    write(repo, "src/main.js", "2");
    let (status, text, errors) = cachalot(repo, &["predict", "docker/Dockerfile"]);
    assert_eq!(status, Some(0), "{errors}");
    assert!(text.contains("`src/main.js` changed") && !text.contains("build fails"), "{text}");
    assert!(text.contains("the build context is taken to be `.`"), "{text}");
    // Whoever says it is asked no questions.
    let (_, text, _) = cachalot(repo, &["predict", "docker/Dockerfile", "--context", "."]);
    assert!(!text.contains("is taken to be"), "{text}");
    // A compose file says it as well.
    write(
        repo,
        "compose.yaml",
        "services:\n  app:\n    build:\n      context: src\n      dockerfile: ../docker/Dockerfile\n",
    );
    let (_, text, _) = cachalot(repo, &["predict", "docker/Dockerfile"]);
    assert!(text.contains("is taken to be `src`"), "{text}");
    // So does a workflow, or a bake file.
    fs::remove_file(repo.join("compose.yaml")).expect("removes");
    let step = "    - uses: docker/build-push-action@v6\n      with:\n        context: docker\n        file: docker/Dockerfile\n";
    write(repo, ".github/workflows/image.yml", format!("jobs:\n  image:\n    steps:\n{step}"));
    let (_, text, _) = cachalot(repo, &["predict", "docker/Dockerfile"]);
    assert!(!text.contains("is taken to be"), "{text}");
    write(repo, "docker-bake.hcl", "target \"a\" {\n  context = \"src\"\n  dockerfile = \"../docker/Dockerfile\"\n}\n");
    fs::remove_dir_all(repo.join(".github")).expect("removes");
    let (_, text, _) = cachalot(repo, &["predict", "docker/Dockerfile"]);
    assert!(text.contains("is taken to be `src`"), "{text}");
}

#[test]
fn advice_ends_where_no_earlier_commit_has_the_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    git(repo, &["init", "-q"]);
    write(repo, "Dockerfile", "FROM node:22\nCOPY . .\nRUN npm ci\n");
    for number in 0..9 {
        write(repo, "main.js", number.to_string());
        commit(repo);
    }
    write(repo, "Dockerfile", "FROM node:22\nCOPY package.json ./\nCOPY . .\nRUN npm ci\n");
    write(repo, "package.json", "{}");
    commit(repo);
    let (status, text, errors) = cachalot(repo, &["replay"]);
    assert_eq!(status, Some(0), "{errors}");
    assert!(text.contains("9 commits replayed") && text.contains("no advice: most commits lack files"), "{text}");
    assert_eq!(cachalot(repo, &["replay", "--diff"]).1, "");
}
