use crate::model::ImageRef;
use crate::rules::DocsCx;
use crate::syntax::docker_cli::{CliWord, Invocation, Place, Verb, is_placeholder};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.document else { return };
    let in_block = |it: &&Invocation| matches!(it.place, Place::Block(_));
    let built: Vec<&CliWord> =
        doc.invocations.iter().filter(|it| it.verb == Verb::Build).flat_map(|it| it.values("tag")).collect();
    let [tag] = built[..] else { return };
    if is_placeholder(&tag.text) {
        return;
    }
    let name = name(&tag.text);
    for run in doc.invocations.iter().filter(in_block) {
        let Some(image) = run.image().filter(|image| is_misspelt(&image.text, &name)) else { continue };
        let is_said_elsewhere = doc
            .invocations
            .iter()
            .any(|it| matches!(it.verb, Verb::Tag | Verb::Other) && it.args.iter().any(|arg| arg.text == image.text));
        if !is_said_elsewhere {
            let written = &image.text;
            cx.report(image.span, format!("no command builds `{written}`"))
                .primary_label("runs this image")
                .label(tag.span, "builds another name")
                .note(format!("did you mean `{name}`?"));
        }
    }
}

/// The name without tag and digest.
fn name(image: &str) -> String {
    let image = ImageRef::parse(image);
    match image.registry {
        Some(registry) => format!("{registry}/{}", image.path),
        None => image.path,
    }
}

/// True for a name that is nearly the built one, and that no registry has for its own.
fn is_misspelt(image: &str, built: &str) -> bool {
    let image_name = name(image);
    let alike = |text: &str| text.replace(['-', '_', '.'], "");
    !is_placeholder(image)
        && image_name != built
        && image_name.len() > 4
        && image_name.contains('/') == built.contains('/')
        && image_name.trim_end_matches(|c: char| c.is_ascii_digit())
            != built.trim_end_matches(|c: char| c.is_ascii_digit())
        && (alike(&image_name) == alike(built) || strsim::damerau_levenshtein(&image_name, built) == 1)
}
