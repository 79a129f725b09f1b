//! Exact assignment under quotas by successive shortest paths, from the side that is scarce.
//!
//! Where places are scarce, places are inserted one at a time and prices fall from the top; where workers are scarce,
//! workers are inserted and prices rise from 0. Either way only prices are stored: the profit of a worker is the
//! matched score less the price there. After every insertion `price + profit >= score` on all edges of what was
//! inserted, with equality on matched ones; so the end is optimal, and the prices prove it.

pub(super) mod ends;
pub(super) mod layers;
pub(super) mod places;
pub(super) mod standing;
pub(super) mod workers;

use super::problem::Problem;
pub use super::problem::unpack as edge;
use super::table::{in_parallel, threads};
use workers::ByWorker;

/// No vacancy.
const FREE: u32 = u32::MAX;

/// No distance yet.
const FAR: u32 = u32::MAX;

/// No way without loss was seen.
const NO_MOVES: u32 = u32::MAX - 1;

/// Vacancy and score of each worker, and a price for each vacancy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Vacancy and score by worker.
    pub matched: Vec<Option<(u32, u32)>>,
    /// Optimal prices by vacancy.
    pub prices: Vec<u64>,
    /// They are the greatest, as places were inserted; else the smallest, as workers were.
    pub greatest: bool,
}

impl Solution {
    fn new(held: impl Iterator<Item = (u32, u32)>, prices: impl Iterator<Item = u32>, greatest: bool) -> Self {
        Self {
            matched: held.map(|(vacancy, score)| (vacancy != FREE).then_some((vacancy, score))).collect(),
            prices: prices.map(u64::from).collect(),
            greatest,
        }
    }
}

/// The list of a vacancy as far as it is written down.
#[derive(Debug, Default)]
pub struct List {
    /// The best score less profit of all its workers.
    pub top: i64,
    /// Score less profit when the list was made (0 if it was less), worker and score; best first, then by worker.
    pub edges: Vec<(u32, u32, u32)>,
    /// Nobody who is not listed had more; 0 if nobody is left out who had anything.
    pub beyond: i64,
}

/// Where the places' side reads who could take a vacancy for how many points. Profits only rise between two questions.
pub trait Source {
    /// How many workers.
    fn workers(&self) -> u32;
    /// How many vacancies.
    fn vacancies(&self) -> u32;
    /// Places of a vacancy.
    fn quota(&self, vacancy: u32) -> u32;
    /// How many candidates a vacancy has, roughly: only the order of work depends on it.
    fn width(&self, vacancy: u32) -> u64;
    /// What is written down for good, best first; [`edge`] reads it. Empty if lists are made on demand.
    fn written(&self, vacancy: u32) -> &[u64];
    /// Lists of vacancies that are inserted next, in their order; `profits` makes those of all workers.
    fn lists(&self, vacancies: &[u32], profits: &dyn Fn() -> Vec<i64>) -> Vec<List>;
    /// A list of at least this length, unless there are no more who could gain.
    fn longer(&self, vacancy: u32, length: usize, profit: &dyn Fn(u32) -> i64) -> List;
}

impl Source for Problem {
    fn workers(&self) -> u32 {
        self.workers()
    }

    fn vacancies(&self) -> u32 {
        self.vacancies()
    }

    fn quota(&self, vacancy: u32) -> u32 {
        self.quota(vacancy)
    }

    fn width(&self, vacancy: u32) -> u64 {
        self.candidates(vacancy).len() as u64
    }

    fn written(&self, vacancy: u32) -> &[u64] {
        self.packed(vacancy)
    }

    /// Everything is written down.
    fn lists(&self, vacancies: &[u32], _: &dyn Fn() -> Vec<i64>) -> Vec<List> {
        let top = |v: &u32| self.candidates(*v).next().map_or(0, |(_, score)| i64::from(score));
        vacancies.iter().map(|v| List { top: top(v), ..List::default() }).collect()
    }

    fn longer(&self, _: u32, _: usize, _: &dyn Fn(u32) -> i64) -> List {
        List::default()
    }
}

impl ends::Edges for Problem {
    fn places(&self, vacancy: u32) -> u32 {
        self.quota(vacancy)
    }

    fn gather<T: Default + Send>(
        &self,
        _: impl Fn(u32) -> i64 + Sync,
        show: impl Fn(&mut T, u32, u32, u32) + Sync,
    ) -> Vec<T> {
        in_parallel(threads(), self.vacancies() as usize, |vacancy| {
            let (mut gathered, vacancy) = (T::default(), vacancy as u32);
            self.candidates(vacancy).for_each(|(worker, score)| show(&mut gathered, vacancy, worker, score));
            gathered
        })
    }
}

/// True where nearly everybody finds a place: the last places would search far, and workers do not.
pub fn workers_are_scarce(problem: &Problem) -> bool {
    let usable = |v: u32| (problem.packed(v).len() as u64).min(problem.quota(v).into());
    let usable: u64 = (0..problem.vacancies()).map(usable).sum();
    usable * 20 >= u64::from(problem.workers()) * 19 && ByWorker::fits(problem)
}

/// Solves the problem exactly.
pub fn solve(problem: &Problem) -> Solution {
    if workers_are_scarce(problem) { workers::solve(&ByWorker::new(problem.clone())) } else { places::solve(problem) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::proof::check;
    use proptest::prelude::*;

    /// Scores that make many ways equally good, by vacancy, worker and chance.
    const SHAPES: [fn(u32, u32, u32) -> u32; 6] = [
        |_, _, _| 500,
        |v, w, _| (1 + w % 5) * (1 + v % 4),
        |_, w, _| 1 + w % 3,
        |v, w, _| 30 * (1 + w % 7 * (v % 5)),
        |v, _, chance| 1 + v + chance % 2,
        |_, _, chance| 1 + chance * 47 % 1_000_000,
    ];

    fn a_problem() -> impl Strategy<Value = Problem> {
        let edges = proptest::collection::vec((0u32..9, 0u32..24, 0u32..100_000), 0..140);
        let quotas = proptest::collection::vec(0u32..6, 1..9);
        (quotas, edges, 0..SHAPES.len(), any::<bool>()).prop_map(|(quotas, edges, shape, lonely)| {
            let vacancies = quotas.len() as u32;
            let mut edges: Vec<_> = edges
                .into_iter()
                .map(|(v, w, chance)| (v % vacancies, w, SHAPES[shape](v % vacancies, w, chance)))
                .collect();
            if lonely {
                // Three of five have one edge.
                edges.sort_unstable_by_key(|(v, w, _)| (*w, *v));
                edges.dedup_by(|later, first| later.1 == first.1 && first.1 % 5 < 3);
            }
            Problem::new(24, quotas, &edges)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn both_sides_are_proved_however_many_ways_are_equally_good_at_both_ends_of_the_prices(problem in a_problem()) {
            let (high, low) = (places::solve(&problem), workers::solve(&ByWorker::new(problem.clone())));
            for solution in [&high, &low] {
                let held = (0u32..).zip(&solution.matched);
                let pairs: Vec<_> = held.filter_map(|(w, held)| held.map(|(v, score)| (w, v, score))).collect();
                let proof = check(problem.workers(), problem.quotas(), problem.edges(), &pairs, &solution.prices).unwrap();
                prop_assert!(proof.optimal(), "{:?}", proof);
            }
            prop_assert_eq!(&ends::other(&problem, &high).unwrap(), &low.prices);
            prop_assert_eq!(&ends::other(&problem, &low).unwrap(), &high.prices);
        }
    }
}
