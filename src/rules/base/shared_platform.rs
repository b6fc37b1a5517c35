//! Platforms as containerd reads and writes them.

/// Operating system and architecture of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Platform {
    pub os: String,
    pub architecture: String,
}

/// Reads `os/architecture[/variant]`, or one of the two alone; the error is containerd's.
pub(super) fn parse(value: &str) -> Result<Platform, String> {
    let invalid = |why: String| Err(format!("{why}: invalid argument"));
    if value.contains('*') {
        return invalid(format!("\"{value}\": wildcards not yet supported"));
    }
    let parts: Vec<&str> = value.split('/').collect();
    for (at, part) in parts.iter().enumerate() {
        // The version of an operating system stands in parentheses behind it.
        let part = if at == 0 { part.split('(').next().unwrap_or(part) } else { part };
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        if part.is_empty() || !part.bytes().all(is_word) {
            let rule = "platform specifier component must match \"^[A-Za-z0-9_.-]+$\"";
            return invalid(format!("\"{part}\" is an invalid component of \"{value}\": {rule}"));
        }
    }
    let lower: Vec<String> =
        parts.iter().map(|part| part.split('(').next().unwrap_or(part).to_ascii_lowercase()).collect();
    match lower.as_slice() {
        [os] if OPERATING_SYSTEMS.contains(&os.as_str()) || os == "macos" => {
            Ok(Platform { os: system(os), architecture: "amd64".to_string() })
        }
        [name] if ARCHITECTURES.contains(&architecture(name).as_str()) => {
            Ok(Platform { os: "linux".to_string(), architecture: architecture(name) })
        }
        [_] => invalid(format!("\"{value}\": unknown operating system or architecture")),
        [os, name] | [os, name, _] => Ok(Platform { os: system(os), architecture: architecture(name) }),
        _ => invalid(format!("\"{value}\": cannot parse platform specifier")),
    }
}

fn system(os: &str) -> String {
    if os == "macos" { "darwin".to_string() } else { os.to_string() }
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

const OPERATING_SYSTEMS: [&str; 19] = [
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
    "wasip1",
    "wasi",
];
const ARCHITECTURES: [&str; 28] = [
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
    "loongarch64",
    "alpha",
    "m68k",
    "sh4",
];
