//! The words of the language with a line on each: what completion offers and hover explains.

use crate::syntax::dockerfile::Keyword;

/// A word and what it does.
pub(super) type Word = (&'static str, &'static str);

pub(super) const INSTRUCTIONS: &[Word] = &[
    ("FROM", "Begins a stage from an image or an earlier stage: `FROM [--platform=…] image [AS name]`."),
    ("RUN", "Runs a command in the build and keeps what it changed as a layer."),
    ("COPY", "Copies files from the build context, a stage or an image: `COPY [flags] source… destination`."),
    ("ADD", "Like COPY, and also downloads URLs, clones Git repositories and unpacks local archives."),
    ("ENV", "Sets environment variables for later steps and for the container: `ENV KEY=value…`."),
    ("ARG", "Declares a build argument: `ARG NAME[=default]…`. It is not set in the container."),
    ("WORKDIR", "Sets, and where it is missing creates, the working folder of later steps and the container."),
    ("USER", "Sets the user, and after a colon the group, of later steps and the container."),
    ("CMD", "The container's default command, or the default arguments of ENTRYPOINT."),
    ("ENTRYPOINT", "The program that the container runs; CMD and `docker run` append arguments."),
    ("EXPOSE", "Documents ports that the container listens on; it publishes none."),
    ("VOLUME", "Marks folders that live outside the container's file system."),
    ("LABEL", "Adds metadata to the image: `LABEL key=value…`."),
    ("HEALTHCHECK", "How to tell whether the container works: `HEALTHCHECK [flags] CMD command`, or `NONE`."),
    ("SHELL", "The shell of the shell form from here on, as a JSON array."),
    ("STOPSIGNAL", "The signal that `docker stop` sends first."),
    ("ONBUILD", "An instruction to run when another build starts from this image."),
    ("MAINTAINER", "Deprecated: names the author. Use `LABEL org.opencontainers.image.authors=…`."),
];

/// The instructions that ONBUILD can keep for later.
pub(super) fn triggers() -> Vec<Word> {
    let is_refused = |name: &str| ["FROM", "ONBUILD", "MAINTAINER"].contains(&name);
    INSTRUCTIONS.iter().filter(|(name, _)| !is_refused(name)).copied().collect()
}

pub(super) const DIRECTIVES: &[Word] = &[
    ("syntax", "Parser directive: the frontend image that reads this file, such as `docker/dockerfile:1`."),
    ("escape", "Parser directive: the character that escapes and continues lines, `\\` or `` ` ``."),
    ("check", "Parser directive: BuildKit's checks, `skip=RULE,…` or `skip=all`, and `error=true`."),
];

pub(super) const AUTOMATIC_ARGS: &[Word] = &[
    ("TARGETPLATFORM", "Platform of the result, such as `linux/arm64`. Declare it with ARG to use it in a stage."),
    ("TARGETOS", "Operating system of the result."),
    ("TARGETARCH", "Architecture of the result, such as `amd64` or `arm64`."),
    ("TARGETVARIANT", "Variant of the result's architecture, such as `v7`."),
    ("BUILDPLATFORM", "Platform of the machine that builds."),
    ("BUILDOS", "Operating system of the machine that builds."),
    ("BUILDARCH", "Architecture of the machine that builds."),
    ("BUILDVARIANT", "Variant of the building machine's architecture."),
    ("TARGETSTAGE", "Name of the stage that is built."),
    ("HTTP_PROXY", "Predefined proxy argument; needs no ARG and stays out of the cache key."),
    ("HTTPS_PROXY", "Predefined proxy argument; needs no ARG and stays out of the cache key."),
    ("FTP_PROXY", "Predefined proxy argument; needs no ARG and stays out of the cache key."),
    ("NO_PROXY", "Predefined proxy argument; needs no ARG and stays out of the cache key."),
    ("ALL_PROXY", "Predefined proxy argument; needs no ARG and stays out of the cache key."),
];

pub(super) const SIGNALS: &[Word] = &[
    ("SIGTERM", "Asks the process to end; the default."),
    ("SIGINT", "Interrupt, as from Ctrl+C."),
    ("SIGQUIT", "Quit; nginx and php-fpm end gracefully on it."),
    ("SIGHUP", "Hang-up; many daemons read their configuration again."),
    ("SIGKILL", "Ends the process at once; it cannot clean up."),
    ("SIGUSR1", "What the program makes of it."),
    ("SIGUSR2", "What the program makes of it."),
    ("SIGWINCH", "Window changed; Apache httpd ends gracefully on it."),
];

const CHOWN: Word = ("chown", "Owner of the copied files: `user[:group]`, by name or number.");
const CHMOD: Word = ("chmod", "Permissions of the copied files, such as `755` or `u=rwX,go=rX`.");
const LINK: Word = ("link", "Copies into a layer of its own that survives changes of earlier layers.");
const EXCLUDE: Word = ("exclude", "Leaves out files that match the pattern.");

/// The flags of an instruction.
pub(super) fn flags(keyword: Keyword) -> &'static [Word] {
    match keyword {
        Keyword::From => &[("platform", "Platform of the image, such as `linux/amd64` or `$BUILDPLATFORM`.")],
        Keyword::Run => &[
            ("mount", "Something to mount while the command runs: bind, cache, tmpfs, secret or ssh."),
            ("network", "Network of the command: `default`, `none` or `host`."),
            ("security", "`sandbox`, or `insecure` for a privileged command."),
            ("device", "A device that the command may use, by its CDI name."),
        ],
        Keyword::Copy => &[
            ("from", "Stage, image or named context to copy from."),
            CHOWN,
            CHMOD,
            LINK,
            ("parents", "Keeps the folders above each source."),
            EXCLUDE,
        ],
        Keyword::Add => &[
            CHOWN,
            CHMOD,
            LINK,
            ("checksum", "Digest that the download must have, such as `sha256:…`."),
            ("keep-git-dir", "Keeps `.git` of a cloned repository."),
            ("unpack", "Whether archives are unpacked."),
            EXCLUDE,
        ],
        Keyword::Healthcheck => &[
            ("interval", "Time between two checks; 30s by default."),
            ("timeout", "Time that a check may take; 30s by default."),
            ("start-period", "Time in which failures do not count; 0s by default."),
            ("start-interval", "Time between two checks in the start period; 5s by default."),
            ("retries", "Failures in a row that make the container unhealthy; 3 by default."),
        ],
        _ => &[],
    }
}

const PLATFORMS: &[Word] = &[
    ("$BUILDPLATFORM", "the machine that builds"),
    ("$TARGETPLATFORM", "the result; the default"),
    ("linux/amd64", ""),
    ("linux/arm64", ""),
    ("linux/arm/v7", ""),
    ("linux/386", ""),
    ("linux/ppc64le", ""),
    ("linux/riscv64", ""),
    ("linux/s390x", ""),
    ("windows/amd64", ""),
];
const TIMES: &[Word] = &[("5s", ""), ("10s", ""), ("30s", ""), ("1m", ""), ("5m", "")];
const SWITCH: &[Word] = &[("true", ""), ("false", "")];

/// The values of a flag.
pub(super) fn flag_values(flag: &str) -> &'static [Word] {
    match flag {
        "platform" => PLATFORMS,
        "network" => &[("default", "the builder's network"), ("none", "no network"), ("host", "the host's network")],
        "security" => &[("sandbox", "the default"), ("insecure", "privileged; the builder must allow it")],
        "chown" => &[("root:root", ""), ("1000:1000", ""), ("nobody", ""), ("nonroot:nonroot", "")],
        "chmod" => &[("644", ""), ("755", ""), ("600", ""), ("u=rwX,go=rX", "")],
        "link" | "parents" | "keep-git-dir" | "unpack" => SWITCH,
        "checksum" => &[("sha256:", "")],
        "interval" | "timeout" | "start-period" | "start-interval" => TIMES,
        "retries" => &[("3", ""), ("5", ""), ("10", "")],
        _ => &[],
    }
}

/// Keys of `--mount`.
pub(super) const MOUNT_KEYS: &[Word] = &[
    ("type", "What is mounted: `bind`, `cache`, `tmpfs`, `secret` or `ssh`."),
    ("target", "Where it is mounted."),
    ("source", "What of `from` or the context is mounted."),
    ("from", "Stage, image or context that the mount comes from."),
    ("id", "Name of the cache, secret or socket."),
    ("sharing", "How builds share a cache: `shared`, `private` or `locked`."),
    ("readonly", "Mounts it read-only."),
    ("rw", "Allows writes, which a bind mount throws away."),
    ("required", "Fails where the secret or socket is missing."),
    ("env", "Environment variable that holds the secret."),
    ("size", "Upper limit of a tmpfs."),
    ("mode", "Permissions."),
    ("uid", "Owner's number."),
    ("gid", "Group's number."),
];

/// The one name of a key that has several.
pub(super) fn mount_key(key: &str) -> &str {
    match key {
        "src" => "source",
        "dst" | "destination" => "target",
        "ro" => "readonly",
        "readwrite" => "rw",
        other => other,
    }
}

/// The keys that a kind of mount takes; all of them for what is no kind.
pub(super) fn mount_keys(kind: &str) -> impl Iterator<Item = &'static Word> {
    let taken: &[&str] = match kind {
        "bind" => &["target", "source", "from", "rw"],
        "cache" => &["target", "id", "sharing", "from", "source", "readonly", "mode", "uid", "gid"],
        "tmpfs" => &["target", "size"],
        "secret" => &["id", "target", "env", "required", "mode", "uid", "gid"],
        "ssh" => &["id", "target", "required", "mode", "uid", "gid"],
        _ => &[],
    };
    MOUNT_KEYS.iter().filter(move |(key, _)| taken.is_empty() || taken.contains(key))
}

/// The values of a key of `--mount`.
pub(super) fn mount_values(key: &str) -> &'static [Word] {
    match key {
        "type" => &[
            ("bind", "files of the context or another stage; the default"),
            ("cache", "a folder that outlives the build"),
            ("tmpfs", "memory"),
            ("secret", "a file or variable that stays out of the image"),
            ("ssh", "the SSH agent's socket"),
        ],
        "sharing" => &[
            ("shared", "used by several builds at once; the default"),
            ("private", "each build its own"),
            ("locked", "one build at a time"),
        ],
        "required" | "readonly" | "ro" | "rw" | "readwrite" => SWITCH,
        "target" => &[("/root/.cache", ""), ("/var/cache/apt", ""), ("/var/lib/apt", "")],
        _ => &[],
    }
}

/// What can stand as an argument of an instruction, whatever the file says.
pub(super) fn arguments(keyword: &str) -> &'static [Word] {
    match keyword {
        "FROM" => &[
            ("scratch", "an empty image"),
            ("alpine", ""),
            ("debian", ""),
            ("ubuntu", ""),
            ("node", ""),
            ("python", ""),
            ("golang", ""),
            ("rust", ""),
            ("nginx", ""),
        ],
        "EXPOSE" => &[
            ("80", "HTTP"),
            ("443", "HTTPS"),
            ("8080", "HTTP"),
            ("3000", ""),
            ("5432", "PostgreSQL"),
            ("6379", "Redis"),
            ("53/udp", "DNS"),
        ],
        "USER" => &[("nobody", ""), ("nonroot", ""), ("root", ""), ("1000:1000", "")],
        "STOPSIGNAL" => SIGNALS,
        "SHELL" => &[
            ("[\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", "fails where any command of a pipe fails"),
            ("[\"/bin/sh\", \"-c\"]", "the default on Linux"),
            ("[\"powershell\", \"-Command\"]", "Windows"),
        ],
        "CMD" | "ENTRYPOINT" => &[("[\"\"]", "exec form: no shell between the container and the program")],
        "HEALTHCHECK" => &[
            ("CMD", "the command that tells"),
            ("NONE", "switches off the check of the base image"),
            ("--interval=", "time between two checks"),
            ("--timeout=", "time that a check may take"),
            ("--start-period=", "time in which failures do not count"),
            ("--retries=", "failures that count"),
        ],
        "LABEL" => &[
            ("org.opencontainers.image.title", "name of the image"),
            ("org.opencontainers.image.description", "what is in it"),
            ("org.opencontainers.image.authors", "whom to ask"),
            ("org.opencontainers.image.source", "URL of its source"),
            ("org.opencontainers.image.url", "URL to learn more"),
            ("org.opencontainers.image.documentation", "URL of its documentation"),
            ("org.opencontainers.image.version", "version of what is in it"),
            ("org.opencontainers.image.revision", "commit of its source"),
            ("org.opencontainers.image.licenses", "SPDX expression"),
            ("org.opencontainers.image.vendor", "who publishes it"),
            ("org.opencontainers.image.created", "when, as RFC 3339 writes it"),
            ("org.opencontainers.image.base.name", "the base image"),
        ],
        "VOLUME" => &[("/data", ""), ("/var/lib/", ""), ("/tmp", "")],
        "WORKDIR" => &[("/app", ""), ("/src", ""), ("/workspace", ""), ("/usr/src/app", "")],
        "RUN" => &[
            ("apt-get install -y --no-install-recommends", "Debian packages"),
            ("apk add --no-cache", "Alpine packages"),
            ("<<EOF", "a script of several lines"),
        ],
        _ => &[],
    }
}

/// Packages that many images install; of all others an editor without a network knows nothing.
pub(super) fn packages(tool: &str) -> &'static [Word] {
    match tool {
        "apt" | "apt-get" => &[
            ("build-essential", "compiler, linker and make"),
            ("ca-certificates", "whom TLS trusts"),
            ("curl", ""),
            ("git", ""),
            ("gnupg", ""),
            ("jq", ""),
            ("libpq-dev", "headers of PostgreSQL's client"),
            ("libssl-dev", "headers of OpenSSL"),
            ("locales", ""),
            ("openssh-client", ""),
            ("pkg-config", ""),
            ("python3", ""),
            ("python3-pip", ""),
            ("tini", "an init process for containers"),
            ("tzdata", "time zones"),
            ("unzip", ""),
            ("wget", ""),
            ("xz-utils", ""),
        ],
        "apk" => &[
            ("bash", ""),
            ("build-base", "compiler, linker and make"),
            ("ca-certificates", "whom TLS trusts"),
            ("curl", ""),
            ("gcompat", "runs programs that were built for glibc"),
            ("git", ""),
            ("jq", ""),
            ("libffi-dev", ""),
            ("musl-dev", ""),
            ("openssh-client", ""),
            ("openssl", ""),
            ("py3-pip", ""),
            ("python3", ""),
            ("su-exec", "runs a program as another user"),
            ("tini", "an init process for containers"),
            ("tzdata", "time zones"),
        ],
        "dnf" | "microdnf" | "yum" => &[
            ("ca-certificates", "whom TLS trusts"),
            ("curl", ""),
            ("findutils", ""),
            ("gcc", ""),
            ("git", ""),
            ("gzip", ""),
            ("make", ""),
            ("openssl", ""),
            ("python3", ""),
            ("shadow-utils", "useradd and groupadd"),
            ("tar", ""),
            ("unzip", ""),
        ],
        _ => &[],
    }
}

/// How an instruction is written: its forms, with a blank between two parameters.
pub(super) fn signatures(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "FROM" => &["FROM [--platform=…] image[:tag|@digest] [AS] [name]"],
        "RUN" => &[
            "RUN [--mount=…|--network=…|--security=…] command",
            "RUN [--mount=…|--network=…|--security=…] [\"program\",\"argument\"…]",
        ],
        "COPY" => &["COPY [--from=…|--chown=…|--chmod=…|--link|--parents|--exclude=…] source… destination"],
        "ADD" => {
            &["ADD [--chown=…|--chmod=…|--link|--checksum=…|--keep-git-dir|--unpack|--exclude=…] source… destination"]
        }
        "ENV" => &["ENV key=value…"],
        "ARG" => &["ARG name[=default]…"],
        "LABEL" => &["LABEL key=value…"],
        "WORKDIR" => &["WORKDIR path"],
        "USER" => &["USER user[:group]"],
        "CMD" => &["CMD command", "CMD [\"program\",\"argument\"…]"],
        "ENTRYPOINT" => &["ENTRYPOINT command", "ENTRYPOINT [\"program\",\"argument\"…]"],
        "EXPOSE" => &["EXPOSE port[/protocol]…"],
        "VOLUME" => &["VOLUME path…", "VOLUME [\"path\"…]"],
        "HEALTHCHECK" => &[
            "HEALTHCHECK [--interval=…|--timeout=…|--start-period=…|--start-interval=…|--retries=…] CMD command",
            "HEALTHCHECK NONE",
        ],
        "SHELL" => &["SHELL [\"program\",\"argument\"…]"],
        "STOPSIGNAL" => &["STOPSIGNAL signal"],
        "ONBUILD" => &["ONBUILD instruction"],
        "MAINTAINER" => &["MAINTAINER name"],
        _ => &[],
    }
}
