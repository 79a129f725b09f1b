//! One block of people beside all posts: which posts may bring them something, the most promising first.

use super::{BLOCK, Post, Table};

/// What decides about a post by block, in the order of the narrowest rows so that posts that open together lie together.
pub(super) struct Sights {
    /// Where the posts of each narrowest row end in `posts`; the last are those without any row.
    ends: Vec<u32>,
    posts: Vec<u32>,
    /// The most that all but the parts by likes can add.
    rests: Vec<u16>,
    /// Groups in each of the parts, post by post.
    groups: Vec<u16>,
    /// Where the rows of each post end in `rows`.
    row_ends: Vec<u32>,
    rows: Vec<u32>,
}

impl Sights {
    pub fn new(posts: &[Post], rows: usize) -> Self {
        let narrowest = |post: &Post| post.rows.first().map_or(rows, |row| *row as usize);
        let mut order: Vec<u32> = (0..posts.len() as u32).collect();
        order.sort_by_key(|post| narrowest(&posts[*post as usize]));
        let mut sights = Self {
            ends: vec![0; rows + 1],
            posts: order,
            rests: vec![],
            groups: vec![],
            row_ends: vec![],
            rows: vec![],
        };
        for number in &sights.posts {
            let post = &posts[*number as usize];
            sights.ends[narrowest(post)] += 1;
            sights.rests.push(post.rest);
            sights.groups.extend(&post.groups);
            sights.rows.extend(&post.rows);
            sights.row_ends.push(sights.rows.len() as u32);
        }
        let mut end = 0;
        for count in &mut sights.ends {
            end += *count;
            *count = end;
        }
        sights
    }

    fn rows(&self, sight: usize) -> &[u32] {
        let from = sight.checked_sub(1).map_or(0, |before| self.row_ends[before]);
        &self.rows[from as usize..self.row_ends[sight] as usize]
    }

    fn groups(&self, sight: usize, parts: usize) -> &[u16] {
        &self.groups[sight * parts..(sight + 1) * parts]
    }
}

/// A post that somebody of a block may take.
#[derive(Clone, Copy)]
struct Promise {
    /// The most that it can bring above its price.
    gain: i64,
    sight: u32,
    /// Who passes what is asked by class, as bits.
    people: u64,
}

impl Table<'_> {
    /// Shows eligible pairs of a block as place of the person in it, post and score, where the score less the price of the
    /// post is more than `above` says for the person; both may rise meanwhile.
    pub fn crowd(
        &self,
        block: usize,
        price: impl Fn(u32) -> i64,
        above: impl Fn(usize) -> i64,
        mut show: impl FnMut(usize, u32, u32),
    ) {
        let (start, people) = (block * BLOCK, self.block(block).len());
        let points: Vec<Box<[u16]>> = self.points.iter().map(|points| points.beside(start..start + people)).collect();
        let lowest = (0..people).map(&above).min().unwrap_or(i64::MAX);
        for promises in self.promises(block, lowest, &price).chunk_by(|a, b| a.gain == b.gain) {
            // Whom a promise can still bring something is asked again only where the promise falls.
            let reached = |place: &usize| above(*place) < promises[0].gain;
            let left = (0..people).filter(reached).fold(0u64, |left, place| left | 1 << place);
            if left == 0 {
                return;
            }
            for promise in promises.iter().filter(|promise| promise.people & left != 0) {
                let sight = promise.sight as usize;
                let (number, rest) = (self.sights.posts[sight], u32::from(self.sights.rests[sight]));
                let (beside, price) = (self.beside(number), price(number));
                let groups = self.sights.groups(sight, points.len());
                let mut bits = promise.people & left;
                while bits != 0 {
                    let place = bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    let known =
                        points.iter().zip(groups).map(|(p, group)| u32::from(p[*group as usize * BLOCK + place]));
                    let above = above(place).saturating_add(price);
                    if i64::from((known.sum::<u32>() + rest).max(1)) > above
                        && let Some(score) = beside.score_above(start + place, above)
                    {
                        show(place, number, score);
                    }
                }
            }
        }
    }

    /// Posts that may bring somebody of a block more than `lowest` above their price: what may bring most first.
    fn promises(&self, block: usize, lowest: i64, price: impl Fn(u32) -> i64) -> Vec<Promise> {
        let everybody = self.everybody(block);
        let rows: Vec<u64> = self.rows.iter().map(|row| row.people[block]).collect();
        let most: Vec<Vec<u16>> =
            self.points.iter().map(|points| points.most.iter().map(|most| most[block]).collect()).collect();
        let mut promises = vec![];
        let mut from = 0;
        for (row, end) in self.sights.ends.iter().enumerate() {
            let sights = from..*end as usize;
            from = *end as usize;
            if rows.get(row) == Some(&0) {
                continue;
            }
            for sight in sights {
                let people = self.sights.rows(sight).iter().fold(everybody, |people, row| people & rows[*row as usize]);
                if people != 0 {
                    let groups = most.iter().zip(self.sights.groups(sight, most.len()));
                    let known = groups.map(|(most, group)| u32::from(most[*group as usize])).sum::<u32>();
                    let bound = i64::from((known + u32::from(self.sights.rests[sight])).max(1));
                    let gain = bound - price(self.sights.posts[sight]);
                    if gain > lowest {
                        promises.push(Promise { gain, sight: sight as u32, people });
                    }
                }
            }
        }
        sorted(&promises)
    }
}

/// Promises by falling gain, otherwise in their order: counted, for there are few gains and many promises.
fn sorted(promises: &[Promise]) -> Vec<Promise> {
    let most = promises.iter().map(|promise| promise.gain).max().unwrap_or(0);
    let below = |promise: &Promise| (most - promise.gain) as usize;
    let mut next = vec![0usize; promises.iter().map(below).max().unwrap_or(0) + 2];
    for promise in promises {
        next[below(promise) + 1] += 1;
    }
    for gain in 1..next.len() {
        next[gain] += next[gain - 1];
    }
    let mut sorted = promises.to_vec();
    for promise in promises {
        let place = &mut next[below(promise)];
        sorted[*place] = *promise;
        *place += 1;
    }
    sorted
}
