//! The proof of an assignment, from nothing but its pairs, its prices and the caller's own edges.
//!
//! For any prices of 0 or more no assignment can be worth more than
//! `sum of quota * price + sum over workers of max(0, max(score - price))`; an assignment that reaches it is optimal.

use std::cell::Cell;

use super::assign::batch_score;
use super::condition::eligible;
use super::table::{Table, in_parallel};

/// What the check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Sum of the scores of the pairs.
    pub objective: u64,
    /// No assignment can be worth more.
    pub bound: u64,
}

impl Proof {
    /// The assignment is as good as any can be.
    pub fn optimal(self) -> bool {
        self.objective == self.bound
    }
}

/// What makes an assignment impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A pair that is no edge, or has another score there.
    #[error("worker {0} and vacancy {1} are no edge of that score")]
    NoEdge(u32, u32),
    /// A worker with two vacancies.
    #[error("worker {0} has two vacancies")]
    TwoVacancies(u32),
    /// More workers than places.
    #[error("vacancy {0} has more workers than places")]
    OverQuota(u32),
    /// The computation was stopped before it had a result to prove.
    #[error("stopped")]
    Stopped,
    /// Not one price for each vacancy.
    #[error("there are {0} prices")]
    Prices(usize),
}

/// Checks that the pairs `(worker, vacancy, score)` are possible and computes objective and bound. The edges are
/// `(vacancy, worker, score)` in any order.
pub fn check(
    workers: u32,
    quotas: &[u32],
    edges: impl Iterator<Item = (u32, u32, u32)>,
    pairs: &[(u32, u32, u32)],
    prices: &[u64],
) -> Result<Proof, Violation> {
    /// No pair.
    const NONE: u32 = u32::MAX;
    if prices.len() != quotas.len() {
        return Err(Violation::Prices(prices.len()));
    }
    let mut pair_of = vec![NONE; workers as usize];
    let mut taken = vec![0u32; quotas.len()];
    for (number, (worker, vacancy, _)) in (0u32..).zip(pairs) {
        let (Some(pair), Some(taken)) = (pair_of.get_mut(*worker as usize), taken.get_mut(*vacancy as usize)) else {
            return Err(Violation::NoEdge(*worker, *vacancy));
        };
        if std::mem::replace(pair, number) != NONE {
            return Err(Violation::TwoVacancies(*worker));
        }
        *taken += 1;
        if *taken > quotas[*vacancy as usize] {
            return Err(Violation::OverQuota(*vacancy));
        }
    }
    let mut proved = vec![false; pairs.len()];
    // Scores have 32 bits, so what is left of them has too.
    let mut profit = vec![0u32; workers as usize];
    for (vacancy, worker, score) in edges {
        let left = u64::from(score).saturating_sub(prices[vacancy as usize]) as u32;
        let profit = &mut profit[worker as usize];
        *profit = (*profit).max(left);
        let pair = pair_of[worker as usize] as usize;
        if pairs.get(pair).is_some_and(|(_, held, points)| *held == vacancy && *points == score) {
            proved[pair] = true;
        }
    }
    if let Some(((worker, vacancy, _), _)) = pairs.iter().zip(&proved).find(|(_, proved)| !**proved) {
        return Err(Violation::NoEdge(*worker, *vacancy));
    }
    let paid: u64 = quotas.iter().zip(prices).map(|(quota, price)| u64::from(*quota) * price).sum();
    Ok(Proof {
        objective: pairs.iter().map(|(_, _, score)| u64::from(*score)).sum(),
        bound: paid + profit.into_iter().map(u64::from).sum::<u64>(),
    })
}

/// The same over all eligible pairs of a table: pairs by the definitions themselves, the bound by a scan that passes
/// over whoever cannot gain more than is known already.
pub fn check_all(table: &Table, pairs: &[(u32, u32, u32)], prices: &[u64]) -> Result<Proof, Violation> {
    if prices.len() != table.posts() {
        return Err(Violation::Prices(prices.len()));
    }
    let mut profits = vec![None; table.workers()];
    let mut taken = vec![0u32; prices.len()];
    for (worker, vacancy, score) in pairs {
        let (Some(profit), Some(taken)) = (profits.get_mut(*worker as usize), taken.get_mut(*vacancy as usize)) else {
            return Err(Violation::NoEdge(*worker, *vacancy));
        };
        let pair = table.pair(*worker, *vacancy);
        if !eligible(&pair) || batch_score(&pair) != *score {
            return Err(Violation::NoEdge(*worker, *vacancy));
        }
        if profit.replace(u64::from(*score).saturating_sub(prices[*vacancy as usize])).is_some() {
            return Err(Violation::TwoVacancies(*worker));
        }
        *taken += 1;
        if *taken > table.opening(*vacancy).places_left {
            return Err(Violation::OverQuota(*vacancy));
        }
    }
    let blocks = in_parallel(table.threads(), table.blocks(), |block| {
        let profit = |worker: &u32| Cell::new(profits[*worker as usize].unwrap_or(0));
        let best: Vec<Cell<u64>> = table.block(block).iter().map(profit).collect();
        let price = |post: u32| prices[post as usize] as i64;
        table.crowd(
            block,
            price,
            |place| best[place].get() as i64,
            |place, post, score| {
                best[place].set(best[place].get().max(u64::from(score.max(1)).saturating_sub(prices[post as usize])));
            },
        );
        best.iter().map(Cell::get).sum::<u64>()
    });
    let paid: u64 = (0u32..).zip(prices).map(|(post, price)| u64::from(table.opening(post).places_left) * price).sum();
    Ok(Proof {
        objective: pairs.iter().map(|(_, _, score)| u64::from(*score)).sum(),
        bound: paid + blocks.iter().sum::<u64>(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::Problem;
    use super::*;

    fn check(problem: &Problem, pairs: &[(u32, u32, u32)], prices: &[u64]) -> Result<Proof, Violation> {
        super::check(problem.workers(), problem.quotas(), problem.edges(), pairs, prices)
    }

    #[test]
    fn a_proof_accepts_the_optimum_and_shows_the_gap_of_anything_less() {
        let problem = Problem::new(2, vec![1, 1], &[(0, 0, 9), (0, 1, 8), (1, 0, 7)]);
        let best = check(&problem, &[(0, 1, 7), (1, 0, 8)], &[8, 6]).unwrap();
        assert!(best.optimal() && best.objective == 15);
        let less = check(&problem, &[(0, 0, 9)], &[8, 6]).unwrap();
        assert!(!less.optimal());
        assert_eq!((less.objective, less.bound), (9, 15));
        assert!(check(&problem, &[], &[0, 0]).unwrap().bound == 17);
    }

    #[test]
    fn what_is_impossible_is_named() {
        let problem = Problem::new(2, vec![1, 1], &[(0, 0, 9), (0, 1, 8), (1, 0, 7)]);
        let fails = |pairs: &[(u32, u32, u32)]| check(&problem, pairs, &[0, 0]).unwrap_err();
        assert_eq!(fails(&[(1, 1, 8)]), Violation::NoEdge(1, 1));
        assert_eq!(fails(&[(0, 0, 8)]), Violation::NoEdge(0, 0));
        assert_eq!(fails(&[(5, 0, 8)]), Violation::NoEdge(5, 0));
        assert_eq!(fails(&[(0, 0, 9), (0, 1, 7)]), Violation::TwoVacancies(0));
        assert_eq!(fails(&[(0, 0, 9), (1, 0, 8)]), Violation::OverQuota(0));
        assert_eq!(check(&problem, &[], &[0]), Err(Violation::Prices(1)));
    }
}
