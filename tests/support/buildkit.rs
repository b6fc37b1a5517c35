//! A real BuildKit: builds, and says of each vertex whether it was cached.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Builds the context in `folder`; `more` are further arguments of `buildctl build`. For each vertex,
/// by its name, whether it was cached; the error is what the builder printed last.
pub(crate) fn build(
    folder: &Path,
    options: &BTreeMap<String, String>,
    more: &[String],
) -> Result<BTreeMap<String, bool>, String> {
    let context = folder.join("context");
    let local = |name: &str, path: &Path| format!("{name}={}", path.display());
    let mut command = client();
    command.args(["build", "--frontend", "dockerfile.v0", "--progress=rawjson"]);
    command.args(["--local", &local("context", &context), "--local", &local("dockerfile", &context)]);
    command.args(["--local", &local("tools", &folder.join("tools")), "--opt", "context:tools=local:tools"]);
    command.args(["--secret", &format!("id=s,src={}", folder.join("secret").display())]);
    for (name, value) in options {
        command.args(["--opt", &format!("{name}={value}")]);
    }
    let output = command.args(more).output().map_err(|error| format!("buildctl: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        let error = text.lines().rev().find(|line| line.starts_with("error:"));
        return Err(error.or(text.lines().last()).unwrap_or_default().to_string());
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

/// Throws the daemon's cache away.
pub(crate) fn prune() {
    let output = client().args(["prune", "--all"]).output();
    assert!(output.is_ok_and(|it| it.status.success()), "buildctl prune");
}

fn client() -> Command {
    Command::new(std::env::var("BUILDCTL").unwrap_or_else(|_| "buildctl".to_string()))
}
