//! One block of people beside all posts: which posts may bring them something, the most promising first.

use super::{BLOCK, Table, WORD, mask};

impl Table<'_> {
    /// Shows eligible pairs of a block as place of the person in it, post and score, where the score less the price of the
    /// post is more than `above` says for the person; that may rise meanwhile.
    pub fn crowd(
        &self,
        block: usize,
        price: impl Fn(u32) -> i64,
        above: impl Fn(usize) -> i64,
        mut show: impl FnMut(usize, u32, u32),
    ) {
        let people = self.block(block).len();
        let open: Vec<bool> = self.rows.iter().map(|row| row.blocks[block / WORD] >> (block % WORD) & 1 == 1).collect();
        let most: Vec<Vec<u16>> =
            self.points.iter().map(|points| points.most.iter().map(|most| most[block]).collect()).collect();
        let lowest = (0..people).map(&above).min().unwrap_or(i64::MAX);
        let mut promising = vec![];
        for (number, post) in (0u32..).zip(&self.posts) {
            if post.rows.iter().all(|row| open[*row as usize]) {
                let known = most.iter().zip(&post.most).map(|(most, at)| u32::from(most[*at as usize])).sum::<u32>();
                let gain = i64::from((known + u32::from(post.rest)).max(1)) - price(number);
                if gain > lowest {
                    promising.push((gain, number));
                }
            }
        }
        promising.sort_unstable_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
        // Whom a promise can still bring something is asked again only where the promise falls.
        for posts in promising.chunk_by(|a, b| a.0 == b.0) {
            let left = mask(people, |place| above(place) < posts[0].0);
            if left == [0; BLOCK / WORD] {
                return;
            }
            for (_, number) in posts {
                let (beside, price) = (self.beside(*number), price(*number));
                beside.passing(block, &left, |place| {
                    let place_there = place - block * BLOCK;
                    if let Some(score) = beside.score_above(place, above(place_there).saturating_add(price)) {
                        show(place_there, *number, score);
                    }
                });
            }
        }
    }
}
