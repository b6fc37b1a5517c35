//! Names of ARG and ENV that sound like secrets.

use crate::rules::DockerfileCx;
use crate::rules::steps::{self, Here};
use crate::syntax::dockerfile::Body;
use crate::text::Span;

/// A name that an instruction of a stage declares.
pub(super) struct Name<'m> {
    pub here: Here<'m>,
    pub span: Span,
    /// `ARG` or `ENV`.
    pub keyword: &'static str,
    /// The name with variables replaced.
    pub text: String,
    /// The value that is written there, if it is known.
    pub value: Option<String>,
    /// True for `ENV PASSWORD=${PASSWORD:-}` where no ARG has brought a value: it is empty.
    empty_by_default: bool,
}

/// All names that stages declare, in order.
pub(super) fn names<'m>(cx: &DockerfileCx<'m>) -> Vec<Name<'m>> {
    let mut names = Vec::new();
    for here in steps::all(cx.model) {
        match here.step.body() {
            Body::Arg(declarations) => names.extend(declarations.iter().map(|it| {
                let value = it.value.as_ref().map(|word| here.step.expand(word)).filter(|it| it.known);
                let (text, value) = (it.name.text.clone(), value.map(|it| it.text));
                Name { here, span: it.name.span, keyword: "ARG", text, value, empty_by_default: false }
            })),
            Body::Env(pairs) => names.extend(pairs.iter().map(|pair| {
                let value = here.step.expand(&pair.value);
                let text = here.step.expand(&pair.key).text;
                let value = value.known.then_some(value.text);
                let own = pair.value.raw.trim_matches('"') == format!("${{{text}:-}}");
                let empty_by_default = own && here.step.before.scope.get(&text).is_none();
                Name { here, span: pair.key.span, keyword: "ENV", text, value, empty_by_default }
            })),
            _ => {}
        }
    }
    names
}

impl Name<'_> {
    /// True where the value cannot be a secret: nothing, a path or address without credentials, the
    /// name of a file, a switch, the public fingerprint of a key.
    pub(super) fn is_harmless(&self) -> bool {
        if self.empty_by_default || is_setting_of_a_list(&self.text) {
            return true;
        }
        let Some(value) = self.value.as_deref().map(str::trim) else { return false };
        let lower = value.to_ascii_lowercase();
        let is_fingerprint = || value.len() >= 32 && lower.bytes().all(|b| b.is_ascii_hexdigit() || b == b' ');
        let is_gpg = self.text.to_ascii_uppercase().contains("GPG") || self.text.to_ascii_uppercase().contains("PGP");
        let is_path = value.starts_with('/') && value.len() > 1 && !value.contains("//");
        let is_address = ["http://", "https://"].iter().any(|scheme| lower.starts_with(scheme)) && !value.contains('@');
        let is_switch = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "0" | "1" | "none");
        let is_file = [".sh", ".py", ".json", ".xml", ".yml", ".yaml", ".conf", ".ini", ".rsp"]
            .iter()
            .any(|it| lower.ends_with(it));
        let is_empty = value.is_empty() && self.keyword == "ENV";
        // `BING_MAPS_KEY=bing_maps_key`, `sa_password="_"`: something stands in until the real one comes.
        let is_stand_in = !value.is_empty() && (value.eq_ignore_ascii_case(&self.text) || value.len() == 1);
        is_empty || is_stand_in || is_file || is_path || is_address || is_switch || is_gpg && is_fingerprint()
    }
}

/// `Filters__0__Key`: .NET's way to write the member `Key` of a list of pairs.
fn is_setting_of_a_list(name: &str) -> bool {
    let rest = name.strip_suffix("__Key").and_then(|rest| rest.rsplit_once("__"));
    rest.is_some_and(|(_, index)| !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()))
}

/// BuildKit's `SecretsUsedInArgOrEnv`: a word of the name is one for secrets, and none says that it
/// is something else.
pub(super) fn sounds_secret(name: &str) -> bool {
    const SECRET: [&str; 10] =
        ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];
    const ALLOWED: [&str; 3] = ["public", "file", "version"];
    let has = |list: &[&str]| name.split('_').any(|word| list.iter().any(|it| it.eq_ignore_ascii_case(word)));
    has(&SECRET) && !has(&ALLOWED)
}
