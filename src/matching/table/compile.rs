//! Definitions asked once for each pair of likes: conditions become bit sets of people, parts become points by likes.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;

use super::BLOCK;
use crate::matching::columns::Columns;
use crate::matching::condition::reads::Facts;
use crate::matching::condition::{Condition, Pair};
use crate::matching::row::{OpeningRow, SeekerRow};
use crate::matching::score::Part;

/// Beyond this number likes of posts share their greatest points with their neighbours.
const GROUPS: usize = 256;

/// What a definition is asked about.
pub(super) struct Scope<'a> {
    pub columns: &'a Columns,
    /// As they lie in memory, for that is the fastest way through them.
    pub people: &'a [&'a SeekerRow],
    /// Places in `people` of those who stand beside each other; empty while that is not known.
    pub order: &'a [u32],
    pub posts: &'a [(u32, &'a OpeningRow)],
    pub today: Date,
    /// Most pairs of likes that a definition is asked for.
    pub limit: usize,
}

/// People who pass, and the blocks with any of them.
pub(super) struct Row {
    /// A word a block.
    pub people: Box<[u64]>,
    pub blocks: Box<[u64]>,
    /// How many pass.
    pub count: usize,
}

/// Rows of people by likes of posts; a post may have several.
pub(super) struct Rows {
    /// Where the likes of each post end.
    pub ends: Vec<u32>,
    pub post_class: Vec<u32>,
    /// `None` = everybody passes.
    pub rows: Vec<Option<Row>>,
}

/// Points of a part by the likes of people, for each likes of posts.
#[derive(Default)]
pub(super) struct Points {
    /// Where the likes of each person end, where a person may have several: the best of them counts.
    pub ends: Option<Vec<u32>>,
    pub class_of: Vec<u32>,
    pub post_class: Vec<u32>,
    pub by_class: Vec<Box<[u16]>>,
    /// So many likes of posts that follow each other are a group.
    pub together: usize,
    /// The greatest points of a group by the likes of people; what `by_class` says where each is its own group.
    by_group: Vec<Box<[u16]>>,
    /// The greatest points of each group in each block of people.
    pub most: Vec<Box<[u16]>>,
}

impl Points {
    fn groups(&self) -> &[Box<[u16]>] {
        if self.together == 1 { &self.by_class } else { &self.by_group }
    }

    /// The greatest points of each group beside each person of a block, which has room for `BLOCK`.
    pub fn beside(&self, places: std::ops::Range<usize>) -> Box<[u16]> {
        let mut points = vec![0; self.groups().len() * BLOCK];
        for (group, points) in self.groups().iter().zip(points.chunks_exact_mut(BLOCK)) {
            for (points, place) in points.iter_mut().zip(places.clone()) {
                let own =
                    self.class_of[first(self.ends.as_deref(), place)..first(self.ends.as_deref(), place + 1)].iter();
                *points = own.map(|class| group[*class as usize]).max().unwrap_or(0);
            }
        }
        points.into()
    }

    /// The likes of a person, of the first of the pieces if there are several.
    pub fn key(&self, person: usize) -> u32 {
        self.class_of[first(self.ends.as_deref(), person)]
    }

    /// People who earn the same beside all posts are one class; classes stand in the order of what they earn.
    fn merged(mut self) -> Self {
        let earned = |class: usize| -> Vec<u16> { self.by_class.iter().map(|points| points[class]).collect() };
        // Without posts nobody earns anything, and all are one class.
        let named = || self.class_of.iter().max().map_or(0, |class| *class as usize + 1);
        let classes = self.by_class.first().map_or_else(named, |points| points.len());
        let mut order: Vec<(Vec<u16>, usize)> = (0..classes).map(|class| (earned(class), class)).collect();
        order.sort_unstable();
        let mut class_of = vec![0u32; classes];
        let mut kept: Vec<usize> = vec![];
        for (place, (points, class)) in order.iter().enumerate() {
            if place == 0 || order[place - 1].0 != *points {
                kept.push(*class);
            }
            class_of[*class] = kept.len() as u32 - 1;
        }
        drop(order);
        for points in &mut self.by_class {
            *points = kept.iter().map(|class| points[*class]).collect();
        }
        self.class_of.iter_mut().for_each(|class| *class = class_of[*class as usize]);
        self
    }

    /// The same with people in another order, and with what is greatest by group and block.
    pub fn standing(mut self, order: &[u32]) -> Self {
        (self.ends, self.class_of) = standing(self.ends.as_deref(), &self.class_of, order);
        self.grouped()
    }

    /// Notes what is greatest by group and block.
    fn grouped(mut self) -> Self {
        self.together = self.by_class.len().div_ceil(GROUPS).max(1);
        if self.together > 1 {
            let best = |group: &[Box<[u16]>]| {
                (0..group[0].len()).map(|class| group.iter().map(|points| points[class]).max().unwrap_or(0)).collect()
            };
            self.by_group = self.by_class.chunks(self.together).map(best).collect();
        }
        let ends = self.ends.as_deref();
        let people = ends.map_or(self.class_of.len(), <[u32]>::len);
        let blocks = people.div_ceil(BLOCK);
        let mut most = vec![vec![0u16; blocks].into_boxed_slice(); self.groups().len()];
        let mut classes = vec![];
        for block in 0..blocks {
            let pieces = first(ends, block * BLOCK)..first(ends, people.min((block + 1) * BLOCK));
            classes.clear();
            classes.extend_from_slice(&self.class_of[pieces]);
            classes.sort_unstable();
            classes.dedup();
            for (group, most) in self.groups().iter().zip(&mut most) {
                most[block] = classes.iter().map(|class| group[*class as usize]).max().unwrap_or(0);
            }
        }
        self.most = most;
        self
    }

    /// Points of the person at a place beside posts of a class.
    #[inline]
    pub fn of(&self, place: usize, post_class: u32) -> u32 {
        let by_class = &self.by_class[post_class as usize];
        match &self.ends {
            None => by_class[self.class_of[place] as usize].into(),
            Some(ends) => {
                let own = self.class_of[first(Some(ends), place)..ends[place] as usize].iter();
                own.map(|class| u32::from(by_class[*class as usize])).max().unwrap_or(0)
            }
        }
    }
}

pub(super) enum Compiled {
    Condition(Rows),
    ConditionByPair(&'static Condition),
    Part(Points),
    /// The rows that count, and the greatest points.
    Count(Rows, u32),
    PartByPair(&'static Part),
}

/// Likes: a class for each row or for each of its pieces, in the order of their facts, and what stands for each class.
struct Likes<'a, T: Clone> {
    /// Where the pieces of each row end, if rows are taken apart.
    ends: Option<Vec<u32>>,
    class_of: Vec<u32>,
    /// The number of a row, and it or its piece.
    examples: Vec<(u32, Cow<'a, T>)>,
}

/// Where the pieces of a row begin.
fn first(ends: Option<&[u32]>, row: usize) -> usize {
    ends.map_or(row, |ends| row.checked_sub(1).map_or(0, |before| ends[before] as usize))
}

/// Classes by row, and where the pieces of each row end, with the rows in another order.
fn standing(ends: Option<&[u32]>, class_of: &[u32], order: &[u32]) -> (Option<Vec<u32>>, Vec<u32>) {
    let pieces = |row: &u32| &class_of[first(ends, *row as usize)..first(ends, *row as usize + 1)];
    let lengths = order.iter().map(|row| pieces(row).len() as u32);
    let ends_there = ends.map(|_| {
        let end = lengths.scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        end.collect()
    });
    (ends_there, order.iter().flat_map(pieces).copied().collect())
}

fn likes<'a, T: Clone>(
    rows: impl ExactSizeIterator<Item = &'a T>,
    pieces: Option<fn(&T) -> Vec<T>>,
    facts: impl Fn(&T, &mut Facts),
) -> Likes<'a, T> {
    let mut known: HashMap<Facts, u32> = HashMap::new();
    let (mut class_of, mut examples) = (Vec::with_capacity(rows.len()), vec![]);
    let mut ends = Vec::with_capacity(if pieces.is_some() { rows.len() } else { 0 });
    let mut buffer = Facts::new();
    let mut class = |number: u32, row: Cow<'a, T>| {
        buffer.clear();
        facts(&row, &mut buffer);
        known.get(&buffer).copied().unwrap_or_else(|| {
            let class = examples.len() as u32;
            examples.push((number, row));
            known.insert(buffer.clone(), class);
            class
        })
    };
    for (number, row) in (0u32..).zip(rows) {
        match pieces {
            None => class_of.push(class(number, Cow::Borrowed(row))),
            Some(pieces) => {
                class_of.extend(pieces(row).into_iter().map(|piece| class(number, Cow::Owned(piece))));
                ends.push(class_of.len() as u32);
            }
        }
    }
    let mut order: Vec<(Facts, u32)> = known.into_iter().collect();
    order.sort_unstable();
    let mut place = vec![0; order.len()];
    let mut sorted = Vec::with_capacity(order.len());
    let mut examples: Vec<_> = examples.into_iter().map(Some).collect();
    for (now, (_, before)) in (0u32..).zip(order) {
        place[before as usize] = now;
        sorted.extend(examples[before as usize].take());
    }
    for class in &mut class_of {
        *class = place[*class as usize];
    }
    Likes { ends: pieces.is_some().then_some(ends), class_of, examples: sorted }
}

impl<'a> Scope<'a> {
    fn people(
        &self,
        pieces: Option<fn(&SeekerRow) -> Vec<SeekerRow>>,
        facts: fn(&SeekerRow, Date, &mut Facts),
    ) -> Likes<'a, SeekerRow> {
        let likes = likes(self.people.iter().copied(), pieces, |row, buffer| facts(row, self.today, buffer));
        if self.order.is_empty() {
            return likes;
        }
        let (ends, class_of) = standing(likes.ends.as_deref(), &likes.class_of, self.order);
        Likes { ends, class_of, ..likes }
    }

    fn openings(
        &self,
        pieces: Option<fn(&OpeningRow) -> Vec<OpeningRow>>,
        facts: fn(&OpeningRow, Date, &mut Facts),
    ) -> Likes<'a, OpeningRow> {
        likes(self.posts.iter().map(|(_, row)| *row), pieces, |row, buffer| facts(row, self.today, buffer))
    }

    fn pair<'b>(
        &'b self,
        (_, seeker): &'b (u32, Cow<SeekerRow>),
        (number, post): &'b (u32, Cow<OpeningRow>),
    ) -> Pair<'b> {
        Pair::new(self.columns, seeker, self.posts[*number as usize].0, post, self.today)
    }

    /// Who passes, by likes of posts. Each person is asked about all posts in turn: their row is read once.
    fn rows(&self, people: &Likes<SeekerRow>, posts: Likes<OpeningRow>, passes: impl Fn(&Pair) -> bool) -> Rows {
        let words = people.examples.len().div_ceil(BLOCK);
        let mut by_class = vec![vec![0u64; words]; posts.examples.len()];
        for (class, seeker) in people.examples.iter().enumerate() {
            for (post, bits) in posts.examples.iter().zip(&mut by_class) {
                bits[class / BLOCK] |= u64::from(passes(&self.pair(seeker, post))) << (class % BLOCK);
            }
        }
        // Unlike posts that take the same people share a row.
        let mut known: HashMap<Vec<u64>, u32> = HashMap::new();
        let mut distinct = vec![];
        let row_of: Vec<u32> = by_class
            .into_iter()
            .map(|bits| {
                *known.entry(bits).or_insert_with_key(|bits| {
                    distinct.push(bits.clone());
                    distinct.len() as u32 - 1
                })
            })
            .collect();
        drop(known);
        let post_class = posts.class_of.iter().map(|class| row_of[*class as usize]).collect();
        let ends = posts.ends.unwrap_or_else(|| (1..=posts.class_of.len() as u32).collect());
        Rows { ends, post_class, rows: spread(people, &distinct) }
    }

    pub fn condition(&self, condition: &'static Condition) -> Compiled {
        let reads = condition.reads;
        let people = self.people(reads.either, reads.seeker);
        let posts = self.openings(reads.apart, reads.opening);
        if people.examples.len() * posts.examples.len() > self.limit {
            return Compiled::ConditionByPair(condition);
        }
        Compiled::Condition(self.rows(&people, posts, |pair| (condition.check)(pair).ok))
    }

    pub fn part(&self, part: &'static Part) -> Compiled {
        let reads = part.reads;
        let people = self.people(reads.either, reads.seeker);
        let posts = self.openings(reads.apart, reads.opening);
        if people.examples.len() * posts.examples.len() > self.limit {
            return Compiled::PartByPair(part);
        }
        if reads.apart.is_some() {
            let rows = self.rows(&people, posts, |pair| (part.share)(pair) > 0);
            return Compiled::Count(rows, (part.max)(&self.columns.parameters));
        }
        let mut by_class = vec![vec![0u16; people.examples.len()].into_boxed_slice(); posts.examples.len()];
        for (class, seeker) in people.examples.iter().enumerate() {
            for (post, points) in posts.examples.iter().zip(&mut by_class) {
                points[class] = part.points(&self.pair(seeker, post)) as u16;
            }
        }
        let (ends, class_of, post_class) = (people.ends, people.class_of, posts.class_of);
        let points = Points { ends, class_of, post_class, by_class, together: 1, by_group: vec![], most: vec![] };
        Compiled::Part(points.merged())
    }
}

/// Rows of classes as rows of people.
fn spread(people: &Likes<SeekerRow>, by_class: &[Vec<u64>]) -> Vec<Option<Row>> {
    let classes = people.examples.len();
    let everybody: Vec<bool> = by_class
        .iter()
        .map(|bits| bits.iter().map(|word| word.count_ones() as usize).sum::<usize>() == classes)
        .collect();
    let passes = |bits: &[u64], class: usize| bits[class / BLOCK] >> (class % BLOCK) & 1;
    let row = |people: Box<[u64]>| {
        let some = |people: &[u64]| people.iter().rev().fold(0, |some, word| some << 1 | u64::from(*word != 0));
        let blocks = people.chunks(BLOCK).map(some).collect();
        let count = people.iter().map(|word| word.count_ones() as usize).sum();
        Row { people, blocks, count }
    };
    let Some(ends) = &people.ends else {
        let spread = |(bits, everybody): (&Vec<u64>, &bool)| {
            let word = |classes: &[u32]| {
                classes.iter().rev().fold(0u64, |row, class| row << 1 | passes(bits, *class as usize))
            };
            (!everybody).then(|| row(people.class_of.chunks(BLOCK).map(word).collect()))
        };
        return by_class.iter().zip(&everybody).map(spread).collect();
    };
    // A piece of a person passes few rows: those are gone through by person.
    let of_class: Vec<Vec<u32>> = (0..classes)
        .map(|class| {
            let rows = (0u32..).zip(by_class).zip(&everybody);
            rows.filter(|((_, bits), everybody)| !**everybody && passes(bits, class) == 1)
                .map(|((row, _), _)| row)
                .collect()
        })
        .collect();
    let words = ends.len().div_ceil(BLOCK);
    let mut spread: Vec<Box<[u64]>> =
        everybody.iter().map(|everybody| vec![0; if *everybody { 0 } else { words }].into()).collect();
    let mut from = 0;
    for (person, end) in ends.iter().enumerate() {
        for class in &people.class_of[from..*end as usize] {
            for row in &of_class[*class as usize] {
                spread[*row as usize][person / BLOCK] |= 1 << (person % BLOCK);
            }
        }
        from = *end as usize;
    }
    spread.into_iter().zip(everybody).map(|(people, everybody)| (!everybody).then(|| row(people))).collect()
}
