//! The generator of all made-up figures: the same in every run.

/// A small generator (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `n`, all alike.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.share() * n as f64) as usize).min(n - 1)
    }

    /// Below `n`, small numbers more often (density like 1/√x).
    pub fn skewed(&mut self, n: usize) -> usize {
        let u = self.share();
        ((u * u * n as f64) as usize).min(n - 1)
    }

    /// One of a list, the first ones more often.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.skewed(list.len())]
    }

    /// True so often.
    pub fn hits(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// A normal variate, near enough.
    pub fn normal(&mut self, mean: f64, spread: f64) -> f64 {
        mean + spread * ((0..12).map(|_| self.share()).sum::<f64>() - 6.0)
    }

    /// The place in a list of rising sums of weights.
    pub fn weighed(&mut self, sums: &[f64]) -> usize {
        let wanted = self.share() * sums.last().copied().unwrap_or(0.0);
        sums.partition_point(|sum| *sum <= wanted).min(sums.len() - 1)
    }
}

/// Rising sums of weights.
pub fn sums(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let add = |sum: &mut f64, weight: f64| {
        *sum += weight;
        Some(*sum)
    };
    weights.into_iter().scan(0.0, add).collect()
}
