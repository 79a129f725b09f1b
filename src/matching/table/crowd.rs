//! One block of people beside all posts: which posts may bring them something, the most promising first.

use super::{BLOCK, Mask, Post, Table, WORD, mask};

/// Greatest score of a pair.
const TOP: usize = 1000;

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
        let mut sights =
            Self { ends: vec![0; rows + 1], posts: order, rests: vec![], groups: vec![], row_ends: vec![], rows: vec![] };
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

/// A post that somebody of the block may take.
struct Promise {
    /// The most that it can bring above its price.
    gain: i64,
    sight: u32,
    /// Who passes what is asked by class.
    people: Mask,
}

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
        let (start, people) = (block * BLOCK, self.block(block).len());
        let points: Vec<Box<[u16]>> = self.points.iter().map(|points| points.beside(start..start + people)).collect();
        let lowest = (0..people).map(&above).min().unwrap_or(i64::MAX);
        for promises in self.promises(block, lowest, &price) {
            let Some(gain) = promises.first().map(|promise| promise.gain) else {
                continue;
            };
            // Whom a promise can still bring something is asked again only where the promise falls.
            let left = mask(people, |place| above(place) < gain);
            if left == Mask::default() {
                return;
            }
            for promise in promises {
                let sight = promise.sight as usize;
                let (number, rest) = (self.sights.posts[sight], u32::from(self.sights.rests[sight]));
                let (beside, price) = (self.beside(number), price(number));
                let groups = self.sights.groups(sight, points.len());
                for (word, (people, left)) in promise.people.iter().zip(left).enumerate() {
                    let mut bits = people & left;
                    while bits != 0 {
                        let place = word * WORD + bits.trailing_zeros() as usize;
                        bits &= bits - 1;
                        let known = points.iter().zip(groups).map(|(p, group)| u32::from(p[*group as usize * BLOCK + place]));
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
    }

    /// Posts that may bring somebody of a block more than `lowest` above their price: by what they may bring, most first.
    fn promises(&self, block: usize, lowest: i64, price: impl Fn(u32) -> i64) -> Vec<Vec<Promise>> {
        let words = block * (BLOCK / WORD)..((block + 1) * (BLOCK / WORD)).min(self.order.len().div_ceil(WORD));
        let everybody = mask(self.block(block).len(), |_| true);
        let rows: Vec<Mask> = self
            .rows
            .iter()
            .map(|row| {
                let mut mask = Mask::default();
                mask.iter_mut().zip(&row.people[words.clone()]).for_each(|(mask, people)| *mask = *people);
                mask
            })
            .collect();
        let most: Vec<Vec<u16>> =
            self.points.iter().map(|points| points.most.iter().map(|most| most[block]).collect()).collect();
        let mut by_gain: Vec<Vec<Promise>> = (0..=TOP).map(|_| vec![]).collect();
        let mut from = 0;
        for (row, end) in self.sights.ends.iter().enumerate() {
            let sights = from..*end as usize;
            from = *end as usize;
            if rows.get(row).is_some_and(|people| *people == Mask::default()) {
                continue;
            }
            for sight in sights {
                let groups = most.iter().zip(self.sights.groups(sight, most.len()));
                let known = groups.map(|(most, group)| u32::from(most[*group as usize])).sum::<u32>();
                let bound = i64::from((known + u32::from(self.sights.rests[sight])).max(1));
                let gain = bound - price(self.sights.posts[sight]);
                if gain <= lowest {
                    continue;
                }
                let mut people = everybody;
                for row in self.sights.rows(sight) {
                    people.iter_mut().zip(&rows[*row as usize]).for_each(|(people, row)| *people &= row);
                }
                if people != Mask::default() {
                    // Nothing brings less than -TOP, and nobody asks for that.
                    let place = (TOP as i64 - gain).clamp(0, TOP as i64) as usize;
                    by_gain[place].push(Promise { gain, sight: sight as u32, people });
                }
            }
        }
        by_gain
    }
}
