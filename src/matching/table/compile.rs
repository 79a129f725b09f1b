//! Definitions asked once for each pair of likes: conditions become bit sets of people, parts become points by likes.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::WORD;
use crate::matching::columns::Columns;
use crate::matching::condition::reads::Facts;
use crate::matching::condition::{Condition, Pair};
use crate::matching::row::{OpeningRow, SeekerRow};
use crate::matching::score::Part;

/// What a definition is asked about.
pub(super) struct Scope<'a> {
    pub columns: &'a Columns,
    pub workers: &'a [(Uuid, &'a SeekerRow)],
    pub posts: &'a [(u32, &'a OpeningRow)],
    pub today: Date,
    /// Most pairs of likes that a definition is asked for.
    pub limit: usize,
}

/// A row of people who pass; `None` = everybody does.
pub(super) type Row = Option<Box<[u64]>>;

/// Rows of people by likes of posts; a post may have several.
pub(super) struct Rows {
    /// Where the likes of each post end.
    pub ends: Vec<u32>,
    pub post_class: Vec<u32>,
    pub rows: Vec<Row>,
    /// Nobody passes.
    pub shut: Vec<bool>,
}

/// Points of a part by the likes of people, for each likes of posts.
pub(super) struct Points {
    /// Where the likes of each person end, where a person may have several: the best of them counts.
    pub ends: Option<Vec<u32>>,
    pub class_of: Vec<u32>,
    pub post_class: Vec<u32>,
    pub by_class: Vec<Box<[u16]>>,
}

pub(super) enum Compiled {
    Condition(Rows),
    ConditionByPair(&'static Condition),
    Part(Points),
    /// The rows that count, and the greatest points.
    Count(Rows, u32),
    PartByPair(&'static Part),
}

/// Likes: a class for each row, and one row that stands for each class.
struct Likes<T> {
    class_of: Vec<u32>,
    examples: Vec<T>,
}

fn likes<T>(rows: impl Iterator<Item = T>, facts: impl Fn(&T, &mut Facts)) -> Likes<T> {
    let mut known: HashMap<Facts, u32> = HashMap::new();
    let (mut class_of, mut examples) = (Vec::with_capacity(rows.size_hint().0), vec![]);
    let mut buffer = Facts::new();
    for row in rows {
        buffer.clear();
        facts(&row, &mut buffer);
        let class = known.get(&buffer).copied().unwrap_or_else(|| {
            let class = examples.len() as u32;
            examples.push(row);
            known.insert(buffer.clone(), class);
            class
        });
        class_of.push(class);
    }
    Likes { class_of, examples }
}

/// Rows one by one, or each as several; where the pieces of each end.
fn pieces<'a, T: Clone>(
    rows: impl Iterator<Item = &'a T>,
    split: Option<fn(&T) -> Vec<T>>,
    ends: &mut Vec<u32>,
) -> Vec<Cow<'a, T>> {
    let mut all = Vec::with_capacity(rows.size_hint().0);
    for row in rows {
        match split {
            None => all.push(Cow::Borrowed(row)),
            Some(split) => all.extend(split(row).into_iter().map(Cow::Owned)),
        }
        ends.push(all.len() as u32);
    }
    all
}

impl<'a> Scope<'a> {
    fn people(
        &self,
        split: Option<fn(&SeekerRow) -> Vec<SeekerRow>>,
        facts: fn(&SeekerRow, Date, &mut Facts),
    ) -> (Likes<Cow<'a, SeekerRow>>, Option<Vec<u32>>) {
        let mut ends = vec![];
        let rows = pieces(self.workers.iter().map(|(_, row)| *row), split, &mut ends);
        let likes = likes(rows.into_iter(), |row, buffer| facts(row, self.today, buffer));
        (likes, split.is_some().then_some(ends))
    }

    /// Posts that are alike, each with the slot of the first of them, and where those of each post end.
    fn openings(
        &self,
        split: Option<fn(&OpeningRow) -> Vec<OpeningRow>>,
        facts: fn(&OpeningRow, Date, &mut Facts),
    ) -> (Likes<(u32, Cow<'a, OpeningRow>)>, Vec<u32>) {
        let mut ends = Vec::with_capacity(self.posts.len());
        let rows = pieces(self.posts.iter().map(|(_, row)| *row), split, &mut ends);
        let slots = self.posts.iter().zip(&ends).scan(0, |from, ((slot, _), end)| {
            let count = (end - *from) as usize;
            *from = *end;
            Some(std::iter::repeat_n(*slot, count))
        });
        let rows = slots.flatten().zip(rows);
        (likes(rows, |(_, row), buffer| facts(row, self.today, buffer)), ends)
    }

    fn pair<'b>(&'b self, seeker: &'b SeekerRow, (slot, post): &'b (u32, Cow<OpeningRow>)) -> Pair<'b> {
        Pair::new(self.columns, seeker, *slot, post, self.today)
    }

    /// Who passes, by likes of posts. Each person is asked about all posts in turn: their row is read once.
    fn rows(
        &self,
        people: &Likes<Cow<SeekerRow>>,
        person_ends: Option<&[u32]>,
        posts: Likes<(u32, Cow<OpeningRow>)>,
        ends: Vec<u32>,
        passes: impl Fn(&Pair) -> bool,
    ) -> Rows {
        let words = people.examples.len().div_ceil(WORD);
        let mut by_class = vec![vec![0u64; words]; posts.examples.len()];
        for (class, seeker) in people.examples.iter().enumerate() {
            for (post, bits) in posts.examples.iter().zip(&mut by_class) {
                bits[class / WORD] |= u64::from(passes(&self.pair(seeker, post))) << (class % WORD);
            }
        }
        let (mut rows, mut shut) = (vec![], vec![]);
        for bits in by_class {
            let count = bits.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            shut.push(count == 0);
            let passes = |class: u32| bits[class as usize / WORD] >> (class as usize % WORD) & 1;
            rows.push((count < people.examples.len()).then(|| match person_ends {
                None => {
                    let word = |word: &[u32]| word.iter().rev().fold(0u64, |row, class| row << 1 | passes(*class));
                    people.class_of.chunks(WORD).map(word).collect()
                }
                Some(ends) => {
                    let mut row = vec![0u64; ends.len().div_ceil(WORD)];
                    let mut from = 0;
                    for (person, end) in ends.iter().enumerate() {
                        let any =
                            people.class_of[from..*end as usize].iter().fold(0, |any, class| any | passes(*class));
                        row[person / WORD] |= any << (person % WORD);
                        from = *end as usize;
                    }
                    row.into_boxed_slice()
                }
            }));
        }
        Rows { ends, post_class: posts.class_of, rows, shut }
    }

    pub fn condition(&self, condition: &'static Condition) -> Compiled {
        let reads = condition.reads;
        let (people, person_ends) = self.people(reads.by_wish, reads.seeker);
        let (posts, ends) = self.openings(reads.apart, reads.opening);
        if people.examples.len() * posts.examples.len() > self.limit {
            return Compiled::ConditionByPair(condition);
        }
        Compiled::Condition(self.rows(&people, person_ends.as_deref(), posts, ends, |pair| (condition.check)(pair).ok))
    }

    pub fn part(&self, part: &'static Part) -> Compiled {
        let reads = part.reads;
        let (people, person_ends) = self.people(reads.by_wish, reads.seeker);
        let (posts, ends) = self.openings(reads.apart, reads.opening);
        if people.examples.len() * posts.examples.len() > self.limit {
            return Compiled::PartByPair(part);
        }
        if reads.apart.is_some() {
            let rows = self.rows(&people, None, posts, ends, |pair| (part.share)(pair) > 0);
            return Compiled::Count(rows, (part.max)(&self.columns.parameters));
        }
        let mut by_class = vec![vec![0u16; people.examples.len()].into_boxed_slice(); posts.examples.len()];
        for (class, seeker) in people.examples.iter().enumerate() {
            for (post, points) in posts.examples.iter().zip(&mut by_class) {
                points[class] = part.points(&self.pair(seeker, post)) as u16;
            }
        }
        Compiled::Part(Points { ends: person_ends, class_of: people.class_of, post_class: posts.class_of, by_class })
    }
}
