use std::cell::LazyCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::shell::{Arg, Command};
use crate::text::Span;

use super::meaning::{Action, Meaning, meaning};
use super::resolve::{Invocation, chain};

/// A command that does not come back, or that leaves something running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// How sure that is.
    pub kind: ServerKind,
    /// The program that serves: gunicorn in `poetry run gunicorn app`.
    pub program: String,
    /// The bytes of the command.
    pub span: Span,
}

/// How sure it is that a command is a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerKind {
    /// It never ends by itself: `nginx -g 'daemon off;'`, `tail -f`.
    Certain,
    /// It is one by all that names tell: `node server.js`, `java -jar app.jar`.
    Likely,
    /// It puts itself into the background, where it dies with the RUN: `service nginx start`.
    Service,
    /// A script of the manifest decides; `likely` says what its name promises.
    Script {
        /// The script's name: `start`.
        name: String,
        /// True for `start`, `serve`, `dev` and the like.
        likely: bool,
    },
    /// The code of this file decides: `node index.js`, `python app.py`.
    File(String),
}

/// Whether `command` is a server. Commands that only ask (`--version`), check (`nginx -t`),
/// initialise (`mysqld --initialize`) or run for a given time (`timeout 10 …`) are none.
pub fn server(command: &Command) -> Option<Server> {
    let own = LazyCell::new(|| meaning(command));
    found(command, &|| own.as_ref())
}

/// The same for a command whose meaning is known.
pub fn server_of(command: &Command, meaning: Option<&Meaning>) -> Option<Server> {
    found(command, &|| meaning)
}

/// What the command means, for those who ask.
type Known<'k, 'm> = &'k dyn Fn() -> Option<&'m Meaning>;

fn found(command: &Command, known: Known) -> Option<Server> {
    if command.is_wrapped_in("timeout") || command.substitution {
        return None;
    }
    let chain = chain(command);
    let found = chain.iter().rev().find_map(|invocation| Some((invocation.program, kind(command, invocation, known)?)));
    let (program, kind) = found.or_else(|| Some((command.name.as_str(), script(known()?)?)))?;
    Some(Server { kind, program: program.to_owned(), span: command.span })
}

fn kind(command: &Command, invocation: &Invocation<'_>, known: Known) -> Option<ServerKind> {
    let args: Vec<&str> = invocation.args.iter().map(Arg::text_or_raw).collect();
    if asks(&args) {
        return None;
    }
    let words: Vec<&str> = args.iter().copied().filter(|arg| !arg.starts_with('-')).collect();
    if let Some(row) = ROWS.get(invocation.program).and_then(|rows| rows.iter().find(|row| row.fits(&words))) {
        let exits = row.unless.split_ascii_whitespace().any(|exit| args.iter().any(|arg| is_option(arg, exit)));
        return if exits { None } else { row.kind(&args) };
    }
    special(command, invocation.program, &args, &words, known)
}

/// Options that print something and leave.
fn asks(args: &[&str]) -> bool {
    args.iter().any(|arg| matches!(*arg, "--version" | "--help" | "-version"))
        || matches!(args, ["-v" | "-V" | "-h" | "version" | "help"])
}

/// `arg` is the option or word, alone, with a value after `=`, or as one of two letters: `-qt`.
fn is_option(arg: &str, option: &str) -> bool {
    let cluster = arg.len() == 3 && option.len() == 2 && arg.starts_with('-') && !arg.starts_with("--");
    arg == option
        || arg.strip_prefix(option).is_some_and(|rest| rest.starts_with('='))
        || (cluster && option.strip_prefix('-').is_some_and(|letter| arg[1..].contains(letter)))
}

/// Programs that serve, and what makes them stop.
struct Row {
    /// Base names, without versions.
    programs: &'static str,
    /// The first word must be one of these; `.` for no word at all; empty for anything.
    words: &'static str,
    /// Options and words with which it ends.
    unless: &'static str,
    /// Options that keep it in the foreground, for programs that leave it otherwise.
    foreground: &'static str,
    /// Options that send it into the background, for programs that stay otherwise.
    background: &'static str,
}

impl Row {
    const fn of(programs: &'static str) -> Row {
        Row { programs, words: "", unless: "", foreground: "", background: "" }
    }

    const fn verbs(programs: &'static str, words: &'static str) -> Row {
        Row { words, ..Row::of(programs) }
    }

    fn fits(&self, words: &[&str]) -> bool {
        self.words.is_empty()
            || self.words.split_ascii_whitespace().any(|word| match words.first() {
                Some(first) => *first == word,
                None => word == ".",
            })
    }

    fn kind(&self, args: &[&str]) -> Option<ServerKind> {
        let given =
            |options: &str| options.split_ascii_whitespace().any(|option| args.iter().any(|arg| arg.contains(option)));
        let in_background = if self.foreground.is_empty() { given(self.background) } else { !given(self.foreground) };
        Some(if in_background { ServerKind::Service } else { ServerKind::Certain })
    }
}

static ROWS: LazyLock<HashMap<&'static str, Vec<&'static Row>>> = LazyLock::new(|| {
    let mut rows: HashMap<_, Vec<_>> = HashMap::new();
    for row in TABLE {
        for program in row.programs.split_ascii_whitespace() {
            rows.entry(program).or_default().push(row);
        }
    }
    rows
});

const TABLE: &[Row] = &[
    // Web servers and proxies.
    Row { unless: "-t -T -s -v -V -h -q", foreground: "off", ..Row::of("nginx openresty angie") },
    Row { unless: "-t -v -V -l -L -M -S -k", foreground: "FOREGROUND -X", ..Row::of("httpd apache2") },
    Row::of("httpd-foreground apache2-foreground"),
    Row { unless: "-t -v -i -m -tt", background: "-D --daemonize", ..Row::of("php-fpm") },
    Row { unless: "-t -v -V -p", foreground: "-D", ..Row::of("lighttpd") },
    Row::verbs("caddy", "run file-server reverse-proxy"),
    Row::verbs("frankenphp", "run php-server"),
    Row { unless: "version healthcheck", ..Row::of("traefik") },
    Row { unless: "-c -v -vv", background: "-D", ..Row::of("haproxy") },
    Row { unless: "-C -V", foreground: "-F", ..Row::of("varnishd") },
    Row { unless: "--mode", ..Row::of("envoy") },
    Row { unless: "-z -k -v", foreground: "-N", ..Row::of("squid") },
    // Data stores.
    Row {
        unless: "-v --test-memory --check-system",
        background: "daemonize",
        ..Row::of("redis-server valkey-server keydb-server")
    },
    Row { unless: "-V -h", background: "-d", ..Row::of("memcached") },
    Row { unless: "--shutdown", background: "--fork", ..Row::of("mongod mongos") },
    Row {
        unless: "--initialize --initialize-insecure --bootstrap --validate-config --print-defaults --verbose -V \
                 --install-server --upgrade",
        background: "--daemonize",
        ..Row::of("mysqld mariadbd")
    },
    Row::of("mysqld_safe mariadbd-safe"),
    Row { unless: "-V --single --boot --check --describe-config -C", ..Row::of("postgres postmaster") },
    Row::of("clickhouse-server"),
    Row { background: "--background", ..Row::verbs("cockroach", "start start-single-node") },
    Row { unless: "version backup restore inspect upgrade", ..Row::of("influxd") },
    Row { unless: "-V", background: "-d", ..Row::of("elasticsearch opensearch") },
    Row { unless: "-V", ..Row::of("kibana etcd prometheus alertmanager grafana-server loki") },
    Row { unless: "-t -V", ..Row::of("logstash") },
    Row { background: "-detached", ..Row::of("rabbitmq-server") },
    Row::verbs("minio", "server"),
    Row::verbs("consul nomad", "agent"),
    Row::verbs("vault", "server"),
    Row { unless: "-v", foreground: "-f", ..Row::of("cassandra") },
    Row { background: "-daemon", ..Row::of("kafka-server-start.sh kafka-server-start zookeeper-server-start.sh") },
    Row::verbs("zkServer.sh", "start-foreground"),
    Row { foreground: "-f --foreground", ..Row::verbs("solr", "start") },
    Row::verbs("neo4j activemq", "console"),
    Row::verbs("catalina.sh artemis", "run"),
    Row { unless: "-V -v", ..Row::of("standalone.sh domain.sh") },
    // Daemons and supervisors.
    Row { unless: "-t -T", foreground: "-D -d", ..Row::of("sshd") },
    Row { unless: "-V", foreground: "-f", ..Row::of("cron crond") },
    Row { unless: "-v", foreground: "-n --nodaemon", ..Row::of("supervisord") },
    Row { unless: "-v -V --validate", ..Row::of("dockerd containerd buildkitd runsvdir s6-svscan slapd tor") },
    Row { unless: "--test -v", foreground: "-k --keep-in-foreground -d --no-daemon", ..Row::of("dnsmasq") },
    Row { unless: "-list -help -storepasswd", ..Row::of("Xvfb Xvnc x11vnc") },
    // Python.
    Row::verbs("flask superset streamlit chainlit litestar", "run"),
    Row::verbs("fastapi", "run dev"),
    Row { unless: "--check-config --print-config", background: "--daemon -D", ..Row::of("gunicorn") },
    Row {
        unless: "-h",
        ..Row::of("uvicorn hypercorn daphne waitress-serve granian jupyterhub voila tensorboard mlserver")
    },
    Row { unless: "--build-plugin --dot-h --cflags", background: "--daemonize", ..Row::of("uwsgi") },
    Row::of("http.server SimpleHTTPServer"),
    Row::verbs("manage.py django-admin", "runserver runserver_plus runsslserver rqworker qcluster"),
    Row { unless: "--generate-config", ..Row::verbs("jupyter", "notebook-server server") },
    Row::verbs("mkdocs zensical bentoml vllm ollama", "serve"),
    Row::verbs("airflow", "webserver scheduler standalone triggerer api-server"),
    Row::verbs("mlflow", "server ui"),
    Row::verbs("rq", "worker"),
    Row::of("sphinx-autobuild tensorflow_model_server"),
    // Ruby.
    Row::verbs("rails", "s server"),
    Row { unless: "-C --config-test -V", ..Row::of("puma unicorn unicorn_rails rackup sidekiq shotgun") },
    Row::verbs("thin passenger foreman overmind hivemind", "start"),
    Row::verbs("jekyll bridgetown middleman hugo zola", "serve s server"),
    // PHP and others.
    Row::verbs("artisan", "serve queue:work queue:listen horizon schedule:work octane:start reverb:start"),
    Row::verbs("symfony rr", "serve server:start server:run"),
    Row::verbs("mix", "phx.server"),
    Row::of("air reflex"),
    Row { unless: "--dry-run", ..Row::verbs("mdbook", "serve watch") },
    // JavaScript.
    Row::of(
        "http-server live-server json-server lite-server nodemon ts-node-dev webpack-dev-server remix-serve pm2-runtime start-storybook verdaccio",
    ),
    Row { unless: "-h", ..Row::of("serve") },
    Row::verbs("ng vue-cli-service ionic", "serve"),
    Row::verbs("vite", ". dev serve preview"),
    Row::verbs("next", "start dev"),
    Row::verbs("nuxt nuxi nuxt-ts", "start dev preview"),
    Row::verbs("gatsby", "develop serve"),
    Row::verbs("react-scripts react-app-rewired craco expo", "start"),
    Row::verbs("astro", "dev preview"),
    Row::verbs("webpack webpack-cli rspack", "serve server watch"),
    Row::verbs("ember hexo docusaurus", "serve server s start"),
    Row::verbs("strapi medusa nest n8n", "start develop"),
    Row::verbs("storybook wrangler quasar sst", "dev"),
    Row::verbs("vitepress vuepress", "dev serve preview"),
    Row::verbs("tsx", "watch"),
    Row::verbs("deno", "serve"),
    Row::verbs("browser-sync", "start"),
];

fn special(command: &Command, program: &str, args: &[&str], words: &[&str], known: Known) -> Option<ServerKind> {
    let has = |arg: &str| args.contains(&arg);
    match program {
        "service" | "rc-service" | "invoke-rc.d" => starts(words.get(1)?),
        "systemctl" => (starts(words.first()?).is_some() || has("--now")).then_some(ServerKind::Service),
        "apachectl" | "apache2ctl" | "httpdctl" if args.iter().any(|arg| arg.contains("FOREGROUND")) => {
            Some(ServerKind::Certain)
        }
        "supervisorctl" | "initctl" | "sv" | "catalina.sh" | "zkServer.sh" | "neo4j" | "activemq" | "apachectl"
        | "apache2ctl" | "forever" | "pm2" | "pg_ctlcluster" | "pg_ctl" => words.iter().find_map(|word| starts(word)),
        "tail" => tail_follows(args).then_some(ServerKind::Certain),
        "sleep" => words.iter().any(|word| matches!(*word, "infinity" | "inf")).then_some(ServerKind::Certain),
        "celery" => {
            words.iter().any(|word| matches!(*word, "worker" | "beat" | "flower")).then_some(ServerKind::Certain)
        }
        "jupyter" | "jupyter-lab" | "jupyter-notebook" => jupyter(program, args, words),
        "php" => php(args),
        "java" => java(args),
        "dotnet" => dotnet(args, words),
        "node" | "bun" | "ts-node" | "tsx" => entry_file(args, &["-r", "--require", "--import", "--loader"], CODE_NODE),
        "python" => entry_file(args, &["-W", "-X"], CODE_PYTHON),
        "ruby" => entry_file(args, &["-r", "-I"], CODE_RUBY),
        "deno" if words.first() == Some(&"run") => {
            let serves = args.iter().any(|arg| arg.starts_with("--allow-net"));
            serves.then_some(ServerKind::Likely).or_else(|| entry_file(&args[1..], &[], CODE_NODE))
        }
        "tsc" | "sass" | "webpack" | "rollup" | "esbuild" | "tailwindcss" | "chokidar" => {
            (has("--watch") || has("-w")).then_some(ServerKind::Certain)
        }
        "gulp" | "grunt" => words.iter().any(|word| is_serving_name(word)).then_some(ServerKind::Likely),
        "docker-entrypoint.sh" | "entrypoint.sh" => words.first().map(|_| ServerKind::Likely),
        _ if args.len() == 1 && is_init_script(command, program) => starts(args[0]),
        _ => tasks(command, known()?),
    }
}

fn starts(word: &str) -> Option<ServerKind> {
    matches!(word, "start" | "restart" | "reload-or-restart").then_some(ServerKind::Service)
}

/// `/etc/init.d/name start`: the base name alone does not say it, but the length of what is written does.
fn is_init_script(command: &Command, program: &str) -> bool {
    program == command.name && command.name_span.len() as usize == "/etc/init.d/".len() + program.len()
}

/// `-f`, `-F`, `-fn10`, `--follow`; with `--pid` it ends.
fn tail_follows(args: &[&str]) -> bool {
    let follows = |arg: &&str| {
        arg.starts_with("--follow") || (arg.starts_with('-') && !arg.starts_with("--") && arg.contains(['f', 'F']))
    };
    args.iter().any(follows) && !args.iter().any(|arg| arg.starts_with("--pid"))
}

fn jupyter(program: &str, args: &[&str], words: &[&str]) -> Option<ServerKind> {
    let (sub, after) = match program {
        "jupyter" => (*words.first()?, words.get(1)),
        _ => ("lab", words.first()),
    };
    let works = after.is_some_and(|word| {
        matches!(*word, "build" | "clean" | "list" | "stop" | "path" | "workspaces" | "extension" | "password")
    });
    let serves = matches!(sub, "notebook" | "lab" | "nbclassic" | "server");
    (serves && !works && !args.contains(&"--generate-config")).then_some(ServerKind::Certain)
}

fn php(args: &[&str]) -> Option<ServerKind> {
    if args.iter().any(|arg| *arg == "-S" || (arg.starts_with("-S") && arg.contains(':'))) {
        return Some(ServerKind::Certain);
    }
    let script = args.iter().position(|arg| !arg.starts_with('-'))?;
    let verb = args.get(script + 1)?;
    let of_artisan = args[script].ends_with("artisan") && ROWS.get("artisan")?.iter().any(|row| row.fits(&[verb]));
    let of_console = args[script].ends_with("console") && matches!(*verb, "server:run" | "messenger:consume");
    (of_artisan || of_console).then_some(ServerKind::Certain)
}

/// `java -jar app.jar` with nothing that a tool would be given.
fn java(args: &[&str]) -> Option<ServerKind> {
    let at = args.iter().position(|arg| *arg == "-jar")?;
    if args.iter().any(|arg| arg.starts_with("-Djarmode") || arg.starts_with("-XX:ArchiveClassesAtExit")) {
        return None;
    }
    let jar = args.get(at + 1)?.to_ascii_lowercase();
    if TOOL_JARS.split_ascii_whitespace().any(|name| jar.contains(name)) {
        return None;
    }
    let plain = args[at + 2..].iter().all(|arg| {
        arg.starts_with("--server.") || arg.starts_with("--spring.") || matches!(*arg, "server" | "nogui" | "--nogui")
    });
    plain.then_some(ServerKind::Likely)
}

const TOOL_JARS: &str = "install generator cli liquibase plantuml antlr closure checkstyle format buildtools sonar flyway \
    launch lein schemaspy compiler tool jacoco ktlint pmd picard gatk trimmomatic tika signer extract convert setup";

fn dotnet(args: &[&str], words: &[&str]) -> Option<ServerKind> {
    match words {
        ["run" | "watch", ..] => Some(ServerKind::Likely),
        [dll] if dll.ends_with(".dll") && args.len() == 1 => Some(ServerKind::Likely),
        _ => None,
    }
}

const CODE_NODE: &[&str] = &[".js", ".mjs", ".cjs", ".ts", ".mts", "www"];
const CODE_PYTHON: &[&str] = &[".py"];
const CODE_RUBY: &[&str] = &[".rb"];

/// An interpreter and a file: the file's name promises a server, or its code decides.
fn entry_file(args: &[&str], valued: &[&str], suffixes: &[&str]) -> Option<ServerKind> {
    let mut at = 0;
    while let Some(arg) = args.get(at).filter(|arg| arg.starts_with('-')) {
        if matches!(*arg, "-e" | "-p" | "-c" | "-m" | "--eval" | "--print" | "--check" | "--test" | "-") {
            return None;
        }
        at += 1 + usize::from(valued.contains(arg));
    }
    let first = args.get(at)?;
    let file = if *first == "run" { args.get(at + 1)? } else { first };
    let base = file.rsplit('/').next().unwrap_or(file);
    let stem = suffixes.iter().find_map(|suffix| base.strip_suffix(suffix)).or((base == "server").then_some(base))?;
    // `node server.js migrate` runs a command of it.
    if args.get(at + 1).is_some_and(|arg| !arg.starts_with('-') && *arg != *file && arg.parse::<u16>().is_err()) {
        return None;
    }
    let stem = stem.to_ascii_lowercase();
    let named_server = stem == "server"
        || stem.ends_with("-server")
        || stem.ends_with("_server")
        || stem.ends_with(".server")
        || base == "www"
        || file.ends_with("server/index.js");
    let may_serve = ["app", "index", "main", "run", "start", "wsgi", "asgi", "api", "web", "bot", "worker"]
        .contains(&stem.as_str());
    if named_server { Some(ServerKind::Likely) } else { may_serve.then(|| ServerKind::File((*file).to_owned())) }
}

/// Build tools with tasks that serve.
fn tasks(command: &Command, meaning: &Meaning) -> Option<ServerKind> {
    let serves = |task: &str| {
        let task = task.rsplit(':').next().unwrap_or(task);
        matches!(task, "bootRun" | "appRun" | "jettyRun" | "tomcatRun" | "quarkusDev")
    };
    let maven = |goal: &str| {
        ["spring-boot:run", "jetty:run", "tomcat7:run", "quarkus:dev", "liberty:run", "wildfly:run"].contains(&goal)
            || goal.ends_with("spring-boot-maven-plugin:run")
    };
    let found = match meaning.tool.name {
        "gradle" => meaning.verb.split(' ').any(serves),
        "mvn" => meaning.verb.split(' ').any(maven),
        "sbt" => meaning.verb.split(' ').any(|task| matches!(task, "run" | "~run" | "~reStart")),
        "meteor" => meaning.verb == "run" || command.args.is_empty(),
        _ => false,
    };
    found.then_some(ServerKind::Likely)
}

fn script(meaning: &Meaning) -> Option<ServerKind> {
    let Action::Run(name) = &meaning.action else { return None };
    Some(ServerKind::Script { name: name.clone(), likely: is_serving_name(name) })
}

/// What the names of scripts promise: `start`, `dev:web`, `serve`.
fn is_serving_name(name: &str) -> bool {
    let first = name.split([':', '-', '.']).next().unwrap_or(name);
    matches!(first, "start" | "serve" | "server" | "dev" | "develop" | "watch" | "preview")
        && !["build", "install", "setup", "test"].iter().any(|word| name.contains(word))
}
