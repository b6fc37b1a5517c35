use super::shared_image::{effective, exposed, exposes_more, first_process, holds_number};
use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::shell::Command;
use crate::syntax::dockerfile::Keyword;

/// A server, the words that start it, its port unless told otherwise, the flags that tell it a port, the
/// flags behind which the port may be anywhere, and the variables that it reads.
struct Server {
    program: &'static str,
    words: &'static [&'static str],
    port: u16,
    flags: &'static [&'static str],
    hides: &'static [&'static str],
    variables: &'static [&'static str],
}

const fn server(program: &'static str, words: &'static [&'static str], port: u16) -> Server {
    Server { program, words, port, flags: &["--port"], hides: &[], variables: &["PORT"] }
}

const SERVERS: [Server; 14] = [
    Server { hides: &["--uds", "--fd", "--env-file"], variables: &["UVICORN_PORT"], ..server("uvicorn", &[], 8000) },
    Server {
        flags: &["-b", "--bind"],
        hides: &["-c", "--config"],
        variables: &["PORT", "GUNICORN_CMD_ARGS"],
        ..server("gunicorn", &[], 8000)
    },
    Server { flags: &["-p", "--port"], hides: &["-u", "-e", "--fd"], ..server("daphne", &[], 8000) },
    Server { flags: &["-p", "--port"], variables: &["FLASK_RUN_PORT"], ..server("flask", &["run"], 5000) },
    Server { variables: &[], ..server("fastapi", &["run"], 8000) },
    Server { flags: &["--server.port"], variables: &["STREAMLIT_SERVER_PORT"], ..server("streamlit", &["run"], 8501) },
    Server { flags: &["-p", "--port"], ..server("http-server", &[], 8080) },
    Server { flags: &["-p", "--port"], hides: &["-c", "--config"], ..server("json-server", &[], 3000) },
    Server { flags: &["-P", "--port"], hides: &["--config"], ..server("jekyll", &["serve"], 4000) },
    Server { flags: &["-p", "--port"], ..server("hugo", &["server"], 1313) },
    Server { flags: &["-p", "--port"], hides: &["-b", "--binding", "-C"], ..server("rails", &["server"], 3000) },
    Server { flags: &["-p", "--port"], hides: &["-b", "-C"], ..server("rails", &["s"], 3000) },
    Server { flags: &["-p", "--port"], ..server("next", &["start"], 3000) },
    Server { flags: &["-p", "--port"], ..server("next", &["dev"], 3000) },
];

pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let exposed = exposed(cx.model);
    let Some((step, command)) = first_process(cx.model).filter(|_| !exposed.is_empty() && !exposes_more(cx.model))
    else {
        return;
    };
    let Some((program, port)) = listens(step, command) else { return };
    // Who writes the other port elsewhere, in a proxy's settings or a health check, means it.
    let others = cx.dockerfile.instructions.iter().filter(|it| it.kind != Keyword::Expose);
    let is_meant = others.into_iter().any(|it| exposed.iter().any(|(port, _)| holds_number(cx.slice(it.span), *port)));
    if is_meant
        || exposed.iter().any(|(other, _)| *other == port)
        || effective(cx.model, Keyword::Healthcheck).is_some()
    {
        return;
    }
    let (wrong, span) = exposed[0];
    let literal = exposed.len() == 1 && cx.slice(span) == wrong.to_string();
    let fix = || Fix::unsafe_(format!("expose {port}"), vec![Edit::replace(span, port.to_string())]);
    cx.report(span, format!("port {wrong} is exposed, but `{program}` listens on {port}"))
        .primary_label("nothing listens here")
        .label(command.span, format!("listens on {port}"))
        .fix(literal.then(fix));
}

/// The program and the port that a command surely listens on.
fn listens<'c>(step: &Step, command: &'c Command) -> Option<(&'c str, u16)> {
    let mut args: Vec<&str> = command.args.iter().map(|arg| arg.text.as_deref()).collect::<Option<_>>()?;
    let mut program = command.name.as_str();
    if program.starts_with("python") && args.first() == Some(&"-m") && args.len() > 1 {
        program = args[1];
        args.drain(..2);
    }
    if program.starts_with("python") {
        return manage_py(&args).map(|port| ("manage.py runserver", port));
    }
    let fits = |server: &&Server| {
        server.program == program
            && server.words.iter().zip(&args).all(|(word, arg)| word == arg)
            && args.len() >= server.words.len()
    };
    let server = SERVERS.iter().find(fits)?;
    let is = |arg: &str, flags: &[&str]| flags.iter().any(|flag| arg == *flag || arg.starts_with(&format!("{flag}=")));
    let reads = |name: &&str| step.before.scope.get(name).is_some();
    if args.iter().any(|arg| is(arg, server.hides)) || server.variables.iter().any(reads) {
        return None;
    }
    let at = args.iter().position(|arg| is(arg, server.flags));
    let port = match at.map(|at| args[at].split_once('=').map_or(args.get(at + 1).copied(), |(_, value)| Some(value))) {
        Some(value) => value?.rsplit(':').next()?.parse().ok()?,
        None if args.iter().any(|arg| arg.contains("port") || arg.contains("bind") || arg.contains("unix:")) => {
            return None;
        }
        None => server.port,
    };
    Some((server.program, port))
}

/// The port of `manage.py runserver [address:]port`.
fn manage_py(args: &[&str]) -> Option<u16> {
    let at = args.iter().position(|arg| *arg == "runserver")?;
    if !args.first()?.ends_with("manage.py") {
        return None;
    }
    match args[at + 1..].iter().find(|arg| !arg.starts_with('-')) {
        Some(address) => address.rsplit(':').next()?.parse().ok(),
        None => Some(8000),
    }
}
