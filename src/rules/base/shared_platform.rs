//! Platforms as containerd reads and writes them.

use crate::syntax::dockerfile::go_quote;

/// Operating system and architecture of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Platform {
    pub os: String,
    pub architecture: String,
}

/// What the first component looks like, with the version and the features of the system behind it; quoted as
/// containerd prints it.
const SYSTEM: &str = r#""^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$""#;
const COMPONENT: &str = r#""^[A-Za-z0-9_.-]+$""#;

/// Reads `os[(version+features)]/architecture[/variant]`, or one of the first two alone; the error is containerd's.
pub(super) fn parse(value: &str) -> Result<Platform, String> {
    let quoted = go_quote(value);
    let invalid = |why: String| Err(format!("{why}: invalid argument"));
    if value.contains('*') {
        return invalid(format!("{quoted}: wildcards not yet supported"));
    }
    let parts: Vec<&str> = value.splitn(4, '/').collect();
    let Some((os, version, features)) = system(parts[0]) else {
        let first = go_quote(parts[0]);
        let rule = format!("OSAndVersion specifier component must match {SYSTEM}");
        return invalid(format!("{first} is an invalid OS component of {quoted}: {rule}"));
    };
    if let Some(escape) = bad_escape(version) {
        let version = go_quote(version);
        return Err(format!("{quoted} has an invalid OS version {version}: invalid URL escape {}", go_quote(escape)));
    }
    if let Some((feature, escape)) = features.split('+').find_map(|it| Some((it, bad_escape(it)?))) {
        let (feature, escape) = (go_quote(feature), go_quote(escape));
        let why = format!("invalid os feature {feature}: invalid URL escape {escape}");
        return Err(format!("{quoted} has invalid OS features: {why}"));
    }
    if let Some(part) = parts[1..].iter().find(|part| !is_word(part, "_.-")) {
        let rule = format!("platform specifier component must match {COMPONENT}");
        return invalid(format!("{} is an invalid component of {quoted}: {rule}", go_quote(part)));
    }
    let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    match lower.as_slice() {
        [_] if OPERATING_SYSTEMS.contains(&os.as_str()) => Ok(Platform { os, architecture: "amd64".to_string() }),
        [name] if ARCHITECTURES.contains(&architecture(name).as_str()) => {
            Ok(Platform { os: "linux".to_string(), architecture: architecture(name) })
        }
        [_] => invalid(format!("{quoted}: unknown operating system or architecture")),
        [_, name] | [_, name, _] => Ok(Platform { os, architecture: architecture(name) }),
        _ => invalid(format!("{quoted}: cannot parse platform specifier")),
    }
}

/// The system in lower case, its version, its features with a `+` between them.
fn system(part: &str) -> Option<(String, &str, &str)> {
    let (name, options) = match part.split_once('(') {
        Some((name, options)) => (name, options.strip_suffix(')')?),
        None => (part, ""),
    };
    let (version, features) = options.split_once('+').unwrap_or((options, ""));
    let is_option = |text: &str| is_word(text, "_.%-");
    let has_features = options.contains('+');
    let is_valid = is_word(name, "_-")
        && (version.is_empty() || is_option(version))
        && (!has_features || features.split('+').all(is_option));
    let lower = name.to_ascii_lowercase();
    is_valid.then(|| (if lower == "macos" { "darwin".to_string() } else { lower }, version, features))
}

/// True for letters, digits and signs out of `others`, at least one.
fn is_word(text: &str, others: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// The first `%` without two hexadecimal digits behind it, with what stands in their place.
fn bad_escape(text: &str) -> Option<&str> {
    let is_hex = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut percents = text.match_indices('%').map(|(at, _)| at);
    let at = percents.find(|at| !(is_hex(at + 1) && is_hex(at + 2)))?;
    Some(&text[at..(at + 3).min(text.len())])
}

fn architecture(name: &str) -> String {
    match name {
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "i386" => "386",
        "armhf" | "armel" => "arm",
        other => other,
    }
    .to_string()
}

const OPERATING_SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];
const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(value: &str) -> String {
        parse(value).map_or_else(|why| why, |it| format!("{}/{}", it.os, it.architecture))
    }

    #[test]
    fn platforms_are_read_as_containerd_does() {
        assert_eq!(check("Linux/x86_64"), "linux/amd64");
        assert_eq!(check("macos"), "darwin/amd64");
        assert_eq!(check("armhf"), "linux/arm");
        assert_eq!(check("windows(10.0.17763+win32k)/amd64"), "windows/amd64");
        assert_eq!(check("linux/arm/v7"), "linux/arm");
        assert_eq!(check("wasi"), "\"wasi\": unknown operating system or architecture: invalid argument");
        assert_eq!(check("a/b/c/d"), "\"a/b/c/d\": cannot parse platform specifier: invalid argument");
        assert!(check("linux/").starts_with("\"\" is an invalid component of \"linux/\": platform"));
        assert!(check("a/b/c/d/e").starts_with("\"d/e\" is an invalid component of \"a/b/c/d/e\": platform"));
        assert!(check("li.nux/arm64").starts_with("\"li.nux\" is an invalid OS component of \"li.nux/arm64\": OSAnd"));
        assert_eq!(
            check("windows(%zz)/amd64"),
            "\"windows(%zz)/amd64\" has an invalid OS version \"%zz\": invalid URL escape \"%zz\""
        );
    }
}
