//! What a search text asks for, and the tantivy queries that answer it, from strict to loose.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::domain::occupation::Occupation;

use super::analysis::{Gram, fold, grams, is_han, is_single, phrase};
use super::coder;
use super::memory::Memory;
use super::{families, title, words};

/// How much of the text a hit must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// Every group of words, each with half of its bigrams or a synonym.
    All,
    /// At least one group.
    Any,
    /// A single bigram or word, in the title or as a phrase in the long text.
    One,
    /// Single characters.
    Characters,
    /// The text is left aside.
    Nothing,
}

/// Where the words of one kind stand.
pub(super) struct Places {
    /// Short text that says the job; all weights are relative to it.
    pub title: Field,
    /// Further short fields in which the whole part must stand as a phrase, with their weights.
    pub phrases: Vec<(Field, f32)>,
    /// Long text.
    pub text: Option<Field>,
    /// Exact title parts.
    pub segment: Option<Field>,
    pub family: Option<Field>,
    /// Filter terms: a text that is surely an occupation finds what is coded so.
    pub tag: Field,
    /// Pinyin and initials of names.
    pub pinyin: Option<(Field, Field)>,
    pub reference: Field,
    /// The kind's letter, which stands before references and segments.
    pub letter: char,
}

const TEXT: f32 = 0.2;
const SYNONYM: f32 = 0.5;
const EXACT: f32 = 1.0;
const CODED: f32 = 1.0;
const SURE: f32 = 0.75;
/// What every hit of the strict reading is ahead of those that fill up a short list.
const AHEAD: f32 = 10.0;
const MAX_SYNONYMS: usize = 24;
const MAX_TEXT: usize = 200;

/// A search text taken apart: `"phrase"` and `+word` must stand, `-word` must not, the rest is understood freely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    /// The free text, folded.
    pub free: String,
    /// Groups that all should be met; the parts of a group are alternatives.
    pub groups: Vec<Vec<String>>,
    pub must: Vec<String>,
    pub must_not: Vec<String>,
    /// What each part of the groups means.
    meant: HashMap<String, Meaning>,
}

/// What a part of a search text means beside its own characters.
#[derive(Clone, Debug, PartialEq)]
struct Meaning {
    /// The occupation that it surely is.
    job: Option<Occupation>,
    /// What makes titles near to it, with weights.
    kin: Vec<(String, f32)>,
    synonyms: Vec<&'static str>,
}

impl Meaning {
    fn of(part: &str) -> Self {
        let jobs = coder::unremembered(part);
        let job = jobs.first().filter(|best| best.confidence >= SURE).map(|best| best.code);
        Self { job, kin: families::kin(part, &jobs), synonyms: synonyms_of(part) }
    }
}

impl Ask {
    /// Reads a search text that names nobody; the same text is read once.
    pub(super) fn remembered(text: &str) -> Arc<Self> {
        static KNOWN: Memory<Arc<Ask>> = Memory::new();
        KNOWN.of(text, |text| Arc::new(Self::parse(text)))
    }

    /// Reads a search text; anything is accepted, over-long text is cut.
    pub fn parse(text: &str) -> Self {
        let text: String = text.chars().take(MAX_TEXT).collect();
        let text = text.replace(['“', '”', '„', '「', '」', '＂'], "\"");
        let mut ask = Self::default();
        let mut free = String::new();
        let pieces: Vec<&str> = text.split('"').collect();
        for (i, piece) in pieces.iter().enumerate() {
            // A mark without its other half is no operator.
            if i % 2 == 1 && i + 1 < pieces.len() {
                keep(&mut ask.must, piece);
                continue;
            }
            for word in piece.split_whitespace() {
                let sign = word.chars().next();
                match (sign, word.get(1..)) {
                    (Some('+'), Some(rest)) if has_letters(rest) => keep(&mut ask.must, rest),
                    (Some('-'), Some(rest)) if has_letters(rest) => keep(&mut ask.must_not, rest),
                    _ => {
                        free.push_str(word);
                        free.push(' ');
                    }
                }
            }
        }
        ask.free = fold(&free);
        ask.groups = title::query_groups(&free);
        ask.meant = ask.groups.iter().flatten().map(|part| (part.clone(), Meaning::of(part))).collect();
        ask
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.must.is_empty() && self.must_not.is_empty()
    }

    /// Tokens to mark in a hit's title or name.
    pub fn wanted(&self) -> HashSet<String> {
        let parts = self.groups.iter().flatten();
        let synonyms = self.meant.values().flat_map(|meaning| meaning.synonyms.iter().copied());
        parts
            .map(String::as_str)
            .chain(self.must.iter().map(String::as_str))
            .chain(synonyms)
            .flat_map(phrase)
            .map(|gram| gram.text)
            .collect()
    }

    /// The query for a reading; `None` if the text asks for nothing in that reading.
    pub(super) fn query(&self, places: &Places, reading: Reading) -> Option<Box<dyn Query>> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        if reading < Reading::Nothing && !self.groups.is_empty() {
            let groups: Vec<Box<dyn Query>> = self
                .groups
                .iter()
                .map(|group| self.alternatives(places, group, reading))
                .chain(self.whole(places))
                .collect();
            let all = reading == Reading::All;
            // A short code, pinyin or the like stands for the whole text, so it is one more way to be met.
            let (named, whole) = groups.split_at_checked(self.groups.len())?;
            let named: Vec<_> = named.iter().map(|query| query.box_clone()).collect();
            let named: Box<dyn Query> = if all && named.len() > 1 {
                Box::new(BooleanQuery::intersection(named))
            } else {
                Box::new(DisjunctionMaxQuery::with_tie_breaker(named, 0.5))
            };
            let mut ways = vec![named];
            ways.extend(whole.iter().map(|query| query.box_clone()));
            clauses.push((Occur::Must, one_of(ways)));
        }
        for word in &self.must {
            clauses.push((Occur::Must, constant(anywhere(places, word)?)));
        }
        match clauses.len() {
            0 => None,
            1 => clauses.pop().map(|(_, query)| query),
            _ => Some(Box::new(BooleanQuery::new(clauses))),
        }
    }

    /// A group: the best of its parts counts.
    fn alternatives(&self, places: &Places, group: &[String], reading: Reading) -> Box<dyn Query> {
        let known = group.iter().filter_map(|part| Some((part, self.meant.get(part)?)));
        one_of(known.map(|(part, meaning)| part_query(places, part, meaning, reading)).collect())
    }

    /// What must not stand in a hit. It is a query of its own: tantivy 0.27 asks an excluded phrase for documents
    /// before its first one, which its phrase scorer forbids.
    pub(super) fn unwanted(&self, places: &Places) -> Option<Box<dyn Query>> {
        let words: Vec<_> = self.must_not.iter().filter_map(|word| anywhere(places, word)).collect();
        (!words.is_empty()).then(|| one_of(words))
    }

    /// Ways to mean the whole text: the short code said on the telephone, a name in pinyin or initials.
    fn whole(&self, places: &Places) -> Option<Box<dyn Query>> {
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        if self.free.is_ascii() && (3..=12).contains(&self.free.len()) {
            ways.push(constant_of(
                term(places.reference, &format!("{}.{}", places.letter, self.free), IndexRecordOption::Basic),
                50.0,
            ));
        }
        if let Some((full, initials)) = places.pinyin {
            let letters: String = self.free.chars().filter(|ch| !matches!(ch, ' ' | '\'' | '-')).collect();
            if letters.len() >= 2 && letters.bytes().all(|b| b.is_ascii_lowercase()) {
                let prefix = |field| -> Box<dyn Query> {
                    let term = Term::from_field_text(field, &letters);
                    Box::new(FuzzyTermQuery::new_prefix(term, 0, false))
                };
                ways.push(constant_of(term(full, &letters, IndexRecordOption::Basic), 30.0));
                ways.push(constant_of(prefix(full), 10.0));
                if letters.len() <= 4 {
                    ways.push(constant_of(term(initials, &letters, IndexRecordOption::Basic), 20.0));
                }
            }
        }
        (!ways.is_empty()).then(|| one_of(ways))
    }
}

/// A search text for where operators do not work: their words without `-word`, the rest as it is.
pub fn without_operators(text: &str) -> String {
    let ask = Ask::parse(text);
    if ask.must.is_empty() && ask.must_not.is_empty() {
        return text.trim().to_owned();
    }
    let said = std::iter::once(ask.free.as_str()).chain(ask.must.iter().map(String::as_str));
    said.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn keep(list: &mut Vec<String>, text: &str) {
    let text = fold(text);
    if has_letters(&text) {
        list.push(text);
    }
}

fn term(field: Field, text: &str, option: IndexRecordOption) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), option))
}

fn scored(field: Field, text: &str) -> Box<dyn Query> {
    term(field, text, IndexRecordOption::WithFreqs)
}

fn boost(query: Box<dyn Query>, factor: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, factor))
}

fn constant_of(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// A condition that adds nothing to the score.
pub(super) fn constant(query: Box<dyn Query>) -> Box<dyn Query> {
    constant_of(query, 0.0)
}

fn one_of(mut ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match ways.len() {
        1 => ways.remove(0),
        _ => Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, 0.1)),
    }
}

/// The text's tokens in a row; one token is a plain term. `None` without any token.
fn in_a_row(field: Field, text: &str) -> Option<Box<dyn Query>> {
    let units = phrase(text);
    let first = units.first()?;
    if units.len() == 1 {
        return Some(scored(field, &first.text));
    }
    let terms =
        units.iter().map(|unit| (unit.position - first.position, Term::from_field_text(field, &unit.text))).collect();
    Some(Box::new(PhraseQuery::new_with_offset(terms)))
}

fn anywhere(places: &Places, text: &str) -> Option<Box<dyn Query>> {
    let fields = std::iter::once(places.title).chain(places.phrases.iter().map(|(field, _)| *field)).chain(places.text);
    let rows: Option<Vec<Box<dyn Query>>> = fields.map(|field| in_a_row(field, text)).collect();
    rows.map(one_of)
}

fn part_query(places: &Places, part: &str, meaning: &Meaning, reading: Reading) -> Box<dyn Query> {
    let units = distinct(phrase(part));
    let mut strict = named_ways(places, part, meaning);
    let mut extra: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let titled = |units: &[&Gram], need| -> Box<dyn Query> {
        let terms = units.iter().map(|unit| scored(places.title, &unit.text)).collect();
        Box::new(BooleanQuery::union_with_minimum_required_clauses(terms, need))
    };
    // 理员 in 护理员 or 车工 in 叉车工 would bring 管理员 and the turner.
    let telling: Vec<&Gram> = units.iter().filter(|unit| !is_general_end(part, unit)).collect();
    strict.push(titled(&telling, telling.len().div_ceil(2)));
    let mut loose: Vec<Box<dyn Query>> = Vec::new();
    if reading == Reading::One {
        loose.push(titled(&telling, 1));
        loose.extend(places.text.and_then(|text| in_a_row(text, part)).map(|row| boost(row, TEXT)));
    }
    let singles: Vec<Gram> = distinct(grams(part)).into_iter().filter(|gram| is_single(&gram.text)).collect();
    if reading == Reading::Characters {
        // Two characters of a word must both stand, or 本田 would bring every 本.
        let need = (singles.len() * 2).div_ceil(3).max(1);
        loose.push(titled(&singles.iter().collect::<Vec<_>>(), need));
    }
    let general = units.iter().filter(|unit| is_general_end(part, unit));
    for gram in singles.iter().chain(general) {
        extra.push((Occur::Should, scored(places.title, &gram.text)));
    }
    if let Some(field) = places.family {
        for (kin, weight) in &meaning.kin {
            let near = boost(term(field, kin, IndexRecordOption::Basic), *weight);
            if reading == Reading::One {
                loose.push(near.box_clone());
            }
            extra.push((Occur::Should, near));
        }
    }
    if let Some(text) = places.text {
        let said = |unit: &Gram| boost(scored(text, &unit.text), TEXT);
        extra.extend(units.iter().map(|unit| (Occur::Should, said(unit))));
    }
    let mut gate: Box<dyn Query> = Box::new(DisjunctionMaxQuery::with_tie_breaker(strict, 1.0));
    if !loose.is_empty() {
        extra.push((Occur::Should, constant_of(gate.box_clone(), AHEAD)));
        loose.push(gate);
        gate = Box::new(DisjunctionMaxQuery::with_tie_breaker(loose, 0.5));
    }
    extra.push((Occur::Must, gate));
    Box::new(BooleanQuery::new(extra))
}

/// Ways to name the part besides its own bigrams: other fields, synonyms, the exact title, its occupation code.
fn named_ways(places: &Places, part: &str, meaning: &Meaning) -> Vec<Box<dyn Query>> {
    let mut ways: Vec<Box<dyn Query>> = Vec::new();
    for (field, weight) in &places.phrases {
        ways.extend(in_a_row(*field, part).map(|row| boost(row, *weight)));
    }
    let similar: Vec<Box<dyn Query>> =
        meaning.synonyms.iter().filter_map(|word| in_a_row(places.title, word)).collect();
    if !similar.is_empty() {
        ways.push(boost(one_of(similar), SYNONYM));
    }
    let exact = |field, text: &str, score| constant_of(term(field, text, IndexRecordOption::Basic), score);
    let letter = places.letter;
    if let Some(field) = places.segment {
        ways.push(exact(field, &format!("{letter}.{part}"), EXACT));
    }
    if let Some(code) = meaning.job {
        ways.push(exact(places.tag, &format!("{letter}.occupation={code}"), CODED));
    }
    ways
}

/// Whether the bigram stands at the part's end and only closes a word of some length.
fn is_general_end(part: &str, unit: &Gram) -> bool {
    unit.bytes.end == part.len()
        && unit.bytes.start > 0
        && unit.text.ends_with(['员', '师', '工', '人', '手', '理', '家', '长', '商', '生'])
}

fn distinct(grams: Vec<Gram>) -> Vec<Gram> {
    let mut seen = HashSet::new();
    grams.into_iter().filter(|gram| seen.insert(gram.text.clone())).collect()
}

static GROUPS: LazyLock<HashMap<&'static str, Vec<&'static [String]>>> = LazyLock::new(|| {
    let mut groups: HashMap<&str, Vec<&[String]>> = HashMap::new();
    for group in &words::embedded().synonyms {
        for word in group {
            groups.entry(word).or_default().push(group);
        }
    }
    groups
});

/// Words that mean about the same as the part or as the longest known word in it.
fn synonyms_of(part: &str) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    if let Some(meaning) = words::embedded().abbreviations.get(part) {
        words.push(meaning);
    }
    if let Some(known) = longest_known(part) {
        let groups = GROUPS.get(known).map_or(&[][..], Vec::as_slice);
        for word in groups.iter().copied().flatten() {
            if word != part && !words.contains(&word.as_str()) {
                words.push(word);
            }
        }
    }
    words.truncate(MAX_SYNONYMS);
    words
}

fn longest_known(part: &str) -> Option<&str> {
    if GROUPS.contains_key(part) {
        return Some(part);
    }
    let borders: Vec<usize> =
        part.char_indices().map(|(at, _)| at).chain(std::iter::once(part.len())).take(25).collect();
    let mut best: Option<&str> = None;
    for (i, from) in borders.iter().enumerate() {
        for to in &borders[i + 1..] {
            let word = &part[*from..*to];
            let long_enough = word.chars().filter(|ch| is_han(*ch)).count() >= 2;
            if long_enough && word.len() > best.map_or(0, str::len) && GROUPS.contains_key(word) {
                best = Some(word);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn operators_of_staff_are_read() {
        let ask = Ask::parse("焊工 “二保焊” +深圳 -夜班");
        assert_eq!(ask.must, ["二保焊", "深圳"]);
        assert_eq!(ask.must_not, ["夜班"]);
        assert_eq!(ask.groups, [["焊工"]]);
        assert_eq!(without_operators("焊工 “二保焊” +深圳 -夜班"), "焊工 二保焊 深圳");
    }

    #[test]
    fn a_mark_without_its_other_half_is_read_as_if_it_were_not_there() {
        for text in ["焊工 \"", "\"焊工", "“焊工", "焊\"工 \"", "焊工 + -"] {
            let ask = Ask::parse(text);
            assert!(!ask.groups.is_empty() && ask.must_not.is_empty(), "{text}: {ask:?}");
        }
        assert_eq!(Ask::parse("\"二保焊\" \"氩弧焊").must, ["二保焊"]);
        assert_eq!(Ask::parse("\"二保焊\" \"氩弧焊").groups, [["氩弧焊"]]);
    }

    #[test]
    fn groups_are_all_asked_and_parts_are_alternatives() {
        assert_eq!(Ask::parse("龙塘镇 焊工/电工").groups, [vec!["龙塘镇"], vec!["焊工", "电工"]]);
        assert_eq!(Ask::parse("急招 电焊工 包吃住").groups, [["电焊工"]]);
        assert!(Ask::parse(" \" ").is_empty());
    }

    #[test]
    fn synonyms_come_from_the_whole_part_or_the_longest_word_in_it() {
        assert!(synonyms_of("骑手").contains(&"外卖员"));
        assert!(synonyms_of("白班骑手").contains(&"外卖员"));
        assert!(synonyms_of("景点").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            Ask::parse(&text).wanted();
        }
    }
}
