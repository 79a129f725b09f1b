//! The proof of an assignment, from nothing but its pairs, its prices and the caller's own edges.
//!
//! For any prices of 0 or more no assignment can be worth more than
//! `sum of quota * price + sum over workers of max(0, max(score - price))`; an assignment that reaches it is optimal.

use std::cell::Cell;

use super::assign::batch_score;
use super::condition::eligible;
use super::problem::Problem;
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
    /// Not one price for each vacancy.
    #[error("there are {0} prices")]
    Prices(usize),
}

/// Checks that the pairs `(worker, vacancy, score)` are possible and computes objective and bound.
pub fn check(problem: &Problem, pairs: &[(u32, u32, u32)], prices: &[u64]) -> Result<Proof, Violation> {
    if prices.len() != problem.vacancies() as usize {
        return Err(Violation::Prices(prices.len()));
    }
    let mut place = vec![None; problem.workers() as usize];
    let mut taken = vec![0u32; prices.len()];
    for (worker, vacancy, score) in pairs {
        let (Some(place), Some(taken)) = (place.get_mut(*worker as usize), taken.get_mut(*vacancy as usize)) else {
            return Err(Violation::NoEdge(*worker, *vacancy));
        };
        if place.replace((*vacancy, *score, false)).is_some() {
            return Err(Violation::TwoVacancies(*worker));
        }
        *taken += 1;
        if *taken > problem.quota(*vacancy) {
            return Err(Violation::OverQuota(*vacancy));
        }
    }
    let mut profit = vec![0u64; problem.workers() as usize];
    let mut bound = 0u64;
    for (vacancy, price) in (0u32..).zip(prices) {
        bound += u64::from(problem.quota(vacancy)) * price;
        for (worker, score) in problem.candidates(vacancy) {
            let profit = &mut profit[worker as usize];
            *profit = (*profit).max(u64::from(score).saturating_sub(*price));
            if let Some((held, points, proved)) = &mut place[worker as usize]
                && *held == vacancy
            {
                *proved |= *points == score;
            }
        }
    }
    if let Some((worker, vacancy, _)) =
        pairs.iter().find(|(worker, _, _)| place[*worker as usize].is_none_or(|(_, _, proved)| !proved))
    {
        return Err(Violation::NoEdge(*worker, *vacancy));
    }
    Ok(Proof {
        objective: pairs.iter().map(|(_, _, score)| u64::from(*score)).sum(),
        bound: bound + profit.iter().sum::<u64>(),
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
    use super::*;

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
