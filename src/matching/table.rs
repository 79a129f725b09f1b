//! All people beside many posts at once: each condition as bit sets of the people who pass, each part as points by likes.
//!
//! Nothing is defined here. People who are alike in the facts that a definition reads form a class, posts likewise;
//! the definition is asked once for each pair of classes, where that is cheaper than asking it for each pair.

mod compile;

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Columns;
use super::condition::{CONDITIONS, Condition, Pair};
use super::row::{OpeningRow, SeekerRow};
use super::score::{PARTS, Part};
use super::set::BitSet;
use crate::domain::vacancy::VacancyState;
use compile::{Compiled, Points, Row, Rows, Scope};

/// People of one bit.
const WORD: usize = 64;
/// People who are worked through together, so that their rows stay near the processor.
pub const BLOCK: usize = 64 * WORD;
/// A definition is asked for classes if that takes at most this share of the pairs.
const SHARE: usize = 32;
/// Small tables are always worth it.
const FREE_OF_CHARGE: usize = 1 << 20;

/// Points of a post: how many of its rows hold a person says which.
struct Count {
    /// Places in `rows`.
    rows: Vec<u32>,
    /// Points by how many hold.
    points: Box<[u16]>,
}

/// One post as the table sees it.
struct Post<'a> {
    slot: u32,
    row: &'a OpeningRow,
    /// Places in `rows`, those with the fewest people first.
    rows: Vec<u32>,
    /// Parts that count what a person brings.
    counts: Vec<Count>,
    /// Nobody can pass.
    shut: bool,
}

/// People and posts in the order of their ids, with the conditions and parts between them.
pub struct Table<'a> {
    columns: &'a Columns,
    today: Date,
    workers: Vec<(Uuid, &'a SeekerRow)>,
    posts: Vec<Post<'a>>,
    rows: Vec<Box<[u64]>>,
    by_pair: Vec<&'static Condition>,
    points: Vec<Points>,
    parts_by_pair: Vec<&'static Part>,
    /// Most that the parts by pair can add.
    rest: u32,
    threads: usize,
}

/// Does `work` for every number below `count` on several threads; the results stand in order.
pub fn in_parallel<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let run = || {
            let mut done = vec![];
            loop {
                let task = next.fetch_add(1, Ordering::Relaxed);
                if task >= count {
                    return done;
                }
                done.push((task, work(task)));
            }
        };
        let others: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for other in others {
            // A panic there is a fault of this program and goes on here.
            done.extend(other.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault)));
        }
        done
    });
    done.sort_unstable_by_key(|(task, _)| *task);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Threads worth starting here.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8)
}

impl<'a> Table<'a> {
    /// The table of people in `people` and open posts with places in `posts` (slots; `None` = all).
    pub fn new(columns: &'a Columns, people: Option<&BitSet>, posts: Option<&BitSet>, today: Date) -> Self {
        Self::compiled(columns, people, posts, today, threads(), SHARE, FREE_OF_CHARGE)
    }

    /// The same with the number of threads and the limits of what is asked by class.
    pub fn compiled(
        columns: &'a Columns,
        people: Option<&BitSet>,
        posts: Option<&BitSet>,
        today: Date,
        threads: usize,
        share: usize,
        free: usize,
    ) -> Self {
        let within = |scope: Option<&BitSet>, slot| scope.is_none_or(|set| set.contains(slot));
        let mut workers: Vec<_> =
            columns.seekers.iter().filter(|(slot, _)| within(people, *slot)).map(|(_, row)| (row.id, row)).collect();
        workers.sort_unstable_by_key(|(id, _)| *id);
        let mut open: Vec<(u32, &OpeningRow)> = columns
            .openings
            .iter()
            .filter(|(slot, row)| within(posts, *slot) && row.places_left + row.kept > 0)
            .filter(|(_, row)| row.state_on(today) == VacancyState::Open)
            .collect();
        open.sort_unstable_by_key(|(_, row)| row.id);
        let limit = (workers.len() * open.len() / share).max(free);
        let scope = Scope { columns, workers: &workers, posts: &open, today, limit };
        let compiled = in_parallel(threads, CONDITIONS.len() + PARTS.len(), |task| match CONDITIONS.get(task) {
            Some(one) => scope.condition(one),
            None => scope.part(&PARTS[task - CONDITIONS.len()]),
        });
        let mut posts: Vec<Post> = open
            .iter()
            .map(|(slot, row)| Post { slot: *slot, row, rows: vec![], counts: vec![], shut: false })
            .collect();
        let mut rows: Vec<Box<[u64]>> = vec![];
        let (mut by_pair, mut points, mut parts_by_pair) = (vec![], vec![], vec![]);
        let mut keep = |by_class: Vec<Row>| -> Vec<Option<u32>> {
            let place = |row: Row| {
                rows.push(row?);
                Some(rows.len() as u32 - 1)
            };
            by_class.into_iter().map(place).collect()
        };
        for one in compiled {
            match one {
                Compiled::Condition(Rows { ends, post_class, rows: by_class, shut }) => {
                    let places = keep(by_class);
                    let mut from = 0;
                    for (post, end) in posts.iter_mut().zip(ends) {
                        for class in &post_class[from..end as usize] {
                            post.rows.extend(places[*class as usize]);
                            post.shut |= shut[*class as usize];
                        }
                        from = end as usize;
                    }
                }
                Compiled::Count(Rows { ends, post_class, rows: by_class, .. }, most) => {
                    let places = keep(by_class);
                    let mut from = 0;
                    for (post, end) in posts.iter_mut().zip(ends) {
                        let classes = &post_class[from..end as usize];
                        let rows: Vec<u32> = classes.iter().filter_map(|class| places[*class as usize]).collect();
                        let (all, sure) = (classes.len() as u32, classes.len() as u32 - rows.len() as u32);
                        let share = |held: u32| (held * 1000).checked_div(all).unwrap_or(1000);
                        let points = (sure..=all).map(|held| (most * share(held) / 1000) as u16).collect();
                        post.counts.push(Count { rows, points });
                        from = end as usize;
                    }
                }
                Compiled::ConditionByPair(condition) => by_pair.push(condition),
                Compiled::Part(part) => points.push(part),
                Compiled::PartByPair(part) => parts_by_pair.push(part),
            }
        }
        let ones: Vec<u32> = rows.iter().map(|row| row.iter().map(|w| w.count_ones()).sum()).collect();
        for post in &mut posts {
            post.rows.sort_by_key(|row| ones[*row as usize]);
        }
        let rest = parts_by_pair.iter().map(|part| (part.max)(&columns.parameters)).sum();
        Self { columns, today, workers, posts, rows, by_pair, points, parts_by_pair, rest, threads }
    }

    /// How many people.
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// How many posts.
    pub fn posts(&self) -> usize {
        self.posts.len()
    }

    /// Threads to use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Id of a person by number.
    pub fn worker(&self, worker: u32) -> Uuid {
        self.workers[worker as usize].0
    }

    /// Row of a person by number.
    pub fn seeker(&self, worker: u32) -> &SeekerRow {
        self.workers[worker as usize].1
    }

    /// Number of a person.
    pub fn worker_number(&self, id: Uuid) -> Option<u32> {
        self.workers.binary_search_by_key(&id, |(id, _)| *id).ok().map(|place| place as u32)
    }

    /// Row of a post by number.
    pub fn opening(&self, post: u32) -> &OpeningRow {
        self.posts[post as usize].row
    }

    /// Number of a post.
    pub fn post_number(&self, id: Uuid) -> Option<u32> {
        self.posts.binary_search_by_key(&id, |post| post.row.id).ok().map(|place| place as u32)
    }

    /// The pair by its definitions.
    pub fn pair(&self, worker: u32, post: u32) -> Pair<'_> {
        let post = &self.posts[post as usize];
        Pair::new(self.columns, self.workers[worker as usize].1, post.slot, post.row, self.today)
    }

    /// One post beside all people.
    pub fn beside<'b>(&'b self, post: u32) -> Beside<'b> {
        let (mut tables, mut wishes) = (vec![], vec![]);
        for points in &self.points {
            let by_class = &points.by_class[points.post_class[post as usize] as usize][..];
            match &points.ends {
                None => tables.push((&points.class_of[..], by_class)),
                Some(ends) => wishes.push((&ends[..], &points.class_of[..], by_class)),
            }
        }
        let sight = &self.posts[post as usize];
        let row = |row: &u32| &self.rows[*row as usize][..];
        let count = |count: &'b Count| (count.rows.iter().map(row).collect(), &count.points[..]);
        let counts = sight.counts.iter().map(count).collect();
        Beside { table: self, post, rows: sight.rows.iter().map(row).collect(), tables, wishes, counts }
    }
}

/// One post beside all people.
pub struct Beside<'a> {
    table: &'a Table<'a>,
    post: u32,
    rows: Vec<&'a [u64]>,
    /// Likes of each person, and points by likes.
    tables: Vec<(&'a [u32], &'a [u16])>,
    /// Where the likes of each person end, the likes, and points by likes, of which the most count.
    wishes: Vec<(&'a [u32], &'a [u32], &'a [u16])>,
    /// Rows, and points by how many of them hold the person.
    counts: Vec<(Vec<&'a [u64]>, &'a [u16])>,
}

impl Beside<'_> {
    /// Shows the people from..to (a multiple of 64, or the end) who pass all that is asked by class.
    fn passing(&self, from: usize, to: usize, mut show: impl FnMut(u32)) {
        if self.table.posts[self.post as usize].shut {
            return;
        }
        let (first, last) = (from / WORD, to.min(self.table.workers.len()).div_ceil(WORD));
        for word in first..last {
            let mut bits = u64::MAX;
            for row in &self.rows {
                bits &= row[word];
                if bits == 0 {
                    break;
                }
            }
            if word + 1 == self.table.workers.len().div_ceil(WORD) && !self.table.workers.len().is_multiple_of(WORD) {
                bits &= (1 << (self.table.workers.len() % WORD)) - 1;
            }
            while bits != 0 {
                show((word * WORD) as u32 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }

    /// Greatest score that the person can have here, as far as the tables tell.
    fn bound(&self, worker: u32) -> u32 {
        let worker = worker as usize;
        let mut sum = self.table.rest;
        for (class_of, by_class) in &self.tables {
            sum += u32::from(by_class[class_of[worker] as usize]);
        }
        for (ends, class_of, by_class) in &self.wishes {
            let from = if worker == 0 { 0 } else { ends[worker - 1] };
            let own = class_of[from as usize..ends[worker] as usize].iter();
            sum += own.map(|class| u32::from(by_class[*class as usize])).max().unwrap_or(0);
        }
        for (rows, points) in &self.counts {
            let held: u64 = rows.iter().map(|row| row[worker / WORD] >> (worker % WORD) & 1).sum();
            sum += u32::from(points[held as usize]);
        }
        sum
    }

    /// Shows eligible people from..to with their scores, but for those whose score cannot exceed `above` them.
    pub fn eligible(&self, from: usize, to: usize, above: impl Fn(u32) -> i64, mut show: impl FnMut(u32, u32)) {
        let table = self.table;
        self.passing(from, to, |worker| {
            let bound = self.bound(worker);
            // Being placed counts 1 where nothing is known: see `batch_score`.
            if i64::from(bound.max(1)) <= above(worker) {
                return;
            }
            if table.by_pair.is_empty() && table.parts_by_pair.is_empty() {
                show(worker, bound);
                return;
            }
            let pair = table.pair(worker, self.post);
            if table.by_pair.iter().all(|condition| (condition.check)(&pair).ok) {
                let rest: u32 = table.parts_by_pair.iter().map(|part| part.points(&pair)).sum();
                show(worker, bound - table.rest + rest);
            }
        });
    }

    /// Eligible people with their scores, by number.
    pub fn all(&self) -> Vec<(u32, u32)> {
        let mut found = vec![];
        self.eligible(0, self.table.workers.len(), |_| i64::MIN, |worker, score| found.push((worker, score)));
        found
    }

    /// How many people pass what is asked by class: at least as many as are eligible.
    pub fn candidates(&self) -> u64 {
        let mut count = 0;
        self.passing(0, self.table.workers.len(), |_| count += 1);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vacancy::VacancyState;
    use crate::domain::worker::Status;
    use crate::matching::condition::eligible;
    use crate::matching::sample::{any_opening, any_seeker, columns, today};
    use crate::matching::score::score;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_table_says_what_the_definitions_say(
            people in proptest::collection::vec(any_seeker(), 1..90),
            posts in proptest::collection::vec(any_opening(), 1..9),
            by_pair in any::<bool>(), looking in any::<bool>(),
        ) {
            let mut columns = columns();
            for (n, mut post) in (500u128..).zip(posts) {
                post.id = Uuid::from_u128(n);
                post.state = VacancyState::Open;
                post.places_left = post.places_left.max(1);
                post.kept = (n % 3) as u32;
                columns.upsert_opening(&post);
            }
            for (n, mut person) in (1u128..).zip(people) {
                person.id = Uuid::from_u128(n);
                if looking {
                    person.status = Status::Looking;
                }
                if n % 3 == 0 {
                    person.introduced.push(Uuid::from_u128(500 + n % 7));
                }
                if n % 4 == 0 {
                    person.trains_for.push(Uuid::from_u128(500 + n % 5));
                }
                columns.upsert_seeker(&person);
            }
            let free = if by_pair { 2 } else { usize::MAX };
            let table = Table::compiled(&columns, None, None, today(), 2, usize::MAX, free);
            for post in 0..table.posts() as u32 {
                let beside = table.beside(post);
                let got = beside.all();
                let wanted: Vec<_> = (0..table.workers() as u32)
                    .filter(|worker| eligible(&table.pair(*worker, post)))
                    .map(|worker| (worker, score(&table.pair(worker, post))))
                    .collect();
                prop_assert!(beside.candidates() >= wanted.len() as u64);
                for (worker, score) in &wanted {
                    prop_assert!(beside.bound(*worker) >= *score);
                }
                prop_assert_eq!(got, wanted);
            }
        }
    }
}
