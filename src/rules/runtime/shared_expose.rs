//! The ports of EXPOSE, as BuildKit takes them apart (`convert_expose.go`).

use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::rules::steps::{self, Here};
use crate::syntax::dockerfile::{Body, Word};

/// One port with the word it comes from.
pub(in crate::rules) struct Port<'m> {
    pub here: Here<'m>,
    pub word: &'m Word,
    /// The port with variables replaced.
    pub raw: String,
    /// False where a variable in it is not known.
    pub known: bool,
}

impl Port<'_> {
    /// Address and port of the host, port of the container.
    pub(in crate::rules) fn parts(&self) -> (&str, &str, &str) {
        match self.raw.rsplit_once(':') {
            None => ("", "", &self.raw),
            Some((rest, container)) => match rest.rsplit_once(':') {
                None => ("", rest, container),
                Some((address, host)) => (address, host, container),
            },
        }
    }

    /// The container's port and its protocol as written, which may be empty.
    pub(in crate::rules) fn port_and_protocol(&self) -> (&str, &str) {
        let container = self.parts().2;
        container.split_once('/').unwrap_or((container, ""))
    }
}

/// All ports that stages expose.
pub(in crate::rules) fn ports<'m>(cx: &DockerfileCx<'m>) -> Vec<Port<'m>> {
    of(steps::all(cx.model))
}

/// All ports that ONBUILD makes images expose that are built upon a stage.
pub(in crate::rules) fn ports_of_children<'m>(cx: &DockerfileCx<'m>) -> Vec<Port<'m>> {
    of(steps::left_to_children(cx.model))
}

fn of<'m>(all: impl Iterator<Item = Here<'m>>) -> Vec<Port<'m>> {
    let mut ports = Vec::new();
    for here in all {
        let Body::Expose(words) = here.step.body() else { continue };
        for word in words {
            let (list, known) = expanded(here.step, word);
            ports.extend(list.into_iter().map(|raw| Port { here, word, raw, known }));
        }
    }
    ports
}

/// A word may expand to several ports, or to none.
fn expanded(step: &Step, word: &Word) -> (Vec<String>, bool) {
    if word.is_constant() && !word.raw.contains(['"', '\'', step.escape]) {
        return (vec![word.raw.clone()], true);
    }
    let expanded = step.expand(word);
    let words = expanded.text.split_whitespace().map(str::to_string).collect();
    (words, expanded.known)
}
