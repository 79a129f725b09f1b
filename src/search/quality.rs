//! How good a ranking is: average precision, reciprocal rank, nDCG, recall, and how sure their means are.

use std::collections::HashSet;
use std::hash::Hash;

/// Measures of one ranking, in the order of [`MEASURES`].
pub type Quality = [f64; 4];

/// Names of the measures: MAP and MRR over the whole ranking, nDCG over the first ten, recall over the first hundred.
pub const MEASURES: [&str; 4] = ["map", "mrr", "ndcg@10", "recall@100"];

/// Measures a ranking, best first, against what is relevant; all 0 when nothing is.
pub fn measure<T: Hash + Eq>(ranking: &[T], relevant: &HashSet<T>) -> Quality {
    if relevant.is_empty() {
        return [0.0; 4];
    }
    let all = relevant.len() as f64;
    let gain = |rank: usize| 1.0 / ((rank + 2) as f64).log2();
    let (mut found, mut precision, mut first, mut dcg, mut early) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (rank, _) in ranking.iter().enumerate().filter(|(_, item)| relevant.contains(item)) {
        found += 1.0;
        precision += found / (rank + 1) as f64;
        if first == 0.0 {
            first = 1.0 / (rank + 1) as f64;
        }
        dcg += if rank < 10 { gain(rank) } else { 0.0 };
        early += f64::from(u8::from(rank < 100));
    }
    let ideal: f64 = (0..relevant.len().min(10)).map(gain).sum();
    [precision / all, first, dcg / ideal, early / all]
}

/// A mean and the interval that holds 95 % of the means of resampled values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean of the values themselves.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// The mean of values with its bootstrap interval of 1,000 resamples; the same values give the same interval.
pub fn bootstrap(values: &[f64]) -> Mean {
    const TURNS: usize = 1_000;
    if values.is_empty() {
        return Mean { mean: 0.0, low: 0.0, high: 0.0 };
    }
    let n = values.len();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(state) * n as u128) >> 64) as usize
    };
    let mut means: Vec<f64> = (0..TURNS).map(|_| (0..n).map(|_| values[draw()]).sum::<f64>() / n as f64).collect();
    means.sort_by(f64::total_cmp);
    Mean {
        mean: values.iter().sum::<f64>() / n as f64,
        low: means[TURNS * 25 / 1000],
        high: means[TURNS * 975 / 1000 - 1],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ranking_is_measured_as_by_hand() {
        let relevant = HashSet::from([1, 2, 3, 4]);
        let [map, mrr, ndcg, recall] = measure(&[9, 1, 8, 2], &relevant);
        assert!((map - (1.0 / 2.0 + 2.0 / 4.0) / 4.0).abs() < 1e-9);
        assert!((mrr - 0.5).abs() < 1e-9);
        let gain = |rank: f64| 1.0 / (rank + 1.0).log2();
        let ideal = gain(1.0) + gain(2.0) + gain(3.0) + gain(4.0);
        assert!((ndcg - (gain(2.0) + gain(4.0)) / ideal).abs() < 1e-9);
        assert!((recall - 0.5).abs() < 1e-9);
        assert!(measure::<i32>(&[1], &HashSet::new()).iter().all(|measured| *measured < 1e-9));
    }

    proptest! {
        #[test]
        fn every_measure_lies_between_0_and_1_and_a_perfect_ranking_has_1(n in 1_usize..60, more in 0_usize..60) {
            let relevant: HashSet<usize> = (0..n).collect();
            let perfect: Vec<usize> = (0..n + more).collect();
            for measured in measure(&perfect, &relevant) {
                prop_assert!((measured - 1.0).abs() < 1e-9);
            }
            let turned: Vec<usize> = perfect.into_iter().rev().collect();
            for measured in measure(&turned, &relevant) {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&measured));
            }
        }

        #[test]
        fn the_interval_holds_the_mean_and_lies_within_the_values(values in prop::collection::vec(0.0..1.0_f64, 2..80)) {
            let told = bootstrap(&values);
            let (least, most) = values.iter().fold((1.0_f64, 0.0_f64), |(a, b), v| (a.min(*v), b.max(*v)));
            prop_assert!(least <= told.low + 1e-9 && told.low <= told.high && told.high <= most + 1e-9);
            prop_assert!(least <= told.mean + 1e-9 && told.mean <= most + 1e-9);
            prop_assert_eq!(told, bootstrap(&values));
        }
    }
}
