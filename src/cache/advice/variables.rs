use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cache::history::COMMIT;
use crate::model::order::{declare_later, declared, early_variables};
use crate::model::{BuildOptions, Model};
use crate::syntax::dockerfile::parse;
use crate::text::FileId;

use super::Question;
use super::propose::{Cx, Kind, Proposal};

/// Different Dockerfiles of a history that are looked at.
const TEXTS: usize = 200;

/// Variables whose value changed along the history, or changes with each commit, below the installs
/// that do not use them.
pub(super) fn proposals(cx: &Cx) -> Vec<Proposal> {
    let changing = changing(cx.question);
    let early = early_variables(cx.model, &|variable| changing.contains(variable.name));
    let proposal = |early: &crate::model::order::EarlyVariable| {
        let about: Vec<u32> = early.installs.iter().map(|(_, step)| step.instruction.lines.0).collect();
        if !about.iter().any(|line| cx.misses_at(*line)) {
            return None;
        }
        let mut proposal = Proposal::of_fix(Kind::VariablesLater, declare_later(early, cx.text)?, about);
        proposal.cautions.push(format!("steps above it no longer find `{}` in their environment", early.name));
        Some(proposal)
    };
    early.iter().filter_map(proposal).collect()
}

/// The variables that had more than one value.
fn changing(question: &Question) -> BTreeSet<String> {
    let given = question.request.build_args().filter(|(_, value)| value.contains(COMMIT));
    let mut found: BTreeSet<String> = given.map(|(name, _)| name.to_string()).collect();
    let texts: BTreeSet<&Arc<str>> = question.history.iter().map(|it| &it.dockerfile).collect();
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for text in texts.into_iter().take(TEXTS) {
        let (dockerfile, _) = parse(FileId(0), text);
        let model = Model::new(&dockerfile, text, BuildOptions::default());
        for variable in model.steps().flat_map(|(_, step)| declared(step)) {
            let value = variable.value.map(|it| it.raw.clone()).unwrap_or_default();
            let known = values.entry(variable.name.to_string()).or_insert_with(|| value.clone());
            if *known != value {
                found.insert(variable.name.to_string());
            }
        }
    }
    found
}
