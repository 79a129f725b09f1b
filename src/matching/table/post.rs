//! One post beside all people: who may take it for how many points, the most promising blocks of people first.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::compile::Row;
use super::{BLOCK, Post, Table};

/// One post beside all people.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    table: &'a Table<'a>,
    post: &'a Post<'a>,
    number: u32,
}

impl Table<'_> {
    /// One post beside all people.
    pub fn beside(&self, post: u32) -> Beside<'_> {
        Beside { table: self, post: &self.posts[post as usize], number: post }
    }
}

impl<'a> Beside<'a> {
    fn rows(self) -> impl Iterator<Item = &'a Row> {
        self.post.rows.iter().map(move |row| &self.table.rows[*row as usize])
    }

    /// Blocks where somebody may pass, as bits.
    fn open(self) -> Vec<u64> {
        let blocks = self.table.blocks();
        let mut open = vec![u64::MAX; blocks.div_ceil(BLOCK)];
        if !blocks.is_multiple_of(BLOCK) {
            open[blocks / BLOCK] = (1 << (blocks % BLOCK)) - 1;
        }
        for row in self.rows() {
            open.iter_mut().zip(&row.blocks).for_each(|(open, any)| *open &= any);
        }
        open
    }

    /// Blocks where somebody may pass, with the greatest score that anybody there can have.
    pub fn bounds(self) -> impl Iterator<Item = (usize, u32)> {
        let mut most = vec![self.post.rest; self.table.blocks()];
        for (points, at) in self.table.points.iter().zip(&self.post.groups) {
            most.iter_mut().zip(&points.most[*at as usize]).for_each(|(most, own)| *most += own);
        }
        let blocks = |(word, mut bits): (usize, u64)| {
            std::iter::from_fn(move || {
                let block = word * BLOCK + bits.trailing_zeros() as usize;
                (bits != 0).then(|| bits &= bits - 1).map(|()| block)
            })
        };
        self.open().into_iter().enumerate().flat_map(blocks).map(move |block| (block, most[block].into()))
    }

    /// Shows the places of those in a block who pass all that is asked by class.
    #[inline]
    fn passing(self, block: usize, mut show: impl FnMut(usize)) {
        let mut bits = self.table.everybody(block);
        for row in self.rows() {
            bits &= row.people[block];
            if bits == 0 {
                return;
            }
        }
        while bits != 0 {
            show(block * BLOCK + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }

    /// The score of the person at a place who passes what is asked by class, if it is more than `above` and they pass
    /// the rest. Being placed counts 1 where nothing is known (see `batch_score`).
    #[inline]
    pub(super) fn score_above(self, place: usize, above: i64) -> Option<u32> {
        let (table, post) = (self.table, self.post);
        let mut score = 0;
        for (points, class) in table.points.iter().zip(&post.classes) {
            score += points.of(place, *class);
        }
        if i64::from((score + u32::from(post.rest)).max(1)) <= above {
            return None;
        }
        for count in &post.counts {
            let holds = |row: &u32| table.rows[*row as usize].people[place / BLOCK] >> (place % BLOCK) & 1;
            let held: u64 = count.rows.iter().map(holds).sum();
            score += u32::from(count.points[held as usize]);
        }
        if !table.by_pair.is_empty() || !table.parts_by_pair.is_empty() {
            let pair = table.pair(table.order[place], self.number);
            if !table.by_pair.iter().all(|condition| (condition.check)(&pair).ok) {
                return None;
            }
            score += table.parts_by_pair.iter().map(|part| part.points(&pair)).sum::<u32>();
        }
        (i64::from(score.max(1)) > above).then_some(score)
    }

    /// Shows eligible people whose score less `cost` is more than `floor`, with their scores; `floor` may rise meanwhile.
    /// `least` is at most what each of a block costs, by block.
    pub fn gaining(self, cost: impl Fn(u32) -> i64, least: &[i64], floor: &Cell<i64>, mut show: impl FnMut(u32, u32)) {
        let table = self.table;
        let promise = |(block, bound): (usize, u32)| (i64::from(bound.max(1)) - least[block], Reverse(block));
        let mut blocks: BinaryHeap<(i64, Reverse<usize>)> =
            self.bounds().map(promise).filter(|(gain, _)| *gain > floor.get()).collect();
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
    pub fn each(self, wanted: impl Fn(u32) -> bool, mut show: impl FnMut(u32, u32)) {
        for (block, _) in self.bounds() {
            self.passing(block, |place| {
                let worker = self.table.order[place];
                if wanted(worker)
                    && let Some(score) = self.score_above(place, i64::MIN)
                {
                    show(worker, score);
                }
            });
        }
    }

    /// Eligible people with their scores, by number.
    pub fn all(self) -> Vec<(u32, u32)> {
        let mut found = vec![];
        self.each(|_| true, |worker, score| found.push((worker, score)));
        found.sort_unstable();
        found
    }

    /// How many people pass what is asked by class: at least as many as are eligible.
    pub fn candidates(self) -> u64 {
        let mut count = 0;
        for (block, _) in self.bounds() {
            self.passing(block, |_| count += 1);
        }
        count
    }

    /// About how many people pass: as if no condition knew of the others. 0 only if nobody passes.
    pub fn width(self) -> u64 {
        let people = self.table.order.len() as u64;
        let some = people.min(self.rows().map(|row| row.count as u64).min().unwrap_or(people)).min(1);
        self.rows().fold(people, |width, row| width * row.count as u64 / people.max(1)).max(some)
    }
}
