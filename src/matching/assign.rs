//! The batch: the best total under quotas, proved, over given edges or over all eligible pairs of the columns.

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Columns;
use super::condition::{Pair, eligible};
use super::flow;
use super::problem::Problem;
use super::proof::{Violation, check};
use super::score::score;
use super::set::BitSet;
use crate::domain::vacancy::VacancyState;

/// An assignment with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Worker, vacancy and score, by worker.
    pub pairs: Vec<(u32, u32, u32)>,
    /// Sum of the scores.
    pub objective: u64,
    /// Price of each vacancy, an optimal dual. Points, not money.
    pub prices: Vec<u64>,
    /// No assignment can be worth more.
    pub bound: u64,
    /// `bound` is reached.
    pub optimal: bool,
}

/// The greatest total score, at most one vacancy a worker and at most the quota a vacancy; checked against its own prices.
/// An error would be a fault of the solver.
pub fn solve(problem: &Problem) -> Result<Assignment, Violation> {
    let solution = flow::solve(problem);
    let pairs: Vec<(u32, u32, u32)> = (0u32..)
        .zip(solution.matched)
        .filter_map(|(worker, held)| held.map(|(vacancy, score)| (worker, vacancy, score)))
        .collect();
    let prices = solution.prices;
    let proof = check(problem, &pairs, &prices)?;
    Ok(Assignment { pairs, objective: proof.objective, prices, bound: proof.bound, optimal: proof.optimal() })
}

/// An assignment of people to posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// People in scope.
    pub workers: usize,
    /// Open posts in scope.
    pub vacancies: usize,
    /// Their places left.
    pub places: u64,
    /// Person, post and score, by person.
    pub pairs: Vec<(Uuid, Uuid, u32)>,
    /// Price of each post, by post.
    pub prices: Vec<(Uuid, u64)>,
    /// Sum of the scores.
    pub objective: u64,
    /// No assignment can be worth more.
    pub bound: u64,
    /// `bound` is reached.
    pub optimal: bool,
}

/// All eligible pairs of the columns as a problem, with the ids of people and posts by number (both by id).
pub struct Pairs {
    /// The problem.
    pub problem: Problem,
    /// People by number.
    pub workers: Vec<Uuid>,
    /// Posts by number.
    pub vacancies: Vec<Uuid>,
}

/// Score of an eligible pair in the batch, 1 to 1000: being placed is worth something even where nothing is known.
pub fn batch_score(pair: &Pair) -> u32 {
    score(pair).max(1)
}

/// Every eligible pair of people in `people` with posts in `posts` (slots; `None` = all).
pub fn all_pairs(columns: &Columns, people: Option<&BitSet>, posts: Option<&BitSet>, today: Date) -> Pairs {
    let within = |scope: Option<&BitSet>, slot| scope.is_none_or(|set| set.contains(slot));
    let mut workers: Vec<(Uuid, u32)> =
        columns.seekers.iter().filter(|(slot, _)| within(people, *slot)).map(|(slot, row)| (row.id, slot)).collect();
    workers.sort_unstable();
    let mut vacancies: Vec<(Uuid, u32)> = columns
        .openings
        .iter()
        .filter(|(slot, row)| within(posts, *slot) && row.places_left > 0)
        .filter(|(_, row)| row.state_on(today) == VacancyState::Open)
        .map(|(slot, row)| (row.id, slot))
        .collect();
    vacancies.sort_unstable();
    let (mut edges, mut quotas) = (vec![], Vec::with_capacity(vacancies.len()));
    for (vacancy, (_, slot)) in (0u32..).zip(&vacancies) {
        let Some(opening) = columns.openings.get(*slot) else {
            continue;
        };
        quotas.push(opening.places_left);
        for (worker, (_, seeker)) in (0u32..).zip(&workers) {
            let Some(seeker) = columns.seekers.get(*seeker) else {
                continue;
            };
            let pair = Pair::new(columns, seeker, *slot, opening, today);
            if eligible(&pair) {
                edges.push((vacancy, worker, batch_score(&pair)));
            }
        }
    }
    Pairs {
        problem: Problem::new(workers.len() as u32, quotas, &edges),
        workers: workers.into_iter().map(|(id, _)| id).collect(),
        vacancies: vacancies.into_iter().map(|(id, _)| id).collect(),
    }
}

/// One batch over all eligible pairs within the scopes.
pub fn assign_all(
    columns: &Columns,
    people: Option<&BitSet>,
    posts: Option<&BitSet>,
    today: Date,
) -> Result<Batch, Violation> {
    let Pairs { problem, workers, vacancies } = all_pairs(columns, people, posts, today);
    let solved = solve(&problem)?;
    let pair = |(w, v, score): (u32, u32, u32)| (workers[w as usize], vacancies[v as usize], score);
    Ok(Batch {
        workers: workers.len(),
        vacancies: vacancies.len(),
        places: problem.places(),
        pairs: solved.pairs.into_iter().map(pair).collect(),
        prices: vacancies.iter().copied().zip(solved.prices).collect(),
        objective: solved.objective,
        bound: solved.bound,
        optimal: solved.optimal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::sample::{columns, opening, seeker, today};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Best total by trying everything.
    fn brute(worker: u32, left: &mut Vec<u32>, scores: &BTreeMap<(u32, u32), u32>, workers: u32) -> u64 {
        if worker == workers {
            return 0;
        }
        let mut best = brute(worker + 1, left, scores, workers);
        for vacancy in 0..left.len() {
            if left[vacancy] > 0
                && let Some(score) = scores.get(&(worker, vacancy as u32))
            {
                left[vacancy] -= 1;
                best = best.max(u64::from(*score) + brute(worker + 1, left, scores, workers));
                left[vacancy] += 1;
            }
        }
        best
    }

    fn a_problem(top: u32) -> impl Strategy<Value = (u32, Vec<u32>, Vec<(u32, u32, u32)>)> {
        (1u32..7, proptest::collection::vec(0u32..4, 1..5)).prop_flat_map(move |(workers, quotas)| {
            let vacancies = quotas.len() as u32;
            let edge = (0..vacancies, 0..workers, 1..=top);
            (Just(workers), Just(quotas), proptest::collection::vec(edge, 0..24))
        })
    }

    fn is_best(workers: u32, quotas: &[u32], edges: &[(u32, u32, u32)]) -> Result<(), TestCaseError> {
        let mut scores = BTreeMap::new();
        for (vacancy, worker, score) in edges {
            let kept = scores.entry((*worker, *vacancy)).or_insert(0);
            *kept = (*kept).max(*score);
        }
        let problem = Problem::new(workers, quotas.to_vec(), edges);
        let solved = solve(&problem).map_err(|v| TestCaseError::fail(v.to_string()))?;
        prop_assert_eq!(solved.objective, brute(0, &mut quotas.to_vec(), &scores, workers));
        prop_assert!(solved.optimal, "{:?}", solved);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn the_total_is_that_of_trying_everything((workers, quotas, edges) in a_problem(1000)) {
            is_best(workers, &quotas, &edges)?;
        }

        #[test]
        fn ties_everywhere_change_nothing((workers, quotas, edges) in a_problem(2)) {
            is_best(workers, &quotas, &edges)?;
        }

        #[test]
        fn wide_scores_change_nothing((workers, quotas, edges) in a_problem(1_000_000)) {
            is_best(workers, &quotas, &edges)?;
        }
    }

    #[test]
    fn larger_instances_of_every_shape_are_proved_optimal() {
        // A fixed generator: the instances are the same on every run.
        let mut state = 7u64;
        let mut next = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let (workers, vacancies) = (400u32, 40u32);
        type Shape = fn(u64, u64, u64) -> u64;
        let shapes: [(&str, Shape, u64); 6] = [
            ("random", |_, _, r| 1 + r % 1000, 5),
            ("all equal", |_, _, _| 500, 5),
            ("by worker only", |w, _, _| 1 + w % 97, 5),
            ("product", |w, v, _| 1 + w * v % 1000, 5),
            ("more places than workers", |_, _, r| 1 + r % 1000, 30),
            ("as many places as workers", |_, _, r| 1 + r % 1_000_000, 10),
        ];
        for (name, shape, quota) in shapes {
            let mut edges = vec![];
            for vacancy in 0..vacancies {
                for worker in 0..workers {
                    if next(4) == 0 {
                        let score = shape(u64::from(worker), u64::from(vacancy), next(1 << 30));
                        edges.push((vacancy, worker, score as u32));
                    }
                }
            }
            let problem = Problem::new(workers, vec![quota as u32; vacancies as usize], &edges);
            let solved = solve(&problem).unwrap();
            assert!(solved.optimal, "{name}: {} of {}", solved.objective, solved.bound);
            assert_eq!(solved, solve(&problem).unwrap(), "{name}");
        }
    }

    #[test]
    fn a_batch_over_the_columns_fills_places_once_and_does_not_depend_on_the_order_of_arrival() {
        let run = |people: &[u128]| {
            let mut columns = columns();
            for id in people {
                let mut person = seeker(*id);
                person.worker.experience[0].years = *id as f64 / 4.0;
                columns.upsert_seeker(&person);
            }
            for id in [20, 21] {
                let mut post = opening(id);
                post.places_left = 1;
                columns.upsert_opening(&post);
            }
            assign_all(&columns, None, None, today()).unwrap()
        };
        let batch = run(&[1, 2, 3]);
        assert_eq!((batch.workers, batch.vacancies, batch.places), (3, 2, 2));
        let people: Vec<u128> = batch.pairs.iter().map(|p| p.0.as_u128()).collect();
        assert_eq!(people, [2, 3], "the two with more experience");
        assert!(batch.optimal);
        assert_eq!(batch, run(&[3, 1, 2]));
    }
}
