//! What would have to change so that a pair fits: every fact alone, and every two facts together, cheapest first.
//!
//! Only the ways of the conditions are put together, so nothing is ever proposed that no condition proposes: never a
//! birth date, never a protected attribute. What a change costs stands in the parameter file and nowhere else.

use super::change::Change;
use super::condition::{CONDITIONS, Pair, cost};

/// So many facts at most are changed together.
pub const FACTS: usize = 2;

/// Changes that together make a pair eligible; none of them can be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The changes, one a fact.
    pub changes: Vec<Change>,
    /// What they cost by the parameter file.
    pub cost: u32,
}

/// Both sets of changes as one, sorted by field; `None` where they contradict each other.
fn together(one: &[Change], other: &[Change]) -> Option<Vec<Change>> {
    let mut all = one.to_vec();
    for change in other {
        match all.iter_mut().find(|known| known.key() == change.key()) {
            Some(known) => *known = known.both(change)?,
            None => all.push(change.clone()),
        }
    }
    all.sort_by_key(Change::key);
    Some(all)
}

/// Every single change and every two changes, of those that `may` be made, that make the pair eligible, cheapest first;
/// nothing for a pair that is eligible already.
pub fn ways(pair: &Pair, may: impl Fn(&Change) -> bool) -> Vec<Way> {
    let mut sets: Vec<Vec<Change>> = vec![vec![]];
    for condition in CONDITIONS.iter().filter(|condition| !(condition.check)(pair).ok) {
        let mut found = vec![];
        for way in (condition.ways)(pair).iter().filter(|way| !way.is_empty() && way.iter().all(&may)) {
            for set in &sets {
                let joined = together(set, way).filter(|joined| joined.len() <= FACTS && !found.contains(joined));
                found.extend(joined);
            }
        }
        if found.is_empty() {
            return vec![];
        }
        sets = found;
    }
    let within = |part: &[Change], whole: &[Change]| part.len() < whole.len() && part.iter().all(|c| whole.contains(c));
    let needed = |set: &Vec<Change>| !set.is_empty() && !sets.iter().any(|other| within(other, set));
    let priced = |set: &Vec<Change>| Way { changes: set.clone(), cost: cost(set, pair.parameters) };
    let mut list: Vec<Way> = sets.iter().filter(|set| needed(set)).map(priced).collect();
    let keys = |way: &Way| way.changes.iter().map(Change::key).collect::<Vec<_>>();
    list.sort_by_cached_key(|way| (way.cost, way.changes.len(), keys(way)));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vacancy::Opening;
    use crate::domain::worker::{Need, Seeker};
    use crate::matching::columns::Columns;
    use crate::matching::condition::eligible;
    use crate::matching::sample::{any_opening, any_seeker, columns, opening, seeker, today};
    use proptest::prelude::*;

    /// Asks something of the pair that these two make.
    fn asked<T>(person: &Seeker, post: &Opening, ask: impl FnOnce(&Pair) -> T) -> T {
        let mut columns: Columns = columns();
        columns.upsert_seeker(person);
        columns.upsert_opening(post);
        let (_, seeker) = columns.seekers.find(person.id).unwrap();
        let (slot, opening) = columns.openings.find(post.id).unwrap();
        ask(&Pair::new(&columns, seeker, slot, opening, today()))
    }

    fn all_ways(person: &Seeker, post: &Opening) -> Vec<Way> {
        asked(person, post, |pair| ways(pair, |_| true))
    }

    fn fits_with(person: &Seeker, post: &Opening, changes: &[&Change]) -> bool {
        let (mut person, mut post) = (person.clone(), post.clone());
        for change in changes {
            change.apply_to_seeker(&mut person);
            change.apply_to_opening(&mut post);
        }
        asked(&person, &post, eligible)
    }

    fn named(list: &[Way]) -> Vec<String> {
        list.iter().map(|way| way.changes.iter().map(Change::key).collect::<Vec<_>>().join(" + ")).collect()
    }

    #[test]
    fn either_side_of_two_obstacles_may_give_way_and_the_cheapest_stands_first() {
        let (mut person, mut post) = (seeker(1), opening(2));
        person.worker.wage_floor = Some(620_000);
        post.vacancy.region = Some("520502".into());
        assert_eq!(
            named(&all_ways(&person, &post)),
            ["worker.regions_wanted + worker.wage_floor", "vacancy.wage.max + worker.regions_wanted"]
        );
    }

    #[test]
    fn one_fact_that_clears_two_obstacles_is_one_change() {
        let (mut person, mut post) = (seeker(1), opening(2));
        person.worker.needs = vec![Need::Lodging, Need::Couple];
        person.worker.partner = Some(uuid::Uuid::from_u128(5));
        post.places_left = 1;
        let found = all_ways(&person, &post);
        assert_eq!(found[0].changes, [Change::Needs(vec![Need::Lodging])]);
        person.worker.occupations_wanted.clear();
        person.worker.experience.clear();
        person.last_occupation = None;
        person.worker.needs.clear();
        post.vacancy.requirements.certificates = vec!["焊工证".into()];
        let found = all_ways(&person, &post);
        assert!(found.iter().any(|way| way.changes == [Change::AskedCertificates(vec![])]), "{found:?}");
    }

    #[test]
    fn three_obstacles_apart_and_a_protected_one_have_no_way() {
        let (mut person, mut post) = (seeker(1), opening(2));
        person.worker.wage_floor = Some(620_000);
        post.vacancy.region = Some("520502".into());
        person.worker.available_from = Some(jiff::civil::date(2027, 3, 1));
        assert_eq!(all_ways(&person, &post), []);
        let (person, mut post) = (seeker(1), opening(2));
        post.vacancy.requirements.max_age = Some(25);
        assert_eq!(all_ways(&person, &post), []);
        assert_eq!(all_ways(&person, &opening(2)), [], "who fits needs no way");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn the_ways_are_those_that_trying_every_change_and_every_two_changes_finds(
            mut person in any_seeker(), mut post in any_opening(), same in any::<[bool; 6]>(),
        ) {
            // Of pairs that differ in everything no two changes make anything: some facts are those of a pair that fits.
            let (fitting, open) = (seeker(1), opening(2));
            if same[0] { person.worker.occupations_wanted.clone_from(&fitting.worker.occupations_wanted); }
            if same[1] { person.worker.regions_wanted.clear(); person.worker.can_leave_home = Some(true); }
            if same[2] { post.vacancy.requirements = open.vacancy.requirements.clone(); }
            if same[3] { post.state = open.state; post.places_left = post.places_left.max(1); }
            if same[4] { person.status = fitting.status; person.opted_out = false; person.worker.wage_floor = None; }
            person.worker.birth_date = fitting.worker.birth_date;
            if same[5] { post.vacancy.hazards.clear(); post.vacancy.kind = None; }
            let mut tried: Vec<Change> = vec![];
            asked(&person, &post, |pair| {
                for condition in CONDITIONS.iter().filter(|c| !(c.check)(pair).ok) {
                    for change in (condition.ways)(pair).into_iter().flatten() {
                        if !tried.contains(&change) { tried.push(change); }
                    }
                }
            });
            let mut wanted: Vec<Vec<&Change>> = vec![];
            if !fits_with(&person, &post, &[]) {
                let alone: Vec<&Change> = tried.iter().filter(|c| fits_with(&person, &post, &[*c])).collect();
                for (place, one) in tried.iter().enumerate() {
                    for other in &tried[place + 1..] {
                        let needed = one.key() != other.key() && !alone.contains(&one) && !alone.contains(&other);
                        if needed && fits_with(&person, &post, &[one, other]) {
                            wanted.push(vec![one, other]);
                        }
                    }
                }
                wanted.extend(alone.into_iter().map(|one| vec![one]));
            }
            let found = all_ways(&person, &post);
            for way in &found {
                let changes: Vec<&Change> = way.changes.iter().collect();
                let known = wanted.iter().any(|w| w.len() == changes.len() && w.iter().all(|c| changes.contains(c)));
                prop_assert!(known, "not a way: {way:?}\nwanted {wanted:#?}");
            }
            prop_assert_eq!(found.len(), wanted.len(), "{:#?}\nwanted {:#?}", &found, &wanted);
            prop_assert!(found.is_sorted_by_key(|way| way.cost));
            for change in found.iter().flat_map(|way| &way.changes) {
                for word in ["birth", "sex", "ethnicity", "health", "origin", "_age", "watch", "marital"] {
                    prop_assert!(!change.key().contains(word));
                }
            }
        }
    }
}
