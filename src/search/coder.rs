//! The occupation coder: titles and wishes to codes of the 2022 classification, with a confidence.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::occupation::{Level, Occupation};

use super::analysis::{fold, grams};
use super::memory::Memory;
use super::title::normalise;
use super::words;

/// An occupation that a text may mean.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Candidate {
    pub code: Occupation,
    pub name: &'static str,
    /// 0 to 1, about the share of such answers that are right; below [`CERTAIN`] a person should decide.
    pub confidence: f32,
}

/// From this confidence on a title is coded without asking.
pub const CERTAIN: f32 = 0.5;

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// Our everyday names are surer than the book's data, which files many office titles oddly.
const OURS: f32 = 1.1;
const EQUAL: f32 = 1.3;
/// How much hangs on how far the title covers the name: 外科护士 is in 整形外科护士, 外科医师 is not.
const COVER: f32 = 0.4;
const LATER_PART: f32 = 0.8;
/// The whole title beside its parts still holds employer and place: it only breaks ties.
const WHOLE_TITLE: f32 = 0.6;
const CANDIDATES: usize = 5;
/// Levels before and after a job that do not make another job of it.
const LEVEL_BEFORE: [&str; 9] = ["高级", "中级", "初级", "资深", "储备", "见习", "实习", "首席", "特级"];
const LEVEL_AFTER: [&str; 10] = ["实习生", "学徒工", "实习", "学徒", "小工", "中工", "大工", "岗位", "人员", "岗"];

/// A name of an occupation; what is read for every title lies in [`Coder`], side by side.
struct Row {
    text: String,
    ours: bool,
    length: f32,
}

struct Coder {
    codes: Vec<Occupation>,
    rows: Vec<Row>,
    /// Each row's place in the list of codes.
    code_of: Vec<u16>,
    /// One over what each row scores against itself.
    own: Vec<f32>,
    /// Name → its rows.
    known: HashMap<String, Vec<u32>>,
    /// Gram → rows that hold it, with what it adds to each.
    terms: HashMap<String, Vec<(u32, f32)>>,
    mean_length: f32,
}

/// How well a part of a title meets a code.
#[derive(Clone, Copy, Default)]
struct Met {
    score: f32,
    /// A row of the code is the part itself.
    equal: bool,
    /// What the part that met it best scores against itself.
    own: f32,
}

static CODER: LazyLock<Coder> = LazyLock::new(Coder::new);

/// Up to five occupations for a title or wish, best first; empty if nothing fits at all.
pub fn code_occupation(text: &str) -> Vec<Candidate> {
    /// Sheets and searches name the same jobs again and again.
    static KNOWN: Memory<Vec<Candidate>> = Memory::new();
    KNOWN.of(text, unremembered)
}

/// The same for a text that may name a person and must not be kept.
pub(super) fn unremembered(text: &str) -> Vec<Candidate> {
    match text.parse::<Occupation>() {
        Ok(code) => vec![Candidate { code, name: code.name(), confidence: 1.0 }],
        Err(_) => CODER.code(text),
    }
}

/// Every name that the coder knows, with its code: the book's, its aliases, ours.
pub fn names() -> impl Iterator<Item = (&'static str, Occupation)> {
    CODER.rows.iter().zip(&CODER.code_of).map(|(row, code)| (row.text.as_str(), CODER.codes[usize::from(*code)]))
}

impl Coder {
    fn new() -> Self {
        let codes: Vec<Occupation> = Occupation::all().collect();
        let (mut rows, mut code_of) = (Vec::new(), Vec::new());
        let mut row = |code: usize, text, ours| {
            rows.push(Row { text, ours, length: 0.0 });
            code_of.push(code as u16);
        };
        for (at, code) in codes.iter().enumerate() {
            let names = std::iter::once(code.name()).chain(code.aliases().iter().copied());
            names.flat_map(|name| name.split('/')).for_each(|name| row(at, fold(name), false));
        }
        let places: HashMap<Occupation, usize> = codes.iter().enumerate().map(|(at, code)| (*code, at)).collect();
        for (code, aliases) in &words::embedded().aliases {
            for text in aliases {
                row(places[code], text.clone(), true);
            }
        }
        let mut terms: HashMap<String, Vec<(u32, f32)>> = HashMap::new();
        let mut known: HashMap<String, Vec<u32>> = HashMap::new();
        for (i, row) in rows.iter_mut().enumerate() {
            known.entry(row.text.clone()).or_default().push(i as u32);
            for gram in grams(&row.text) {
                row.length += 1.0;
                let postings = terms.entry(gram.text).or_default();
                match postings.last_mut() {
                    Some((last, tf)) if *last == i as u32 => *tf += 1.0,
                    _ => postings.push((i as u32, 1.0)),
                }
            }
        }
        let mean_length = rows.iter().map(|row| row.length).sum::<f32>() / rows.len() as f32;
        let own = vec![0.0; rows.len()];
        let mut coder = Self { codes, rows, code_of, own, known, terms: HashMap::new(), mean_length };
        for postings in terms.values_mut() {
            let idf = coder.idf(postings.len());
            for (row, weight) in postings {
                let (at, tf) = (*row as usize, *weight);
                *weight = coder.term_score(idf, tf, coder.rows[at].length);
                coder.own[at] += tf * *weight;
            }
        }
        coder.own.iter_mut().for_each(|own| *own = 1.0 / own.max(0.1));
        coder.terms = terms;
        coder
    }

    fn idf(&self, df: usize) -> f32 {
        let (n, df) = (self.rows.len() as f32, df as f32);
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
    }

    fn term_score(&self, idf: f32, tf: f32, length: f32) -> f32 {
        idf * tf * (K1 + 1.0) / (tf + K1 * (1.0 - B + B * length / self.mean_length))
    }

    /// How each code meets one part, in the order of the codes.
    fn score(&self, part: &str) -> Vec<Met> {
        let mut scores = vec![0.0_f32; self.rows.len()];
        let tokens = grams(part);
        let mut own = 0.0;
        for token in &tokens {
            let postings = self.terms.get(&token.text).map_or(&[][..], Vec::as_slice);
            own += self.term_score(self.idf(postings.len()), 1.0, tokens.len() as f32);
            for (row, weight) in postings {
                scores[*row as usize] += weight;
            }
        }
        let mut best = vec![Met { own, ..Met::default() }; self.codes.len()];
        for (at, score) in scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0) {
            let cover = (score * self.own[at]).min(1.0);
            let ours = if self.rows[at].ours { OURS } else { 1.0 };
            let met = &mut best[usize::from(self.code_of[at])];
            met.score = met.score.max(score * ours * (1.0 - COVER + COVER * cover));
        }
        for at in self.known.get(part).into_iter().flatten().map(|at| *at as usize) {
            let met = &mut best[usize::from(self.code_of[at])];
            met.equal = true;
            met.score = met.score.max(own * EQUAL * if self.rows[at].ours { OURS } else { 1.0 });
        }
        best
    }

    /// The part without a level before or after it (资深发型师, 监理实习生), unless it is a name as it stands (实习律师).
    fn without_level<'a>(&self, part: &'a str) -> &'a str {
        let is_job = |rest: &str| rest.chars().count() >= 2 && !words::embedded().ranks.contains(rest);
        let mut core = part;
        for level in LEVEL_BEFORE {
            if let Some(rest) = core.strip_prefix(level).filter(|rest| is_job(rest) && !self.known.contains_key(core)) {
                core = rest;
            }
        }
        for level in LEVEL_AFTER {
            if let Some(rest) = core.strip_suffix(level).filter(|rest| is_job(rest) && !self.known.contains_key(core)) {
                core = rest;
            }
        }
        core
    }

    fn code(&self, text: &str) -> Vec<Candidate> {
        let title = normalise(text);
        let mut total = vec![Met::default(); self.codes.len()];
        let mut weight = 1.0;
        let whole = fold(text);
        for (k, part) in title.parts.iter().enumerate() {
            if k > 0 && *part == whole {
                weight *= WHOLE_TITLE;
            }
            let part = self.without_level(part);
            let mut met = self.score(part);
            if let Some(meaning) = expand(part) {
                for (met, meant) in met.iter_mut().zip(self.score(&meaning)) {
                    if meant.score > met.score {
                        *met = Met { equal: met.equal, ..meant };
                    }
                }
            }
            for (total, met) in total.iter_mut().zip(met) {
                let score = met.score * weight;
                let equal = total.equal || (met.equal && k == 0);
                *total = if score > total.score { Met { score, equal, own: met.own } } else { Met { equal, ..*total } };
            }
            weight *= LATER_PART;
        }
        let mut ranked: Vec<(Met, Occupation)> =
            total.into_iter().zip(self.codes.iter().copied()).filter(|(met, _)| met.score > 0.0).collect();
        let better = |a: &(Met, Occupation), b: &(Met, Occupation)| b.0.score.total_cmp(&a.0.score).then(a.1.cmp(&b.1));
        if ranked.len() > CANDIDATES {
            ranked.select_nth_unstable_by(CANDIDATES - 1, better);
            ranked.truncate(CANDIDATES);
        }
        ranked.sort_unstable_by(better);
        let rival = |i: usize| ranked.get(usize::from(i == 0)).map_or(0.0, |(met, _)| met.score);
        (0..ranked.len())
            .map(|i| {
                let (met, code) = ranked[i];
                Candidate { code, name: code.name(), confidence: confidence(met, rival(i), code.level()) }
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

fn confidence(met: Met, rival: f32, level: Level) -> f32 {
    let cover = (met.score / met.own.max(0.1)).min(1.5);
    let lead = (met.score - rival) / met.score.max(rival).max(0.1);
    let logit = -2.0 + 2.0 * cover + 2.0 * lead + if met.equal { 0.5 } else { 0.0 }
        - if level <= Level::SubMajor { 1.0 } else { 0.0 };
    1.0 / (1.0 + (-logit).exp())
}
