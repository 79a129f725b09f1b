//! One post beside all people: who may take it for how many points, the most promising blocks of people first.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::compile::{Row, first};
use super::{BLOCK, Table, WORD};

/// The points of a part as one post sees them.
struct Part<'a> {
    /// Where the likes of each person end, where a person may have several.
    ends: Option<&'a [u32]>,
    class_of: &'a [u32],
    by_class: &'a [u16],
    /// The greatest points in each block of people.
    most: &'a [u16],
}

impl Part<'_> {
    fn points(&self, place: usize) -> u32 {
        match self.ends {
            None => self.by_class[self.class_of[place] as usize].into(),
            Some(ends) => {
                let own = self.class_of[first(Some(ends), place)..ends[place] as usize].iter();
                own.map(|class| u32::from(self.by_class[*class as usize])).max().unwrap_or(0)
            }
        }
    }
}

/// One post beside all people.
pub struct Beside<'a> {
    table: &'a Table<'a>,
    post: u32,
    rows: Vec<&'a Row>,
    parts: Vec<Part<'a>>,
    /// Rows, and points by how many of them hold the person.
    counts: Vec<(Vec<&'a Row>, &'a [u16])>,
    /// The most that all but `parts` can add.
    rest: u32,
}

impl Table<'_> {
    /// One post beside all people.
    pub fn beside(&self, post: u32) -> Beside<'_> {
        let sight = &self.posts[post as usize];
        let parts = self.points.iter().zip(&sight.most).map(|(points, most)| Part {
            ends: points.ends.as_deref(),
            class_of: &points.class_of,
            by_class: &points.by_class[points.post_class[post as usize] as usize],
            most: &points.most[*most as usize],
        });
        let row = |row: &u32| &self.rows[*row as usize];
        Beside {
            table: self,
            post,
            rows: sight.rows.iter().map(row).collect(),
            parts: parts.collect(),
            counts: sight.counts.iter().map(|count| (count.rows.iter().map(row).collect(), &count.points[..])).collect(),
            rest: sight.rest.into(),
        }
    }
}

impl Beside<'_> {
    /// Blocks where somebody may pass, as bits.
    fn open(&self) -> Vec<u64> {
        let blocks = self.table.blocks();
        let mut open = vec![u64::MAX; blocks.div_ceil(WORD)];
        if !blocks.is_multiple_of(WORD) {
            open[blocks / WORD] = (1 << (blocks % WORD)) - 1;
        }
        for row in &self.rows {
            open.iter_mut().zip(&row.blocks).for_each(|(open, any)| *open &= any);
        }
        open
    }

    /// The greatest score in each block; `None` where nobody passes.
    pub fn bounds(&self) -> Vec<Option<u32>> {
        let open = self.open();
        let bound = |block: usize| self.rest + self.parts.iter().map(|part| u32::from(part.most[block])).sum::<u32>();
        let is_open = |block: usize| open[block / WORD] >> (block % WORD) & 1 == 1;
        (0..self.table.blocks()).map(|block| is_open(block).then(|| bound(block))).collect()
    }

    /// Shows the places of those in a block who pass all that is asked by class.
    #[inline]
    pub(super) fn passing(&self, block: usize, mut show: impl FnMut(usize)) {
        let people = self.table.order.len();
        for word in block * (BLOCK / WORD)..((block + 1) * (BLOCK / WORD)).min(people.div_ceil(WORD)) {
            let mut bits = if (word + 1) * WORD > people { (1 << (people % WORD)) - 1 } else { u64::MAX };
            for row in &self.rows {
                bits &= row.people[word];
                if bits == 0 {
                    break;
                }
            }
            while bits != 0 {
                show(word * WORD + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }

    /// The score of the person at a place who passes what is asked by class, if it is more than `above` and they pass
    /// the rest. Being placed counts 1 where nothing is known (see `batch_score`).
    #[inline]
    pub(super) fn score_above(&self, place: usize, above: i64) -> Option<u32> {
        let known: u32 = self.parts.iter().map(|part| part.points(place)).sum();
        if i64::from((known + self.rest).max(1)) <= above {
            return None;
        }
        let mut score = known;
        for (rows, points) in &self.counts {
            let held: u64 = rows.iter().map(|row| row.people[place / WORD] >> (place % WORD) & 1).sum();
            score += u32::from(points[held as usize]);
        }
        let table = self.table;
        if !table.by_pair.is_empty() || !table.parts_by_pair.is_empty() {
            let pair = table.pair(table.order[place], self.post);
            if !table.by_pair.iter().all(|condition| (condition.check)(&pair).ok) {
                return None;
            }
            score += table.parts_by_pair.iter().map(|part| part.points(&pair)).sum::<u32>();
        }
        (i64::from(score.max(1)) > above).then_some(score)
    }

    /// Shows eligible people whose score less `cost` is more than `floor`, with their scores; `floor` may rise meanwhile.
    /// `least` is at most what each of a block costs, by block.
    pub fn gaining(&self, cost: impl Fn(u32) -> i64, least: &[i64], floor: &Cell<i64>, mut show: impl FnMut(u32, u32)) {
        let table = self.table;
        let mut blocks: BinaryHeap<(i64, Reverse<usize>)> = self
            .bounds()
            .into_iter()
            .enumerate()
            .filter_map(|(block, bound)| Some((i64::from(bound?.max(1)) - least[block], Reverse(block))))
            .filter(|(gain, _)| *gain > floor.get())
            .collect();
        while let Some((gain, Reverse(block))) = blocks.pop() {
            if gain <= floor.get() {
                break;
            }
            self.passing(block, |place| {
                let worker = table.order[place];
                if let Some(score) = self.score_above(place, floor.get().saturating_add(cost(worker))) {
                    show(worker, score);
                }
            });
        }
    }

    /// Shows everybody eligible whom `wanted` wants, with their scores.
    pub fn each(&self, wanted: impl Fn(u32) -> bool, mut show: impl FnMut(u32, u32)) {
        for (block, _) in self.bounds().iter().enumerate().filter(|(_, bound)| bound.is_some()) {
            self.passing(block, |place| {
                let worker = self.table.order[place];
                if wanted(worker) && let Some(score) = self.score_above(place, i64::MIN) {
                    show(worker, score);
                }
            });
        }
    }

    /// Eligible people with their scores, by number.
    pub fn all(&self) -> Vec<(u32, u32)> {
        let mut found = vec![];
        self.each(|_| true, |worker, score| found.push((worker, score)));
        found.sort_unstable();
        found
    }

    /// How many people pass what is asked by class: at least as many as are eligible.
    pub fn candidates(&self) -> u64 {
        let mut count = 0;
        for (block, _) in self.bounds().iter().enumerate().filter(|(_, bound)| bound.is_some()) {
            self.passing(block, |_| count += 1);
        }
        count
    }

    /// About how many people pass: as if no condition knew of the others. 0 only if nobody passes.
    pub fn width(&self) -> u64 {
        let people = self.table.order.len().max(1) as u64;
        let rows = self.rows.iter().map(|row| row.count as u64);
        let some = u64::from(self.rows.first().is_none_or(|row| row.count > 0));
        rows.fold(self.table.order.len() as u64, |width, count| width * count / people).max(some)
    }
}
