//! Both ends of the prices: what one place of a vacancy more would gain, one fewer would lose, and a worker less would cost.
//!
//! One more place gains exactly the smallest optimal price, one fewer loses the greatest, and without a worker the total is
//! less by the score there less the smallest price. The solver ends at one end; from there prices move as far as the shortest
//! path lets them, over workers who might as well stand elsewhere.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Solution;
use crate::matching::table::in_parallel;

/// More ways between vacancies than this are not kept: the other end stays unknown.
const WAYS: usize = 16 << 20;

/// Where edges are read again after the solution.
pub trait Edges: Sync {
    /// Places of a vacancy.
    fn places(&self, vacancy: u32) -> u32;
    /// Shows the workers of a vacancy whose score is more than `above` them; it may show others too.
    fn above(&self, vacancy: u32, above: &dyn Fn(u32) -> i64, show: &mut dyn FnMut(u32, u32));
}

/// Prices at the end where the solution does not stand, by vacancy; `None` where too much hangs together.
pub fn other(edges: &impl Edges, threads: usize, solution: &Solution) -> Option<Vec<u64>> {
    let prices: Vec<i64> = solution.prices.iter().map(|price| price.cast_signed()).collect();
    let profit = |worker: u32| {
        solution.matched[worker as usize].map_or(0, |(vacancy, score)| i64::from(score) - prices[vacancy as usize])
    };
    let held = |worker: u32| solution.matched[worker as usize].map(|(vacancy, _)| vacancy);
    // How far each price may move, as far as the vacancy itself says.
    let mut room = if solution.greatest { prices.clone() } else { rising(edges, solution, &profit) };
    let kept = AtomicUsize::new(0);
    let found = in_parallel(threads, prices.len(), |vacancy| {
        let (price, own) = (prices[vacancy], Cell::new(room[vacancy]));
        let ways = RefCell::new(vec![]);
        if edges.places(vacancy as u32) == 0 || kept.load(Ordering::Relaxed) > WAYS {
            return (own.get(), ways.into_inner());
        }
        // Falling, a price drags those down from which its workers might come; rising, it pushes those up to which they go.
        let reach =
            |worker: u32| if solution.greatest { own.get() } else { held(worker).map_or(0, |at| room[at as usize]) };
        edges.above(vacancy as u32, &|worker| price + profit(worker) - reach(worker), &mut |worker, score| {
            let slack = price + profit(worker) - i64::from(score);
            match held(worker) {
                None => own.set(own.get().min(slack)),
                Some(at) if at as usize != vacancy && slack < reach(worker) => {
                    ways.borrow_mut().push((at, u32::try_from(slack).unwrap_or(u32::MAX)));
                }
                Some(_) => {}
            }
        });
        let mut ways = ways.into_inner();
        ways.retain(|(_, slack)| !solution.greatest || i64::from(*slack) < own.get());
        ways.sort_unstable();
        ways.dedup_by_key(|(at, _)| *at);
        kept.fetch_add(ways.len(), Ordering::Relaxed);
        (own.get(), ways)
    });
    if kept.into_inner() > WAYS {
        return None;
    }
    let mut ways: Vec<Vec<(u32, u32)>> = vec![vec![]; prices.len()];
    for (vacancy, (own, list)) in found.into_iter().enumerate() {
        if solution.greatest {
            room[vacancy] = own;
            for (at, slack) in list {
                ways[at as usize].push((vacancy as u32, slack));
            }
        } else {
            ways[vacancy] = list;
        }
    }
    shorten(&mut room, &ways);
    let moved = |(price, room): (&i64, &i64)| if solution.greatest { price - room } else { price + room };
    Some(prices.iter().zip(&room).map(moved).map(i64::unsigned_abs).collect())
}

/// How far a price may rise before a worker who is there would rather stay at home; not at all while a place is open.
fn rising(edges: &impl Edges, solution: &Solution, profit: &impl Fn(u32) -> i64) -> Vec<i64> {
    let mut left: Vec<u32> = (0..solution.prices.len() as u32).map(|vacancy| edges.places(vacancy)).collect();
    let mut room = vec![i64::MAX; left.len()];
    for (worker, held) in (0u32..).zip(&solution.matched) {
        if let Some((vacancy, _)) = held {
            left[*vacancy as usize] -= 1;
            room[*vacancy as usize] = room[*vacancy as usize].min(profit(worker));
        }
    }
    left.iter().zip(room).map(|(left, room)| if *left > 0 || room == i64::MAX { 0 } else { room }).collect()
}

/// Shortest paths: nothing moves farther than what it drags along lets it.
fn shorten(room: &mut [i64], ways: &[Vec<(u32, u32)>]) {
    let mut queue: BinaryHeap<Reverse<(i64, u32)>> =
        (0u32..).zip(&*room).map(|(v, room)| Reverse((*room, v))).collect();
    while let Some(Reverse((distance, vacancy))) = queue.pop() {
        if distance > room[vacancy as usize] {
            continue;
        }
        for (other, slack) in &ways[vacancy as usize] {
            let further = distance + i64::from(*slack);
            if further < room[*other as usize] {
                room[*other as usize] = further;
                queue.push(Reverse((further, *other)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::flow::workers::{self, ByWorker};
    use crate::matching::flow::{places, solve};
    use crate::matching::problem::Problem;
    use proptest::prelude::*;

    fn total(workers: u32, quotas: &[u32], edges: &[(u32, u32, u32)]) -> u64 {
        let solution = solve(&Problem::new(workers, quotas.to_vec(), edges));
        solution.matched.iter().flatten().map(|(_, score)| u64::from(*score)).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn one_more_place_gains_the_smallest_price_and_one_fewer_loses_the_greatest(
            quotas in proptest::collection::vec(0u32..4, 1..7),
            edges in proptest::collection::vec((0u32..7, 0u32..12, prop_oneof![1u32..4, 1u32..1000]), 0..70),
        ) {
            let count = quotas.len() as u32;
            // Places may come where there are none yet, so that the edges there stay.
            let edges: Vec<_> = edges.into_iter().map(|(v, w, s)| (v % count, w, s)).filter(|(v, ..)| quotas[*v as usize] > 0).collect();
            let problem = Problem::new(12, quotas.clone(), &edges);
            let (high, low) = (places::solve(&problem), workers::solve(&ByWorker::new(problem.clone())));
            let from_high = other(&problem, 2, &high).unwrap();
            let from_low = other(&problem, 1, &low).unwrap();
            prop_assert_eq!(&from_high, &low.prices);
            prop_assert_eq!(&from_low, &high.prices);
            let now = total(12, &quotas, &edges);
            for vacancy in 0..quotas.len() {
                let with = |places: u32| {
                    let mut changed = quotas.clone();
                    changed[vacancy] = places;
                    total(12, &changed, &edges)
                };
                if quotas[vacancy] > 0 {
                    prop_assert_eq!(with(quotas[vacancy] + 1) - now, low.prices[vacancy]);
                    prop_assert_eq!(now - with(quotas[vacancy] - 1), high.prices[vacancy]);
                }
            }
            for (worker, held) in (0u32..).zip(&high.matched) {
                let without: Vec<_> = edges.iter().copied().filter(|(_, w, _)| *w != worker).collect();
                let lost = held.map_or(0, |(vacancy, score)| u64::from(score) - low.prices[vacancy as usize]);
                prop_assert_eq!(now - total(12, &quotas, &without), lost);
            }
        }
    }
}
