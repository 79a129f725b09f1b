//! Everybody's best posts, kept up to date: a change looks at one person or one post, and at the lists that it touches.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Columns;
use super::condition::{Pair, eligible};
use super::recommend::{best_openings, everyone};
use super::score::score;

/// A place on a list: better ones come first.
type Place = (Reverse<u32>, Uuid);

/// The `k` best posts of every person on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    k: usize,
    today: Date,
    lists: BTreeMap<Uuid, Vec<Place>>,
}

impl Kept {
    /// Makes all lists.
    pub fn new(columns: &Columns, k: usize, today: Date) -> Self {
        let mut lists: BTreeMap<Uuid, Vec<Place>> = columns.seekers.iter().map(|(_, row)| (row.id, vec![])).collect();
        for line in everyone(columns, k, None, today).iter() {
            lists.entry(line.worker).or_default().push((Reverse(line.score), line.vacancy));
        }
        Self { k, today, lists }
    }

    /// Post and score of a person's list, best first.
    pub fn of(&self, worker: Uuid) -> impl Iterator<Item = (Uuid, u32)> + '_ {
        self.lists.get(&worker).into_iter().flatten().map(|(score, vacancy)| (*vacancy, score.0))
    }

    /// A person came, changed or went: their own list is made again. Answers how many lists changed.
    pub fn worker_changed(&mut self, columns: &Columns, worker: Uuid) -> usize {
        let fresh = columns.seekers.find(worker).map(|(slot, _)| self.made(columns, slot));
        let before = match fresh.clone() {
            Some(list) => self.lists.insert(worker, list),
            None => self.lists.remove(&worker),
        };
        usize::from(before != fresh)
    }

    /// A post came, changed or went: it is held against everybody, and only lists that lose it by that are made again.
    /// Answers how many lists changed.
    pub fn vacancy_changed(&mut self, columns: &Columns, vacancy: Uuid) -> usize {
        let post = columns.openings.find(vacancy);
        let mut touched = 0;
        for (slot, seeker) in columns.seekers.iter() {
            let now = post.filter(|(_, opening)| opening.places_left > 0).and_then(|(number, opening)| {
                let pair = Pair::new(columns, seeker, number, opening, self.today);
                eligible(&pair).then(|| (Reverse(score(&pair)), vacancy))
            });
            let list = self.lists.entry(seeker.id).or_default();
            let before = list.iter().position(|(_, id)| *id == vacancy);
            let was_full = list.len() == self.k;
            if before.map(|place| list[place]) == now
                || before.is_none() && !now.is_some_and(|now| enters(list, now, self.k))
            {
                continue;
            }
            touched += 1;
            if let Some(place) = before {
                list.remove(place);
            }
            match now {
                // Somebody below the list may be better than what fell to its end.
                _ if before.is_some() && was_full && !now.is_some_and(|now| enters(list, now, self.k - 1)) => {
                    let list = self.made(columns, slot);
                    self.lists.insert(seeker.id, list);
                }
                Some(now) => {
                    list.insert(list.partition_point(|place| *place < now), now);
                    list.truncate(self.k);
                }
                None => {}
            }
        }
        touched
    }

    fn made(&self, columns: &Columns, slot: u32) -> Vec<Place> {
        let best = best_openings(columns, slot, self.k, None, self.today).into_iter();
        best.filter_map(|(score, post)| Some((Reverse(score), columns.openings.get(post)?.id))).collect()
    }
}

/// The place is among the first `k` of a list that it is not on.
fn enters(list: &[Place], place: Place, k: usize) -> bool {
    list.len() < k || k > 0 && place < list[k - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vacancy::VacancyState;
    use crate::domain::worker::Status;
    use crate::matching::sample::{any_opening, any_seeker, columns, today};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_that_follow_changes_are_those_made_anew(
            people in proptest::collection::vec((0u128..9, any_seeker()), 1..24),
            posts in proptest::collection::vec((0u128..9, any_opening()), 1..24),
            k in 1usize..5, goes in any::<[u8; 24]>(),
        ) {
            let mut columns = columns();
            let mut kept = Kept::new(&columns, k, today());
            for (turn, ((p, mut person), (v, mut post))) in people.into_iter().zip(posts).enumerate() {
                person.id = Uuid::from_u128(100 + p);
                person.status = Status::Looking;
                post.id = Uuid::from_u128(200 + v);
                post.state = VacancyState::Open;
                columns.upsert_seeker(&person);
                kept.worker_changed(&columns, person.id);
                columns.upsert_opening(&post);
                kept.vacancy_changed(&columns, post.id);
                match goes[turn % 24] % 6 {
                    0 => {
                        columns.remove_opening(post.id);
                        kept.vacancy_changed(&columns, post.id);
                    }
                    1 => {
                        columns.remove_seeker(person.id);
                        kept.worker_changed(&columns, person.id);
                    }
                    _ => {}
                }
                prop_assert_eq!(&kept, &Kept::new(&columns, k, today()));
            }
        }
    }
}
