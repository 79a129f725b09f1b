//! An assignment problem: which person could take which vacancy for how many points, and how many each vacancy takes.

use std::hash::{BuildHasher as _, RandomState};

use super::table::in_parallel;

/// Greatest score of an edge.
pub const TOP_SCORE: u32 = 1_000_000;

/// Edges by vacancy, best first, equal scores by worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    workers: u32,
    quotas: Vec<u32>,
    starts: Vec<usize>,
    /// `(!score) << 32 | worker`: ascending is best first, then worker.
    edges: Vec<u64>,
}

/// An edge as a problem writes it down: a score with whoever has it, best first when sorted.
pub(super) fn pack(worker: u32, score: u32) -> u64 {
    u64::from(!score) << 32 | u64::from(worker)
}

/// Worker and score of an edge as a problem writes it down.
pub fn unpack(edge: u64) -> (u32, u32) {
    (edge as u32, !((edge >> 32) as u32))
}

impl Problem {
    /// A problem from `(vacancy, worker, score)`; of edges that stand twice the best is kept, and those of a vacancy without places are dropped.
    pub fn new(workers: u32, quotas: Vec<u32>, edges: &[(u32, u32, u32)]) -> Self {
        let mut starts = vec![0usize; quotas.len() + 1];
        let kept = || edges.iter().filter(|(v, _, _)| quotas[*v as usize] > 0);
        for (vacancy, _, _) in kept() {
            starts[*vacancy as usize + 1] += 1;
        }
        for vacancy in 0..quotas.len() {
            starts[vacancy + 1] += starts[vacancy];
        }
        let mut next = starts.clone();
        let mut packed = vec![0u64; starts[quotas.len()]];
        for (vacancy, worker, score) in kept() {
            let place = &mut next[*vacancy as usize];
            packed[*place] = pack(*worker, *score);
            *place += 1;
        }
        for vacancy in 0..quotas.len() {
            packed[starts[vacancy]..starts[vacancy + 1]].sort_unstable();
        }
        // Best first: a later edge of the same pair is never better, and the solver never prefers it.
        Self { workers, quotas, starts, edges: packed }
    }

    /// A problem whose lists of worker and score are made vacancy by vacancy, on several threads; no worker twice in one.
    pub fn gathered(
        workers: u32,
        quotas: Vec<u32>,
        threads: usize,
        list: impl Fn(u32) -> Vec<(u32, u32)> + Sync,
    ) -> Self {
        /// Vacancies whose lists wait at once for their place.
        const TOGETHER: usize = 256;
        let (mut starts, mut edges) = (vec![0], vec![]);
        for from in (0..quotas.len()).step_by(TOGETHER) {
            let lists = in_parallel(threads, TOGETHER.min(quotas.len() - from), |place| {
                let vacancy = (from + place) as u32;
                let kept = if quotas[from + place] > 0 { list(vacancy) } else { vec![] };
                let mut packed: Vec<u64> = kept.into_iter().map(|(worker, score)| pack(worker, score)).collect();
                packed.sort_unstable();
                packed
            });
            for list in lists {
                edges.extend(list);
                starts.push(edges.len());
            }
        }
        Self { workers, quotas, starts, edges }
    }

    /// How many workers.
    pub fn workers(&self) -> u32 {
        self.workers
    }

    /// How many vacancies.
    pub fn vacancies(&self) -> u32 {
        self.quotas.len() as u32
    }

    /// Places of a vacancy.
    pub fn quota(&self, vacancy: u32) -> u32 {
        self.quotas[vacancy as usize]
    }

    /// Places of each vacancy.
    pub fn quotas(&self) -> &[u32] {
        &self.quotas
    }

    /// How many workers, the places of each vacancy, where each list of edges starts and the last one ends, and the edges.
    pub(super) fn into_lists(self) -> (u32, Vec<u32>, Vec<usize>, Vec<u64>) {
        (self.workers, self.quotas, self.starts, self.edges)
    }

    /// Vacancy, worker and score of each edge.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let of = |vacancy: u32| self.candidates(vacancy).map(move |(worker, score)| (vacancy, worker, score));
        (0..self.vacancies()).flat_map(of)
    }

    /// All places.
    pub fn places(&self) -> u64 {
        self.quotas.iter().map(|q| u64::from(*q)).sum()
    }

    /// How many edges.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// Edges of a vacancy as they are written down, best first; [`unpack`] reads them.
    pub fn packed(&self, vacancy: u32) -> &[u64] {
        &self.edges[self.starts[vacancy as usize]..self.starts[vacancy as usize + 1]]
    }

    /// Worker and score of each candidate of a vacancy, best first.
    pub fn candidates(&self, vacancy: u32) -> impl ExactSizeIterator<Item = (u32, u32)> + '_ {
        self.packed(vacancy).iter().map(|edge| unpack(*edge))
    }
}

/// Which of the two files of `match solve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `vacancy,quota`.
    Quotas,
    /// `worker,vacancy,score`.
    Edges,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A name is empty.
    #[error("a name is empty")]
    EmptyName,
    /// The vacancy has no line in the quotas.
    #[error("vacancy “{0}” has no quota")]
    UnknownVacancy(String),
    /// The vacancy has two quotas.
    #[error("vacancy “{0}” has a quota already")]
    SecondQuota(String),
    /// The pair stands twice.
    #[error("worker “{0}” and vacancy “{1}” stand on an earlier line already")]
    SecondEdge(String, String),
    /// Not 1 to 4,294,967,295.
    #[error("quota {0} is not between 1 and 4294967295")]
    Quota(i64),
    /// Not 1 to 1,000,000.
    #[error("score {0} is not between 1 and 1000000")]
    Score(i64),
    /// Workers times vacancies are more than fit together.
    #[error("there are too many workers and vacancies together")]
    TooMany,
    /// No lines at all.
    #[error("there is no line besides the heading")]
    Empty,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: line {line}: {reason}", match table { Table::Quotas => "quotas", Table::Edges => "edges" })]
pub struct Fault {
    /// The file.
    pub table: Table,
    /// The line in it as the caller counts.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// Names numbered by first appearance, one behind the other in one text.
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    /// Where each name ends in the text.
    ends: Vec<usize>,
    /// Numbers by hash of the name, open addressing; [`EMPTY`] = nothing stands there.
    slots: Vec<u32>,
    hasher: RandomState,
    last: u32,
}

const EMPTY: u32 = u32::MAX;

impl Names {
    /// How many names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without names.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name of a number.
    pub fn name(&self, number: u32) -> &str {
        let from = number.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.text[from..self.ends[number as usize]]
    }

    /// Names in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.name(number))
    }

    /// The slot where the name stands, or would stand.
    fn slot(&self, name: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(name) as usize & mask;
        while self.slots[slot] != EMPTY && self.name(self.slots[slot]) != name {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// The same without what is needed to find a name.
    fn closed(self) -> Self {
        Self { slots: vec![], ..self }
    }

    fn find(&self, name: &str) -> Option<u32> {
        let number = *self.slots.get(if self.slots.is_empty() { 0 } else { self.slot(name) })?;
        (number != EMPTY).then_some(number)
    }

    fn number(&mut self, name: &str) -> u32 {
        // Files are mostly written worker by worker.
        if !self.is_empty() && self.name(self.last) == name {
            return self.last;
        }
        if self.slots.len() < 2 * (self.len() + 1) {
            self.slots = vec![EMPTY; (4 * self.len()).max(16).next_power_of_two()];
            for number in 0..self.len() as u32 {
                let slot = self.slot(self.name(number));
                self.slots[slot] = number;
            }
        }
        let slot = self.slot(name);
        if self.slots[slot] == EMPTY {
            self.slots[slot] = self.len() as u32;
            self.text.push_str(name);
            self.ends.push(self.text.len());
        }
        self.last = self.slots[slot];
        self.last
    }
}

/// A problem with the names of its workers and vacancies.
#[derive(Debug)]
pub struct NamedProblem {
    /// The problem.
    pub problem: Problem,
    /// Names of workers by number, in the order of first appearance.
    pub workers: Names,
    /// Names of vacancies by number, in the order of the quotas.
    pub vacancies: Names,
}

/// Bits of a score while the edges are read.
const SCORE_BITS: u32 = 20;

/// Reads a named problem line by line: first all quotas, then all edges.
#[derive(Debug, Default)]
pub struct NamedEdges {
    vacancies: Names,
    quotas: Vec<u32>,
    workers: Names,
    /// Vacancy, score turned round, worker, each in its bits: ascending is how a problem orders them.
    edges: Vec<u64>,
}

impl NamedEdges {
    /// Takes a line of the quotas.
    pub fn quota(&mut self, line: u64, vacancy: &str, quota: i64) -> Result<(), Fault> {
        let fault = |reason| Fault { table: Table::Quotas, line, reason };
        if vacancy.is_empty() {
            return Err(fault(Reason::EmptyName));
        }
        let places = u32::try_from(quota).ok().filter(|q| *q > 0);
        let Some(places) = places else {
            return Err(fault(Reason::Quota(quota)));
        };
        if self.vacancies.number(vacancy) as usize != self.quotas.len() {
            return Err(fault(Reason::SecondQuota(vacancy.to_owned())));
        }
        self.quotas.push(places);
        Ok(())
    }

    /// Bits that are left for a worker beside the score and the vacancy.
    fn worker_bits(&self) -> u32 {
        (u64::BITS - SCORE_BITS).saturating_sub(usize::BITS - self.quotas.len().leading_zeros()).min(u32::BITS)
    }

    /// Takes a line of the edges.
    pub fn edge(&mut self, line: u64, worker: &str, vacancy: &str, score: i64) -> Result<(), Fault> {
        let fault = |reason| Fault { table: Table::Edges, line, reason };
        if worker.is_empty() || vacancy.is_empty() {
            return Err(fault(Reason::EmptyName));
        }
        let Some(vacancy) = self.vacancies.find(vacancy) else {
            return Err(fault(Reason::UnknownVacancy(vacancy.to_owned())));
        };
        let points = u32::try_from(score).ok();
        let Some(points) = points.filter(|s| (1..=TOP_SCORE).contains(s)) else {
            return Err(fault(Reason::Score(score)));
        };
        let (worker, bits) = (u64::from(self.workers.number(worker)), self.worker_bits());
        if worker >> bits > 0 {
            return Err(fault(Reason::TooMany));
        }
        let turned = u64::from(!points) & ((1 << SCORE_BITS) - 1);
        self.edges.push((u64::from(vacancy) << SCORE_BITS | turned) << bits | worker);
        Ok(())
    }

    /// The problem, if there is one line at least in both files and no pair stands twice; the line of a pair that does is
    /// not known any more, and told as 0.
    pub fn finish(self) -> Result<NamedProblem, Fault> {
        for (table, empty) in [(Table::Quotas, self.quotas.is_empty()), (Table::Edges, self.edges.is_empty())] {
            if empty {
                return Err(Fault { table, line: 1, reason: Reason::Empty });
            }
        }
        let bits = self.worker_bits();
        let Self { vacancies, quotas, workers, mut edges } = self;
        sort(&mut edges);
        let mut starts = vec![0; quotas.len() + 1];
        for edge in &mut edges {
            starts[(*edge >> (bits + SCORE_BITS)) as usize + 1] += 1;
            let (worker, turned) = (*edge & ((1 << bits) - 1), *edge >> bits & ((1 << SCORE_BITS) - 1));
            *edge = pack(worker as u32, !(turned as u32) & ((1 << SCORE_BITS) - 1));
        }
        for vacancy in 0..quotas.len() {
            starts[vacancy + 1] += starts[vacancy];
        }
        let problem = Problem { workers: workers.len() as u32, quotas, starts, edges };
        if let Some((vacancy, worker)) = second_edge(&problem) {
            let reason = Reason::SecondEdge(workers.name(worker).to_owned(), vacancies.name(vacancy).to_owned());
            return Err(Fault { table: Table::Edges, line: 0, reason });
        }
        Ok(NamedProblem { problem, workers: workers.closed(), vacancies: vacancies.closed() })
    }
}

/// Sorts on two threads.
pub(super) fn sort(edges: &mut [u64]) {
    if edges.len() < 1 << 16 {
        return edges.sort_unstable();
    }
    let (low, _, high) = edges.select_nth_unstable(edges.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| low.sort_unstable());
        high.sort_unstable();
    });
}

/// A pair that stands twice, if any.
fn second_edge(problem: &Problem) -> Option<(u32, u32)> {
    let mut seen_at = vec![u32::MAX; problem.workers() as usize];
    for vacancy in 0..problem.vacancies() {
        for (worker, _) in problem.candidates(vacancy) {
            if seen_at[worker as usize] == vacancy {
                return Some((vacancy, worker));
            }
            seen_at[worker as usize] = vacancy;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(quotas: &[(&str, i64)], edges: &[(&str, &str, i64)]) -> Result<NamedProblem, Fault> {
        let mut named = NamedEdges::default();
        for (line, (vacancy, quota)) in (2..).zip(quotas) {
            named.quota(line, vacancy, *quota)?;
        }
        for (line, (worker, vacancy, score)) in (2..).zip(edges) {
            named.edge(line, worker, vacancy, *score)?;
        }
        named.finish()
    }

    #[test]
    fn a_named_problem_keeps_its_names_in_order() {
        let named = read(&[("甲, \"一\"", 2), ("乙", 1)], &[("z", "乙", 5), ("a", "甲, \"一\"", 1_000_000)]).unwrap();
        assert_eq!(named.workers.iter().collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!(named.problem.candidates(0).collect::<Vec<_>>(), [(1, 1_000_000)]);
        assert_eq!((named.problem.places(), named.problem.edge_count()), (3, 2));
    }

    #[test]
    fn each_bad_line_is_named_with_its_reason() {
        let fault = |quotas: &[(&str, i64)], edges: &[(&str, &str, i64)]| {
            let fault = read(quotas, edges).unwrap_err();
            (fault.table, fault.line, fault.reason)
        };
        let (q, e) = (Table::Quotas, Table::Edges);
        assert_eq!(fault(&[("v", 0)], &[]), (q, 2, Reason::Quota(0)));
        assert_eq!(fault(&[("v", 1), ("w", -3)], &[]), (q, 3, Reason::Quota(-3)));
        assert_eq!(fault(&[("v", 1), ("v", 1)], &[]), (q, 3, Reason::SecondQuota("v".into())));
        assert_eq!(fault(&[], &[]), (q, 1, Reason::Empty));
        assert_eq!(fault(&[("v", 1)], &[]), (e, 1, Reason::Empty));
        assert_eq!(fault(&[("v", 1)], &[("a", "w", 1)]), (e, 2, Reason::UnknownVacancy("w".into())));
        assert_eq!(fault(&[("v", 1)], &[("a", "v", 0)]), (e, 2, Reason::Score(0)));
        assert_eq!(fault(&[("v", 1)], &[("a", "v", 1_000_001)]), (e, 2, Reason::Score(1_000_001)));
        assert_eq!(fault(&[("v", 1)], &[("", "v", 1)]), (e, 2, Reason::EmptyName));
        assert_eq!(
            fault(&[("v", 1)], &[("a", "v", 1), ("b", "v", 1), ("a", "v", 9)]),
            (e, 0, Reason::SecondEdge("a".into(), "v".into()))
        );
    }

    #[test]
    fn many_names_keep_their_numbers_and_their_edges_their_order() {
        let mut named = NamedEdges::default();
        named.quota(2, "v", 1).unwrap();
        named.quota(3, "w", 1).unwrap();
        for (line, n) in (2..).zip(0..100_000i64) {
            named.edge(line, &format!("人{}", n * 7 % 50_000), if n < 50_000 { "w" } else { "v" }, 1 + n % 5).unwrap();
        }
        let NamedProblem { problem, workers, .. } = named.finish().unwrap();
        assert_eq!((workers.len(), workers.name(3), problem.edge_count()), (50_000, "人21", 100_000));
        for vacancy in 0..2 {
            let list: Vec<(u32, u32)> = problem.candidates(vacancy).collect();
            assert_eq!(list.len(), 50_000);
            assert!(list.is_sorted_by_key(|(worker, score)| (std::cmp::Reverse(*score), *worker)));
        }
        assert_eq!(problem.candidates(1).next(), Some((4, 5)));
    }
}
