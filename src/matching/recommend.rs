//! The best posts for a person and the best people for a post: an exact scan within a scope fixed beforehand.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Columns;
use super::condition::{CONDITIONS, Pair, eligible};
use super::explain::{Points, points};
use super::score::score;
use super::sentence::Say;
use super::set::BitSet;
use super::table::{Table, in_parallel};

/// At most so many reasons stand beside a result.
const REASONS: usize = 4;

/// A result with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The person.
    pub worker: Uuid,
    /// The post.
    pub vacancy: Uuid,
    /// 0 to 1000.
    pub score: u32,
    /// Points of all parts.
    pub parts: Vec<Points>,
    /// The parts that weigh most here, at most four, heaviest first; household priority is not among them.
    pub reasons: Vec<Points>,
    /// What nobody asked yet: condition and words.
    pub asked: Vec<(&'static str, Say)>,
    /// Places left for this person.
    pub places_left: u32,
    /// Open introductions to the post.
    pub introduced: u32,
}

/// Keeps the `k` best of what it is shown: greatest score, then smallest id.
struct Best {
    k: usize,
    heap: BinaryHeap<Reverse<(u32, Reverse<Uuid>, u32)>>,
}

impl Best {
    fn new(k: usize) -> Self {
        Self { k, heap: BinaryHeap::new() }
    }

    fn show(&mut self, score: u32, id: Uuid, slot: u32) {
        let entry = Reverse((score, Reverse(id), slot));
        if self.heap.len() < self.k {
            self.heap.push(entry);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && entry < *worst
        {
            *worst = entry;
        }
    }

    /// Score and slot, best first.
    fn finish(self) -> Vec<(u32, u32)> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse((score, _, slot))| (score, slot)).collect()
    }
}

/// The best posts of a person as score and slot, without reasons.
pub(super) fn best_openings(
    columns: &Columns,
    seeker: u32,
    k: usize,
    scope: Option<&BitSet>,
    today: Date,
) -> Vec<(u32, u32)> {
    let Some(row) = columns.seekers.get(seeker) else {
        return vec![];
    };
    let mut best = Best::new(k);
    for (slot, opening) in columns.openings.iter() {
        if scope.is_some_and(|set| !set.contains(slot)) {
            continue;
        }
        let pair = Pair::new(columns, row, slot, opening, today);
        if eligible(&pair) {
            best.show(score(&pair), opening.id, slot);
        }
    }
    best.finish()
}

/// The best people for a post as score and slot, without reasons.
fn best_seekers(columns: &Columns, opening: u32, k: usize, scope: Option<&BitSet>, today: Date) -> Vec<(u32, u32)> {
    let Some(row) = columns.openings.get(opening) else {
        return vec![];
    };
    let mut best = Best::new(k);
    for (slot, seeker) in columns.seekers.iter() {
        if scope.is_some_and(|set| !set.contains(slot)) {
            continue;
        }
        let pair = Pair::new(columns, seeker, opening, row, today);
        if eligible(&pair) {
            best.show(score(&pair), seeker.id, slot);
        }
    }
    best.finish()
}

/// A pair with its reasons.
fn explained(columns: &Columns, seeker: u32, opening: u32, today: Date) -> Option<Match> {
    let (person, post) = (columns.seekers.get(seeker)?, columns.openings.get(opening)?);
    let pair = Pair::new(columns, person, opening, post, today);
    let parts = points(&pair);
    let mut reasons: Vec<Points> = parts.iter().filter(|p| p.points > 0 && p.code != "priority").cloned().collect();
    reasons.sort_by_key(|p| Reverse(p.points));
    reasons.truncate(REASONS);
    let asked = CONDITIONS
        .iter()
        .map(|c| (c, (c.check)(&pair)))
        .filter(|(_, held)| !held.known)
        .map(|(c, held)| (c.code, (c.say)(&pair, held)))
        .collect();
    Some(Match {
        worker: person.id,
        vacancy: post.id,
        score: parts.iter().map(|p| p.points).sum(),
        parts,
        reasons,
        asked,
        places_left: pair.places_left(),
        introduced: post.introduced,
    })
}

/// The `k` best posts for a person, best first; `scope` are slots of posts. Empty for an unknown person.
pub fn top_vacancies(columns: &Columns, worker: Uuid, k: usize, scope: Option<&BitSet>, today: Date) -> Vec<Match> {
    let Some((seeker, _)) = columns.seekers.find(worker) else {
        return vec![];
    };
    best_openings(columns, seeker, k, scope, today)
        .into_iter()
        .filter_map(|(_, opening)| explained(columns, seeker, opening, today))
        .collect()
}

/// The `k` best people for a post within `scope` (slots of people), best first. Empty for an unknown post.
pub fn top_workers(columns: &Columns, vacancy: Uuid, k: usize, scope: Option<&BitSet>, today: Date) -> Vec<Match> {
    let Some((opening, _)) = columns.openings.find(vacancy) else {
        return vec![];
    };
    best_seekers(columns, opening, k, scope, today)
        .into_iter()
        .filter_map(|(_, seeker)| explained(columns, seeker, opening, today))
        .collect()
}

/// A line of the recommendation file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The person.
    pub worker: Uuid,
    /// The post.
    pub vacancy: Uuid,
    /// 1 = best.
    pub rank: u32,
    /// 0 to 1000.
    pub score: u32,
}

/// Some lists, one after the other: who stands on them, best first, with the score.
#[derive(Debug, Default)]
struct Lists {
    /// Where each ends.
    ends: Vec<u32>,
    others: Vec<u32>,
    scores: Vec<u16>,
}

impl Lists {
    fn push(&mut self, list: impl Iterator<Item = (u32, u16)>) {
        for (other, score) in list {
            self.others.push(other);
            self.scores.push(score);
        }
        self.ends.push(self.others.len() as u32);
    }

    fn get(&self, list: usize) -> impl Iterator<Item = (u32, u16)> + '_ {
        let from = list.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        (from..self.ends[list] as usize).map(|line| (self.others[line], self.scores[line]))
    }
}

/// The best of everyone, small enough for a million people.
#[derive(Debug, Default)]
pub struct Rankings {
    workers: Vec<Uuid>,
    vacancies: Vec<Uuid>,
    for_vacancies: bool,
    lists: Vec<Lists>,
    /// Where the list of each stands: in `lists`, and in there.
    places: Vec<(u32, u32)>,
}

impl Rankings {
    fn new(table: &Table, for_vacancies: bool, lists: Vec<Lists>, places: Vec<(u32, u32)>) -> Self {
        let workers = (0..table.workers() as u32).map(|w| table.worker(w)).collect();
        let vacancies = (0..table.posts() as u32).map(|v| table.opening(v).id).collect();
        Self { workers, vacancies, for_vacancies, lists, places }
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.lists.iter().map(|lists| lists.others.len()).sum()
    }

    /// True without lines.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// List by list, best first.
    pub fn iter(&self) -> impl Iterator<Item = Ranked> + '_ {
        self.places.iter().enumerate().flat_map(move |(whose, (lists, list))| {
            (1u32..).zip(self.lists[*lists as usize].get(*list as usize)).map(move |(rank, (other, score))| {
                let (worker, vacancy) =
                    if self.for_vacancies { (other as usize, whose) } else { (whose, other as usize) };
                let (worker, vacancy) = (self.workers[worker], self.vacancies[vacancy]);
                Ranked { worker, vacancy, rank, score: u32::from(score) }
            })
        })
    }
}

/// The `k` best of what is shown: greatest score, then smallest number.
#[derive(Clone)]
struct Few {
    /// `score << 32 | !number`: greater is better.
    seen: Vec<u64>,
    /// Scores up to here cannot get in any more; -1 while there is room.
    floor: i64,
}

impl Few {
    fn new() -> Self {
        Self { seen: vec![], floor: -1 }
    }

    fn show(&mut self, k: usize, number: u32, score: u32) {
        self.seen.push(u64::from(score) << 32 | u64::from(!number));
        if self.seen.len() >= 2 * k {
            self.cut(k);
        }
    }

    fn cut(&mut self, k: usize) {
        if self.seen.len() > k {
            self.seen.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
            self.seen.truncate(k);
        }
        if self.seen.len() == k {
            // An equal score gets in with a smaller number.
            self.floor = self.seen.iter().min().map_or(-1, |worst| (worst >> 32) as i64 - 1);
        }
    }

    /// Number and score, best first.
    fn finish(mut self, k: usize) -> impl Iterator<Item = (u32, u16)> {
        self.cut(k);
        self.seen.sort_unstable_by(|a, b| b.cmp(a));
        self.seen.into_iter().map(|entry| (!(entry as u32), (entry >> 32) as u16))
    }
}

/// The `k` best posts of every person in scope, people by id.
pub fn everyone(columns: &Columns, k: usize, scope: Option<&BitSet>, today: Date) -> Rankings {
    let table = Table::new(columns, scope, None, today);
    if k == 0 {
        return Rankings::new(&table, false, vec![], vec![]);
    }
    let lists = in_parallel(table.threads(), table.blocks(), |block| {
        let best = RefCell::new(vec![Few::new(); table.block(block).len()]);
        let above = |place: usize| best.borrow()[place].floor;
        table.crowd(block, |_| 0, above, |place, post, score| best.borrow_mut()[place].show(k, post, score));
        let mut lists = Lists::default();
        best.into_inner().into_iter().for_each(|few| lists.push(few.finish(k)));
        lists.others.shrink_to_fit();
        lists.scores.shrink_to_fit();
        lists
    });
    let mut places = vec![(0, 0); table.workers()];
    for block in 0..table.blocks() {
        for (place, worker) in (0u32..).zip(table.block(block)) {
            places[*worker as usize] = (block as u32, place);
        }
    }
    Rankings::new(&table, false, lists, places)
}

/// The `k` best people in scope of every post, posts by id.
pub fn every_vacancy(columns: &Columns, k: usize, scope: Option<&BitSet>, today: Date) -> Rankings {
    let table = Table::new(columns, scope, None, today);
    if k == 0 {
        return Rankings::new(&table, true, vec![], vec![]);
    }
    let free = table.least(|_| 0);
    let lists = in_parallel(table.threads(), table.posts(), |post| {
        let (mut few, floor) = (Few::new(), Cell::new(-1));
        table.beside(post as u32).gaining(
            |_| 0,
            &free,
            &floor,
            |worker, score| {
                few.show(k, worker, score);
                floor.set(few.floor);
            },
        );
        let mut lists = Lists::default();
        lists.push(few.finish(k));
        lists
    });
    let places = (0..table.posts() as u32).map(|post| (post, 0)).collect();
    Rankings::new(&table, true, lists, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::sample::{any_opening, any_seeker, columns, opening, seeker, today};
    use proptest::prelude::*;

    #[test]
    fn equal_scores_order_by_id_and_nothing_out_of_scope_is_seen() {
        let mut columns = columns();
        columns.upsert_opening(&opening(50));
        for id in [9, 3, 7, 5] {
            columns.upsert_seeker(&seeker(id));
        }
        let ids = |list: Vec<Match>| list.iter().map(|m| m.worker.as_u128()).collect::<Vec<_>>();
        let post = Uuid::from_u128(50);
        assert_eq!(ids(top_workers(&columns, post, 3, None, today())), [3, 5, 7]);
        let scope: BitSet = [columns.seekers.find(Uuid::from_u128(9)).unwrap().0].into_iter().collect();
        assert_eq!(ids(top_workers(&columns, post, 3, Some(&scope), today())), [9]);
        assert!(top_workers(&columns, post, 3, Some(&BitSet::default()), today()).is_empty());
        assert!(top_workers(&columns, post, 0, None, today()).is_empty());
    }

    #[test]
    fn a_person_nobody_asked_gets_honest_recommendations() {
        let mut columns = columns();
        let mut person = seeker(1);
        let known = person.worker.clone();
        person.worker = crate::domain::worker::Worker {
            birth_date: known.birth_date,
            sex: known.sex,
            origin: known.origin,
            schooling: known.schooling,
            ..Default::default()
        };
        person.status = crate::domain::worker::Status::Unknown;
        person.last_occupation = None;
        columns.upsert_seeker(&person);
        columns.upsert_opening(&opening(2));
        let list = top_vacancies(&columns, person.id, 20, None, today());
        let asked: Vec<_> = list[0].asked.iter().map(|(code, _)| *code).collect();
        assert_eq!(list.len(), 1);
        for code in ["occupation", "region", "leave_home", "wage", "start", "status"] {
            assert!(asked.contains(&code), "{code} in {asked:?}");
        }
    }

    #[test]
    fn reasons_are_the_heaviest_parts_without_the_household() {
        let mut columns = columns();
        let mut person = seeker(1);
        person.out_of_poverty = true;
        columns.upsert_seeker(&person);
        columns.upsert_opening(&opening(2));
        let found = top_vacancies(&columns, person.id, 1, None, today()).remove(0);
        let codes: Vec<_> = found.reasons.iter().map(|r| r.code).collect();
        assert_eq!(codes, ["occupation", "wage", "place", "needs"]);
        assert!(found.parts.iter().any(|p| p.code == "priority" && p.points > 0));
    }

    proptest! {
        #[test]
        fn the_best_are_those_of_scoring_everything(
            people in proptest::collection::vec(any_seeker(), 1..12),
            posts in proptest::collection::vec(any_opening(), 1..12),
            k in 1usize..5,
        ) {
            let mut columns = columns();
            for (n, mut person) in (1u128..).zip(people) {
                person.id = Uuid::from_u128(n * 7 % 13 + 100);
                person.status = crate::domain::worker::Status::Looking;
                columns.upsert_seeker(&person);
            }
            for (n, mut post) in (1u128..).zip(posts) {
                post.id = Uuid::from_u128(n * 5 % 17 + 200);
                post.state = crate::domain::vacancy::VacancyState::Open;
                columns.upsert_opening(&post);
            }
            let by_worker = everyone(&columns, k, None, today());
            let by_vacancy = every_vacancy(&columns, k, None, today());
            for (_, seeker) in columns.seekers.iter() {
                let mut all: Vec<_> = columns.openings.iter().filter_map(|(slot, opening)| {
                    let pair = Pair::new(&columns, seeker, slot, opening, today());
                    eligible(&pair).then(|| (Reverse(score(&pair)), opening.id))
                }).collect();
                all.sort();
                all.truncate(k);
                let got: Vec<_> = by_worker.iter().filter(|r| r.worker == seeker.id)
                    .map(|r| (Reverse(r.score), r.vacancy)).collect();
                prop_assert_eq!(got, all);
            }
            for (slot, opening) in columns.openings.iter() {
                let mut all: Vec<_> = columns.seekers.iter().filter_map(|(_, seeker)| {
                    let pair = Pair::new(&columns, seeker, slot, opening, today());
                    eligible(&pair).then(|| (Reverse(score(&pair)), seeker.id))
                }).collect();
                all.sort();
                all.truncate(k);
                let got: Vec<_> = by_vacancy.iter().filter(|r| r.vacancy == opening.id)
                    .map(|r| (Reverse(r.score), r.worker)).collect();
                prop_assert_eq!(got, all);
            }
        }
    }
}
