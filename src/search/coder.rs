//! The occupation coder: titles and wishes to codes of the 2022 classification, with a confidence.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::domain::occupation::{Level, Occupation};

use super::analysis::{fold, grams};
use super::title::normalise;
use super::words;

/// An occupation that a text may mean.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Candidate {
    pub code: Occupation,
    pub name: &'static str,
    /// 0 to 1, about the share of such answers that are right; below .5 a person should decide.
    pub confidence: f32,
}

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// Our everyday names are surer than the book's data, which files many office titles oddly.
const OURS: f32 = 1.1;
const EQUAL: f32 = 1.3;
const LATER_PART: f32 = 0.8;
/// The whole title beside its parts still holds employer and place: it only breaks ties.
const WHOLE_TITLE: f32 = 0.6;
const CANDIDATES: usize = 5;
/// Levels before and after a job that do not make another job of it.
const LEVEL_BEFORE: [&str; 9] = ["高级", "中级", "初级", "资深", "储备", "见习", "实习", "首席", "特级"];
const LEVEL_AFTER: [&str; 10] = ["实习生", "学徒工", "实习", "学徒", "小工", "中工", "大工", "岗位", "人员", "岗"];

struct Row {
    code: Occupation,
    text: String,
    ours: bool,
    length: f32,
}

struct Coder {
    rows: Vec<Row>,
    known: HashSet<String>,
    terms: HashMap<String, Vec<(u32, f32)>>,
    mean_length: f32,
}

static CODER: LazyLock<Coder> = LazyLock::new(Coder::new);

/// Up to five occupations for a title or wish, best first; empty if nothing fits at all.
pub fn code_occupation(text: &str) -> Vec<Candidate> {
    if let Ok(code) = text.parse::<Occupation>() {
        return vec![Candidate { code, name: code.name(), confidence: 1.0 }];
    }
    CODER.code(text)
}

/// Every name that the coder knows, with its code: the book's, its aliases, ours.
pub fn names() -> impl Iterator<Item = (&'static str, Occupation)> {
    CODER.rows.iter().map(|row| (row.text.as_str(), row.code))
}

impl Coder {
    fn new() -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for code in Occupation::all() {
            let names = std::iter::once(code.name()).chain(code.aliases().iter().copied());
            for name in names.flat_map(|name| name.split('/')) {
                rows.push(Row { code, text: fold(name), ours: false, length: 0.0 });
            }
        }
        for (code, aliases) in &words::embedded().aliases {
            let ours = |text: &String| Row { code: *code, text: text.clone(), ours: true, length: 0.0 };
            rows.extend(aliases.iter().map(ours));
        }
        let mut terms: HashMap<String, Vec<(u32, f32)>> = HashMap::new();
        let mut total = 0.0;
        for (i, row) in rows.iter_mut().enumerate() {
            for gram in grams(&row.text) {
                row.length += 1.0;
                let postings = terms.entry(gram.text).or_default();
                match postings.last_mut() {
                    Some((last, tf)) if *last == i as u32 => *tf += 1.0,
                    _ => postings.push((i as u32, 1.0)),
                }
            }
            total += row.length;
        }
        let mean_length = total / rows.len() as f32;
        let known = rows.iter().map(|row| row.text.clone()).collect();
        Self { rows, known, terms, mean_length }
    }

    fn idf(&self, df: usize) -> f32 {
        let (n, df) = (self.rows.len() as f32, df as f32);
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
    }

    fn term_score(&self, idf: f32, tf: f32, length: f32) -> f32 {
        idf * tf * (K1 + 1.0) / (tf + K1 * (1.0 - B + B * length / self.mean_length))
    }

    /// Best score of each code for one part, and what the part would score against itself.
    fn score(&self, part: &str) -> (HashMap<Occupation, (f32, bool)>, f32) {
        let mut scores = vec![0.0_f32; self.rows.len()];
        let mut touched: Vec<u32> = Vec::new();
        let tokens = grams(part);
        let mut own = 0.0;
        for token in &tokens {
            let postings = self.terms.get(&token.text).map_or(&[][..], Vec::as_slice);
            let idf = self.idf(postings.len());
            own += self.term_score(idf, 1.0, tokens.len() as f32);
            for (row, tf) in postings {
                let score = &mut scores[*row as usize];
                if *score == 0.0 {
                    touched.push(*row);
                }
                *score += self.term_score(idf, *tf, self.rows[*row as usize].length);
            }
        }
        let mut best: HashMap<Occupation, (f32, bool)> = HashMap::new();
        for row in touched {
            let mut score = scores[row as usize];
            let row = &self.rows[row as usize];
            let equal = row.text == part;
            if row.ours {
                score *= OURS;
            }
            if equal {
                score *= EQUAL;
            }
            let entry = best.entry(row.code).or_insert((0.0, false));
            if score > entry.0 {
                entry.0 = score;
            }
            entry.1 |= equal;
        }
        (best, own)
    }

    /// The part without a level before or after it (资深发型师, 监理实习生), unless it is a name as it stands (实习律师).
    fn without_level<'a>(&self, part: &'a str) -> &'a str {
        let is_job = |rest: &str| rest.chars().count() >= 2 && !words::embedded().ranks.contains(rest);
        let mut core = part;
        for level in LEVEL_BEFORE {
            if let Some(rest) = core.strip_prefix(level).filter(|rest| is_job(rest) && !self.known.contains(core)) {
                core = rest;
            }
        }
        for level in LEVEL_AFTER {
            if let Some(rest) = core.strip_suffix(level).filter(|rest| is_job(rest) && !self.known.contains(core)) {
                core = rest;
            }
        }
        core
    }

    fn code(&self, text: &str) -> Vec<Candidate> {
        let title = normalise(text);
        let mut total: HashMap<Occupation, (f32, bool)> = HashMap::new();
        let mut own = 0.0_f32;
        let mut weight = 1.0;
        let whole = fold(text);
        for (k, part) in title.parts.iter().enumerate() {
            if k > 0 && *part == whole {
                weight *= WHOLE_TITLE;
            }
            let part = self.without_level(part);
            let (mut scores, part_own) = self.score(part);
            if k == 0 {
                own = part_own;
            }
            if let Some(meaning) = expand(part) {
                for (code, (score, _)) in self.score(&meaning).0 {
                    let entry = scores.entry(code).or_insert((0.0, false));
                    entry.0 = entry.0.max(score);
                }
            }
            for (code, (score, equal)) in scores {
                let entry = total.entry(code).or_insert((0.0, false));
                entry.0 = entry.0.max(score * weight);
                entry.1 |= equal && k == 0;
            }
            weight *= LATER_PART;
        }
        let mut ranked: Vec<(Occupation, f32, bool)> =
            total.into_iter().map(|(code, (score, equal))| (code, score, equal)).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let rival = |i: usize| ranked.get(usize::from(i == 0)).map_or(0.0, |r| r.1);
        (0..ranked.len().min(CANDIDATES))
            .map(|i| {
                let (code, score, equal) = ranked[i];
                let confidence = confidence(score, rival(i), own, equal, code.level());
                Candidate { code, name: code.name(), confidence }
            })
            .collect()
    }
}

/// The part with the first short form of the trade spelt out (iqc主管 → 检验员主管), if it holds one.
fn expand(part: &str) -> Option<String> {
    let short = &words::embedded().abbreviations;
    grams(part).into_iter().find_map(|gram| {
        let meaning = short.get(&gram.text)?;
        let mut text = part.to_string();
        text.replace_range(gram.bytes, meaning);
        (text != part).then_some(text)
    })
}

fn confidence(score: f32, rival: f32, own: f32, equal: bool, level: Level) -> f32 {
    let cover = (score / own.max(0.1)).min(1.5);
    let lead = (score - rival) / score.max(rival).max(0.1);
    let logit = -2.0 + 2.0 * cover + 2.0 * lead + if equal { 0.5 } else { 0.0 }
        - if level <= Level::SubMajor { 1.0 } else { 0.0 };
    1.0 / (1.0 + (-logit).exp())
}
