use super::shared_labels::schema;
use crate::model::{Base, DependencyTarget};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Body;

/// An image that lacks a label of the schema. Stages that others copy from or build upon are no
/// images.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(schema) = schema(cx) else { return };
    let model = cx.model;
    let mut used = vec![false; model.stages.len()];
    for stage in &model.stages {
        if let Base::Stage(parent) = stage.base {
            used[parent] = true;
        }
        for dependency in &stage.dependencies {
            if let DependencyTarget::Stage(index) = dependency.target {
                used[index] = true;
            }
        }
    }
    for stage in model.stages.iter().filter(|stage| !used[stage.index]).take(1000) {
        let Some(from) = stage.from else { continue };
        let mut present = Vec::new();
        for step in model.chain(stage).flat_map(|stage| &stage.steps).filter(|step| !step.onbuild) {
            if let Body::Label(pairs) = step.body() {
                present.extend(pairs.iter().map(|pair| step.expand(&pair.key).text));
            }
        }
        for name in schema.keys().filter(|name| !present.contains(name)) {
            cx.report(from.span, format!("label `{name}` is missing"))
                .note("the label schema of the configuration asks for it");
        }
    }
}
