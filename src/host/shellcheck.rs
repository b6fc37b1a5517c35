use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::shell::{self, Dialect, ExternalEngine, Finding, Job};

/// Scripts given to one process at most.
const BATCH: usize = 200;
/// How long one process may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first version that offers fixes in the format `json1`.
const OLDEST: (u32, u32) = (0, 9);
/// The first version that knows BusyBox.
const KNOWS_BUSYBOX: (u32, u32) = (0, 10);

const INSTALL: &str = "install it (https://github.com/koalaman/shellcheck#installing) or set `shell.engine` to `auto`";

/// A `shellcheck` program.
#[derive(Debug)]
pub struct ShellCheck {
    program: String,
    version: (u32, u32),
    failures: Mutex<Vec<String>>,
}

impl ShellCheck {
    /// The program on PATH, if it is there and not too old; else what to do about it.
    pub fn find() -> Result<ShellCheck, String> {
        ShellCheck::at("shellcheck")
    }

    /// The program of that name or path.
    pub fn at(program: &str) -> Result<ShellCheck, String> {
        let output = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        let output = output.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("`{program}` is not on PATH: {INSTALL}"),
            _ => format!("`{program}` cannot be run: {error}; {INSTALL}"),
        })?;
        let Some(version) = version(&String::from_utf8_lossy(&output.stdout)) else {
            return Err(format!("`{program} --version` names no version: {INSTALL}"));
        };
        if version < OLDEST {
            let (major, minor) = version;
            return Err(format!("`{program}` is {major}.{minor}, but 0.9 or later is needed: {INSTALL}"));
        }
        Ok(ShellCheck { program: program.to_string(), version, failures: Mutex::default() })
    }

    /// The program with its version, which decides what it finds.
    pub fn identity(&self) -> String {
        format!("shellcheck {}.{}", self.version.0, self.version.1)
    }

    /// True if something went wrong that was not taken yet.
    pub fn has_failed(&self) -> bool {
        self.failures.lock().map_or(true, |failures| !failures.is_empty())
    }

    /// What went wrong since the last call.
    pub fn take_failures(&self) -> Vec<String> {
        self.failures.lock().map(|mut failures| std::mem::take(&mut *failures)).unwrap_or_default()
    }

    fn try_check(&self, jobs: &[Job]) -> Result<Vec<Vec<Finding>>, String> {
        let mut by_dialect: BTreeMap<Dialect, Vec<usize>> = BTreeMap::new();
        for (at, job) in jobs.iter().enumerate() {
            let dialect = match job.script.dialect {
                Dialect::Ash if self.version < KNOWS_BUSYBOX => Dialect::Dash,
                dialect => dialect,
            };
            if shell::shellcheck_dialect(dialect).is_some() {
                by_dialect.entry(dialect).or_default().push(at);
            }
        }
        let mut found = vec![Vec::new(); jobs.len()];
        for (dialect, members) in by_dialect {
            for batch in members.chunks(BATCH) {
                self.batch(dialect, batch, jobs, &mut found)?;
            }
        }
        Ok(found)
    }

    /// One process for some of the jobs, all in one dialect.
    fn batch(&self, dialect: Dialect, batch: &[usize], jobs: &[Job], out: &mut [Vec<Finding>]) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        for at in batch {
            let written = fs::write(folder.path().join(at.to_string()), &jobs[*at].script.text.text);
            written.map_err(|error| format!("no temporary file: {error}"))?;
        }
        let arguments = shell::shellcheck_arguments(dialect).unwrap_or_default();
        let mut command = Command::new(&self.program);
        command.args(arguments).args(batch.iter().map(usize::to_string)).current_dir(folder.path());
        let json = self.output(command, folder.path())?;
        let answer = shell::parse_shellcheck_output(&json, |file| jobs.get(index(file)?).copied());
        for (file, findings) in answer.map_err(|error| self.failure(&format!("an answer that is none: {error}")))? {
            if let Some(slot) = index(&file).and_then(|at| out.get_mut(at)) {
                *slot = findings;
            }
        }
        Ok(())
    }

    /// What the command writes, which goes through a file so that no full pipe makes it wait.
    fn output(&self, mut command: Command, folder: &Path) -> Result<String, String> {
        let io = |error: std::io::Error| self.failure(&error.to_string());
        let answer = folder.join("answer");
        command.stdin(Stdio::null()).stdout(File::create(&answer).map_err(io)?).stderr(Stdio::null());
        let mut child = command.spawn().map_err(io)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        let status = loop {
            if let Some(status) = child.try_wait().map_err(io)? {
                break status;
            }
            if start.elapsed() > PATIENCE {
                // It may have ended just now; either way it is gone.
                _ = child.kill();
                _ = child.wait();
                return Err(self.failure(&format!("no answer within {} seconds", PATIENCE.as_secs())));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        // 1 says that something was found.
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(self.failure(&status.to_string()));
        }
        fs::read_to_string(answer).map_err(io)
    }

    fn failure(&self, why: &str) -> String {
        format!("`{}` failed: {why}", self.program)
    }
}

impl ExternalEngine for ShellCheck {
    fn check(&self, jobs: &[Job]) -> Option<Vec<Vec<Finding>>> {
        let why = match self.try_check(jobs) {
            Ok(found) => return Some(found),
            Err(why) => why,
        };
        if let Ok(mut failures) = self.failures.lock() {
            failures.push(why);
        }
        None
    }
}

fn index(file: &str) -> Option<usize> {
    file.parse().ok()
}

/// The first two numbers of the line `version: 0.11.0`.
fn version(text: &str) -> Option<(u32, u32)> {
    let line = text.lines().find_map(|line| line.strip_prefix("version:"))?;
    let mut numbers = line.trim().split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::shell::CheckOptions;
    use crate::text::Spliced;

    /// A program that answers the same whatever it is asked.
    fn program(folder: &Path, name: &str, version: &str, answer: &str) -> String {
        let path = folder.join(name);
        let text = format!("#!/bin/sh\n[ \"$1\" = --version ] && {{ echo 'version: {version}'; exit; }}\n{answer}\n");
        fs::write(&path, text).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("may be run");
        path.to_string_lossy().into_owned()
    }

    #[test]
    fn is_asked_and_understood() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = r#""line":1,"endLine":1,"column":6,"endColumn":8"#;
        let comment = format!(r#"{{"file":"1",{place},"level":"info","code":2086,"message":"m","fix":null}}"#);
        let answer = format!("echo '{{\"comments\":[{comment}]}}'; exit 1");
        let engine = ShellCheck::at(&program(folder.path(), "new", "0.11.0", &answer)).expect("new enough");
        let scripts = ["true", "echo $x"].map(|text| shell::parse(Spliced::verbatim(text, 0), Dialect::Sh));
        let jobs = scripts.iter().map(|script| Job { script, options: CheckOptions::default() });
        let found = engine.check(&jobs.collect::<Vec<_>>()).expect("an answer");
        assert!(found[0].is_empty());
        assert_eq!((found[1][0].code, found[1][0].span.start, found[1][0].span.end), (2086, 5, 7));
    }

    #[test]
    fn failures_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(ShellCheck::at("/no/such/shellcheck").is_err_and(|why| why.contains("not on PATH")));
        let old = program(folder.path(), "old", "0.8.0", "");
        assert!(ShellCheck::at(&old).is_err_and(|why| why.contains("0.9 or later")));
        let engine = ShellCheck::at(&program(folder.path(), "bad", "0.11.0", "exit 3")).expect("new enough");
        let script = shell::parse(Spliced::verbatim("true", 0), Dialect::Sh);
        assert!(engine.check(&[Job { script: &script, options: CheckOptions::default() }]).is_none());
        assert_eq!(engine.take_failures().len(), 1);
    }
}
