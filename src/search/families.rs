//! Broad job families of a title, from `index/words/families.txt`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::analysis::fold;
use super::words;

struct Families {
    finder: AhoCorasick,
    /// The families of each pattern of the finder.
    of_pattern: Vec<&'static [u16]>,
}

static FAMILIES: LazyLock<Option<Families>> = LazyLock::new(|| {
    let list = &words::embedded().families;
    let mut pairs: Vec<(&String, &Vec<u16>)> = list.iter().collect();
    pairs.sort();
    let finder = AhoCorasick::new(pairs.iter().map(|(word, _)| word)).ok()?;
    Some(Families { finder, of_pattern: pairs.iter().map(|(_, of)| of.as_slice()).collect() })
});

/// The families whose words stand in the title, ascending, at most eight.
pub fn of(title: &str) -> Vec<u16> {
    let title = fold(title);
    let Some(families) = FAMILIES.as_ref() else { return Vec::new() };
    let bytes = title.as_bytes();
    let inside_latin = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
    let mut found: Vec<u16> = families
        .finder
        .find_overlapping_iter(&title)
        .filter(|hit| {
            // A Latin word counts only as a whole: `it` is not in `kit`.
            let latin = bytes[hit.start()].is_ascii();
            let before = hit.start().checked_sub(1).and_then(|i| bytes.get(i));
            !latin || !(inside_latin(before) || inside_latin(bytes.get(hit.end())))
        })
        .flat_map(|hit| families.of_pattern[hit.pattern().as_usize()].iter().copied())
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(8);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_jobs_share_a_family_and_strangers_share_none() {
        let shared = |a, b| of(a).iter().any(|family| of(b).contains(family));
        assert!(shared("税务会计", "审计专员"));
        assert!(shared("java开发人员", "web前端工程师"));
        assert!(!shared("养猪场饲养员", "律师"));
        assert_eq!(of("kit"), [] as [u16; 0]);
        assert_ne!(of("IT专员"), [] as [u16; 0]);
    }
}
