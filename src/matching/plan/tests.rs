//! Plans beside trying everything, under every kind of term.

use super::*;
use proptest::prelude::*;

/// Best plan by trying everything: by the aim's count, then the score.
fn brute(instance: &Instance, terms: &Terms) -> Option<(u64, u64)> {
    fn go(
        instance: &Instance,
        terms: &Terms,
        worker: u32,
        pairs: &mut Vec<(u32, u32, u32)>,
        best: &mut Option<(u64, u64)>,
    ) {
        if worker == instance.problem.workers() {
            if broken(instance, terms, pairs).is_none() {
                let counted = pairs.iter().filter(|(w, _, _)| match terms.aim {
                    Aim::Score => false,
                    Aim::MostPlaced => true,
                    Aim::WatchedFirst => instance.watched[*w as usize],
                });
                let value = (counted.count() as u64, pairs.iter().map(|p| u64::from(p.2)).sum());
                *best = (*best).max(Some(value));
            }
            return;
        }
        go(instance, terms, worker + 1, pairs, best);
        for v in 0..instance.problem.vacancies() {
            if let Some((_, score)) = instance.problem.candidates(v).find(|(w, _)| *w == worker) {
                pairs.push((worker, v, score));
                go(instance, terms, worker + 1, pairs, best);
                pairs.pop();
            }
        }
    }
    let mut best = None;
    go(instance, terms, 0, &mut vec![], &mut best);
    best
}

fn an_instance() -> impl Strategy<Value = Instance> {
    let edge = (0u32..4, 0u32..6, prop_oneof![1u32..4, 1u32..1000]);
    (
        proptest::collection::vec(0u32..4, 4),
        proptest::collection::btree_map((0u32..4, 0u32..6), edge, 0..20),
        proptest::collection::vec(any::<bool>(), 6),
        proptest::collection::vec(0u32..3, 4),
        proptest::collection::btree_map(0u32..4, (1u32..4, proptest::collection::btree_set(0u32..6, 1..3)), 0..3),
    )
        .prop_map(|(quotas, edges, watched, employers, kept)| {
            let edges: Vec<_> = edges.into_iter().map(|((v, w), (_, _, score))| (v, w, score)).collect();
            let kept = kept
                .into_iter()
                .map(|(v, (places, people))| (v, Kept { places: places.min(quotas[v as usize]), people }));
            let kept = kept.collect();
            Instance { problem: Problem::new(6, quotas, &edges), kept, watched, employers }
        })
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let aim = prop_oneof![Just(Aim::Score), Just(Aim::MostPlaced), Just(Aim::WatchedFirst)];
    let few = |value: std::ops::Range<u32>| proptest::collection::btree_map(0u32..4, value, 0..3);
    let groups = prop_oneof![
        Just(vec![]),
        Just(vec![vec![0, 1]]),
        Just(vec![vec![0, 1], vec![2, 3, 4]]),
        Just(vec![vec![1, 5], vec![0, 3]]),
    ];
    (
        aim,
        proptest::collection::vec((0u32..6, 0u32..4), 0..2),
        proptest::collection::btree_set((0u32..6, 0u32..4), 0..3),
        few(0..3),
        few(0..4),
        groups,
        few(1..4),
    )
        .prop_map(|(aim, pin, forbid, reserve, employer_cap, together, min_to_run)| Terms {
            aim,
            pin,
            forbid,
            reserve,
            employer_cap,
            together,
            min_to_run,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn a_plan_is_that_of_trying_everything_or_the_terms_contradict_each_other(
        instance in an_instance(), terms in any_terms(),
    ) {
        match plan(&instance, &terms, 10_000, &|| true) {
            Ok(found) => {
                let best = brute(&instance, &terms);
                let counted = found.pairs.iter().filter(|(w, _, _)| match terms.aim {
                    Aim::Score => false,
                    Aim::MostPlaced => true,
                    Aim::WatchedFirst => instance.watched[*w as usize],
                });
                prop_assert_eq!(Some((counted.count() as u64, found.objective)), best);
                prop_assert!(found.optimal && found.bound == found.objective);
            }
            Err(NoPlan::Contradictions(named)) => {
                prop_assert!(!named.is_empty());
                // A minimum or reserve beyond the places is told although nobody need go there.
                let told_only = |one: &Contradiction| matches!(
                    one,
                    Contradiction::MinimumOverPlaces(..)
                        | Contradiction::MinimumOverCap(..)
                        | Contradiction::ReserveOverPlaces(..)
                );
                if !named.iter().any(told_only) {
                    prop_assert_eq!(brute(&instance, &terms), None, "{:?}", named);
                }
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn a_search_cut_short_tells_its_gap(instance in an_instance(), terms in any_terms()) {
        if let Ok(found) = plan(&instance, &terms, 0, &|| true)
            && let Some((_, best)) = brute(&instance, &Terms { aim: Aim::Score, ..terms.clone() })
            && terms.aim == Aim::Score
        {
            prop_assert!(found.objective <= best && best <= found.bound, "{found:?} {best}");
            prop_assert!(!found.optimal || found.objective == best);
        }
    }
}

#[test]
fn two_hundred_people_and_forty_vacancies_with_every_term_are_solved_exactly() {
    // A fixed generator: the instance is the same on every run.
    let mut state = 11u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut edges = vec![];
    for v in 0..40 {
        for w in 0..200 {
            if next(3) == 0 {
                edges.push((v, w, 200 + next(700) as u32));
            }
        }
    }
    let instance = Instance {
        problem: Problem::new(200, (0..40).map(|v| 1 + v % 7).collect(), &edges),
        kept: BTreeMap::new(),
        watched: (0..200).map(|w| w % 9 == 0).collect(),
        employers: (0..40).map(|v| v % 15).collect(),
    };
    let terms = Terms {
        reserve: [(5, 2), (6, 3)].into(),
        employer_cap: [(1, 6), (6, 4)].into(),
        together: (0..12).map(|g| vec![3 * g, 3 * g + 1]).collect(),
        min_to_run: [(4, 5), (11, 4), (13, 6), (27, 6)].into(),
        pin: edges.iter().filter(|(v, w, _)| *v == 0 && *w > 100).take(1).map(|(v, w, _)| (*w, *v)).collect(),
        ..Terms::default()
    };
    let found = plan(&instance, &terms, 20_000, &|| true).unwrap();
    assert!(found.optimal, "{} of {}", found.objective, found.bound);
    assert_eq!(plan(&instance, &terms, 20_000, &|| false), Err(NoPlan::Cancelled));
}
