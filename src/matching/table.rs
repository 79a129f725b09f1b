//! All people beside many posts at once: each condition as bit sets of the people who pass, each part as points by likes.
//!
//! Nothing is defined here. People who are alike in the facts that a definition reads form a class, posts likewise;
//! the definition is asked once for each pair of classes, where that is cheaper than asking it for each pair.
//! People stand in blocks beside their likes, and each part knows its greatest points in each block: whoever looks for
//! the best begins with the most promising block or post, and ends where no other can bring more.

mod compile;
mod crowd;
mod post;

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
use crowd::Sights;
pub use post::Beside;

/// People of a block: one word of a bit set. Blocks themselves are bits of words too.
pub const BLOCK: usize = 64;
/// Parts by which people stand beside their likes, the first first.
const ORDER: [&str; 6] = ["occupation", "needs", "priority", "place", "experience", "wage"];
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
    /// Its likes in each of `points`, and the group of those.
    classes: Vec<u32>,
    groups: Vec<u16>,
    /// The most that all else can add.
    rest: u16,
}

/// People and posts, numbered in the order of their ids, with the conditions and parts between them.
pub struct Table<'a> {
    columns: &'a Columns,
    today: Date,
    workers: Vec<(Uuid, &'a SeekerRow)>,
    /// The numbers of the people as they stand in blocks.
    order: Vec<u32>,
    posts: Vec<Post<'a>>,
    sights: Sights,
    rows: Vec<Row>,
    by_pair: Vec<&'static Condition>,
    points: Vec<Points>,
    parts_by_pair: Vec<&'static Part>,
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

/// These people in an order in which neighbours fare alike.
fn order(people: &[u32], parts: &[&Part], compiled: &[Compiled]) -> Vec<u32> {
    let of = |code: &&str| {
        let part = parts.iter().position(|part| part.code == *code)?;
        if let Compiled::Part(points) = &compiled[part] { Some(points) } else { None }
    };
    let points: Vec<&Points> = ORDER.iter().filter_map(of).collect();
    let key = |person: &u32| {
        let mut key = [0; ORDER.len()];
        key.iter_mut().zip(&points).for_each(|(key, points)| *key = points.key(*person as usize));
        key
    };
    let mut order = people.to_vec();
    // Stable: equal ones stay in the order in which they come.
    order.sort_by_cached_key(key);
    order
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
        let people: Vec<&SeekerRow> =
            columns.seekers.iter().filter(|(slot, _)| within(people, *slot)).map(|(_, row)| row).collect();
        let mut by_id: Vec<u32> = (0..people.len() as u32).collect();
        by_id.sort_unstable_by_key(|place| people[*place as usize].id);
        let mut open: Vec<(u32, &OpeningRow)> = columns
            .openings
            .iter()
            .filter(|(slot, row)| within(posts, *slot) && row.places_left + row.kept > 0)
            .filter(|(_, row)| row.state_on(today) == VacancyState::Open)
            .collect();
        open.sort_unstable_by_key(|(_, row)| row.id);
        let limit = (people.len() * open.len() / share).max(free);
        let scope = Scope { columns, people: &people, order: &[], posts: &open, today, limit };
        // Parts that count are rows, as conditions are: they are asked once it is known where people stand.
        let (counting, alone): (Vec<&Part>, Vec<&Part>) = PARTS.iter().partition(|part| part.reads.apart.is_some());
        let mut compiled = in_parallel(threads, alone.len(), |part| scope.part(alone[part]));
        let mut order = order(&by_id, &alone, &compiled);
        for one in &mut compiled {
            if let Compiled::Part(points) = one {
                *points = std::mem::take(points).standing(&order);
            }
        }
        let scope = Scope { order: &order, ..scope };
        compiled.extend(in_parallel(threads, CONDITIONS.len() + counting.len(), |task| match CONDITIONS.get(task) {
            Some(one) => scope.condition(one),
            None => scope.part(counting[task - CONDITIONS.len()]),
        }));
        let workers: Vec<_> = by_id.iter().map(|place| (people[*place as usize].id, people[*place as usize])).collect();
        let mut number = vec![0; people.len()];
        for (worker, place) in (0u32..).zip(&by_id) {
            number[*place as usize] = worker;
        }
        for place in &mut order {
            *place = number[*place as usize];
        }
        let mut posts: Vec<Post> = open
            .iter()
            .map(|(slot, row)| Post {
                slot: *slot,
                row,
                rows: vec![],
                counts: vec![],
                classes: vec![],
                groups: vec![],
                rest: 0,
            })
            .collect();
        let mut rows: Vec<Row> = vec![];
        let (mut by_pair, mut points, mut parts_by_pair) = (vec![], vec![], vec![]);
        let mut keep = |by_class: Vec<Option<Row>>| -> Vec<Option<u32>> {
            let place = |row: Option<Row>| {
                rows.push(row?);
                Some(rows.len() as u32 - 1)
            };
            by_class.into_iter().map(place).collect()
        };
        for one in compiled {
            match one {
                Compiled::Condition(Rows { ends, post_class, rows: by_class }) => {
                    let places = keep(by_class);
                    let mut from = 0;
                    for (post, end) in posts.iter_mut().zip(ends) {
                        for class in &post_class[from..end as usize] {
                            post.rows.extend(places[*class as usize]);
                        }
                        from = end as usize;
                    }
                }
                Compiled::Count(Rows { ends, post_class, rows: by_class }, most) => {
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
        let by_pair_most: u32 = parts_by_pair.iter().map(|part: &&Part| (part.max)(&columns.parameters)).sum();
        for (number, post) in posts.iter_mut().enumerate() {
            post.rows.sort_by_key(|row| rows[*row as usize].count);
            post.classes = points.iter().map(|points: &Points| points.post_class[number]).collect();
            post.groups =
                points.iter().zip(&post.classes).map(|(p, class)| (*class as usize / p.together) as u16).collect();
            let counted: u32 =
                post.counts.iter().map(|count| u32::from(count.points.last().copied().unwrap_or(0))).sum();
            post.rest = (by_pair_most + counted) as u16;
        }
        let sights = Sights::new(&posts, rows.len());
        Self { columns, today, workers, order, posts, sights, rows, by_pair, points, parts_by_pair, threads }
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

    /// How many blocks of people.
    pub fn blocks(&self) -> usize {
        self.order.len().div_ceil(BLOCK)
    }

    /// Numbers of the people of a block.
    pub fn block(&self, block: usize) -> &[u32] {
        &self.order[block * BLOCK..self.order.len().min((block + 1) * BLOCK)]
    }

    /// Bits of all people of a block.
    fn everybody(&self, block: usize) -> u64 {
        u64::MAX >> (BLOCK - self.block(block).len())
    }

    /// The least of what each person of a block costs, by block.
    pub fn least(&self, cost: impl Fn(u32) -> i64) -> Vec<i64> {
        self.order.chunks(BLOCK).map(|block| block.iter().map(|worker| cost(*worker)).min().unwrap_or(0)).collect()
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
    use std::collections::BTreeMap;

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
                prop_assert!(beside.width() > 0 || wanted.is_empty());
                // A bound says too little of nobody.
                let bounds: BTreeMap<usize, u32> = beside.bounds().collect();
                for block in 0..table.blocks() {
                    for (_, score) in wanted.iter().filter(|(worker, _)| table.block(block).contains(worker)) {
                        prop_assert!(bounds.get(&block).is_some_and(|bound| bound >= score));
                    }
                }
                prop_assert_eq!(got, wanted);
            }
        }
    }
}
