use crate::rules::DockerfileCx;

/// A constant `--platform` whose stage does not name the platform (BuildKit's
/// `validateBaseImagePlatform` companion in `validations.go`).
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(value) = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref()) else {
            continue;
        };
        let Some((os, architecture)) = platform(&value.raw) else { continue };
        let name = stage.name.map(|name| name.text.to_ascii_lowercase()).unwrap_or_default();
        if !value.is_constant() || name.contains(&os) || name.contains(&architecture) {
            continue;
        }
        cx.report(value.span, format!("FROM --platform flag should not use constant value \"{}\"", value.raw)).note(
            "leave it out and pass `docker build --platform`, or name the stage after its platform if it is meant",
        );
    }
}

/// Operating system and architecture of a platform, normalised as containerd does.
fn platform(value: &str) -> Option<(String, String)> {
    let value = value.to_ascii_lowercase();
    let mut parts = value.split('/');
    let (first, second) = (parts.next()?, parts.next());
    let architecture = |name: &str| match name {
        "x86_64" | "x86-64" => "amd64".to_string(),
        "aarch64" => "arm64".to_string(),
        "i386" | "i686" => "386".to_string(),
        "armhf" | "armel" => "arm".to_string(),
        other => other.to_string(),
    };
    let known_os =
        ["linux", "windows", "darwin", "freebsd", "wasi", "solaris", "netbsd", "openbsd", "plan9", "android"];
    let known_architecture = [
        "amd64", "arm64", "arm", "386", "ppc64le", "ppc64", "s390x", "riscv64", "mips", "mips64", "mips64le",
        "loong64", "wasm",
    ];
    match second {
        Some(second) => Some((first.to_string(), architecture(second))),
        None if known_os.contains(&first) => Some((first.to_string(), "amd64".to_string())),
        None if known_architecture.contains(&architecture(first).as_str()) => {
            Some(("linux".into(), architecture(first)))
        }
        None => None,
    }
}
