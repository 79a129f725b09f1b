//! All people, posts and classes that matching knows, found by id; they follow the change log through upserts and removals.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::lexicon::Lexicon;
use super::parameters::Parameters;
use super::row::{CourseRow, OpeningRow, SeekerRow};
use super::set::BitSet;
use super::vocabulary::{Vocabulary, region_holds};
use crate::domain::training::Course;
use crate::domain::vacancy::Opening;
use crate::domain::worker::Seeker;

/// Rows by slot; an id keeps its slot for ever, so that slots may be remembered elsewhere.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    rows: Vec<Option<T>>,
    slots: HashMap<Uuid, u32>,
    filled: usize,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), slots: HashMap::new(), filled: 0 }
    }
}

impl<T> Shelf<T> {
    /// Slot of an id, kept free for it if it has no row yet.
    fn slot(&mut self, id: Uuid) -> u32 {
        let next = self.rows.len() as u32;
        let slot = *self.slots.entry(id).or_insert(next);
        if slot == next {
            self.rows.push(None);
        }
        slot
    }

    fn put(&mut self, id: Uuid, row: T) -> u32 {
        let slot = self.slot(id);
        self.filled += usize::from(self.rows[slot as usize].replace(row).is_none());
        slot
    }

    fn remove(&mut self, id: Uuid) {
        if let Some(slot) = self.slots.get(&id) {
            self.filled -= usize::from(self.rows[*slot as usize].take().is_some());
        }
    }

    /// Row and slot of an id.
    pub fn find(&self, id: Uuid) -> Option<(u32, &T)> {
        let slot = *self.slots.get(&id)?;
        Some((slot, self.rows[slot as usize].as_ref()?))
    }

    /// Row of a slot.
    pub fn get(&self, slot: u32) -> Option<&T> {
        self.rows.get(slot as usize)?.as_ref()
    }

    /// All rows with their slots.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0u32..).zip(&self.rows).filter_map(|(slot, row)| Some((slot, row.as_ref()?)))
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }
}

/// Everything matching reads.
#[derive(Clone)]
pub struct Columns {
    /// Weights and costs.
    pub parameters: Arc<Parameters>,
    /// Texts as numbers.
    pub words: Vocabulary,
    /// People.
    pub seekers: Shelf<SeekerRow>,
    /// Posts.
    pub openings: Shelf<OpeningRow>,
    /// Classes.
    pub courses: Shelf<CourseRow>,
}

impl Columns {
    /// Empty columns over the rule books and a parameter file.
    pub fn new(lexicon: Arc<Lexicon>, parameters: Arc<Parameters>) -> Self {
        Self {
            parameters,
            words: Vocabulary::new(lexicon),
            seekers: Shelf::default(),
            openings: Shelf::default(),
            courses: Shelf::default(),
        }
    }

    /// Puts a person in, or in the place of what was known of them.
    pub fn upsert_seeker(&mut self, seeker: &Seeker) -> u32 {
        let partner = seeker.worker.partner.map(|id| self.seekers.slot(id));
        let introduced = seeker.introduced.iter().map(|id| self.openings.slot(*id)).collect();
        let trains_for = seeker.trains_for.iter().map(|id| self.openings.slot(*id)).collect();
        let row = SeekerRow::pack(seeker, &mut self.words, partner, introduced, trains_for);
        self.seekers.put(seeker.id, row)
    }

    /// Takes a person out.
    pub fn remove_seeker(&mut self, id: Uuid) {
        self.seekers.remove(id);
    }

    /// Puts a post in, or in the place of what was known of it.
    pub fn upsert_opening(&mut self, opening: &Opening) -> u32 {
        let slack = self.parameters.start.slack_days;
        let row = OpeningRow::pack(opening, &mut self.words, slack);
        self.openings.put(opening.id, row)
    }

    /// Takes a post out.
    pub fn remove_opening(&mut self, id: Uuid) {
        self.openings.remove(id);
    }

    /// Puts a class in, or in the place of what was known of it.
    pub fn upsert_course(&mut self, course: &Course) -> u32 {
        let row = CourseRow::pack(course, &mut self.words);
        self.courses.put(course.id, row)
    }

    /// Takes a class out.
    pub fn remove_course(&mut self, id: Uuid) {
        self.courses.remove(id);
    }

    /// Slots of the people linked to any of these stations: the scope of an actor, made before a scan.
    pub fn seekers_of(&self, stations: &[Uuid]) -> BitSet {
        let wanted: BitSet = stations.iter().filter_map(|id| self.words.known_station(*id)).collect();
        self.seekers
            .iter()
            .filter(|(_, row)| row.stations().iter().any(|s| wanted.contains(*s)))
            .map(|(slot, _)| slot)
            .collect()
    }

    /// Of these people (`None` = all) those whose village or registered home lies in one of the regions, and those of whom
    /// it is not known. Where neither is recorded, a county's station that looks after them tells: `counties` are regions by
    /// station.
    pub fn seekers_from(
        &self,
        people: Option<&BitSet>,
        regions: &[u32],
        counties: &BTreeMap<Uuid, Vec<u32>>,
    ) -> (BitSet, BitSet) {
        let served = counties.iter().filter_map(|(id, regions)| Some((self.words.known_station(*id)?, regions)));
        let served: BTreeMap<u32, &Vec<u32>> = served.collect();
        let (mut from, mut unknown) = (vec![], vec![]);
        for (slot, row) in self.seekers.iter().filter(|(slot, _)| people.is_none_or(|set| set.contains(*slot))) {
            let within = |home: u32| regions.iter().any(|region| region_holds(*region, home));
            let mut told = row.stations().iter().filter_map(|station| served.get(station)).flat_map(|all| all.iter());
            if row.comes_from() != 0 {
                from.extend(regions.iter().any(|region| row.belongs_to(*region)).then_some(slot));
            } else if told.clone().next().is_none() {
                unknown.push(slot);
            } else if told.any(|home| within(*home)) {
                from.push(slot);
            }
        }
        (from.into_iter().collect(), unknown.into_iter().collect())
    }

    /// Of these people (`None` = all) those who may begin on the day, as far as they said.
    pub fn seekers_free_on(&self, people: Option<&BitSet>, day: Date) -> BitSet {
        let within = |slot| people.is_none_or(|set| set.contains(slot));
        let free = |row: &SeekerRow| row.available_from.is_none_or(|from| from <= day);
        self.seekers.iter().filter(|(slot, row)| within(*slot) && free(row)).map(|(slot, _)| slot).collect()
    }

    /// Slots of the posts that any of these stations looks after.
    pub fn openings_of(&self, stations: &[Uuid]) -> BitSet {
        let wanted: BitSet = stations.iter().filter_map(|id| self.words.known_station(*id)).collect();
        self.openings
            .iter()
            .filter(|(_, row)| row.station.is_some_and(|s| wanted.contains(s)))
            .map(|(slot, _)| slot)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::matching::sample::{columns, opening, seeker};
    use uuid::Uuid;

    #[test]
    fn a_row_is_found_by_id_replaced_and_removed() {
        let mut columns = columns();
        let mut person = seeker(1);
        columns.upsert_seeker(&person);
        person.worker.wage_floor = Some(450_000);
        columns.upsert_seeker(&person);
        assert_eq!(columns.seekers.len(), 1);
        assert_eq!(columns.seekers.find(person.id).unwrap().1.wage_floor, Some(450_000));
        columns.remove_seeker(person.id);
        columns.remove_seeker(person.id);
        assert!(columns.seekers.is_empty() && columns.seekers.find(person.id).is_none());
    }

    #[test]
    fn an_introduction_is_remembered_even_when_the_post_comes_later() {
        let mut columns = columns();
        let (mut person, post) = (seeker(1), opening(2));
        person.introduced.push(post.id);
        columns.upsert_seeker(&person);
        assert!(columns.openings.is_empty());
        let slot = columns.upsert_opening(&post);
        assert_eq!(columns.seekers.find(person.id).unwrap().1.introduced(), [slot]);
    }

    #[test]
    fn who_comes_from_where_is_told_by_the_home_else_by_the_countys_station_else_by_nobody() {
        let mut columns = columns();
        let (nayong, zhijin, elsewhere) = (Uuid::from_u128(71), Uuid::from_u128(72), Uuid::from_u128(73));
        let mut add = |id: u128, origin: Option<&str>, station: Uuid| {
            let mut person = seeker(id);
            person.worker.origin = origin.map(str::to_owned);
            person.stations = vec![station];
            columns.upsert_seeker(&person)
        };
        let home = add(1, Some("520525"), zhijin);
        let served = add(2, None, nayong);
        add(3, None, zhijin);
        let nobody_knows = add(4, None, elsewhere);
        let region = |code: &str| columns.words.region(code);
        let (wanted, other) = (region("520525"), region("520524"));
        let counties = [(nayong, vec![wanted]), (zhijin, vec![other])].into_iter().collect();
        let (from, unknown) = columns.seekers_from(None, &[wanted], &counties);
        assert_eq!((from.len(), from.contains(home), from.contains(served)), (2, true, true));
        assert_eq!((unknown.len(), unknown.contains(nobody_knows)), (1, true));
    }

    #[test]
    fn a_scope_holds_the_people_of_its_stations_only() {
        let mut columns = columns();
        let station = Uuid::from_u128(77);
        let (mut own, mut other) = (seeker(1), seeker(2));
        own.stations = vec![Uuid::from_u128(78), station];
        other.stations = vec![Uuid::from_u128(78)];
        let slot = columns.upsert_seeker(&own);
        columns.upsert_seeker(&other);
        let scope = columns.seekers_of(&[station, Uuid::from_u128(79)]);
        assert_eq!(scope.len(), 1);
        assert!(scope.contains(slot));
    }
}
