use crate::rules::DockerfileCx;

/// FROM sees only ARGs declared before the first FROM, and the platform ARGs.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Some(from), Some(body)) = (stage.from, stage.from_body) else { continue };
        let platform = from.flag("platform").and_then(|flag| flag.value.as_ref());
        for variable in platform.into_iter().chain([&body.image]).flat_map(|word| &word.variables) {
            let name = &variable.name.text;
            if stage.from_scope.get(name).is_some() {
                continue;
            }
            let declared = stage.from_scope.iter().map(|(name, _)| name.as_str());
            let hint = super::super::shared::did_you_mean(name, declared).map(|it| format!(" (did you mean {it}?)"));
            let message = format!("FROM argument '{name}' is not declared{}", hint.unwrap_or_default());
            cx.report(variable.span, message)
                .note(format!("write `ARG {name}` before the first FROM: ARGs inside a stage are not seen here"));
        }
    }
}
