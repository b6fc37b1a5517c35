//! Programs that run another program, and how to skip their own arguments.

/// How the arguments of a wrapper are read.
pub(super) struct Wrapping {
    /// Short options that take a value.
    pub(super) short: &'static str,
    /// Long options that take a value as a word of its own.
    pub(super) long: &'static [&'static str],
    /// Words before the command that are not options.
    pub(super) operands: usize,
    /// True where `NAME=value` may stand before the command.
    pub(super) assigns: bool,
}

const fn plain(short: &'static str) -> Wrapping {
    Wrapping { short, long: &[], operands: 0, assigns: false }
}

const fn after(short: &'static str, operands: usize) -> Wrapping {
    Wrapping { short, long: &[], operands, assigns: false }
}

/// The wrapper of that base name, if it is one.
pub(super) fn wrapping(name: &str) -> Option<Wrapping> {
    Some(match name {
        "sudo" => Wrapping {
            short: "ugpCDhrtTUR",
            long: &[
                "user",
                "group",
                "prompt",
                "close-from",
                "chdir",
                "host",
                "role",
                "type",
                "command-timeout",
                "other-user",
                "chroot",
            ],
            operands: 0,
            assigns: true,
        },
        "env" => Wrapping { short: "uC", long: &["unset", "chdir"], operands: 0, assigns: true },
        "doas" => plain("uC"),
        "gosu" | "su-exec" | "setuidgid" | "s6-setuidgid" => after("", 1),
        "setpriv" => Wrapping {
            short: "d",
            long: &["reuid", "regid", "groups", "inh-caps", "ambient-caps", "bounding-set", "securebits", "pdeathsig"],
            operands: 0,
            assigns: false,
        },
        "exec" => plain("a"),
        "command" | "builtin" | "nohup" | "setsid" | "eatmydata" | "fakeroot" | "chronic" | "unbuffer" | "linux32"
        | "linux64" | "catatonit" | "dbus-run-session" | "with-contenv" | "busybox" | "toybox" | "proxychains"
        | "proxychains4" | "torsocks" | "torify" | "catchsegv" | "s6-envdir" => plain(""),
        "time" => Wrapping { short: "fo", long: &["format", "output"], operands: 0, assigns: false },
        "nice" => Wrapping { short: "n", long: &["adjustment"], operands: 0, assigns: false },
        "ionice" => Wrapping { short: "cn", long: &["class", "classdata"], operands: 0, assigns: false },
        "stdbuf" => Wrapping { short: "ioe", long: &["input", "output", "error"], operands: 0, assigns: false },
        "timeout" => Wrapping { short: "ks", long: &["kill-after", "signal"], operands: 1, assigns: false },
        "chrt" => after("TPD", 1),
        "taskset" | "setarch" | "faketime" => after("", 1),
        "flock" => {
            Wrapping { short: "wE", long: &["wait", "timeout", "conflict-exit-code"], operands: 1, assigns: false }
        }
        "tini" => plain("pe"),
        "dumb-init" => Wrapping { short: "r", long: &["rewrite"], operands: 0, assigns: false },
        "ssh-agent" => plain("atP"),
        "xvfb-run" => Wrapping {
            short: "efnpsw",
            long: &["error-file", "auth-file", "server-num", "xauth-protocol", "server-args", "wait"],
            operands: 0,
            assigns: false,
        },
        "xargs" => Wrapping {
            short: "adEILnPs",
            long: &["arg-file", "delimiter", "max-args", "max-lines", "max-procs", "max-chars", "process-slot-var"],
            operands: 0,
            assigns: false,
        },
        _ => return None,
    })
}

/// True for a wrapper of which this option asks for something else than running a command:
/// `command -v`, `sudo -l`, `busybox --install`, `chrt -p`.
pub(super) fn does_not_run(name: &str, option: &str) -> bool {
    let letters: &str = match name {
        "command" => "vV",
        "sudo" => "lvKkVe",
        "ionice" | "chrt" | "taskset" => "p",
        "busybox" | "toybox" => return true,
        _ => return matches!(option, "--help" | "--version"),
    };
    let cluster = option.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    cluster.is_some_and(|cluster| cluster.contains(|letter| letters.contains(letter)))
        || matches!(option, "--help" | "--version" | "--list" | "--validate" | "--edit" | "--pid")
}

/// True for the shells that take `-c` and a script.
pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh" | "rbash")
}
