use crate::model::docs::{ImageNames, unpublished};
use crate::rules::ImageCx;

/// Ports that the image exposes and that the documents beside its Dockerfile never publish, though
/// they run it.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let Some(docs) = cx.docs else { return };
    let ports =
        cx.image.config.config.exposed_ports.iter().filter_map(|port| port.split('/').next()?.parse::<u16>().ok());
    let ports: Vec<u16> = ports.collect();
    let names = ImageNames::new(docs).also(cx.image.tags.iter().map(String::as_str));
    let history = || cx.image.steps().into_iter().map(|step| cx.image.instruction(step));
    let mentions = |port: u16| history().any(|text| !text.starts_with("EXPOSE") && text.contains(&port.to_string()));
    let mut found = Vec::new();
    for gap in unpublished(docs, &names, &ports, &|_| false, &mentions) {
        let step = cx.step_with(|text| text.starts_with("EXPOSE") && text.contains(&gap.port.to_string()));
        found.push((step, gap.port, gap.run.invocation.text.clone()));
    }
    for (step, port, command) in found {
        let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
        cx.report_step(step, format!("port {port} is exposed, but the documented command never publishes it"))
            .note(format!("`{command}` runs the image: add `-p {port}:{port}`, or readers cannot reach the service"));
    }
}
