use crate::model::Origin;
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, Pair};

/// `ENV A=1 B=$A`: all pairs are expanded with the variables from before the instruction.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let Body::Env(pairs) = here.step.body() else { continue };
        if pairs.len() > 500 {
            continue;
        }
        for (at, pair) in pairs.iter().enumerate() {
            for variable in &pair.value.variables {
                let name = &variable.name.text;
                let declared = here.step.before.scope.get(name);
                let repeats = pair.key.raw == *name;
                let inherited = declared.is_some_and(|it| it.origin == Origin::BaseImage) && !repeats;
                let has_default = !variable.operator.is_empty();
                if inherited || has_default || declared.is_some_and(|it| matches!(it.origin, Origin::Arg | Origin::Env))
                {
                    continue;
                }
                let sets = |(index, other): &(usize, &Pair)| {
                    other.key.raw == *name && (*index < at || *index > at && !repeats && !here.step.before.scope.open)
                };
                let Some((_, setter)) = pairs.iter().enumerate().find(sets) else { continue };
                let message = if declared.is_some() || here.step.before.scope.open {
                    format!("`${name}` is the value from before this ENV, not the one it sets")
                } else {
                    format!("`${name}` is still empty here: it is set by the same ENV")
                };
                here.report(cx, variable.span, message)
                    .label(setter.key.span, "set here, for later instructions only")
                    .note("split it: set one variable, then use it in a second ENV");
            }
        }
    }
}
