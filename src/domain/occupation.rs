//! The 2022 classification of occupations: codes, names, minor groups, relatives and nearness.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A code of the 2022 classification (职业分类大典), written `6-18-02-04`; trailing `00` parts stand for a whole group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Occupation(u32);

/// How deep a code stands in the classification, from the widest to a single occupation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Major,
    SubMajor,
    Minor,
    Detailed,
}

/// How near two occupations are, from strangers to the same occupation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    None,
    SameMajor,
    SameSubMajor,
    /// The same minor group, or together in a line of `index/occupations/relatives.txt`.
    Related,
    Same,
}

/// The text is not a code of the 2022 classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the 2022 classification of occupations")]
pub struct UnknownOccupation;

struct Entry {
    name: &'static str,
    aliases: Vec<&'static str>,
    related: Vec<Occupation>,
}

static TABLE: LazyLock<BTreeMap<Occupation, Entry>> = LazyLock::new(|| {
    let mut table = BTreeMap::new();
    for line in include_str!("../../index/occupations/classification.tsv").lines() {
        let mut cells = line.split('\t');
        // A line that is no row (the heading) has no code in front.
        if let (Some(Some(code)), Some(name)) = (cells.next().map(parse), cells.next()) {
            let aliases = cells.next().unwrap_or_default();
            let aliases = aliases.split(',').filter(|a| !a.is_empty()).collect();
            table.insert(code, Entry { name, aliases, related: Vec::new() });
        }
    }
    let by_name: BTreeMap<&str, Occupation> = table.iter().rev().map(|(code, entry)| (entry.name, *code)).collect();
    let mut related: BTreeMap<Occupation, BTreeSet<Occupation>> = BTreeMap::new();
    for line in relatives_lines() {
        let codes: Vec<Occupation> = line.split_whitespace().filter_map(|name| by_name.get(name).copied()).collect();
        for code in &codes {
            related.entry(*code).or_default().extend(&codes);
        }
    }
    for code in table.keys().copied().filter(|code| code.level() == Level::Detailed) {
        let set = related.entry(code).or_default();
        set.extend(
            table
                .range(code.minor_group()..=Occupation(code.minor_group().0 + 99))
                .map(|(other, _)| *other)
                .filter(|other| other.level() == Level::Detailed && other.minor_group() == code.minor_group()),
        );
    }
    for (code, mut set) in related {
        set.remove(&code);
        if let Some(entry) = table.get_mut(&code) {
            entry.related = set.into_iter().collect();
        }
    }
    table
});

fn relatives_lines() -> impl Iterator<Item = &'static str> {
    include_str!("../../index/occupations/relatives.txt").lines().filter(|line| !line.starts_with('#'))
}

fn parse(text: &str) -> Option<Occupation> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 {
        return None;
    }
    let mut value = 0;
    for (i, byte) in bytes.iter().enumerate() {
        match (i, byte) {
            (1 | 4 | 7, b'-') => {}
            (1 | 4 | 7, _) => return None,
            (_, b'0'..=b'9') => value = value * 10 + u32::from(byte - b'0'),
            _ => return None,
        }
    }
    Some(Occupation(value))
}

impl Occupation {
    /// The occupation's name in the book, without its marker tails.
    pub fn name(self) -> &'static str {
        TABLE.get(&self).map_or("", |entry| entry.name)
    }

    /// Other names that the book's data carries for this code.
    pub fn aliases(self) -> &'static [&'static str] {
        TABLE.get(&self).map_or(&[], |entry| &entry.aliases)
    }

    /// How deep the code stands.
    pub fn level(self) -> Level {
        match self.0 {
            code if !code.is_multiple_of(100) => Level::Detailed,
            code if !code.is_multiple_of(10_000) => Level::Minor,
            code if !code.is_multiple_of(1_000_000) => Level::SubMajor,
            _ => Level::Major,
        }
    }

    /// The minor group that holds this code (`6-18-02-04` → `6-18-02-00`): the family of matching.
    pub fn minor_group(self) -> Self {
        Self(self.0 / 100 * 100)
    }

    /// The sub-major group that holds this code.
    pub fn sub_major_group(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// The major group that holds this code.
    pub fn major_group(self) -> Self {
        Self(self.0 / 1_000_000 * 1_000_000)
    }

    /// The code itself and the groups above it, widest last, without repeats.
    pub fn with_groups(self) -> Vec<Self> {
        let mut codes = vec![self, self.minor_group(), self.sub_major_group(), self.major_group()];
        codes.dedup();
        codes
    }

    /// Whether `self` is `group` or stands below it.
    pub fn is_within(self, group: Self) -> bool {
        self.with_groups().contains(&group)
    }

    /// Accepted relatives in code order: the same minor group and the curated list, without the code itself.
    pub fn related(self) -> &'static [Self] {
        TABLE.get(&self).map_or(&[], |entry| &entry.related)
    }

    /// How near `other` is; the same in both directions.
    pub fn nearness(self, other: Self) -> Nearness {
        if self == other {
            Nearness::Same
        } else if self.related().binary_search(&other).is_ok()
            || (self.is_within(other) && other.level() >= Level::Minor)
            || (other.is_within(self) && self.level() >= Level::Minor)
        {
            Nearness::Related
        } else if self.sub_major_group() == other.sub_major_group() {
            Nearness::SameSubMajor
        } else if self.major_group() == other.major_group() {
            Nearness::SameMajor
        } else {
            Nearness::None
        }
    }

    /// Every code of the classification in order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.keys().copied()
    }

    /// The code whose name in the book is exactly `name`; the lower code if two share it.
    pub fn by_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, entry)| entry.name == name).map(|(code, _)| *code)
    }

    /// The seven digits as one number, for compact columns.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Occupation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.0;
        write!(f, "{}-{:02}-{:02}-{:02}", code / 1_000_000, code / 10_000 % 100, code / 100 % 100, code % 100)
    }
}

impl fmt::Debug for Occupation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Occupation {
    type Err = UnknownOccupation;

    fn from_str(text: &str) -> Result<Self, UnknownOccupation> {
        parse(text.trim()).filter(|code| TABLE.contains_key(code)).ok_or(UnknownOccupation)
    }
}

impl TryFrom<String> for Occupation {
    type Error = UnknownOccupation;

    fn try_from(text: String) -> Result<Self, UnknownOccupation> {
        text.parse()
    }
}

impl From<Occupation> for String {
    fn from(code: Occupation) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> Occupation {
        text.parse().unwrap()
    }

    #[test]
    fn the_classification_holds_every_level_and_no_code_without_its_group() {
        let count = |level| Occupation::all().filter(|code| code.level() == level).count();
        assert_eq!(count(Level::Major), 8);
        assert_eq!(Occupation::all().count(), 2047);
        for code in Occupation::all() {
            assert!(TABLE.contains_key(&code.sub_major_group()), "{code}");
            assert!(!code.name().is_empty(), "{code}");
            assert!(!code.name().ends_with(['L', 'S']), "{}", code.name());
        }
    }

    #[test]
    fn a_welder_has_name_groups_and_relatives() {
        let welder = code("6-18-02-04");
        assert_eq!(welder.name(), "焊工");
        assert_eq!(welder.minor_group(), code("6-18-02-00"));
        assert_eq!(welder.with_groups().len(), 4);
        assert!(welder.related().contains(&Occupation::by_name("铆工").unwrap()));
        assert!(welder.related().contains(&Occupation::by_name("铸造工").unwrap()));
        assert!(!welder.related().contains(&welder));
        assert_eq!(welder.nearness(code("6-18-02-00")), Nearness::Related);
        assert_eq!(welder.nearness(code("6-18-03-03")), Nearness::SameSubMajor);
        assert_eq!(welder.nearness(code("6-31-01-03")), Nearness::SameMajor);
        assert_eq!(welder.nearness(code("4-07-05-01")), Nearness::None);
    }

    #[test]
    fn word_lists_name_only_relatives_that_the_book_knows() {
        for (i, line) in relatives_lines().enumerate() {
            for name in line.split_whitespace() {
                assert!(Occupation::by_name(name).is_some(), "row {}: {name}", i + 1);
            }
        }
    }

    #[test]
    fn a_text_that_is_no_code_is_refused() {
        for text in ["", "6-18-02-05x", "6180204", "9-00-00-00", "6-18-02-99", "焊工焊工焊工焊"] {
            assert_eq!(text.parse::<Occupation>(), Err(UnknownOccupation), "{text}");
        }
    }

    proptest! {
        #[test]
        fn code_and_text_are_inverse_and_nearness_is_the_same_both_ways(a in 0..2047usize, b in 0..2047usize) {
            let all: Vec<_> = Occupation::all().collect();
            let (a, b) = (all[a], all[b]);
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.nearness(b), b.nearness(a));
            prop_assert_eq!(a.nearness(a), Nearness::Same);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,12}") {
            let _ = text.parse::<Occupation>();
        }
    }
}
