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
mod workers;

use super::problem::Problem;
pub use super::problem::unpack as edge;
use super::table::{in_parallel, threads};

/// No vacancy.
const FREE: u32 = u32::MAX;

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
    fn new(held: impl Iterator<Item = (u32, u32)>, prices: impl Iterator<Item = i64>, greatest: bool) -> Self {
        Self {
            matched: held.map(|(vacancy, score)| (vacancy != FREE).then_some((vacancy, score))).collect(),
            // Prices never leave 0 to the top score.
            prices: prices.map(i64::unsigned_abs).collect(),
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
    /// What is written down for good, best first; [`edge`] reads it.
    fn written(&self, vacancy: u32) -> &[u64];
    /// Lists of vacancies that are inserted next, in their order.
    fn lists(&self, vacancies: &[u32], profits: &[i64]) -> Vec<List>;
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
    fn lists(&self, vacancies: &[u32], _: &[i64]) -> Vec<List> {
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

/// Solves the problem exactly.
pub fn solve(problem: &Problem) -> Solution {
    let usable: u64 =
        (0..problem.vacancies()).map(|v| (problem.candidates(v).len() as u64).min(problem.quota(v).into())).sum();
    // Where nearly everybody finds a place the last places search far, and workers do not.
    if usable * 20 >= u64::from(problem.workers()) * 19 { workers::solve(problem) } else { places::solve(problem) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(solution: &Solution) -> u64 {
        solution.matched.iter().flatten().map(|(_, score)| u64::from(*score)).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn both_sides_reach_the_same_total_at_both_ends_of_the_prices(
            quotas in proptest::collection::vec(0u32..5, 1..9),
            edges in proptest::collection::vec((0u32..9, 0u32..20, prop_oneof![1u32..4, 1u32..1000]), 0..120),
        ) {
            let vacancies = quotas.len() as u32;
            let edges: Vec<_> = edges.into_iter().map(|(v, w, s)| (v % vacancies, w, s)).collect();
            let problem = Problem::new(20, quotas, &edges);
            let (high, low) = (places::solve(&problem), workers::solve(&problem));
            prop_assert_eq!(total(&high), total(&low));
            for (high, low) in high.prices.iter().zip(&low.prices) {
                prop_assert!(high >= low);
            }
        }
    }
}
