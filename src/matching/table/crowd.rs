//! One block of people beside all posts: which posts may bring them something, the most promising first.

use std::cell::Cell;

use super::{Table, WORD};

impl Table<'_> {
    /// Shows eligible pairs of a block as place of the person in it, post and score, where the score is more than `above`
    /// says for the person and the price of the post; posts are left out once none can bring more than `floor` above its
    /// price, which may rise meanwhile.
    pub fn crowd(
        &self,
        block: usize,
        price: impl Fn(u32) -> i64,
        floor: impl Fn() -> i64,
        above: impl Fn(usize) -> i64,
        mut show: impl FnMut(usize, u32, u32),
    ) {
        let open: Vec<bool> = self.rows.iter().map(|row| row.blocks[block / WORD] >> (block % WORD) & 1 == 1).collect();
        let most: Vec<Vec<u16>> =
            self.points.iter().map(|points| points.most.iter().map(|most| most[block]).collect()).collect();
        let mut lowest = floor();
        let mut promising = vec![];
        for (number, post) in (0u32..).zip(&self.posts) {
            if !post.rows.iter().all(|row| open[*row as usize]) {
                continue;
            }
            let known: u32 = most.iter().zip(&post.most).map(|(most, at)| u32::from(most[*at as usize])).sum();
            let gain = i64::from((known + u32::from(post.rest)).max(1)) - price(number);
            if gain > lowest {
                promising.push((gain, number));
            }
        }
        promising.sort_unstable_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
        let first = block * super::BLOCK;
        let last = Cell::new(i64::MAX);
        for (gain, number) in promising {
            // The people are asked again how low they still reach only where the promise falls.
            if gain < last.replace(gain) {
                lowest = floor();
            }
            if gain <= lowest {
                break;
            }
            let (beside, price) = (self.beside(number), price(number));
            beside.passing(block, |place| {
                if let Some(score) = beside.score_above(place, above(place - first).saturating_add(price)) {
                    show(place - first, number, score);
                }
            });
        }
    }
}
