//! How fairly a plan spreads: who got a post, who had one open and lost out, who has none that fits at all.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use uuid::Uuid;

use super::table::{Table, in_parallel};

/// So many people of each kind are named.
const NAMED: usize = 100;

/// Who got a post and who did not; every person of the table stands in exactly one of the three counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// People with a post: one each, never two.
    pub placed: usize,
    /// People with some post that fits, all of whose places went to others.
    pub lost_out: usize,
    /// People for whom no post fits.
    pub no_post: usize,
    /// Places that stay empty.
    pub empty: u64,
    /// People of watched households.
    pub watched: usize,
    /// Those of them with a post.
    pub watched_placed: usize,
    /// Most open introductions that somebody with a post would hold once it is adopted.
    pub most_open: usize,
    /// Some who lost out, people of watched households first.
    pub lost_out_people: Vec<Uuid>,
    /// Some for whom nothing fits, people of watched households first.
    pub no_post_people: Vec<Uuid>,
}

/// The spread of a plan.
pub fn spread(table: &Table, pairs: &[(u32, u32, u32)]) -> Spread {
    let mut placed = vec![false; table.workers()];
    for (worker, _, _) in pairs {
        placed[*worker as usize] = true;
    }
    let fits: Vec<AtomicBool> = placed.iter().map(|has| AtomicBool::new(*has)).collect();
    in_parallel(table.threads(), table.posts(), |post| {
        // Who is known to have a post that fits needs no other.
        let unknown = |worker: u32| !fits[worker as usize].load(Ordering::Relaxed);
        table.beside(post as u32).each(unknown, |worker, _| fits[worker as usize].store(true, Ordering::Relaxed));
    });
    let everyone = || 0..table.workers() as u32;
    let watched = |worker: &u32| table.seeker(*worker).watch.is_some();
    let has = |worker: &u32| placed[*worker as usize];
    let free = |fitting: bool| -> Vec<u32> {
        let mut found: Vec<u32> =
            everyone().filter(|w| !has(w) && fits[*w as usize].load(Ordering::Relaxed) == fitting).collect();
        found.sort_by_key(|worker| !watched(worker));
        found
    };
    let (lost_out, no_post) = (free(true), free(false));
    let named = |list: &[u32]| list.iter().take(NAMED).map(|worker| table.worker(*worker)).collect();
    let mut taken = vec![0u32; table.posts()];
    for (_, post, _) in pairs {
        taken[*post as usize] += 1;
    }
    // Who took a place that was kept for them took none of those that are open to everybody.
    let empty = |post: u32| u64::from(table.opening(post).places_left.saturating_sub(taken[post as usize]));
    Spread {
        placed: pairs.len(),
        lost_out: lost_out.len(),
        no_post: no_post.len(),
        empty: (0..table.posts() as u32).map(empty).sum(),
        watched: everyone().filter(watched).count(),
        watched_placed: everyone().filter(watched).filter(has).count(),
        most_open: pairs.iter().map(|(w, _, _)| table.seeker(*w).introduced().len() + 1).max().unwrap_or(0),
        lost_out_people: named(&lost_out),
        no_post_people: named(&no_post),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::sample::{columns, opening, seeker, today};

    #[test]
    fn everybody_is_placed_or_lost_out_or_has_nothing_that_fits() {
        let mut columns = columns();
        let mut post = opening(20);
        post.places_left = 2;
        columns.upsert_opening(&post);
        for id in 1..=4 {
            let mut person = seeker(id);
            if id == 4 {
                person.worker.wage_floor = Some(900_000_000);
            }
            columns.upsert_seeker(&person);
        }
        let table = Table::new(&columns, None, None, today());
        let found = spread(&table, &[(0, 0, 500)]);
        assert_eq!((found.placed, found.lost_out, found.no_post, found.empty), (1, 2, 1, 1));
        assert_eq!(found.no_post_people, [table.worker(3)]);
        assert_eq!(found.most_open, 1);
    }
}
