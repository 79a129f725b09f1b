//! The word lists of `index/words/` and `index/occupations/aliases.txt`: read, checked, hashed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use sha2::{Digest, Sha256};

use crate::domain::occupation::Occupation;

use super::analysis::fold;

/// A line of a word list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name below `index/`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub text: String,
}

/// Every word list under its name below `index/`, as built into the program.
pub const LISTS: &[(&str, &str)] = &[
    ("words/noise.txt", include_str!("../../index/words/noise.txt")),
    ("words/hire.txt", include_str!("../../index/words/hire.txt")),
    ("words/ranks.txt", include_str!("../../index/words/ranks.txt")),
    ("words/abbreviations.txt", include_str!("../../index/words/abbreviations.txt")),
    ("words/synonyms.txt", include_str!("../../index/words/synonyms.txt")),
    ("words/families.txt", include_str!("../../index/words/families.txt")),
    ("words/surnames.txt", include_str!("../../index/words/surnames.txt")),
    ("occupations/aliases.txt", include_str!("../../index/occupations/aliases.txt")),
];

/// The lists in the shape that analysis and coding use.
#[derive(Default)]
pub struct Words {
    /// Noise patterns in file order; true where the class is `form`.
    pub noise: Vec<(Regex, bool)>,
    /// The same patterns in the same order, to see in one pass which stand in a text.
    pub noise_set: RegexSet,
    pub hire: Vec<String>,
    pub job_after_hire: Vec<String>,
    pub bare_call_is_job_before: Vec<String>,
    pub ranks: HashSet<String>,
    pub levels: Vec<String>,
    /// Short form → what it stands for.
    pub abbreviations: HashMap<String, String>,
    pub synonyms: Vec<Vec<String>>,
    /// Word → families by index, the word's families only.
    pub families: HashMap<String, Vec<u16>>,
    pub surnames: HashSet<String>,
    pub aliases: Vec<(Occupation, Vec<String>)>,
}

static EMBEDDED: LazyLock<Words> = LazyLock::new(|| read(LISTS).0);

/// The built-in lists; a faulty line is left out (the test suite lets none through).
pub fn embedded() -> &'static Words {
    &EMBEDDED
}

/// Hash of all built-in lists: a part of the index version.
pub fn hash() -> String {
    let mut hasher = Sha256::new();
    for (name, text) in LISTS {
        hasher.update(name);
        hasher.update(text);
    }
    hasher.finalize().iter().take(6).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// What is wrong with one list, `file` being its name below `index/`; nothing if the list can be used.
pub fn check(file: &str, text: &str) -> Vec<Problem> {
    let known = LISTS.iter().any(|(name, _)| *name == file);
    if known {
        read(&[(file, text)]).1
    } else {
        vec![Problem { file: file.into(), line: 0, text: "no list of this name is known".into() }]
    }
}

fn read(lists: &[(&str, &str)]) -> (Words, Vec<Problem>) {
    let mut words = Words::default();
    let mut problems = Vec::new();
    for (file, text) in lists {
        let mut section = "";
        for (i, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'))
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            {
                section = name;
                continue;
            }
            if let Err(text) = words.take(file, section, line) {
                problems.push(Problem { file: (*file).into(), line: i + 1, text });
            }
        }
    }
    // Each pattern was compiled above, and all of them are a few kilobytes.
    words.noise_set = RegexSet::new(words.noise.iter().map(|(noise, _)| noise.as_str())).unwrap_or_default();
    (words, problems)
}

impl Words {
    fn take(&mut self, file: &str, section: &str, line: &str) -> Result<(), String> {
        let list = || line.split_whitespace().map(fold);
        match (file, section) {
            ("words/noise.txt", "") => {
                return Err("a pattern stands before the first [class]".into());
            }
            ("words/noise.txt", _) => {
                let pattern = line.replace('N', "(?:[0-9]+(?:\\.[0-9]+)?|[一二三四五六七八九十两百千]+)");
                let regex = Regex::new(&pattern).map_err(|_| "not a regular expression".to_string())?;
                if regex.is_match("") {
                    return Err("the pattern matches the empty text".into());
                }
                self.noise.push((regex, section == "form"));
            }
            ("words/hire.txt", "hire") => self.hire.extend(list()),
            ("words/hire.txt", "job_after_hire") => self.job_after_hire.extend(list()),
            ("words/hire.txt", "bare_call_is_job_before") => {
                self.bare_call_is_job_before.extend(list());
            }
            ("words/ranks.txt", "rank") => self.ranks.extend(list()),
            ("words/ranks.txt", "level") => self.levels.extend(list()),
            ("words/hire.txt" | "words/ranks.txt", _) => {
                return Err(format!("unknown section [{section}]"));
            }
            ("words/abbreviations.txt", _) => {
                let (left, right) = line.split_once('=').ok_or("expected `short forms = meaning`")?;
                let right = fold(right.trim());
                if right.is_empty() {
                    return Err("the meaning is missing".into());
                }
                for word in left.split_whitespace().map(fold) {
                    if self.abbreviations.insert(word.clone(), right.clone()).is_some() {
                        return Err(format!("{word} is explained twice"));
                    }
                }
            }
            ("words/synonyms.txt", _) => {
                let group: Vec<String> = list().collect();
                if group.len() < 2 {
                    return Err("a group needs two words".into());
                }
                self.synonyms.push(group);
            }
            ("words/families.txt", _) => {
                let (_, members) = line.split_once(':').ok_or("expected `family: word word …`")?;
                let family = self.family_count();
                for word in members.split_whitespace().map(fold) {
                    let families = self.families.entry(word).or_default();
                    if families.last() != Some(&family) {
                        families.push(family);
                    }
                }
            }
            ("words/surnames.txt", _) => self.surnames.extend(list()),
            ("occupations/aliases.txt", _) => {
                let (head, aliases) = line.split_once(':').ok_or("expected `CODE NAME: alias …`")?;
                let (code, name) = head.split_once(' ').ok_or("expected `CODE NAME: alias …`")?;
                let code: Occupation = code.parse().map_err(|_| format!("{code} is no code"))?;
                if code.name() != name {
                    return Err(format!("{code} is {}, not {name}", code.name()));
                }
                self.aliases.push((code, aliases.split_whitespace().map(fold).collect()));
            }
            _ => return Err("no list of this name is known".into()),
        }
        Ok(())
    }

    fn family_count(&self) -> u16 {
        self.families.values().flatten().max().map_or(0, |max| max + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_lists_of_the_program_are_all_usable() {
        assert_eq!(read(LISTS).1, []);
        let words = embedded();
        assert!(words.noise.len() > 50 && words.synonyms.len() > 70 && words.surnames.len() > 300);
    }

    #[test]
    fn a_faulty_line_is_named_with_its_number_and_reason() {
        let first = |file, text| check(file, text).remove(0);
        assert_eq!(first("words/noise.txt", "[money]\n(高薪\n").line, 2);
        assert!(first("words/noise.txt", "[money]\na*\n").text.contains("empty"));
        assert!(first("words/synonyms.txt", "# x\n\n焊工\n").text.contains("two words"));
        assert_eq!(first("words/synonyms.txt", "# x\n\n焊工\n").line, 3);
        assert!(first("words/abbreviations.txt", "qc = 检验\nqc = 质检\n").text.contains("twice"));
        assert!(first("occupations/aliases.txt", "6-18-02-04 车工: x\n").text.contains("焊工"));
        assert!(first("words/none.txt", "").text.contains("known"));
        assert_eq!(check("words/synonyms.txt", "焊工 电焊\n"), []);
    }
}
