//! Typing aid over job titles and "did you mean" for texts that found nothing.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use pinyin::ToPinyin;

use crate::domain::occupation::Occupation;

use super::analysis::{fold, grams, is_han};
use super::coder;
use super::memory::Memory;

/// A title that a typed beginning may become.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TitleSuggestion {
    pub title: &'static str,
    pub code: Occupation,
}

struct Name {
    title: &'static str,
    code: Occupation,
    pinyin: String,
    initials: String,
    /// Hashes of the grams, ascending.
    grams: Vec<u64>,
}

static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let mut seen = HashSet::new();
    coder::names()
        .filter(|(title, _)| title.chars().count() >= 2 && seen.insert(*title))
        .map(|(title, code)| {
            let (pinyin, initials) = spell(title);
            Name { title, code, pinyin, initials, grams: hashes(title) }
        })
        .collect()
});

/// The text's grams as numbers, ascending: comparing thousands of titles must not hash their letters again.
fn hashes(text: &str) -> Vec<u64> {
    let number = |text: String| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    let mut all: Vec<u64> = grams(text).into_iter().map(|gram| number(gram.text)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// How many numbers two ascending lists share.
fn shared(a: &[u64], b: &[u64]) -> usize {
    let mut rest = b.iter().peekable();
    a.iter()
        .filter(|x| {
            while rest.next_if(|y| y < x).is_some() {}
            rest.peek() == Some(x)
        })
        .count()
}

/// Pinyin without tones and the initials of the Han characters; other letters stand as they are.
pub fn spell(text: &str) -> (String, String) {
    let (mut full, mut initials) = (String::new(), String::new());
    for ch in text.chars() {
        if let Some(sound) = ch.to_pinyin() {
            full.push_str(sound.plain());
            initials.push_str(sound.first_letter());
        } else if ch.is_ascii_alphanumeric() {
            full.push(ch.to_ascii_lowercase());
            initials.push(ch.to_ascii_lowercase());
        }
    }
    // ü is typed as v.
    (full.replace('ü', "v"), initials)
}

/// Titles that begin with what was typed, in characters, pinyin or initials; shorter ones first.
pub fn suggest_titles(typed: &str, limit: usize) -> Vec<TitleSuggestion> {
    static KNOWN: Memory<Vec<TitleSuggestion>> = Memory::new();
    let mut found = KNOWN.of(typed, |typed| titles(typed, MOST));
    found.truncate(limit);
    found
}

/// Titles that are offered at most.
const MOST: usize = 20;

fn titles(typed: &str, limit: usize) -> Vec<TitleSuggestion> {
    let typed = fold(typed).replace(['\'', ' '], "");
    if typed.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u8, usize, &Name)> = NAMES
        .iter()
        .filter_map(|name| {
            let how = if name.title.starts_with(&typed) {
                0
            } else if typed.is_ascii() && name.initials.starts_with(&typed) {
                1
            } else if typed.is_ascii() && typed.len() >= 2 && name.pinyin.starts_with(&typed) {
                2
            } else if !typed.is_ascii() && typed.chars().count() >= 2 && name.title.contains(&typed) {
                3
            } else {
                return None;
            };
            Some((how, name.title.chars().count(), name))
        })
        .collect();
    found.sort_by(|a, b| (a.0, a.1, a.2.title).cmp(&(b.0, b.1, b.2.title)));
    found.iter().take(limit).map(|(_, _, name)| TitleSuggestion { title: name.title, code: name.code }).collect()
}

/// Titles less alike than this were not meant.
const NEAR: f64 = 0.6;

/// Up to three known titles that a text without hits may have meant, nearest first.
pub fn did_you_mean(text: &str) -> Vec<String> {
    let text = fold(text);
    let length = text.chars().count();
    if !(2..=12).contains(&length) {
        return Vec::new();
    }
    let wanted = hashes(&text);
    let (sound, _) = spell(&text);
    let is_written = text.chars().any(is_han);
    let mut found: Vec<(f64, &str)> = NAMES
        .iter()
        .filter(|name| name.title != text && name.title.chars().count() <= length + 4)
        .filter_map(|name| {
            let shared = shared(&wanted, &name.grams);
            let dice = 2.0 * shared as f64 / (wanted.len() + name.grams.len()).max(1) as f64;
            // The same sound with other characters is the commonest slip of an input method.
            let heard = similarity(&sound, &name.pinyin);
            let near = if is_written { dice.max(heard * 0.95) } else { heard };
            (near >= NEAR).then_some((near, name.title))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.len().cmp(&b.1.len())).then(a.1.cmp(b.1)));
    let best = found.first().map_or(0.0, |best| best.0);
    found.retain(|(near, _)| *near > best - 0.1);
    found.truncate(3);
    found.into_iter().map(|(_, title)| title.to_string()).collect()
}

/// 1 minus the edit distance over the longer length; 0 at once for lengths that keep it below [`NEAR`].
fn similarity(a: &str, b: &str) -> f64 {
    let longest = a.len().max(b.len());
    if longest == 0 || a.len().abs_diff(b.len()) * 5 > longest * 2 {
        return 0.0;
    }
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    1.0 - row[b.len()] as f64 / longest as f64
}

/// Whether the whole text is one of the known titles or job words.
pub(super) fn is_known_title(text: &str) -> bool {
    static TITLES: LazyLock<HashSet<&str>> = LazyLock::new(|| NAMES.iter().map(|name| name.title).collect());
    TITLES.contains(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(typed: &str) -> Vec<&'static str> {
        suggest_titles(typed, 8).into_iter().map(|s| s.title).collect()
    }

    #[test]
    fn a_beginning_gives_titles_by_characters_initials_and_pinyin() {
        assert!(offered("叉车").contains(&"叉车司机"));
        assert!(offered("hg").contains(&"焊工"));
        assert!(offered("diangong").contains(&"电工"));
        assert_eq!(offered(""), [""; 0]);
        assert_eq!(offered("景点经典"), [""; 0]);
    }

    #[test]
    fn a_slip_of_the_input_method_is_put_right() {
        assert_eq!(did_you_mean("汗工"), ["焊工"]);
        assert!(did_you_mean("养老互理员").contains(&"养老护理员".to_string()));
        assert!(did_you_mean("chache siji").contains(&"叉车司机".to_string()));
        assert_eq!(did_you_mean("火星移民"), [""; 0]);
    }
}
