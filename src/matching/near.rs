//! What is nearly a match: the changes that open posts to a person, and the people whom little keeps from a post.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use jiff::civil::Date;
use uuid::Uuid;

use super::change::{Change, Side};
use super::columns::Columns;
use super::condition::{CONDITIONS, Pair, cost, eligible, failing};
use super::row::SeekerRow;
use super::score::score;
use super::sentence::Say;
use super::set::BitSet;
use super::ways::{FACTS, Way, ways};

/// What stands between a person and some posts.
#[derive(Debug, Clone, PartialEq)]
pub struct WhyNot {
    /// The conditions that fail.
    pub conditions: Vec<&'static str>,
    /// Why they fail at the first of the posts.
    pub says: Vec<Say>,
    /// What would make them true: one change, or two to be made together.
    pub changes: Vec<Change>,
    /// What the changes cost by the parameter file.
    pub cost: u32,
    /// How many posts this opens that no part of it opens alone.
    pub opens: usize,
    /// How many posts that are open to the person now it closes.
    pub closes: usize,
    /// The first of those that it opens by id.
    pub examples: Vec<Uuid>,
}

/// At most so many posts are named.
const EXAMPLES: usize = 20;
/// At most so many steps down of the wage floor are shown, the smallest ones.
const WAGE_STEPS: usize = 3;
/// A wage floor goes down in steps of 100 yuan.
const WAGE_STEP: i64 = 10_000;
/// At most so many pairs of changes are told, those that open most.
const PAIRS: usize = 12;
/// Conditions that two changes can make true at most: a list of needs is read by three.
const MOST_FAILING: u32 = 4;

/// What is found of the same changes beside the wage floor, the highest floor first, with the posts that are named.
type ByFloor = BTreeMap<Reverse<Option<i64>>, (WhyNot, BTreeSet<Uuid>)>;

/// Keeps the first examples by id.
fn note(examples: &mut BTreeSet<Uuid>, more: impl IntoIterator<Item = Uuid>) {
    for id in more {
        examples.insert(id);
        if examples.len() > EXAMPLES {
            examples.pop_last();
        }
    }
}

fn failed(pair: &Pair) -> (Vec<&'static str>, Vec<Say>) {
    let fails = CONDITIONS.iter().map(|c| (c, (c.check)(pair))).filter(|(_, held)| !held.ok);
    fails.map(|(c, held)| (c.code, (c.say)(pair, held))).unzip()
}

/// The cheapest change of the person alone that makes the pair eligible; a wage floor goes down by whole steps.
fn own_way(pair: &Pair) -> Option<(Vec<Change>, Option<i64>)> {
    let mut way = ways(pair, |change| change.side() == Side::Worker).into_iter().next()?;
    let mut floor = None;
    for change in &mut way.changes {
        if let Change::WageFloor(fen) = change {
            *fen -= fen.rem_euclid(WAGE_STEP);
            floor = Some(*fen);
        }
    }
    Some((way.changes, floor))
}

/// For each change of the person, and each two that are needed together, how many posts it opens: single ones first,
/// then those that open most, then the cheapest. A lower wage floor opens also what a less low one opens.
pub fn why_not(columns: &Columns, worker: Uuid, today: Date) -> Vec<WhyNot> {
    let Some((_, seeker)) = columns.seekers.find(worker) else {
        return vec![];
    };
    // By the changes other than of the wage floor, then by the floor.
    let mut found: BTreeMap<String, ByFloor> = BTreeMap::new();
    for (slot, opening) in columns.openings.iter() {
        let pair = Pair::new(columns, seeker, slot, opening, today);
        if !(1..=MOST_FAILING).contains(&failing(&pair).count_ones()) {
            continue;
        }
        let Some((changes, floor)) = own_way(&pair) else {
            continue;
        };
        let (conditions, says) = failed(&pair);
        let others: Vec<_> = changes.iter().filter(|c| !matches!(c, Change::WageFloor(_))).collect();
        let group = found.entry(format!("{conditions:?}{others:?}")).or_default();
        let (why, examples) = group.entry(Reverse(floor)).or_insert_with(|| {
            let cost = cost(&changes, pair.parameters);
            let why = WhyNot { conditions, says, cost, changes, opens: 0, closes: 0, examples: vec![] };
            (why, BTreeSet::new())
        });
        why.opens += 1;
        note(examples, [opening.id]);
    }
    let mut list = vec![];
    for group in found.into_values() {
        let (mut opens, mut named) = (0, BTreeSet::new());
        for (why, examples) in group.into_values().take(WAGE_STEPS) {
            opens += why.opens;
            note(&mut named, examples);
            list.push(WhyNot { opens, examples: named.iter().copied().collect(), ..why });
        }
    }
    list.sort_by(|a, b| {
        let key = |w: &WhyNot| (w.changes.len(), Reverse(w.opens), w.cost);
        (key(a), &a.conditions, &a.examples).cmp(&(key(b), &b.conditions, &b.examples))
    });
    let singles = list.partition_point(|why| why.changes.len() == 1);
    list.truncate(singles + PAIRS);
    list
}

/// Why a person is not to be recommended for any post, whatever the post: their status, their own no, their capacity, their
/// age. Nothing for an unknown person.
pub fn kept_out(columns: &Columns, worker: Uuid, today: Date) -> Vec<Say> {
    // These conditions read nothing of a post, so any one will do.
    let (Some((_, seeker)), Some((slot, opening))) = (columns.seekers.find(worker), columns.openings.iter().next())
    else {
        return vec![];
    };
    let pair = Pair::new(columns, seeker, slot, opening, today);
    let own = CONDITIONS.iter().filter(|c| ["status", "opted_out", "no_capacity", "under_16"].contains(&c.code));
    let fails = own.map(|c| (c, (c.check)(&pair))).filter(|(_, held)| !held.ok);
    fails.map(|(c, held)| (c.say)(&pair, held)).collect()
}

/// Two weeks, by which a first free day is tried earlier and later.
const DAYS: i64 = 14;

/// What is usually asked of a person: a wage floor a tenth lower, two weeks earlier, two weeks later.
pub fn usual(columns: &Columns, worker: Uuid, today: Date) -> Vec<Change> {
    let Some((_, seeker)) = columns.seekers.find(worker) else {
        return vec![];
    };
    let lower = seeker.wage_floor.map(|fen| Change::WageFloor(fen.saturating_mul(9) / 10 / 100 * 100));
    let moved = |days: i64| {
        let free = seeker.available_from?.checked_add(jiff::Span::new().days(days)).ok()?.max(today);
        (Some(free) != seeker.available_from).then_some(Change::AvailableFrom(free))
    };
    [lower, moved(-DAYS), moved(DAYS)].into_iter().flatten().collect()
}

/// What one change of a person's wage floor or first free day opens and closes; `None` for an unknown person.
pub fn tried(columns: &Columns, worker: Uuid, change: &Change, today: Date) -> Option<WhyNot> {
    let (_, seeker) = columns.seekers.find(worker)?;
    let mut changed = seeker.clone();
    match change {
        Change::WageFloor(fen) => changed.wage_floor = Some(*fen),
        Change::AvailableFrom(day) => changed.available_from = Some(*day),
        _ => return None,
    }
    let changes = vec![change.clone()];
    let cost = cost(&changes, &columns.parameters);
    let mut why = WhyNot { conditions: vec![], says: vec![], changes, cost, opens: 0, closes: 0, examples: vec![] };
    let mut examples = BTreeSet::new();
    for (slot, opening) in columns.openings.iter() {
        let pair = Pair::new(columns, seeker, slot, opening, today);
        let (before, after) = (eligible(&pair), eligible(&Pair { seeker: &changed, ..pair }));
        why.closes += usize::from(before && !after);
        if after && !before {
            if why.opens == 0 {
                (why.conditions, why.says) = failed(&pair);
            }
            why.opens += 1;
            note(&mut examples, [opening.id]);
        }
    }
    why.examples = examples.into_iter().collect();
    Some(why)
}

/// Somebody whom little keeps from a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearly {
    /// The person.
    pub worker: Uuid,
    /// Why they do not fit.
    pub says: Vec<Say>,
    /// What would have to change, on either side.
    pub way: Way,
    /// Points of the pair.
    pub score: u32,
}

/// People of `people` (`None` = all) who would fit a post after one change or two, the cheapest first, then by score.
pub fn nearly(columns: &Columns, vacancy: Uuid, limit: usize, people: Option<&BitSet>, today: Date) -> Vec<Nearly> {
    let Some((slot, opening)) = columns.openings.find(vacancy) else {
        return vec![];
    };
    let pair_with = |seeker| Pair::new(columns, seeker, slot, opening, today);
    // The worst of those who are kept stands at the top.
    let mut kept: BinaryHeap<(u32, Reverse<u32>, Uuid, u32)> = BinaryHeap::new();
    for (number, seeker) in columns.seekers.iter() {
        let pair: Pair = pair_with(seeker);
        if people.is_some_and(|set| !set.contains(number)) || !(1..=MOST_FAILING).contains(&failing(&pair).count_ones())
        {
            continue;
        }
        if let Some(way) = ways(&pair, |_| true).first() {
            kept.push((way.cost, Reverse(score(&pair)), seeker.id, number));
            if kept.len() > limit {
                kept.pop();
            }
        }
    }
    let taken_apart = |(_, Reverse(score), worker, number): (u32, Reverse<u32>, Uuid, u32)| {
        let seeker: &SeekerRow = columns.seekers.get(number)?;
        let pair = pair_with(seeker);
        let way = ways(&pair, |_| true).into_iter().next()?;
        Some(Nearly { worker, says: failed(&pair).1, way, score })
    };
    kept.into_sorted_vec().into_iter().filter_map(taken_apart).collect()
}

const _: () = assert!(FACTS == 2, "the pages and the words speak of one change or two");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vacancy::Opening;
    use crate::domain::worker::Seeker;
    use crate::matching::sample::{any_opening, any_seeker, columns, opening, seeker, today};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn with(person: &Seeker, posts: &[Opening]) -> Columns {
        let mut columns = columns();
        columns.upsert_seeker(person);
        for post in posts {
            columns.upsert_opening(post);
        }
        columns
    }

    fn far(id: u128) -> Opening {
        let mut post = opening(id);
        post.vacancy.region = Some("520502".into());
        post
    }

    #[test]
    fn a_lower_floor_opens_what_a_less_low_one_opens_too() {
        let mut person = seeker(1);
        person.worker.wage_floor = Some(800_000);
        let mut low = opening(3);
        low.vacancy.pay.max = Some(550_000);
        let columns = with(&person, &[opening(2), low]);
        let list = why_not(&columns, person.id, today());
        let counts: Vec<_> = list.iter().map(|w| (w.conditions.join(" "), w.opens)).collect();
        assert_eq!(counts, [("wage".to_owned(), 2), ("wage".to_owned(), 1)]);
        assert_eq!(list[0].changes, [Change::WageFloor(550_000)]);
    }

    #[test]
    fn two_changes_that_only_together_open_posts_follow_the_single_ones() {
        let mut person = seeker(1);
        person.worker.wage_floor = Some(800_000);
        let columns = with(&person, &[opening(2), far(3), far(4)]);
        let list = why_not(&columns, person.id, today());
        let counts: Vec<_> = list.iter().map(|w| (w.changes.len(), w.opens)).collect();
        assert_eq!(counts, [(1, 1), (2, 2)]);
        assert_eq!(list[1].conditions, ["region", "wage"]);
        assert_eq!(list[1].examples, [Uuid::from_u128(3), Uuid::from_u128(4)]);
    }

    #[test]
    fn a_floor_a_tenth_lower_opens_what_only_the_wage_kept_shut_and_a_later_day_closes() {
        let mut person = seeker(1);
        person.worker.wage_floor = Some(650_050);
        let mut columns = with(&person, &[opening(2), far(3)]);
        let found = tried(&columns, person.id, &Change::WageFloor(585_000), today()).unwrap();
        assert_eq!((found.opens, found.closes, found.conditions), (1, 0, vec!["wage"]));
        let found = tried(&columns, person.id, &Change::WageFloor(640_000), today()).unwrap();
        assert_eq!((found.opens, found.closes), (0, 0));
        columns.upsert_seeker(&seeker(1));
        let later = Change::AvailableFrom(date(2026, 12, 21));
        let found = tried(&columns, person.id, &later, today()).unwrap();
        assert_eq!((found.opens, found.closes), (0, 1));
    }

    #[test]
    fn people_are_told_by_what_it_costs_that_they_fit() {
        let (mut dear, mut asked, fits) = (seeker(1), seeker(2), seeker(3));
        dear.worker.regions_wanted = vec!["520502".into()];
        dear.worker.wage_floor = Some(800_000);
        asked.worker.regions_wanted = vec!["520502".into()];
        let mut columns = with(&dear, &[opening(9)]);
        columns.upsert_seeker(&asked);
        columns.upsert_seeker(&fits);
        let list = nearly(&columns, Uuid::from_u128(9), 5, None, today());
        let told: Vec<_> = list.iter().map(|n| (n.worker.as_u128(), n.way.changes.len(), n.says.len())).collect();
        assert_eq!(told, [(2, 1, 1), (1, 2, 2)]);
        assert_eq!(nearly(&columns, Uuid::from_u128(9), 1, None, today()).len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_counted_is_what_the_changes_open(
            person in any_seeker(), posts in proptest::collection::vec(any_opening(), 1..12),
        ) {
            let mut columns = columns();
            columns.upsert_seeker(&person);
            let posts: Vec<Opening> =
                posts.into_iter().zip(500u128..).map(|(post, n)| Opening { id: Uuid::from_u128(n), ..post }).collect();
            for post in &posts {
                columns.upsert_opening(post);
            }
            for why in why_not(&columns, person.id, today()) {
                let mut changed = person.clone();
                why.changes.iter().for_each(|change| change.apply_to_seeker(&mut changed));
                let after = with(&changed, &posts);
                let (_, row) = after.seekers.find(person.id).unwrap();
                for id in &why.examples {
                    let (slot, opening) = after.openings.find(*id).unwrap();
                    prop_assert!(eligible(&Pair::new(&after, row, slot, opening, today())), "{why:?}");
                }
                prop_assert!(why.opens >= why.examples.len() && why.changes.iter().all(|c| c.side() == Side::Worker));
            }
        }
    }
}
