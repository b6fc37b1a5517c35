//! What docker's subcommands are called and which flags they take, as `docker … --help` says.

use strsim::damerau_levenshtein;

/// Subcommands of `docker` itself.
const TOP: &str = "run exec ps build pull push images login logout search version info builder checkpoint container context \
        image manifest network plugin system trust volume config node secret service stack swarm attach commit \
        cp create diff events export history import inspect kill load logs pause port rename restart rm rmi save \
        start stats stop tag top unpause update wait buildx compose desktop scout init debug model mcp sandbox \
        offload ai extension sbom dev scan app machine engine deploy daemon help pass harmonia cloud feedback \
        hub assemble registry template cluster pushrm rollout agent gateway lab nvidia";

/// Subcommands that have subcommands.
const GROUPS: &[(&str, &str)] = &[
    ("builder", "bake create du inspect ls rm stop use version build prune"),
    ("checkpoint", "create ls rm"),
    (
        "container",
        "list ps remove attach commit cp create diff exec export inspect kill logs ls pause port prune rename restart rm run \
        start stats stop top unpause update wait",
    ),
    ("context", "list remove create export import inspect ls rm show update use"),
    ("image", "list remove build history import inspect load ls prune pull push rm save tag"),
    ("manifest", "annotate create inspect push rm"),
    ("network", "list remove connect create disconnect inspect ls prune rm"),
    ("plugin", "list remove create disable enable inspect install ls push rm set upgrade"),
    ("system", "df events info prune"),
    ("trust", "inspect key revoke sign signer"),
    ("volume", "list remove create inspect ls prune rm update"),
    ("config", "list remove create inspect ls rm"),
    ("node", "list remove demote inspect ls promote ps rm update"),
    ("secret", "list remove create inspect ls rm"),
    ("service", "list remove create inspect logs ls ps rm rollback scale update"),
    ("stack", "list up down remove config deploy ls ps rm services"),
    ("swarm", "ca init join join-token leave unlock unlock-key update"),
    (
        "buildx",
        "list remove b f bake build create dial-stdio du history imagetools inspect install ls prune rm stop uninstall use \
        version debug dap",
    ),
    (
        "compose",
        "list top alpha attach bridge build commit config convert cp create down events exec export images kill logs ls \
        pause port ps publish pull push restart rm run scale start stats stop top unpause up version volumes \
        wait watch",
    ),
    ("desktop", "start stop restart status engine update version logs disable enable kubernetes diagnose"),
];

/// Flags in front of the subcommand that take a value.
pub(super) const GLOBAL_VALUES: &str = "config c=context H=host l=log-level tlscacert tlscert tlskey \
        f=file p=project-name profile env-file project-directory ansi progress parallel root connection url namespace \
        n=namespace address storage-driver";

/// The flags of one subcommand: with a value, and without. `e=env` has the short form `-e`.
pub(super) struct Flags {
    pub(super) name: &'static str,
    pub(super) values: &'static str,
    pub(super) switches: &'static str,
}

/// Flags of podman and nerdctl's `run` that take a value and that docker does not have.
pub(super) const OTHER_RUN_VALUES: &str = "pod pod-id-file secret arch os variant requires systemd tz umask uidmap gidmap \
        subuidname subgidname conmon-pidfile health-on-failure image-volume init-path passwd-entry personality pidfile \
        rootfs-propagation sdnotify seccomp-policy timeout chrootdirs decryption-key env-merge group-entry hooks-dir \
        hostuser preserve-fds retry retry-delay shm-size-systemd unsetenv snapshotter cosign-key verify namespace \
        cidfile pids-limit-per";

/// Flags by subcommand; `run` holds for `create` too.
pub(super) const FLAGS: &[Flags] = &[
    Flags {
        name: "run",
        values: "add-host annotation a=attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent \
            cgroupns cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime \
            c=cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device device-cgroup-rule device-read-bps \
            device-read-iops device-write-bps device-write-iops dns dns-option dns-search domainname entrypoint \
            e=env env-file expose gpus group-add health-cmd health-interval health-retries health-start-interval \
            health-start-period health-timeout h=hostname io-maxbandwidth io-maxiops ip ip6 ipc isolation \
            kernel-memory l=label label-file link link-local-ip log-driver log-opt mac-address m=memory \
            memory-reservation memory-swap memory-swappiness mount name network network-alias oom-score-adj pid \
            pids-limit platform p=publish pull restart runtime security-opt shm-size stop-signal stop-timeout \
            storage-opt sysctl tmpfs ulimit u=user userns uts v=volume volume-driver volumes-from w=workdir net \
            net-alias dns-opt",
        switches: "d=detach disable-content-trust help init i=interactive no-healthcheck oom-kill-disable privileged \
            P=publish-all q=quiet read-only rm sig-proxy t=tty use-api-socket disable-content-trust",
    },
    Flags {
        name: "build",
        values: "add-host build-arg cache-from cgroup-parent cpu-period cpu-quota c=cpu-shares cpuset-cpus \
            cpuset-mems f=file iidfile isolation label m=memory memory-swap network platform security-opt \
            shm-size t=tag target ulimit allow annotation attest build-context builder cache-to call \
            metadata-file no-cache-filter o=output policy progress provenance sbom secret ssh",
        switches: "compress disable-content-trust force-rm no-cache pull q=quiet rm squash check load push D=debug",
    },
    Flags {
        name: "exec",
        values: "detach-keys e=env env-file u=user w=workdir",
        switches: "d=detach i=interactive privileged t=tty",
    },
    Flags { name: "ps", values: "f=filter format n=last", switches: "a=all l=latest no-trunc q=quiet s=size" },
    Flags { name: "images", values: "f=filter format", switches: "a=all digests no-trunc q=quiet tree" },
    Flags { name: "pull", values: "platform", switches: "a=all-tags disable-content-trust q=quiet" },
    Flags { name: "push", values: "platform", switches: "a=all-tags disable-content-trust q=quiet" },
    Flags { name: "logs", values: "since n=tail until", switches: "details f=follow t=timestamps" },
    Flags { name: "start", values: "checkpoint checkpoint-dir detach-keys", switches: "a=attach i=interactive" },
    Flags { name: "stop", values: "s=signal t=timeout time", switches: "" },
    Flags { name: "restart", values: "s=signal t=timeout time", switches: "" },
    Flags { name: "rm", values: "", switches: "f=force l=link v=volumes" },
    Flags { name: "rmi", values: "platform", switches: "f=force no-prune" },
    Flags { name: "save", values: "o=output platform", switches: "" },
    Flags { name: "load", values: "i=input platform", switches: "q=quiet" },
    Flags { name: "attach", values: "detach-keys", switches: "no-stdin sig-proxy" },
    Flags { name: "commit", values: "a=author c=change m=message", switches: "p=pause" },
    Flags { name: "cp", values: "", switches: "a=archive L=follow-link q=quiet" },
    Flags { name: "kill", values: "s=signal", switches: "" },
    Flags { name: "login", values: "p=password u=username", switches: "password-stdin" },
    Flags { name: "search", values: "f=filter format limit", switches: "no-trunc" },
    Flags { name: "stats", values: "format", switches: "a=all no-stream no-trunc" },
    Flags { name: "events", values: "f=filter format since until", switches: "" },
    Flags { name: "inspect", values: "f=format type", switches: "s=size" },
    Flags { name: "history", values: "format platform", switches: "H=human no-trunc q=quiet" },
    Flags { name: "import", values: "c=change m=message platform", switches: "" },
    Flags { name: "export", values: "o=output", switches: "" },
    Flags {
        name: "update",
        values: "blkio-weight cpu-period cpu-quota cpu-rt-period cpu-rt-runtime c=cpu-shares cpus cpuset-cpus \
            cpuset-mems m=memory memory-reservation memory-swap pids-limit restart",
        switches: "",
    },
];

/// The flags of a subcommand, if the table has it.
pub(super) fn flags(name: &str) -> Option<&'static Flags> {
    FLAGS.iter().find(|flags| flags.name == name)
}

/// True for a subcommand of `docker`.
pub(super) fn is_top(word: &str) -> bool {
    TOP.split(' ').any(|name| name == word)
}

/// The subcommands of a subcommand.
pub(super) fn group(word: &str) -> Option<&'static str> {
    GROUPS.iter().find(|(name, _)| *name == word).map(|(_, inner)| *inner)
}

/// The long name of a flag of `list`, by long or short name.
pub(super) fn long_name<'a>(list: &'a str, name: &str, short: bool) -> Option<&'a str> {
    list.split(' ').filter(|entry| !entry.is_empty()).find_map(|entry| {
        let (letter, long) = entry.split_once('=').unwrap_or(("", entry));
        (if short { letter == name } else { long == name }).then_some(long)
    })
}

/// True if docker's subcommand has that long flag; `None` where nothing is known of the subcommand.
pub fn is_flag(subcommand: &str, name: &str) -> Option<bool> {
    let flags = flags(subcommand)?;
    Some(long_name(flags.values, name, false).or(long_name(flags.switches, name, false)).is_some() || name == "help")
}

/// The long flag of docker's subcommand that is most like `name`.
pub fn near_flag(subcommand: &str, name: &str) -> Option<&'static str> {
    let flags = flags(subcommand)?;
    let all = flags.values.split(' ').chain(flags.switches.split(' ')).filter(|entry| !entry.is_empty());
    nearest(name, all.map(|entry| entry.split_once('=').map_or(entry, |(_, long)| long)))
}

/// The subcommand of docker, or of its subcommand `group`, that is most like `word`.
pub fn near_subcommand(parent: Option<&str>, word: &str) -> Option<&'static str> {
    match parent {
        Some(parent) => nearest(word, group(parent)?.split(' ')),
        None => nearest(word, TOP.split(' ')),
    }
}

fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = if word.len() <= 6 { 1 } else { 2 };
    let near = names.map(|name| (damerau_levenshtein(word, name), name)).filter(|(far, _)| *far > 0 && *far <= limit);
    // `--rf` is as far from `--rm` as from nothing else that begins alike.
    near.min_by_key(|(far, name)| {
        (*far, !name.starts_with(word.chars().next().unwrap_or('-')), name.len().abs_diff(word.len()))
    })
    .map(|(_, name)| name)
}
