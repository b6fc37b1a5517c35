//! The gates of `cachalot lint` as a team uses them over the life of a code base.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A folder and the program run in it.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Project {
        Project(tempfile::tempdir().expect("a temporary folder"))
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).expect("reads")
    }

    fn output(&self, args: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
        command.current_dir(self.root()).arg("lint").args(args).args(["--preset", "hadolint"]);
        for name in ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "GITHUB_WORKSPACE", "NO_COLOR"] {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied()).output().expect("runs")
    }

    /// The exit status, `line:rule` of what is reported, and what is said beside.
    fn lint(&self, args: &[&str]) -> (i32, String, String) {
        self.lint_in(args, &[])
    }

    fn lint_in(&self, args: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
        let args = [args, &["--format", "compact"]].concat();
        let output = self.output(&args, environment);
        let short = |line: &str| {
            let mut parts = line.split(':');
            let (file, line, rule) = (parts.next()?, parts.next()?, parts.nth(1)?);
            Some(format!("{file}:{line}:{}", rule.split(['[', ']']).nth(1)?))
        };
        let out = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr).replace("cachalot: ", "");
        let shown: Vec<String> = out.lines().map(|line| short(line).unwrap_or_else(|| line.to_string())).collect();
        (output.status.code().unwrap_or(-1), shown.join(" "), said.trim().replace('\n', "; "))
    }

    fn git(&self, args: &[&str]) {
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
        let mut command = Command::new("git");
        let output = command.current_dir(self.root()).args(author).args(args).output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "x", "--allow-empty"]);
    }
}

fn is(expected: (i32, &str, &str)) -> (i32, String, String) {
    (expected.0, expected.1.to_string(), expected.2.to_string())
}

#[test]
fn a_baseline_hides_what_is_known_and_shrinks() {
    let project = Project::new();
    project.put("a/Dockerfile", "FROM debian:12\nRUN sudo ls\nRUN sudo ls\nWORKDIR app\n");
    project.put("b/Dockerfile", "FROM debian\n");
    let baseline = ["--baseline", "known.json"];
    let missing = "known.json: no such baseline; --write-baseline makes it";
    assert_eq!(project.lint(&baseline), is((2, "", missing)));
    let write = project.lint(&["--baseline", "known.json", "--write-baseline"]);
    assert_eq!(write, is((0, "", "known.json: 5 known problems")));
    assert_eq!(project.lint(&baseline), is((0, "", "5 known problems left out")));

    // Lines move, one problem is new, another is solved.
    project.put("a/Dockerfile", "# a comment\n\nFROM debian:12\nRUN sudo ls\nUSER root\nWORKDIR  app\n");
    let (status, shown, said) = project.lint(&baseline);
    assert_eq!((status, shown.as_str()), (1, "a/Dockerfile:5:named-user a/Dockerfile:5:root-user"));
    assert_eq!(said, "known.json: 2 stale entries removed; 3 known problems left out");
    assert_eq!(project.text("known.json").matches("\"rule\"").count(), 3);

    // A rule that does not run proves nothing, and neither does a file that is not looked at.
    let before = project.text("known.json");
    project.lint(&["--baseline", "known.json", "--ignore", "DL3004"]);
    project.lint(&["--baseline", "known.json", "b"]);
    assert_eq!(project.text("known.json"), before);

    // A service must not write: it says so.
    project.put("b/Dockerfile", "FROM debian:12\n");
    let (_, _, said) = project.lint_in(&baseline, &[("CI", "true")]);
    assert!(said.starts_with("known.json: 1 stale entry: run cachalot outside of CI"), "{said}");
    assert_eq!(project.text("known.json"), before);
}

#[test]
fn a_moved_file_takes_its_known_problems_with_it() {
    let project = Project::new();
    project.put("old/Dockerfile", "FROM debian\nWORKDIR app\n");
    project.put("cachalot.toml", "baseline = \"known.json\"\n");
    assert_eq!(project.lint(&["--write-baseline"]).2, "known.json: 2 known problems");
    fs::rename(project.root().join("old"), project.root().join("new")).expect("renames");
    assert_eq!(project.lint(&[]), is((0, "", "2 known problems left out")));
    assert!(project.text("known.json").contains("\"new/Dockerfile\""));
    assert_eq!(project.lint(&[]), is((0, "", "2 known problems left out")));
}

#[test]
fn only_changed_lines_count_since_a_revision() {
    let project = Project::new();
    project.git(&["init", "-q"]);
    project.put("Dockerfile", "FROM debian:12\nRUN sudo ls\nWORKDIR app\n");
    project.commit();
    project.git(&["checkout", "-qb", "work"]);
    project.put("Dockerfile", "FROM debian:12\nRUN sudo ls\nRUN sudo mv a b\nWORKDIR app\n");
    project.put("new/Dockerfile", "FROM debian\n");
    assert_eq!(
        project.lint(&["--since", "main"]),
        is((1, "Dockerfile:3:consecutive-runs Dockerfile:3:sudo-used new/Dockerfile:1:untagged-base-image", ""))
    );
    project.commit();
    // What happens on the other branch meanwhile is no change of this one.
    project.git(&["checkout", "-q", "main"]);
    project.put("Dockerfile", "FROM debian:12\nRUN sudo ls -l\nWORKDIR app\n");
    project.commit();
    project.git(&["checkout", "-q", "work"]);
    let (status, shown, _) = project.lint(&["--since", "main", "--ignore", "DL3059"]);
    assert_eq!((status, shown.as_str()), (1, "Dockerfile:3:sudo-used new/Dockerfile:1:untagged-base-image"));
    let (status, shown, said) = project.lint(&["--since", "nowhere"]);
    assert_eq!((status, shown.as_str()), (2, ""));
    assert!(said.contains("`nowhere` is no commit"), "{said}");
}

#[test]
fn thresholds() {
    let project = Project::new();
    project.put("Dockerfile", "FROM debian\nRUN sudo ls\n");
    project.put(
        "cachalot.toml",
        "[[overrides]]\npaths = [\"legacy/**\"]\nrules.DL3006 = \"info\"\nignore = [\"DL3004\"]\n",
    );
    project.put("legacy/Dockerfile", "FROM debian\nRUN sudo ls\n");
    let status = |args: &[&str]| project.lint(args).0;
    assert_eq!(status(&["Dockerfile"]), 1);
    assert_eq!(status(&["Dockerfile", "--max-findings", "1"]), 1);
    assert_eq!(status(&["Dockerfile", "--max-findings", "2"]), 0);
    assert_eq!(status(&["Dockerfile", "--exit-zero"]), 0);
    assert_eq!(status(&["nowhere", "--exit-zero"]), 2);
    assert_eq!(status(&["legacy"]), 0, "an override makes it milder");
    assert_eq!(status(&["legacy", "--fail-on", "info"]), 1);
}

#[test]
fn several_formats_at_once() {
    let project = Project::new();
    project.put("Dockerfile", "FROM debian\n");
    let output = project.output(&["--format", "sarif=out.sarif", "--format", "json=out.json", "--format", "gnu"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("Dockerfile:1.6-11: warning: "));
    assert!(output.stderr.is_empty());
    for file in ["out.sarif", "out.json"] {
        assert!(serde_json::from_str::<serde_json::Value>(&project.text(file)).is_ok(), "{file}");
    }
    for wrong in
        [&["--format", "sarif", "--format", "json"][..], &["--format", "sarif=nowhere/x"], &["--format", "srif"]]
    {
        let output = project.output(wrong, &[]);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{wrong:?}");
    }
}

#[test]
fn services_get_what_they_show() {
    let project = Project::new();
    project.put("sub/Dockerfile", "FROM debian\n");
    let out = |environment: &[(&str, &str)], args: &[&str]| {
        String::from_utf8_lossy(&project.output(args, environment).stdout).into_owned()
    };
    assert!(!out(&[], &[]).contains("::warning"));
    assert!(out(&[("GITHUB_ACTIONS", "true")], &[]).contains("\n::warning file=sub/Dockerfile,line=1,"));
    assert!(
        out(&[("TF_BUILD", "True")], &[]).contains("\n##vso[task.logissue type=warning;sourcepath=sub/Dockerfile;")
    );
    assert!(out(&[("GITLAB_CI", "true")], &[]).contains("\u{1b}["));
    assert!(!out(&[("GITLAB_CI", "true"), ("NO_COLOR", "1")], &[]).contains("\u{1b}["));
    assert!(!out(&[("GITHUB_ACTIONS", "true")], &["--format", "text"]).contains("::warning"));
    let above = project.root().parent().expect("is in a folder").to_string_lossy().into_owned();
    let name = project.root().file_name().expect("has a name").to_string_lossy().into_owned();
    let shown = out(&[("GITHUB_ACTIONS", "true"), ("GITHUB_WORKSPACE", &above)], &[]);
    assert!(shown.contains(&format!("::warning file={name}/sub/Dockerfile,")), "{shown}");
}

#[test]
fn statistics_count_rules() {
    let project = Project::new();
    project.put("Dockerfile", "FROM debian\nRUN sudo ls\nRUN sudo ls\n");
    let output = project.output(&["--statistics", "--ignore", "DL3059"], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    let firsts: Vec<Vec<&str>> = text.lines().take(2).map(|line| line.split_whitespace().take(3).collect()).collect();
    assert_eq!(firsts, [["2", "error", "sudo-used"], ["1", "warning", "untagged-base-image"]], "{text}");
    let output = project.output(&["--statistics", "--format", "json"], &[]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(value["rules"][0]["count"], 2);
    assert_eq!(project.output(&["--statistics", "--format", "sarif"], &[]).status.code(), Some(2));
}

#[test]
fn ignores_are_added_where_they_are_needed() {
    let project = Project::new();
    project.put("Dockerfile", "FROM debian\r\nRUN true && \\\r\n    sudo ls\r\n");
    project.put("README.md", "# x\n\n- y\n\n  ```dockerfile\n  FROM debian\n  RUN sudo ls\n  ```\n");
    let add = ["--add-ignore", "until OPS-12", "--select", "DL3006"];
    assert_eq!(project.lint(&add), is((0, "", "silenced 4 problems in 2 files")));
    let comment = |names: &str| format!("# cachalot: ignore={names} until OPS-12");
    let (base, sudo) = (comment("untagged-base-image"), comment("sudo-used"));
    let dockerfile = format!("{base}\r\nFROM debian\r\nRUN true && \\\r\n    {sudo}\r\n    sudo ls\r\n");
    assert_eq!(project.text("Dockerfile"), dockerfile);
    let readme = format!("# x\n\n- y\n\n  ```dockerfile\n  {base}\n  FROM debian\n  {sudo}\n  RUN sudo ls\n  ```\n");
    assert_eq!(project.text("README.md"), readme);
    assert_eq!(project.lint(&add), is((0, "", "")), "the second time there is nothing to do");
    for wrong in ["", "two\nlines", ", x"] {
        assert_eq!(project.lint(&["--add-ignore", wrong]).0, 2);
    }
}
