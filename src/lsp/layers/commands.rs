//! `workspace/executeCommand`: the reports of the command line, with the editor's unsaved texts.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cache::{Cache, Graph, Graphs};
use crate::config::Config;
use crate::host::{self, Git, Place};
use crate::lsp::server::{Failure, Server, Ticket, invalid};
use crate::report::Prediction;
use crate::rules;

use super::known::{Known, Task, gather};
use super::{next, show};

const PREDICT: &str = "cachalot.predict";
const REPLAY: &str = "cachalot.replay";
const IMAGE: &str = "cachalot.image";
/// Shows the page of a rule.
pub(in crate::lsp) const EXPLAIN: &str = "cachalot.explain";

/// What is told of commands.
pub(in crate::lsp) fn provider() -> Value {
    json!({"commands": [PREDICT, REPLAY, IMAGE, EXPLAIN], "workDoneProgress": true})
}

/// `workspace/executeCommand`.
pub(in crate::lsp) fn execute(server: &mut Server, params: &Value) -> Result<Value, Failure> {
    let command = params.get("command").and_then(Value::as_str).ok_or_else(|| invalid("command is missing"))?;
    let first = params.pointer("/arguments/0").and_then(Value::as_str);
    let argument = |what: &str| first.ok_or_else(|| invalid(&format!("the first argument is {what}")));
    let token = params.get("workDoneToken").filter(|it| it.is_string() || it.is_u64()).cloned();
    match command {
        EXPLAIN => explain(server, argument("the name of a rule")?),
        PREDICT => report(server, argument("the URI of an open Dockerfile")?, token, predicted),
        REPLAY => report(server, argument("the URI of an open Dockerfile")?, token, replayed),
        IMAGE => report(server, argument("the URI of an open Dockerfile")?, token, sized),
        other => Err(invalid(&format!("there is no command `{other}`"))),
    }
}

/// A report with one line for people.
type Report = Result<(Value, String), String>;

/// Makes a report beside the loop; the answer comes when it is done.
fn report(
    server: &mut Server,
    uri: &str,
    token: Option<Value>,
    make: fn(&Task, &Surroundings) -> Report,
) -> Result<Value, Failure> {
    let document = server.documents.get(uri).filter(|it| super::is_dockerfile(it));
    let snapshot = document.map(|it| it.snapshot.clone()).ok_or_else(|| invalid("no such Dockerfile is open"))?;
    let path = snapshot.path.clone().ok_or_else(|| invalid("the Dockerfile is not on disk"))?;
    let around = server.surroundings(&snapshot);
    let config = around.config(&snapshot).map_err(|error| invalid(&error))?;
    let task = Task { dockerfile: path, text: snapshot.text.to_string(), config: Config::clone(&config) };
    let ticket = server.hold();
    let cancel = ticket.cancel.clone();
    let done = move |server: &mut Server, made: Option<Report>| answer(server, &ticket, made);
    let open = around.open.clone();
    server.background(
        "Layer cache",
        token.as_ref(),
        move |progress| {
            let go_on = || !progress.is_cancelled() && !cancel.is_cancelled();
            Some(make(
                &task,
                &Surroundings {
                    open: &open,
                    go_on: &go_on,
                    report: &|done, all| progress.report(done, all, &format!("{done} of {all} commits")),
                },
            ))
        },
        done,
    );
    Ok(Value::Null)
}

/// What a report is made with.
struct Surroundings<'a> {
    open: &'a std::collections::HashMap<PathBuf, std::sync::Arc<str>>,
    go_on: &'a dyn Fn() -> bool,
    report: &'a dyn Fn(usize, usize),
}

fn answer(server: &mut Server, ticket: &Ticket, made: Option<Report>) {
    let made = made.unwrap_or_else(|| Err("this is a fault of cachalot".to_string()));
    match made {
        Ok((value, words)) => {
            server.client.show_message(3, &words);
            server.settle(ticket, Ok(value));
        }
        Err(why) => server.settle(ticket, Err::<Value, _>((REQUEST_FAILED, why))),
    }
}

/// The protocol's code for a request that was right and could not be met.
const REQUEST_FAILED: i64 = -32803;

/// The working tree with the open texts, compared with the last commit.
fn predicted(task: &Task, around: &Surroundings) -> Report {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let place = place(task)?;
    let request = host::request(&task.config);
    let mut git = Git::discover(&place.context).map_err(|error| words(&error))?;
    let head = git.commit("HEAD").map_err(|error| words(&error))?;
    let (mut after, worktree) = place.on_disk(Some(&git)).map_err(|error| words(&error))?;
    let before = place.at_commit(&mut git, &head, &worktree.ignored).map_err(|error| words(&error))?;
    let before = before.ok_or("the last commit has no such Dockerfile")?;
    if git.path_of(&place.context).is_some_and(|it| it.is_empty()) {
        after.tree = host::with_git(&after.tree, &head.id());
    }
    let after = next::saved(after, &place, &task.text, around.open);
    let mut cache = Cache::default();
    let (mut old, mut new) = (Graphs::new(request.clone()), Graphs::new(request));
    cache.build(old.graph(&before).ok_or("the committed Dockerfile has no instructions")?);
    let graph: &Graph = new.graph(&after).ok_or("the Dockerfile has no instructions")?;
    let verdicts = cache.build(graph);
    let name = host::display(&task.dockerfile);
    let prediction = Prediction::new(name.clone(), graph, &verdicts, Vec::new());
    let running =
        graph.steps.iter().filter_map(|step| graph.verdict(step, &verdicts)).filter(|it| it.name() == "miss").count();
    let said = match running {
        0 => format!("{name}: every step hits, compared with {}", head.short()),
        1 => format!("{name}: 1 of {} steps runs, compared with {}", graph.steps.len(), head.short()),
        count => format!("{name}: {count} of {} steps run, compared with {}", graph.steps.len(), head.short()),
    };
    Ok((serde_json::to_value(&prediction).map_err(|error| words(&error))?, said))
}

fn place(task: &Task) -> Result<Place, String> {
    let folder = task.config.context.value.as_ref().map(PathBuf::from);
    Place::new(&task.dockerfile, folder, &[]).map_err(|error| error.to_string())
}

/// How often each step hit over the history.
fn replayed(task: &Task, around: &Surroundings) -> Report {
    let known = gather(task, around.go_on, around.report)?;
    let rate = known.rate.ok_or("there is no history to replay")?;
    let name = host::display(&task.dockerfile);
    let said = format!("{name}: {} of all steps hit in {} builds", show::percent(rate), known.builds);
    Ok((
        json!({"version": 1, "dockerfile": name, "commits": known.builds, "hit_rate": rate, "steps": steps(&known)}),
        said,
    ))
}

fn steps(known: &Known) -> Vec<Value> {
    let step = |it: &super::known::Layer| {
        json!({
            "stage": it.at.stage_name, "index": it.at.index, "total": it.at.total,
            "line": it.at.line, "end_line": it.at.end_line, "instruction": it.at.instruction,
            "hits": it.hits, "misses": it.misses, "maybes": it.maybes, "hit_rate": it.hit_rate(),
            "bytes": it.bytes, "seconds": it.seconds,
            "culprits": it.culprits.iter().map(|it| json!({"what": it.what, "commits": it.builds})).collect::<Vec<_>>(),
        })
    };
    known.steps.iter().map(step).collect()
}

/// How large each step's layer is in the configured image.
fn sized(task: &Task, around: &Surroundings) -> Report {
    let image = task.config.section("cache").string("image").filter(|it| !it.is_empty());
    let image = image.ok_or("set `cache.image` in cachalot.toml to the built image")?.to_string();
    let known = gather(task, around.go_on, around.report)?;
    let total: u64 = known.steps.iter().filter_map(|it| it.bytes).sum();
    let found = known.steps.iter().filter(|it| it.bytes.is_some()).count();
    if found == 0 {
        return Err(format!("{image}: cannot be read, or none of its layers is a step of this Dockerfile"));
    }
    let said = format!("{image}: {} in {found} layers of this Dockerfile", show::bytes(total));
    Ok((json!({"version": 1, "image": image, "bytes": total, "steps": steps(&known)}), said))
}

/// Opens the page of a rule, or says it where the client can open nothing.
fn explain(server: &mut Server, name: &str) -> Result<Value, Failure> {
    let (url, hover) = match rules::named(name).first() {
        Some(rule) => (rule.url(), rule.hover()),
        None => match rules::code_page(name) {
            Some(page) => (rules::code_url(name), page.hover()),
            None => return Err(invalid(&format!("there is no rule `{name}`"))),
        },
    };
    if server.client.can("/window/showDocument/support") {
        server.client.ask("window/showDocument", json!({"uri": url, "external": true}), |_, _| {});
    } else {
        server.client.show_message(3, &format!("{name}: {hover}\n{url}"));
    }
    Ok(json!({"name": name, "url": url, "text": hover}))
}
