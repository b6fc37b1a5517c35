use crate::model::Scope;
use crate::rules::DockerfileCx;

/// FROM sees only ARGs declared before the first FROM, and the platform ARGs.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Some(from), Some(body)) = (stage.from, stage.from_body) else { continue };
        let platform = from.flag("platform").and_then(|flag| flag.value.as_ref());
        for word in [Some(&body.image), platform].into_iter().flatten() {
            let mut told = Vec::new();
            for variable in &word.variables {
                let name = &variable.name.text;
                if stage.from_scope.get(name).is_some() || told.contains(&name) {
                    continue;
                }
                told.push(name);
                let hint = near(name, &stage.from_scope).map(|it| format!(" (did you mean {it}?)"));
                let message = format!("FROM argument '{name}' is not declared{}", hint.unwrap_or_default());
                cx.report(variable.span, message)
                    .note(format!("write `ARG {name}` before the first FROM: ARGs inside a stage are not seen here"));
            }
        }
    }
}

/// The declared name that is nearest; of several the one that comes first in the file.
fn near<'s>(name: &str, scope: &'s Scope) -> Option<&'s str> {
    let mut declared: Vec<(u32, &str)> = scope.iter().map(|(name, variable)| (variable.order, name.as_str())).collect();
    declared.sort_unstable();
    super::super::shared::did_you_mean(name, declared.into_iter().map(|(_, name)| name))
}
