use super::{Build, Builds, Text};
use crate::syntax::yaml::{self, Node};

/// Reads a compose file; `None` where it is none.
pub fn compose(text: &str) -> Option<Builds> {
    let root = yaml::parse(text)?;
    let services = root.get("services")?.entries();
    let list = services.iter().filter_map(|(name, service)| Some(service_of(text_of(name)?, service))).collect();
    Some(Builds { list, names_known: true, ..Builds::default() })
}

fn service_of(name: Text, service: &Node) -> Build {
    let mut build = Build::new(name);
    build.tags.extend(service.get("image").and_then(text_of));
    build.ports = service.get("ports").map(Node::items).unwrap_or_default().iter().filter_map(port).collect();
    build.environment = service.get("environment").map(pairs).unwrap_or_default();
    build.overrides = ["env_file", "command", "entrypoint", "extends", "volumes", "configs"]
        .iter()
        .any(|key| service.get(key).is_some());
    match service.get("build") {
        Some(section) if section.text().is_some() => {
            build.builds = true;
            build.context = text_of(section);
        }
        Some(section) if !section.entries().is_empty() => {
            build.builds = true;
            build.context = section.get("context").and_then(text_of);
            build.dockerfile = section.get("dockerfile").and_then(text_of);
            build.inline = section.get("dockerfile_inline").is_some();
            build.target = section.get("target").and_then(text_of);
            let args = section.get("args").filter(|args| !args.shared && !section.shared);
            build.args = args.map(names).unwrap_or_default();
        }
        _ => {}
    }
    build
}

/// A published port: `"8080:80"`, or the `target` of the long form.
fn port(node: &Node) -> Option<Text> {
    match node.text() {
        Some(_) => text_of(node),
        None => node.get("target").and_then(text_of),
    }
}

/// The keys of a map, or what stands before `=` in the items of a list.
fn names(node: &Node) -> Vec<Text> {
    let own = |text: Text| Text { text: text.text.split('=').next().unwrap_or("").to_string(), ..text };
    let keys = node.entries().iter().map(|(key, _)| key).filter(|key| !key.shared);
    keys.chain(node.items()).filter_map(text_of).map(own).collect()
}

/// `NAME=value` of a map or a list.
fn pairs(node: &Node) -> Vec<Text> {
    let pair = |(key, value): &(Node, Node)| {
        let key = text_of(key)?;
        Some(Text { text: format!("{}={}", key.text, value.text().unwrap_or("")), ..key })
    };
    node.entries().iter().filter_map(pair).chain(node.items().iter().filter_map(text_of)).collect()
}

fn text_of(node: &Node) -> Option<Text> {
    let text = node.text()?;
    Some(Text { text: text.replace("$$", "\u{0}"), span: node.span, known: !text.replace("$$", "").contains('$') })
        .map(|found| Text { text: found.text.replace('\u{0}', "$"), ..found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_their_builds() {
        let text = "x: &args {A: 1}\nservices:\n  web:\n    build: ./web\n    ports: ['80:3000', {target: 9000}]\n  \
            api:\n    build:\n      context: .\n      target: ${STAGE:-dev}\n      args:\n        <<: *args\n        B: 2\n  \
            db: {image: postgres}\n";
        let builds = compose(text).expect("is compose");
        let show = |it: &Text| format!("{}{}", it.text, if it.known { "" } else { "?" });
        let list: Vec<String> = builds
            .list
            .iter()
            .map(|it| {
                let texts = it.context.iter().chain(&it.target).chain(&it.args).chain(&it.ports).chain(&it.tags);
                format!("{} {} {}", it.name.text, it.builds, texts.map(show).collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(list, ["web true ./web 80:3000 9000", "api true . ${STAGE:-dev}? B", "db false postgres"]);
        assert_eq!(compose("a: b"), None);
        assert_eq!(compose("services: [a"), None);
    }
}
