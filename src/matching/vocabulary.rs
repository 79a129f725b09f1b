//! Texts of people and posts as small numbers, with the relations between them worked out once.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::lexicon::Lexicon;
use super::set::BitSet;
use crate::domain::worker::HeldCertificate;

/// Stands for "no occupation known".
pub const NONE: u32 = u32::MAX;

/// First two digits of the provinces of GB/T 2260.
const PROVINCES: [u32; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82,
];

/// Texts numbered in the order of their first appearance.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    ids: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Numbers {
    /// The number of a key and whether it is new; `text` is what a reader sees of it.
    fn number(&mut self, key: String, text: &str) -> (u32, bool) {
        let next = self.texts.len() as u32;
        match self.ids.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => (*known.get(), false),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(next);
                self.texts.push(text.to_owned());
                (next, true)
            }
        }
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }
}

/// How near one occupation is to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kinship {
    /// Nothing in common.
    Stranger,
    /// Accepted by the curated list.
    Relative,
    /// Same minor group, or one is a group that holds the other.
    Family,
    /// The same.
    Same,
}

/// All texts of the columns.
#[derive(Clone)]
pub struct Vocabulary {
    lexicon: Arc<Lexicon>,
    occupations: Numbers,
    /// `kinship[a][b]` for b < a.
    kinship: Vec<Vec<Kinship>>,
    skills: Numbers,
    held: Numbers,
    held_certificates: Vec<HeldCertificate>,
    /// Key of each held certificate.
    key_of: Vec<u32>,
    keys: Numbers,
    asked: Numbers,
    asked_keys: Vec<String>,
    /// For each asked certificate the keys that cover it.
    covering: Vec<BitSet>,
    articles: Numbers,
    stations: HashMap<Uuid, u32>,
    /// Bit b of row a: provinces a and b have a common border.
    neighbours: Vec<BitSet>,
}

impl Vocabulary {
    /// An empty vocabulary over the rule books.
    pub fn new(lexicon: Arc<Lexicon>) -> Self {
        let mut neighbours = vec![BitSet::default(); 100];
        for a in PROVINCES {
            for b in PROVINCES {
                if (lexicon.neighbours)(&a.to_string(), &b.to_string()) {
                    neighbours[a as usize].insert(b);
                }
            }
        }
        Self {
            lexicon,
            occupations: Numbers::default(),
            kinship: Vec::new(),
            skills: Numbers::default(),
            held: Numbers::default(),
            held_certificates: Vec::new(),
            key_of: Vec::new(),
            keys: Numbers::default(),
            asked: Numbers::default(),
            asked_keys: Vec::new(),
            covering: Vec::new(),
            articles: Numbers::default(),
            stations: HashMap::new(),
            neighbours,
        }
    }

    /// The rule books.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Number of an occupation code; [`NONE`] for what is no code.
    pub fn occupation(&mut self, code: &str) -> u32 {
        let code = code.trim();
        let is_code =
            code.starts_with(|c: char| c.is_ascii_digit()) && code.chars().all(|c| c.is_ascii_digit() || c == '-');
        if !is_code {
            return NONE;
        }
        let (number, new) = self.occupations.number(code.to_owned(), code);
        if new {
            let row = self.occupations.texts[..number as usize]
                .iter()
                .map(|other| kinship(code, other, &self.lexicon))
                .collect();
            self.kinship.push(row);
        }
        number
    }

    /// Code of an occupation number.
    pub fn occupation_code(&self, number: u32) -> &str {
        self.occupations.text(number)
    }

    /// Name of an occupation number.
    pub fn occupation_name(&self, number: u32) -> String {
        (self.lexicon.occupation_name)(self.occupation_code(number))
    }

    /// How near two occupations are; unknown ones are strangers.
    pub fn kinship(&self, a: u32, b: u32) -> Kinship {
        if a == NONE || b == NONE {
            return Kinship::Stranger;
        }
        if a == b {
            return Kinship::Same;
        }
        self.kinship[a.max(b) as usize][a.min(b) as usize]
    }

    /// Number of a skill; spaces and letter case do not matter.
    pub fn skill(&mut self, text: &str) -> u32 {
        let key: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        self.skills.number(key, text.trim()).0
    }

    /// Text of a skill.
    pub fn skill_text(&self, number: u32) -> &str {
        self.skills.text(number)
    }

    /// Number of a certificate in somebody's hand, its expiry left out.
    pub fn held_certificate(&mut self, certificate: &HeldCertificate) -> u32 {
        let key = format!(
            "{}\u{1f}{}\u{1f}{}",
            certificate.name.trim(),
            certificate.code.as_deref().unwrap_or(""),
            certificate.level.as_deref().unwrap_or("")
        );
        let (number, new) = self.held.number(key, certificate.name.trim());
        if new {
            let key = (self.lexicon.held_key)(certificate);
            let (key_number, new_key) = self.keys.number(key.clone(), &key);
            if new_key {
                for (asked, covering) in self.asked_keys.iter().zip(&mut self.covering) {
                    if (self.lexicon.covers)(&key, asked) {
                        covering.insert(key_number);
                    }
                }
            }
            self.key_of.push(key_number);
            self.held_certificates.push(HeldCertificate { expires: None, ..certificate.clone() });
        }
        number
    }

    /// A certificate in somebody's hand by its number.
    pub fn held_by_number(&self, number: u32) -> &HeldCertificate {
        &self.held_certificates[number as usize]
    }

    /// Number of a certificate that a post asks.
    pub fn asked_certificate(&mut self, text: &str) -> u32 {
        let text = text.trim();
        let (number, new) = self.asked.number(text.to_owned(), text);
        if new {
            let asked = (self.lexicon.asked_key)(text);
            let keys = (0u32..).zip(&self.keys.texts);
            self.covering.push(keys.filter(|(_, key)| (self.lexicon.covers)(key, &asked)).map(|(n, _)| n).collect());
            self.asked_keys.push(asked);
        }
        number
    }

    /// Text of an asked certificate.
    pub fn asked_text(&self, number: u32) -> &str {
        self.asked.text(number)
    }

    /// True if the held certificate does what the asked one asks.
    pub fn covers(&self, held: u32, asked: u32) -> bool {
        self.covering[asked as usize].contains(self.key_of[held as usize])
    }

    /// Number of an article of law.
    pub fn article(&mut self, text: &str) -> u32 {
        self.articles.number(text.to_owned(), text).0
    }

    /// Text of an article of law.
    pub fn article_text(&self, number: u32) -> &str {
        self.articles.text(number)
    }

    /// Number of a station, made when new.
    pub fn station(&mut self, id: Uuid) -> u32 {
        let next = self.stations.len() as u32;
        *self.stations.entry(id).or_insert(next)
    }

    /// Number of a station that is known.
    pub fn known_station(&self, id: Uuid) -> Option<u32> {
        self.stations.get(&id).copied()
    }

    /// A region code of any level as six digits, retired codes renewed; 0 for what is no code.
    pub fn region(&self, code: &str) -> u32 {
        let code = code.trim();
        if code.len() < 2 || code.len() > 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return 0;
        }
        let padded = format!("{code:0<6}");
        (self.lexicon.current_region)(&padded).parse().unwrap_or(0)
    }

    /// Name of a region.
    pub fn region_name(&self, region: u32) -> String {
        (self.lexicon.region_name)(&format!("{region:06}"))
    }

    /// True if two regions lie in provinces with a common border.
    pub fn neighbouring(&self, a: u32, b: u32) -> bool {
        self.neighbours.get((a / 10_000) as usize).is_some_and(|row| row.contains(b / 10_000))
    }
}

/// Kinship of two different codes: the parts between the hyphens are major, medium, minor group and occupation.
fn kinship(a: &str, b: &str, lexicon: &Lexicon) -> Kinship {
    let shared = a.split('-').zip(b.split('-')).take_while(|(x, y)| x == y).count();
    let (levels_a, levels_b) = (a.split('-').count(), b.split('-').count());
    if shared >= 3 || shared == levels_a.min(levels_b) {
        Kinship::Family
    } else if (lexicon.related_occupation)(a, b) || (lexicon.related_occupation)(b, a) {
        Kinship::Relative
    } else {
        Kinship::Stranger
    }
}

/// Region codes of six digits: the wider one holds the narrower one, or both are the same.
pub fn region_holds(wide: u32, narrow: u32) -> bool {
    let step = if wide.is_multiple_of(10_000) {
        10_000
    } else if wide.is_multiple_of(100) {
        100
    } else {
        1
    };
    wide / step == narrow / step
}

/// True if a code names a county, or a city that has no counties (东莞, 中山, 儋州).
pub fn is_county(code: u32) -> bool {
    !code.is_multiple_of(100) || matches!(code, 441_900 | 442_000 | 460_400)
}

/// The unit that counts as one prefecture: a municipality is one, a county ruled directly by its province stands alone.
fn city(code: u32) -> u32 {
    if matches!(code / 10_000, 11 | 12 | 31 | 50) {
        code / 10_000 * 10_000
    } else if code / 100 % 100 == 90 {
        code
    } else {
        code / 100 * 100
    }
}

/// How near two region codes lie, nearest first; never nearer than the wider of the two says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// Same county.
    County,
    /// Same prefecture.
    Prefecture,
    /// Same province.
    Province,
    /// Farther.
    Far,
}

/// How near two region codes in force lie.
pub fn distance(a: u32, b: u32) -> Distance {
    let has_city = |code: u32| !code.is_multiple_of(10_000) || matches!(code / 10_000, 11 | 12 | 31 | 50);
    if a == b && is_county(a) {
        Distance::County
    } else if city(a) == city(b) && has_city(a) && has_city(b) {
        Distance::Prefecture
    } else if a / 10_000 == b / 10_000 {
        Distance::Province
    } else {
        Distance::Far
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::new(Arc::new(Lexicon {
            related_occupation: Box::new(|a, b| a == "6-18-02-01" && b == "6-20-03-05"),
            neighbours: Box::new(|a, b| (a, b) == ("44", "52")),
            ..Lexicon::plain()
        }))
    }

    #[test]
    fn kinship_follows_the_code_and_the_curated_list() {
        let mut words = vocabulary();
        let mut number = |code: &str| words.occupation(code);
        let (lathe, mill, list, group, cook) =
            (number("6-18-02-01"), number("6-18-02-02"), number("6-20-03-05"), number("6-18"), number("4-03-02-01"));
        assert_eq!(words.kinship(lathe, lathe), Kinship::Same);
        assert_eq!(words.kinship(lathe, mill), Kinship::Family);
        assert_eq!(words.kinship(group, mill), Kinship::Family);
        assert_eq!(words.kinship(list, lathe), Kinship::Relative);
        assert_eq!(words.kinship(cook, lathe), Kinship::Stranger);
        assert_eq!(words.kinship(NONE, lathe), Kinship::Stranger);
        assert_eq!(words.occupation("焊工"), NONE);
    }

    #[test]
    fn a_certificate_covers_whichever_of_the_two_came_first() {
        let mut words = vocabulary();
        let welder = HeldCertificate { name: "焊工证".into(), code: None, level: None, expires: None };
        let before = words.asked_certificate("焊工证");
        let held = words.held_certificate(&welder);
        let after = words.asked_certificate("电工证");
        assert!(words.covers(held, before) && !words.covers(held, after));
    }

    #[test]
    fn regions_hold_each_other_by_prefix() {
        assert!(region_holds(440_000, 440_106) && region_holds(440_100, 440_106));
        assert!(!region_holds(440_106, 440_100) && !region_holds(440_300, 440_106));
        assert_eq!(distance(440_106, 440_111), Distance::Prefecture);
        assert_eq!(distance(440_106, 440_305), Distance::Province);
        assert_eq!(distance(440_000, 440_000), Distance::Province);
        assert_eq!(distance(441_900, 441_900), Distance::County);
        assert_eq!(distance(500_101, 500_230), Distance::Prefecture);
        assert_eq!(distance(429_004, 429_005), Distance::Province);
        assert_eq!(distance(440_106, 520_525), Distance::Far);
        let words = vocabulary();
        assert_eq!(words.region("4401"), 440_100);
        assert_eq!(words.region("广州"), 0);
        assert!(words.neighbouring(440_106, 520_525));
        assert!(!words.neighbouring(440_106, 110_000));
    }
}
