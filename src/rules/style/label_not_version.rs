use super::shared_labels::check_type;
use crate::rules::DockerfileCx;

/// A label that the schema wants to be a semantic version.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    check_type(cx, "semver", "a semantic version", is_valid);
}

fn is_valid(value: &str) -> bool {
    let (rest, build) = value.split_once('+').map_or((value, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let number = |part: &str| digits(part) && (part == "0" || !part.starts_with('0'));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}
