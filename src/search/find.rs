//! Running a search: attempts from strict to relaxed, one page, exact total, facets and a stable cursor.

use std::collections::{HashMap, HashSet};
use std::ops::{Bound, Range};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tantivy::collector::DocSetCollector;
use tantivy::query::{BooleanQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};
use uuid::Uuid;

use super::analysis::highlight;
use super::collect::{Order, Page, PageCollector, Rank};
use super::document::{Kind, tag};
use super::index::{Error, Index, KindStatistics};
use super::suggest;
use super::text::{Ask, Places, Reading, constant};

/// Whose documents may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything (public vacancies, the operator's command line).
    All,
    /// Documents linked to one of these stations or to a station below them.
    Stations(Vec<Uuid>),
}

/// How a list is ordered; equal ones by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best answer first; newest first if no text is asked.
    #[default]
    Relevance,
    Newest,
    /// Vacancies: highest pay first; workers: lowest wish first; unknown last.
    Wage,
    /// Nearest place first by the nearness function, then newest.
    Near,
}

/// Nearness of a county code (GB/T 2260), larger is nearer; 0 for far or unknown.
pub type Nearness<'a> = &'a (dyn Fn(u32) -> u8 + Sync);

/// What every list has in common.
#[derive(Clone)]
pub struct Paging<'a> {
    pub sort: Sort,
    /// Hits a page, 1 to 100.
    pub limit: usize,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Needed for [`Sort::Near`].
    pub near: Option<Nearness<'a>>,
    /// Whether facets are counted.
    pub facets: bool,
    /// Only what meets the text and the filters as they were said: nothing is loosened, no short list filled up.
    pub strict: bool,
}

impl Default for Paging<'_> {
    fn default() -> Self {
        Self { sort: Sort::Relevance, limit: 20, cursor: None, near: None, facets: true, strict: false }
    }
}

/// One document found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub id: Uuid,
    /// 0 if the list is not ordered by relevance.
    pub score: f32,
    /// Spans of the title or name that meet the text, in characters.
    pub highlight: Vec<Range<usize>>,
}

/// A value of a facet and how many hits have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    pub code: String,
    pub count: u64,
}

/// A condition that was widened or dropped because nothing met it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxed {
    /// The query parameter's name, `q` for the text.
    pub filter: &'static str,
    pub from: String,
    /// `None`: dropped.
    pub to: Option<String>,
}

/// The answer to a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub hits: Vec<Hit>,
    /// Exact number of documents that meet the (possibly relaxed) conditions within the scope.
    pub total: u64,
    /// Facets by name, most frequent value first, at most fifty values.
    pub facets: Vec<(&'static str, Vec<FacetCount>)>,
    pub next_cursor: Option<String>,
    pub relaxed: Vec<Relaxed>,
    /// Other texts that might have been meant.
    pub suggest: Vec<String>,
}

/// A test on the document.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// One of these filter terms (without the kind).
    Tags(&'static str, Vec<String>),
    /// Fen a month, both ends included.
    Wage(Option<u64>, Option<u64>),
    /// The day column, both ends included.
    Day(Option<i32>, Option<i32>),
}

/// A filter with the steps in which it gives way.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub name: &'static str,
    pub shown: String,
    pub test: Test,
    /// Wider forms in order; a fixed filter (scope, state) has none.
    pub wider: Vec<Wider>,
}

/// A wider form of a filter; no test means dropped.
#[derive(Clone, Debug)]
pub(super) struct Wider {
    pub shown: String,
    pub test: Option<Test>,
}

impl Filter {
    pub fn fixed(name: &'static str, test: Test) -> Self {
        Self { name, shown: String::new(), test, wider: Vec::new() }
    }

    /// A filter that is dropped at once when nothing meets it.
    pub fn droppable(name: &'static str, shown: impl Into<String>, test: Test) -> Self {
        let wider = vec![Wider { shown: String::new(), test: None }];
        Self { name, shown: shown.into(), test, wider }
    }

    /// An equality filter on a filter term.
    pub fn equal(name: &'static str, value: &str) -> Self {
        Self::droppable(name, value, Test::Tags(name, vec![value.to_string()]))
    }

    pub fn scope(scope: &Scope) -> Option<Self> {
        let Scope::Stations(stations) = scope else { return None };
        let stations = stations.iter().map(|id| id.simple().to_string()).collect();
        Some(Self::fixed("scope", Test::Tags("station", stations)))
    }

    /// A place code that gives way to the prefecture, the province, everywhere.
    pub fn place(name: &'static str, code: u32) -> Self {
        let test = |code: u32| Test::Tags("place", vec![format!("{code:06}")]);
        let mut filter = Self::droppable(name, format!("{code:06}"), test(code));
        let wider: Vec<u32> = [code / 100 * 100, code / 10_000 * 10_000].into_iter().filter(|up| *up != code).collect();
        for (i, up) in wider.iter().enumerate() {
            filter.wider.insert(i, Wider { shown: format!("{up:06}"), test: Some(test(*up)) });
        }
        filter.wider.dedup_by(|a, b| a.shown == b.shown);
        filter
    }

    /// An occupation that gives way to its minor group and relatives, then to all.
    pub fn occupation(code: crate::domain::occupation::Occupation) -> Self {
        let test = |codes: Vec<String>| Test::Tags("occupation", codes);
        let mut filter = Self::droppable("occupation", code.to_string(), test(vec![code.to_string()]));
        let group = code.minor_group();
        if group != code || !code.related().is_empty() {
            let codes = std::iter::once(&group).chain(code.related()).map(ToString::to_string);
            let wider = Wider { shown: group.to_string(), test: Some(test(codes.collect())) };
            filter.wider.insert(0, wider);
        }
        filter
    }
}

/// A search ready to run.
pub(super) struct Plan<'a> {
    pub kind: Kind,
    pub q: &'a str,
    pub places: Places,
    /// In the order in which they give way.
    pub filters: Vec<Filter>,
    pub paging: Paging<'a>,
    pub order: Order,
    /// Names of the facets in column order; empty ones are not shown.
    pub facets: [&'static str; 5],
    /// Whether a short list is filled up with weaker answers behind the good ones.
    pub fill: bool,
}

impl Plan<'_> {
    /// The text as it is understood; texts that name people are not kept.
    fn ask(&self) -> Arc<Ask> {
        if self.kind == Kind::Worker { Arc::new(Ask::parse(self.q)) } else { Ask::remembered(self.q) }
    }
}

/// One way to run a plan: how the text is read and how far the filters gave way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Attempt {
    reading: Reading,
    /// Relaxation steps taken, over all filters in order.
    steps: usize,
}

const FEW: u64 = 100;
const FACET_VALUES: usize = 50;

struct Run<'a, 'p> {
    index: &'a Index,
    searcher: Searcher,
    plan: &'p Plan<'p>,
    ask: Arc<Ask>,
    unwanted: HashSet<DocAddress>,
}

/// Answers a plan; what is public is asked again and again, and only looked up while the index stays as it is.
pub(super) fn find(index: &Index, plan: &Plan<'_>) -> Result<Answer, Error> {
    let searcher = index.searcher();
    // Texts that name people are not kept, and nearness is a function that nothing tells apart.
    if plan.kind == Kind::Worker || plan.order == Order::Near {
        return search(index, searcher, plan);
    }
    let Paging { limit, cursor, facets, strict, .. } = &plan.paging;
    let question =
        format!("{:?}", (plan.kind.letter(), plan.q, &plan.filters, plan.order, limit, cursor, facets, strict));
    let generation = searcher.generation().generation_id();
    if let Some(known) = index.answers.get(generation, &question) {
        return Ok(Answer::clone(&known));
    }
    let answer = search(index, searcher, plan)?;
    index.answers.put(generation, question, &answer);
    Ok(answer)
}

/// The query of the strictest attempt.
pub(super) fn first_query(index: &Index, plan: &Plan<'_>) -> Box<dyn Query> {
    let run = Run { index, searcher: index.searcher(), plan, ask: plan.ask(), unwanted: HashSet::new() };
    run.query(Attempt { reading: Reading::All, steps: 0 }).0
}

fn search(index: &Index, searcher: Searcher, plan: &Plan<'_>) -> Result<Answer, Error> {
    let ask = plan.ask();
    let unwanted = match ask.unwanted(&plan.places) {
        Some(query) => searcher.search(&*query, &DocSetCollector)?,
        None => HashSet::new(),
    };
    let run = Run { index, searcher, plan, ask, unwanted };
    if let Some(cursor) = &plan.paging.cursor {
        let (number, rank) = decode(cursor).ok_or(Error::Cursor)?;
        let attempt = *run.attempts().get(number).ok_or(Error::Cursor)?;
        let page = run.page(attempt, Some(rank))?;
        return run.answer(number, attempt, page);
    }
    let attempts = run.attempts();
    let mut chosen = (0, attempts[0], run.page(attempts[0], None)?);
    for (number, attempt) in attempts.iter().copied().enumerate().skip(1) {
        let fills = plan.fill && attempt.steps == 0 && attempt.reading == Reading::One && chosen.2.total < FEW;
        if chosen.2.total > 0 && !fills {
            continue;
        }
        let page = run.page(attempt, None)?;
        if page.total > chosen.2.total {
            chosen = (number, attempt, page);
        }
    }
    let (number, attempt, page) = chosen;
    run.answer(number, attempt, page)
}

impl Run<'_, '_> {
    fn attempts(&self) -> Vec<Attempt> {
        if self.plan.paging.strict {
            return vec![Attempt { reading: Reading::All, steps: 0 }];
        }
        let steps: usize = self.plan.filters.iter().map(|filter| filter.wider.len()).sum();
        let mut readings = vec![Reading::All];
        if self.ask.groups.len() > 1 {
            readings.push(Reading::Any);
        }
        if !self.ask.groups.is_empty() {
            readings.push(Reading::One);
        }
        let attempt = |steps| move |reading: &Reading| Attempt { reading: *reading, steps };
        let mut attempts: Vec<Attempt> = readings.iter().map(attempt(0)).collect();
        for steps in 1..=steps {
            attempts.extend(readings.iter().map(attempt(steps)));
        }
        if !self.ask.groups.is_empty() {
            attempts.push(Attempt { reading: Reading::Characters, steps: 0 });
        }
        if !self.ask.is_empty() {
            attempts.extend((0..=steps).map(|steps| Attempt { reading: Reading::Nothing, steps }));
        }
        attempts
    }

    /// Each filter as it stands after so many steps, in order; with what changed.
    fn filters(&self, mut steps: usize) -> (Vec<&Test>, Vec<Relaxed>) {
        let (mut tests, mut relaxed) = (Vec::new(), Vec::new());
        for filter in &self.plan.filters {
            let taken = steps.min(filter.wider.len());
            steps -= taken;
            let Some(step) = taken.checked_sub(1).and_then(|i| filter.wider.get(i)) else {
                tests.push(&filter.test);
                continue;
            };
            let to = step.test.is_some().then(|| step.shown.clone());
            relaxed.push(Relaxed { filter: filter.name, from: filter.shown.clone(), to });
            tests.extend(&step.test);
        }
        (tests, relaxed)
    }

    fn test(&self, test: &Test) -> Box<dyn Query> {
        let fields = &self.index.fields;
        match test {
            Test::Tags(name, values) => {
                let mut terms: Vec<Term> = values
                    .iter()
                    .map(|value| Term::from_field_text(fields.tag, &tag(self.plan.kind, name, value)))
                    .collect();
                if terms.len() == 1 {
                    return Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic));
                }
                Box::new(BooleanQuery::new_multiterms_query(terms))
            }
            Test::Wage(from, to) => {
                let end = |end: &Option<u64>| {
                    end.map_or(Bound::Unbounded, |fen| Bound::Included(Term::from_field_u64(fields.wage, fen)))
                };
                Box::new(RangeQuery::new(end(from), end(to)))
            }
            Test::Day(from, to) => {
                let end = |end: &Option<i32>| {
                    end.map_or(Bound::Unbounded, |day| {
                        Bound::Included(Term::from_field_i64(fields.day, i64::from(day)))
                    })
                };
                Box::new(RangeQuery::new(end(from), end(to)))
            }
        }
    }

    fn query(&self, attempt: Attempt) -> (Box<dyn Query>, bool) {
        let (tests, _) = self.filters(attempt.steps);
        let text =
            if attempt.reading == Reading::Nothing { None } else { self.ask.query(&self.plan.places, attempt.reading) };
        let scored = text.is_some();
        let tells_kind = scored || tests.iter().any(|test| matches!(test, Test::Tags(..)));
        let mut clauses: Vec<Box<dyn Query>> = text.into_iter().collect();
        clauses.extend(tests.into_iter().map(|test| {
            let query = self.test(test);
            if scored { constant(query) } else { query }
        }));
        if !tells_kind {
            let term = Term::from_field_text(self.index.fields.tag, &self.plan.kind.letter().to_string());
            clauses.push(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
        }
        if clauses.len() == 1 {
            return (clauses.remove(0), scored);
        }
        (Box::new(BooleanQuery::intersection(clauses)), scored)
    }

    fn page(&self, attempt: Attempt, after: Option<Rank>) -> Result<Page, Error> {
        let (query, scored) = self.query(attempt);
        let paging = &self.plan.paging;
        let collector = PageCollector {
            order: match self.plan.order {
                Order::Relevance if !scored => Order::Newest,
                order => order,
            },
            limit: paging.limit.clamp(1, 100) + 1,
            after,
            facets: paging.facets,
            unwanted: &self.unwanted,
            near: if self.plan.order == Order::Near { paging.near } else { None },
            dictionaries: &self.index.dictionaries,
        };
        let statistics = KindStatistics::new(&self.searcher, &self.index.fields, self.plan.kind)?;
        Ok(self.searcher.search_with_statistics_provider(&*query, &collector, &statistics)?)
    }

    fn answer(&self, number: usize, attempt: Attempt, page: Page) -> Result<Answer, Error> {
        let limit = self.plan.paging.limit.clamp(1, 100);
        let more = page.found.len() > limit;
        let wanted = self.ask.wanted();
        let relevance = self.plan.order == Order::Relevance && attempt.reading != Reading::Nothing;
        let mut hits = Vec::with_capacity(limit);
        for found in page.found.iter().take(limit) {
            let mut spans = Vec::new();
            if !wanted.is_empty() {
                let doc: TantivyDocument = self.searcher.doc(found.address)?;
                let label = doc.get_first(self.index.fields.label);
                spans = label.and_then(|label| label.as_str()).map_or(spans, |label| highlight(label, &wanted));
            }
            hits.push(Hit {
                id: Uuid::from_u128(found.rank.id),
                score: if relevance && !self.ask.is_empty() { found.rank.key as f32 / 4096.0 } else { 0.0 },
                highlight: spans,
            });
        }
        let (_, mut relaxed) = self.filters(attempt.steps);
        if attempt.reading == Reading::Nothing {
            relaxed.insert(0, Relaxed { filter: "q", from: self.plan.q.to_string(), to: None });
        }
        let found = attempt.steps == 0 && page.total > 0;
        // A list that was only filled up with weaker answers holds what a known title asks for.
        let filled = found && attempt.reading <= Reading::One && suggest::is_known_title(&self.ask.free);
        let settled = (found && attempt.reading == Reading::All) || filled || self.plan.paging.cursor.is_some();
        let suggest =
            if settled || self.ask.free.is_empty() { Vec::new() } else { suggest::did_you_mean(&self.ask.free) };
        let last = page.found.get(limit.wrapping_sub(1)).filter(|_| more);
        Ok(Answer {
            hits,
            total: page.total,
            facets: self.facets(page.counts),
            next_cursor: last.map(|last| encode(number, last.rank)),
            relaxed,
            suggest,
        })
    }

    fn facets(&self, counts: [HashMap<Arc<str>, u64>; 5]) -> Vec<(&'static str, Vec<FacetCount>)> {
        if !self.plan.paging.facets {
            return Vec::new();
        }
        let named = self.plan.facets.into_iter().zip(counts).filter(|(name, _)| !name.is_empty());
        named
            .map(|(name, counts)| {
                let mut list: Vec<FacetCount> =
                    counts.into_iter().map(|(code, count)| FacetCount { code: code.to_string(), count }).collect();
                list.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
                list.truncate(FACET_VALUES);
                (name, list)
            })
            .collect()
    }
}

fn encode(number: usize, rank: Rank) -> String {
    let mut bytes = Vec::with_capacity(26);
    bytes.extend((number as u16).to_be_bytes());
    bytes.extend(rank.key.to_be_bytes());
    bytes.extend(rank.id.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<(usize, Rank)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (number, rest) = bytes.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<8>()?;
    let id: [u8; 16] = rest.try_into().ok()?;
    let rank = Rank { key: u64::from_be_bytes(*key), id: u128::from_be_bytes(id) };
    Some((usize::from(u16::from_be_bytes(*number)), rank))
}
