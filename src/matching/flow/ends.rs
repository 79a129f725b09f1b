//! Both ends of the prices: what one place of a vacancy more would gain, one fewer would lose, and a worker less would cost.
//!
//! One more place gains exactly the smallest optimal price, one fewer loses the greatest, and without a worker the total is
//! less by the score there less the smallest price. The solver ends at one end; from there prices move as far as the shortest
//! path lets them, over workers who might as well stand elsewhere.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use super::Solution;

/// More ways between vacancies than this are not kept: the other end stays unknown.
const WAYS: usize = 16 << 20;

/// Where edges are read again after the solution.
pub trait Edges: Sync {
    /// Places of a vacancy.
    fn places(&self, vacancy: u32) -> u32;
    /// Shows vacancy, worker and score wherever the score less the solution's profit is more than `floor` says for the
    /// vacancy, which may rise meanwhile; it may show others too. Several threads gather what they are shown.
    fn gather<T: Default + Send>(
        &self,
        floor: impl Fn(u32) -> i64 + Sync,
        show: impl Fn(&mut T, u32, u32, u32) + Sync,
    ) -> Vec<T>;
}

/// Prices at the end where the solution does not stand, by vacancy; `None` where too much hangs together.
pub fn other(edges: &impl Edges, solution: &Solution) -> Option<Vec<u64>> {
    let prices: Vec<i64> = solution.prices.iter().map(|price| price.cast_signed()).collect();
    let profit = |worker: u32| {
        solution.matched[worker as usize].map_or(0, |(vacancy, score)| i64::from(score) - prices[vacancy as usize])
    };
    // How far each price may move, as far as the vacancy itself says.
    let start = if solution.greatest { prices.clone() } else { rising(edges, solution, &profit) };
    let room: Vec<AtomicI64> = start.into_iter().map(AtomicI64::new).collect();
    let room_of = |vacancy: u32| room[vacancy as usize].load(Ordering::Relaxed);
    let kept = AtomicUsize::new(0);
    let none_asked = |vacancy: u32| edges.places(vacancy) == 0 || kept.load(Ordering::Relaxed) > WAYS;
    let floor = |vacancy: u32| match (none_asked(vacancy), solution.greatest) {
        (true, _) => i64::MAX,
        (false, true) => prices[vacancy as usize] - room_of(vacancy),
        (false, false) => i64::MIN,
    };
    // From where, whereto, and what the way costs. Falling, a price drags those down from which its workers might come;
    // rising, it pushes those up to which they go.
    let found = edges.gather(floor, |ways: &mut Vec<(u32, u32, u32)>, vacancy, worker, score| {
        if none_asked(vacancy) {
            return;
        }
        let slack = prices[vacancy as usize] + profit(worker) - i64::from(score);
        match solution.matched[worker as usize] {
            None if solution.greatest => {
                room[vacancy as usize].fetch_min(slack, Ordering::Relaxed);
            }
            Some((at, _)) if at != vacancy => {
                let (from, to) = if solution.greatest { (at, vacancy) } else { (vacancy, at) };
                if slack < room_of(to) {
                    ways.push((from, to, u32::try_from(slack).unwrap_or(u32::MAX)));
                    kept.fetch_add(1, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    });
    if kept.into_inner() > WAYS {
        return None;
    }
    let mut room: Vec<i64> = room.into_iter().map(AtomicI64::into_inner).collect();
    let mut ways: Vec<Vec<(u32, u32)>> = vec![vec![]; prices.len()];
    for (from, to, slack) in found.into_iter().flatten() {
        if i64::from(slack) < room[to as usize] {
            ways[from as usize].push((to, slack));
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
            let from_high = other(&problem, &high).unwrap();
            let from_low = other(&problem, &low).unwrap();
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
