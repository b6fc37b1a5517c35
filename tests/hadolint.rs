//! cachalot under hadolint's name: its flags, variables, files, formats and exit statuses.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// DL3006 (warning), DL3003 (warning), DL3000 (error); hadolint 2.15 says the same.
const DOCKERFILE: &str = "FROM debian\nRUN cd /tmp && ls\nWORKDIR app\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        folder.put("Dockerfile", DOCKERFILE);
        folder
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    }

    fn output(&self, program: &Path, args: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).args(args).env_clear().env("HOME", self.0.path().join("home"));
        command.envs(environment.iter().copied()).output().expect("runs")
    }

    /// The exit status and `line code level` of what is reported.
    fn run(&self, args: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
        let args = [&["hadolint", "Dockerfile"], args].concat();
        let output = self.output(Path::new(env!("CARGO_BIN_EXE_cachalot")), &args, environment);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let short = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            format!("{} {} {}", words[0].trim_start_matches("Dockerfile:"), words[1], words[2].trim_end_matches(':'))
        };
        (output.status.code().unwrap_or(-1), text.lines().map(short).collect::<Vec<_>>().join(", "))
    }
}

fn is(status: i32, found: &str) -> (i32, String) {
    (status, found.to_string())
}

const ALL: &str = "1 DL3006 warning, 2 DL3003 warning, 3 DL3000 error";

#[test]
fn flags_and_variables() {
    let folder = Folder::new();
    let run = |args: &[&str], environment: &[(&str, &str)]| folder.run(args, environment);
    assert_eq!(run(&[], &[]), is(1, ALL));
    assert_eq!(run(&["--no-fail"], &[]), is(0, ALL));
    assert_eq!(run(&[], &[("HADOLINT_NOFAIL", "yes")]), is(0, ALL));
    assert_eq!(run(&[], &[("HADOLINT_NOFAIL", "0")]), is(1, ALL));
    let rest = "2 DL3003 warning, 3 DL3000 error";
    assert_eq!(run(&["--ignore", "DL3006"], &[]), is(1, rest));
    assert_eq!(run(&[], &[("HADOLINT_IGNORE", "DL3006, DL9999")]), is(1, rest));
    assert_eq!(
        run(&["--style", "DL3000", "-t", "error"], &[]),
        is(0, "1 DL3006 warning, 2 DL3003 warning, 3 DL3000 style")
    );
    assert_eq!(run(&["-t", "error", "--ignore", "DL3000"], &[("HADOLINT_OVERRIDE_ERROR", "DL3003")]).0, 1);
    assert_eq!(run(&["--ignore", "DL3000"], &[("HADOLINT_FAILURE_THRESHOLD", "error")]).0, 0);
    let labels = "1 DL3049 info, 1 DL3006 warning, 2 DL3003 warning, 3 DL3000 error";
    assert_eq!(run(&["--require-label", "a:text"], &[]), is(1, labels));
    assert_eq!(run(&[], &[("HADOLINT_REQUIRE_LABELS", "a:text")]), is(1, labels));
    assert!(run(&["--trusted-registry", "ghcr.io"], &[]).1.contains("1 DL3026 error"));
    for wrong in [&["-t", "fatal"][..], &["-f", "xml"], &["--bogus"], &["nowhere"], &["--config", "nowhere"]] {
        let args = [&["hadolint", "Dockerfile"], wrong].concat();
        let output = folder.output(Path::new(env!("CARGO_BIN_EXE_cachalot")), &args, &[]);
        assert!(output.status.code().is_some_and(|code| code > 0) && !output.stderr.is_empty(), "{wrong:?}");
    }
}

#[test]
fn sources_are_joined_in_order() {
    let folder = Folder::new();
    folder.put(".hadolint.yaml", "ignored: [DL3006]\noverride:\n  info: [DL3000]\nfailure-threshold: warning\n");
    let run = |args: &[&str], environment: &[(&str, &str)]| folder.run(args, environment);
    assert_eq!(run(&[], &[]), is(1, "2 DL3003 warning, 3 DL3000 info"));
    assert_eq!(run(&["--ignore", "DL3003"], &[]), is(0, "3 DL3000 info"), "lists add up");
    assert_eq!(run(&["--ignore", "DL3003", "-t", "info"], &[("HADOLINT_FAILURE_THRESHOLD", "error")]).0, 1);
    // Where hadolint's gravest word wins, the nearest one does.
    let milder = run(&["--style", "DL3000"], &[("HADOLINT_OVERRIDE_ERROR", "DL3000")]);
    assert_eq!(milder, is(1, "2 DL3003 warning, 3 DL3000 style"));
    folder.put("other.yaml", "ignored: [DL3003]\n");
    assert_eq!(run(&["-c", "other.yaml"], &[]), is(1, "1 DL3006 warning, 3 DL3000 error"));
    folder.put("broken.yaml", "ignored: [\n");
    assert_eq!(run(&["-c", "broken.yaml"], &[]), is(1, ""), "a broken file is not passed over");
}

#[test]
fn the_home_folder_has_a_configuration() {
    let folder = Folder::new();
    for file in [".config/hadolint.yaml", ".hadolint/config.yml", ".hadolint.yaml"] {
        folder.put(&format!("home/{file}"), "ignored: [DL3006]\n");
        assert_eq!(folder.run(&[], &[]).1, "2 DL3003 warning, 3 DL3000 error", "{file}");
        fs::remove_file(folder.0.path().join("home").join(file)).expect("removes");
    }
}

#[test]
fn formats_have_hadolint_s_keys() {
    let folder = Folder::new();
    let out = |args: &[&str]| {
        let args = [&["hadolint", "Dockerfile"], args].concat();
        let output = folder.output(Path::new(env!("CARGO_BIN_EXE_cachalot")), &args, &[]);
        (output.status.code(), String::from_utf8(output.stdout).expect("is UTF-8"))
    };
    let json = |format: &str| serde_json::from_str::<Value>(&out(&["-f", format]).1).expect("is JSON");
    let first = &json("json")[0];
    let keys: Vec<&String> = first.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["code", "column", "file", "level", "line", "message"]);
    assert_eq!((&first["code"], &first["level"], &first["line"]), (&"DL3006".into(), &"warning".into(), &1.into()));
    let issue = &json("gitlab_codeclimate")[0];
    assert_eq!((&issue["check_name"], &issue["severity"]), (&"DL3006".into(), &"major".into()));
    let issue = &json("sonarqube")["issues"][2];
    assert_eq!(
        (&issue["ruleId"], &issue["severity"], &issue["type"]),
        (&"DL3000".into(), &"CRITICAL".into(), &"BUG".into())
    );
    assert_eq!(json("sarif")["runs"][0]["results"][0]["ruleId"], "DL3006");
    assert!(out(&["-f", "gnu"]).1.starts_with("hadolint:Dockerfile:1: DL3006 warning: "));
    assert!(out(&["-f", "checkstyle"]).1.contains("source=\"DL3006\""));
    let junit = out(&["-f", "junit"]).1;
    assert!(
        junit.contains("<testcase id=\"hadolint.rule.DL3006\" ")
            && junit.contains("<failure id=\"DL3006\" type=\"warning\" ")
    );
    assert_eq!(
        json("sarif")["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["sourceLanguage"],
        "dockerfile"
    );
    assert_eq!(out(&["-f", "codacy"]).0, Some(0), "its readers take any status for a crash");
    let (status, text) = out(&["-f", "codeclimate"]);
    assert_eq!((status, text.matches('\0').count()), (Some(0), 3));
    assert!(out(&["-f", "checkstyle", "--file-path-in-report", "x/y"]).1.contains("<file name=\"x/y\">"));
    let (status, shown) = out(&["-f", "json", "-o", "out.json", "-f", "tty"]);
    assert_eq!((status, shown.lines().count()), (Some(1), 3));
    assert!(fs::read_to_string(folder.0.path().join("out.json")).is_ok_and(|text| text.starts_with('[')));
}

#[cfg(unix)]
#[test]
fn the_name_of_the_program_decides() {
    let folder = Folder::new();
    let link = folder.0.path().join("hadolint");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cachalot"), &link).expect("links");
    let output = folder.output(&link, &["--no-color", "Dockerfile"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("Dockerfile:1 DL3006 warning: "));
    assert!(folder.output(&link, &["-v"], &[]).stdout.starts_with(b"hadolint 2.15.1"));
    assert_eq!(folder.output(&link, &["--bogus"], &[]).status.code(), Some(1));
    assert_eq!(folder.output(&link, &[], &[]).status.code(), Some(1));
}
