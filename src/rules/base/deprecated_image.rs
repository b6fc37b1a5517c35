use crate::model::{Base, ImageRef};
use crate::rules::DockerfileCx;

/// An image that its owners gave up or moved.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) else { continue };
        let Some((why, instead)) = deprecated(image) else { continue };
        cx.report(from.image.span, format!("`{}` {why}", stage.image.text)).note(format!("use {instead} instead"));
    }
}

/// What happened to the image, and what to use.
fn deprecated(image: &ImageRef) -> Option<(&'static str, &'static str)> {
    if image.registry.as_deref() == Some("k8s.gcr.io") {
        return Some(("comes from a registry that is frozen since April 2023", "registry.k8s.io"));
    }
    let name = image.docker_hub()?;
    let tag = image.tag.as_deref().unwrap_or_default();
    if matches!(name, "node" | "python" | "golang" | "ruby" | "rails" | "maven" | "iojs") && tag.ends_with("onbuild") {
        return Some((
            "is an onbuild image, not made since 2018",
            "the plain image, with the COPY and the install written out",
        ));
    }
    if name.starts_with("microsoft/") {
        return Some(("left Docker Hub in 2018", "the image of the same purpose on mcr.microsoft.com"));
    }
    let row = TABLE.iter().find(|(names, ..)| names.split(' ').any(|it| it == name))?;
    Some((row.1, row.2))
}

const TABLE: [(&str, &str, &str); 8] = [
    (
        "openjdk",
        "is deprecated since July 2022 and gets no fixes",
        "eclipse-temurin, amazoncorretto or another build of OpenJDK",
    ),
    ("java", "is deprecated since 2016 and gets no fixes", "eclipse-temurin"),
    ("adoptopenjdk adoptopenjdk/openjdk8 adoptopenjdk/openjdk11", "became Eclipse Temurin in 2021", "eclipse-temurin"),
    ("jenkins", "is deprecated since 2018 and gets no fixes", "jenkins/jenkins"),
    ("rails django iojs", "is deprecated since 2016 and gets no fixes", "the image of the language"),
    ("glassfish", "is deprecated and gets no fixes", "ghcr.io/eclipse-ee4j/glassfish"),
    ("jboss/wildfly", "moved in 2021", "quay.io/wildfly/wildfly"),
    ("jboss/keycloak", "moved in 2022", "quay.io/keycloak/keycloak"),
];
