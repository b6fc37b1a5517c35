use crate::diagnostic::{Edit, Fix};
use crate::model::tools::{Ecosystem, Server, ServerKind, meaning, server, server_of};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands_of};
use crate::rules::quote::{json_array, one_line};
use crate::shell::{Command, Cwd, Dialect, Link, parse};
use crate::syntax::dockerfile::Keyword;
use crate::text::Spliced;

use super::shared::{folder, is_last, last_of};

/// A server in the foreground of a RUN never lets it end; one in the background dies with it.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let found = commands_of(stage, step).find_map(|it| find(cx, &it));
        let Some((command, fate)) = found else { continue };
        let text = one_line(cx.slice(command.span));
        let message = match &fate {
            Fate::Hangs => format!("`{text}` is a server: this RUN never ends"),
            Fate::HangsBy(what) => format!("`{text}` starts a server (`{what}`): this RUN never ends"),
            Fate::Lost => format!("`{text}` starts a server that is gone when this RUN ends"),
        };
        let fix = to_cmd(stage, step, command, is_last(cx.model, stage));
        let remedy = match foreground(command) {
            Some(words) => format!("containers start their server with CMD, in the foreground: `CMD {words}`"),
            None => "a RUN is a step of the build; what the container runs stands in CMD".to_string(),
        };
        let span = command.span;
        cx.report(span, message).note(remedy).fix(fix);
    }
}

/// What becomes of the server.
enum Fate {
    Hangs,
    /// The same, by what a manifest or file says.
    HangsBy(String),
    Lost,
}

fn find<'m>(cx: &DockerfileCx, it: &Use<'m>) -> Option<(&'m Command, Fate)> {
    let command = it.command;
    let runs = !command.in_function
        && !command.conditional
        && !command.negated
        && command.pipe.is_none()
        && command.link != Link::Or;
    let server = runs.then(|| server_of(command, it.meaning))??;
    Some((command, fate(cx, it, &server)?))
}

fn fate(cx: &DockerfileCx, it: &Use, server: &Server) -> Option<Fate> {
    let Use { stage, step, command, .. } = *it;
    let rest = &it.script.commands[it.at + 1..];
    let sure = match &server.kind {
        ServerKind::Service => return rest.iter().all(is_idle).then_some(Fate::Lost),
        ServerKind::Certain => Fate::Hangs,
        ServerKind::Likely => match code(cx, stage, step, command) {
            Some((_, text)) if !serves(&text) => return None,
            _ => Fate::Hangs,
        },
        ServerKind::Script { name, likely } => match manifest_script(cx, stage, step, command, name, 0) {
            Some(Told::Serves(what)) => Fate::HangsBy(what),
            Some(Told::No) => return None,
            None if *likely => Fate::Hangs,
            None => return None,
        },
        ServerKind::File(_) => match code(cx, stage, step, command) {
            Some((_, text)) if serves(&text) => Fate::Hangs,
            Some(_) => return None,
            None if is_the_point(cx, stage, step, rest) => Fate::Hangs,
            None => return None,
        },
    };
    match command.background {
        true => rest.iter().all(is_idle).then_some(Fate::Lost),
        false => Some(sure),
    }
}

/// Commands that make no use of a server started before them.
fn is_idle(command: &Command) -> bool {
    matches!(command.name.as_str(), "echo" | "sleep" | "true" | "rm" | "exit" | "" | ":")
        || server(command).is_some_and(|it| it.kind == ServerKind::Service)
        || (command.background && server(command).is_some())
}

/// A last RUN where a CMD is missing: the image has nothing else to run.
fn is_the_point(cx: &DockerfileCx, stage: &Stage, step: &Step, rest: &[Command]) -> bool {
    let runs_after = stage.steps.iter().any(|it| it.index > step.index && it.kind() == Keyword::Run);
    let has_own = [Keyword::Cmd, Keyword::Entrypoint].iter().any(|kind| last_of(stage, *kind).is_some());
    rest.is_empty() && !runs_after && !has_own && !cx.fragment && is_last(cx.model, stage)
}

/// The file of the context that an interpreter is given, with its text.
fn code(cx: &DockerfileCx, stage: &Stage, step: &Step, command: &Command) -> Option<(String, String)> {
    let context = cx.context?;
    let is_code = |arg: &&str| [".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".php"].iter().any(|it| arg.ends_with(it));
    let file = command.known_args().find(is_code)?;
    let path = crate::model::paths::clean(&format!("{}/{file}", folder(step, command)?));
    let path = cx.model.context_file(context, stage, step.index, if file.starts_with('/') { file } else { &path })?;
    let text = context.read_text(&path)?;
    Some((path, text))
}

/// What code that listens says in one way or another.
fn serves(code: &str) -> bool {
    const SIGNS: [&str; 14] = [
        ".listen(",
        "createServer",
        "serve(",
        "serve_forever",
        "app.run(",
        "run_app(",
        "uvicorn",
        "HTTPServer",
        "TCPServer",
        "startServer",
        "start_server",
        "run_forever",
        "server.start",
        "bootstrap(",
    ];
    SIGNS.iter().any(|sign| code.contains(sign))
}

enum Told {
    Serves(String),
    No,
}

/// What the script of that name in the context's package.json does; `None` where it cannot be read.
fn manifest_script(
    cx: &DockerfileCx,
    stage: &Stage,
    step: &Step,
    command: &Command,
    name: &str,
    depth: u8,
) -> Option<Told> {
    let (context, found) = (cx.context?, meaning(command)?);
    if found.tool.ecosystem != Ecosystem::Node || depth > 3 {
        return None;
    }
    let mut at = folder(step, command)?;
    if let Some(directory) = &found.directory {
        at = format!("{at}/{directory}");
    }
    let path = cx.model.context_file(context, stage, step.index, &format!("{at}/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&context.read_text(&path)?).ok()?;
    let text = manifest.get("scripts")?.get(name)?.as_str()?;
    let script = parse(Spliced::verbatim(text, 0), Dialect::Sh);
    let serves = script.commands.iter().any(|inner| {
        let kind = server(inner).map(|it| it.kind);
        match kind {
            Some(ServerKind::Certain | ServerKind::Likely) => !inner.background,
            Some(ServerKind::Script { name, likely }) => {
                let inner = Command { cwd: command.cwd.clone(), ..inner.clone() };
                match manifest_script(cx, stage, step, &inner, &name, depth + 1) {
                    Some(told) => matches!(told, Told::Serves(_)),
                    None => likely,
                }
            }
            Some(ServerKind::File(_)) => {
                let inner = Command { cwd: command.cwd.clone(), ..inner.clone() };
                code(cx, stage, step, &inner).is_none_or(|(_, text)| serves(&text))
            }
            _ => false,
        }
    });
    Some(if serves { Told::Serves(one_line(text)) } else { Told::No })
}

/// What to write into CMD for a server that goes into the background by itself, or for the
/// command as it is.
fn foreground(command: &Command) -> Option<String> {
    let service = server(command).filter(|it| it.kind == ServerKind::Service);
    if service.is_some() {
        let names = command.known_args().chain([command.name.as_str()]);
        let known = names.filter_map(|name| FOREGROUND.iter().find(|(service, _)| *service == name)).next();
        return known.map(|(_, words)| json_array(words.split('|')));
    }
    let is_plain = command.wrappers.is_empty() && command.assignments.is_empty() && command.redirects.is_empty();
    let words: Option<Vec<&str>> = command.args.iter().map(|arg| arg.text.as_deref()).collect();
    words.filter(|_| is_plain).map(|words| json_array([command.name.as_str()].into_iter().chain(words)))
}

/// Services and how they stay in the foreground.
const FOREGROUND: [(&str, &str); 19] = [
    ("nginx", "nginx|-g|daemon off;"),
    ("apache2", "apachectl|-D|FOREGROUND"),
    ("apachectl", "apachectl|-D|FOREGROUND"),
    ("apache2ctl", "apache2ctl|-D|FOREGROUND"),
    ("httpd", "httpd|-D|FOREGROUND"),
    ("ssh", "/usr/sbin/sshd|-D"),
    ("sshd", "/usr/sbin/sshd|-D"),
    ("cron", "cron|-f"),
    ("crond", "crond|-f"),
    ("mysql", "mysqld"),
    ("mariadb", "mariadbd"),
    ("mysqld", "mysqld"),
    ("redis-server", "redis-server"),
    ("redis", "redis-server"),
    ("mongod", "mongod"),
    ("mongodb", "mongod"),
    ("supervisor", "supervisord|-n"),
    ("rsyslog", "rsyslogd|-n"),
    ("docker", "dockerd"),
];

/// A RUN that is this command and nothing else becomes the CMD that the image lacks.
fn to_cmd(stage: &Stage, step: &Step, command: &Command, last: bool) -> Option<Fix> {
    let [script] = step.scripts() else { return None };
    let has_own = [Keyword::Cmd, Keyword::Entrypoint].iter().any(|kind| last_of(stage, *kind).is_some());
    let runs_after = stage.steps.iter().any(|it| it.index > step.index && it.kind() == Keyword::Run);
    let alone = script.commands.len() == 1 && script.error.is_none() && command.cwd == Cwd::Workdir;
    let plain = step.instruction.flags.is_empty() && step.instruction.heredocs.is_empty() && !step.onbuild;
    if !last || has_own || runs_after || !alone || !plain {
        return None;
    }
    let words = foreground(command)?;
    Some(Fix::unsafe_("run it with CMD", vec![Edit::replace(step.span(), format!("CMD {words}"))]))
}
