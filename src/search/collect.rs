//! One pass over the hits: exact total, facet counts and the best of a page, ties by id.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnIndex, ColumnValues, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::document::FACET_COLUMNS;

/// What orders the hits; a larger key comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Relevance,
    Newest,
    WageHigh,
    WageLow,
    /// By nearness of the place, newest first within the same nearness.
    Near,
}

/// Position of a hit: the order's key, then the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rank {
    pub key: u64,
    pub id: u128,
}

impl Ord for Rank {
    /// The better rank is the greater one: larger key, then smaller id.
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(other.id.cmp(&self.id))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A hit on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub rank: Rank,
    pub address: DocAddress,
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Total, page (best first) and counts of each facet column by value.
#[derive(Default)]
pub(super) struct Page {
    pub total: u64,
    pub found: Vec<Found>,
    pub counts: [HashMap<Arc<str>, u64>; FACET_COLUMNS.len()],
}

/// The values of a facet column in ordinal order, remembered per segment.
#[derive(Default)]
pub(super) struct Dictionaries(Mutex<HashMap<(SegmentId, usize), Values>>);

type Values = Arc<Vec<Arc<str>>>;

impl Dictionaries {
    /// Forgets segments that are gone.
    pub fn retain(&self, alive: &[SegmentId]) {
        if let Ok(mut known) = self.0.lock() {
            known.retain(|(segment, _), _| alive.contains(segment));
        }
    }

    fn of(&self, segment: SegmentId, column: usize, values: &StrColumn) -> tantivy::Result<Values> {
        if let Ok(known) = self.0.lock()
            && let Some(found) = known.get(&(segment, column))
        {
            return Ok(found.clone());
        }
        let mut list = Vec::with_capacity(values.num_terms());
        let mut stream = values.dictionary().stream()?;
        while stream.advance() {
            list.push(Arc::from(String::from_utf8_lossy(stream.key()).as_ref()));
        }
        let list = Arc::new(list);
        if let Ok(mut known) = self.0.lock() {
            known.insert((segment, column), list.clone());
        }
        Ok(list)
    }
}

pub(super) struct PageCollector<'a> {
    pub order: Order,
    /// Hits to keep; 0 counts only.
    pub limit: usize,
    /// Only hits after this rank.
    pub after: Option<Rank>,
    pub facets: bool,
    /// Documents that are left out.
    pub unwanted: &'a HashSet<DocAddress>,
    /// Nearness of a county code, larger is nearer.
    pub near: Option<&'a (dyn Fn(u32) -> u8 + Sync)>,
    pub dictionaries: &'a Dictionaries,
}

/// How a facet column is read.
struct Facet {
    column: Column<u64>,
    names: Values,
    counts: Vec<u64>,
}

pub(super) struct SegmentPage {
    segment: SegmentOrdinal,
    order: Order,
    limit: usize,
    after: Option<Rank>,
    key: Option<Arc<dyn ColumnValues<u64>>>,
    near: Option<(Column<u64>, Vec<u8>)>,
    high: Arc<dyn ColumnValues<u64>>,
    low: Arc<dyn ColumnValues<u64>>,
    facets: [Option<Facet>; FACET_COLUMNS.len()],
    unwanted: HashSet<DocId>,
    total: u64,
    heap: BinaryHeap<std::cmp::Reverse<Found>>,
    block: Vec<DocId>,
    values: Vec<u64>,
}

const BLOCK: usize = 64;

impl Collector for PageCollector<'_> {
    type Fruit = Page;
    type Child = SegmentPage;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentPage> {
        let fast = reader.fast_fields();
        let key = match self.order {
            Order::Relevance => None,
            Order::Newest | Order::Near => Some(fast.column_first_or_default("changed")?),
            Order::WageHigh => Some(fast.column_first_or_default("wage")?),
            Order::WageLow => Some(match fast.column_opt::<u64>("wage")? {
                Some(column) => column.first_or_default_col(u64::MAX),
                None => fast.column_first_or_default("wage")?,
            }),
        };
        let mut facets = [const { None }; FACET_COLUMNS.len()];
        let mut near = None;
        for (i, name) in FACET_COLUMNS.iter().enumerate() {
            let is_near = i == 0 && self.near.is_some();
            if !self.facets && !is_near {
                continue;
            }
            let Some(values) = fast.str(name)? else { continue };
            let names = self.dictionaries.of(reader.segment_id(), i, &values)?;
            if let (true, Some(nearness)) = (is_near, self.near) {
                let table = names.iter().map(|code| code.parse().map_or(0, nearness)).collect();
                near = Some((values.ords().clone(), table));
            }
            if self.facets {
                let counts = vec![0; names.len()];
                facets[i] = Some(Facet { column: values.ords().clone(), names, counts });
            }
        }
        Ok(SegmentPage {
            segment,
            order: self.order,
            limit: self.limit,
            after: self.after,
            key,
            near,
            high: fast.column_first_or_default("id_high")?,
            low: fast.column_first_or_default("id_low")?,
            facets,
            unwanted: of_segment(self.unwanted, segment),
            total: 0,
            heap: BinaryHeap::with_capacity(self.limit + 1),
            block: Vec::with_capacity(BLOCK),
            values: vec![0; BLOCK],
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order == Order::Relevance
    }

    fn merge_fruits(&self, segments: Vec<Page>) -> tantivy::Result<Page> {
        let mut page = Page::default();
        for segment in segments {
            page.total += segment.total;
            page.found.extend(segment.found);
            for (all, counts) in page.counts.iter_mut().zip(segment.counts) {
                for (value, count) in counts {
                    *all.entry(value).or_default() += count;
                }
            }
        }
        page.found.sort_unstable_by(|a, b| b.cmp(a));
        page.found.truncate(self.limit);
        Ok(page)
    }
}

fn of_segment(unwanted: &HashSet<DocAddress>, segment: SegmentOrdinal) -> HashSet<DocId> {
    let here = unwanted.iter().filter(|address| address.segment_ord == segment);
    here.map(|address| address.doc_id).collect()
}

impl SegmentPage {
    #[inline]
    fn offer(&mut self, doc: DocId, key: u64) {
        if self.limit == 0 || self.after.is_some_and(|after| key > after.key) {
            return;
        }
        if self.heap.len() == self.limit && self.heap.peek().is_some_and(|worst| key < worst.0.rank.key) {
            return;
        }
        let id = u128::from(self.high.get_val(doc)) << 64 | u128::from(self.low.get_val(doc));
        let rank = Rank { key, id };
        if self.after.is_some_and(|after| rank >= after) {
            return;
        }
        let found = Found { rank, address: DocAddress::new(self.segment, doc) };
        if self.heap.len() < self.limit {
            self.heap.push(std::cmp::Reverse(found));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && found > worst.0
        {
            worst.0 = found;
        }
    }

    fn key_of(&self, doc: DocId, score: Score) -> u64 {
        let value = self.key.as_ref().map_or(0, |key| key.get_val(doc));
        match self.order {
            // Scores are rounded, so that sums in another order still tie.
            Order::Relevance => (f64::from(score.max(0.0)) * 4096.0).round() as u64,
            Order::Newest | Order::WageHigh => value,
            Order::WageLow => u64::MAX - value,
            Order::Near => {
                let nearness =
                    self.near.as_ref().and_then(|(column, table)| table.get(column.first(doc)? as usize).copied());
                u64::from(nearness.unwrap_or(0)) << 56 | value >> 8
            }
        }
    }

    fn count(&mut self, docs: &[DocId]) {
        for facet in self.facets.iter_mut().flatten() {
            if let ColumnIndex::Full = facet.column.index {
                let values = &mut self.values[..docs.len()];
                facet.column.values.get_vals(docs, values);
                for value in values {
                    facet.counts[*value as usize] += 1;
                }
            } else {
                for doc in docs {
                    for value in facet.column.values_for_doc(*doc) {
                        facet.counts[value as usize] += 1;
                    }
                }
            }
        }
    }

    fn flush(&mut self) {
        let block = std::mem::take(&mut self.block);
        self.count(&block);
        self.block = block;
        self.block.clear();
    }
}

impl SegmentCollector for SegmentPage {
    type Fruit = Page;

    fn collect(&mut self, doc: DocId, score: Score) {
        if self.unwanted.contains(&doc) {
            return;
        }
        self.total += 1;
        let key = self.key_of(doc, score);
        self.offer(doc, key);
        self.block.push(doc);
        if self.block.len() == BLOCK {
            self.flush();
        }
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        if !self.unwanted.is_empty() {
            for doc in docs {
                self.collect(*doc, 0.0);
            }
            return;
        }
        self.total += docs.len() as u64;
        for docs in docs.chunks(BLOCK) {
            match (&self.key, self.order) {
                (Some(key), Order::Newest | Order::WageHigh) => {
                    let mut keys = [0; BLOCK];
                    key.get_vals(docs, &mut keys[..docs.len()]);
                    for (doc, key) in docs.iter().zip(keys) {
                        self.offer(*doc, key);
                    }
                }
                _ => {
                    for doc in docs {
                        let key = self.key_of(*doc, 0.0);
                        self.offer(*doc, key);
                    }
                }
            }
            self.count(docs);
        }
    }

    fn harvest(mut self) -> Page {
        self.flush();
        let mut page = Page { total: self.total, ..Page::default() };
        page.found = self.heap.into_iter().map(|found| found.0).collect();
        for (counts, facet) in page.counts.iter_mut().zip(self.facets) {
            let Some(facet) = facet else { continue };
            for (name, count) in facet.names.iter().zip(facet.counts) {
                if count > 0 && !name.is_empty() {
                    counts.insert(name.clone(), count);
                }
            }
        }
        page
    }
}
