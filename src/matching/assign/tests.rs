//! What assigning must always be true of: the best total, a proof that holds, the same on any number of threads.

use super::*;
use crate::domain::vacancy::{Asked, VacancyState};
use crate::domain::worker::Status;
use crate::matching::progress::{Progress, watched};
use crate::matching::sample::{any_opening, any_seeker, columns, opening, seeker, today};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    let solved = solve(problem.clone()).map_err(|v| TestCaseError::fail(v.to_string()))?;
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
fn a_computation_that_is_not_wanted_any_more_ends_without_a_result() {
    let edges: Vec<_> = (0..200).map(|n| (n % 20, n / 2, 1 + n * 37 % 100)).collect();
    for quota in [1, 9] {
        let problem = Problem::new(100, vec![quota; 20], &edges);
        assert_eq!(flow::workers_are_scarce(&problem), quota == 9);
        let progress = Arc::new(Progress::default());
        assert!(watched(&progress, || solve(problem.clone())).unwrap().optimal);
        progress.stop();
        assert_eq!(watched(&progress, || solve(problem.clone())), Err(Violation::Stopped));
        let solution = watched(&progress, || flow::solve(&problem));
        assert!(solution.matched.iter().all(Option::is_none), "it stops before the first is placed");
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
        let solved = solve(problem.clone()).unwrap();
        assert!(solved.optimal, "{name}: {} of {}", solved.objective, solved.bound);
        assert_eq!(solved, solve(problem.clone()).unwrap(), "{name}");
    }
}

proptest! {
    #[test]
    fn lists_on_demand_reach_the_total_of_all_edges_written_down_with_any_number_of_threads(
        people in proptest::collection::vec(any_seeker(), 1..40),
        posts in proptest::collection::vec(any_opening(), 1..9),
        length in 1usize..4, spread in 1u32..200,
    ) {
        let mut columns = columns();
        for (n, mut post) in (500u128..).zip(posts) {
            post.id = Uuid::from_u128(n);
            post.state = VacancyState::Open;
            post.places_left = post.places_left.max(1);
            post.vacancy.requirements = Asked::default();
            post.vacancy.occupation = opening(1).vacancy.occupation;
            columns.upsert_opening(&post);
        }
        for (n, mut person) in (1u128..).zip(people) {
            person.id = Uuid::from_u128(n);
            person.status = Status::Looking;
            person.worker.birth_date = seeker(1).worker.birth_date;
            person.worker.wage_floor = Some(300_000 + (n as i64 * 7_919 % i64::from(spread)) * 1_000);
            columns.upsert_seeker(&person);
        }
        let solve = |threads: usize| {
            let table = Table::compiled(&columns, None, None, today(), threads, usize::MAX, usize::MAX);
            let solution = flow::places::solve(&OnDemand::new(&table, length));
            let proof = check_all(&table, &matched(solution.matched.clone()), &solution.prices);
            (solution, proof)
        };
        let (solution, proof) = solve(1);
        let proof = proof.map_err(|v| TestCaseError::fail(v.to_string()))?;
        prop_assert!(proof.optimal(), "{proof:?}");
        prop_assert_eq!(&solution, &solve(3).0);
        let batch = assign_table(&Table::new(&columns, None, None, today())).unwrap();
        prop_assert_eq!(batch.ends.unwrap().loses, solution.prices.clone());
        let table = Table::new(&columns, None, None, today());
        let written = all_pairs(&table);
        prop_assert_eq!(proof.objective, super::solve(written.clone()).unwrap().objective);
        // The bound of the pruned scan is that of looking at every edge.
        let brute = check(written.workers(), written.quotas(), written.edges(), &matched(solution.matched.clone()), &solution.prices).unwrap();
        prop_assert_eq!(proof, brute);
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
        assign_table(&Table::new(&columns, None, None, today())).unwrap()
    };
    let batch = run(&[1, 2, 3]);
    assert_eq!((batch.workers, batch.vacancies, batch.places), (3, 2, 2));
    let people: Vec<u128> = batch.pairs.iter().map(|p| p.0.as_u128()).collect();
    assert_eq!(people, [2, 3], "the two with more experience");
    assert!(batch.optimal);
    assert_eq!(batch, run(&[3, 1, 2]));
}
