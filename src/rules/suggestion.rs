//! "Did you mean?" for the names of rules.

use std::sync::OnceLock;

use super::all;

/// The rule name most like `word`, to ask "did you mean?".
pub fn suggestion(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let letters = Letters::of(&word);
    let limit = |name: &str| 2.max(name.len() / 4);
    let names = spelt().iter().filter(|(name, _, theirs)| letters.differ(theirs) <= limit(name));
    names
        .map(|(name, lower, _)| (strsim::damerau_levenshtein(lower, &word), *name))
        .filter(|(distance, name)| *distance <= limit(name))
        .min()
        .map(|(_, name)| name)
}

/// Every name and alias, the same in lower case, and its letters.
fn spelt() -> &'static [(&'static str, String, Letters)] {
    static SPELT: OnceLock<Vec<(&str, String, Letters)>> = OnceLock::new();
    SPELT.get_or_init(|| {
        let names = all().iter().flat_map(|rule| std::iter::once(rule.name).chain(rule.aliases.iter().copied()));
        let spelt = |name: &'static str| (name, name.to_lowercase(), Letters::of(&name.to_lowercase()));
        names.map(spelt).collect()
    })
}

/// How often each letter is in a word. Two words differ by at least as many edits as one has letters that
/// the other lacks: most names need no closer look.
struct Letters([u16; 32]);

impl Letters {
    fn of(word: &str) -> Letters {
        let mut counts = [0u16; 32];
        for c in word.chars() {
            let count = &mut counts[c as usize % 32];
            *count = count.saturating_add(1);
        }
        Letters(counts)
    }

    fn differ(&self, other: &Letters) -> usize {
        let lacking = |a: &Letters, b: &Letters| {
            a.0.iter().zip(&b.0).map(|(a, b)| usize::from(a.saturating_sub(*b))).sum::<usize>()
        };
        lacking(self, other).max(lacking(other, self))
    }
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn the_nearest_name_is_told_if_it_is_near() {
        let cases = [
            ("sudo-usd", Some("sudo-used")),
            ("SUDO-USED", Some("sudo-used")),
            ("dl3oo4", Some("DL3004")),
            ("stagenamecasin", Some("StageNameCasing")),
            ("nothing-like-it-at-all", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(suggestion(word), expected, "{word}");
        }
    }
}
