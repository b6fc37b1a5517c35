use crate::diagnostic::{Edit, Fix};
use crate::model::Base;
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Body;

/// ENV PATH without the folders that every command comes from.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps() {
        let Body::Env(pairs) = step.body() else { continue };
        let windows = step.before.shell.words.first().is_some_and(|shell| !shell.starts_with('/'));
        if windows || *cx.model.root_base(stage) == Base::Scratch {
            continue;
        }
        for pair in pairs.iter().filter(|pair| pair.key.raw == "PATH") {
            let value = step.expand(&pair.value);
            let keeps = pair.value.variables.iter().any(|variable| variable.name.text.ends_with("PATH"));
            let has_system =
                value.text.split(':').any(|folder| matches!(folder.trim_end_matches('/'), "/bin" | "/usr/bin"));
            if keeps
                || has_system
                || !value.known
                || value.text.contains(['\\', ';', '$', '%'])
                || !value.text.starts_with('/')
            {
                continue;
            }
            let end = pair.value.span.end - u32::from(pair.value.raw.ends_with(['"', '\'']));
            let single = pair.value.raw.starts_with('\'');
            let fix = Fix::unsafe_("keep the old PATH", vec![Edit::insert(end, ":$PATH")]);
            let span = pair.key.span.to(pair.value.span);
            cx.report(
                span,
                format!("`{}` is the whole PATH from here on: `sh`, `ls` and all others are not found", value.text),
            )
            .note("keep what was there: `ENV PATH=…:$PATH`")
            .fix((!single).then_some(fix));
        }
    }
}
