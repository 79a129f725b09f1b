//! What makes titles near to each other: broad job families from `index/words/families.txt`, and occupations.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::analysis::fold;
use super::coder::Candidate;
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

const FAMILY: f32 = 1.0;
/// An occupation that the text may mean; times its confidence.
const JOB: f32 = 1.0;
const GROUP: f32 = 0.1;
/// A family of the likeliest occupation's name.
const BY_JOB: f32 = 0.3;
/// Below it an occupation is mere chance.
const LIKELY: f32 = 0.1;

/// Terms that a text shares with others that are near to it, and how much each weighs: its families, the two likeliest
/// occupations with their groups, and the families of the likeliest one's name.
pub fn kin(text: &str, jobs: &[Candidate]) -> Vec<(String, f32)> {
    let mut kin: Vec<(String, f32)> = of(text).iter().map(|family| (family.to_string(), FAMILY)).collect();
    let likely = || jobs.iter().filter(|job| job.confidence >= LIKELY);
    for job in likely().take(2) {
        kin.push((job.code.to_string(), JOB * job.confidence));
        kin.push((format!("g{}", job.code.minor_group()), GROUP * job.confidence));
    }
    let by_job = likely().take(1).flat_map(|job| of(job.name));
    kin.extend(by_job.map(|family| (format!("j{family}"), BY_JOB)));
    kin
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
