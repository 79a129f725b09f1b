//! Order classes: places of a vacancy are kept for who sits in a class bound to it, and who passes is put forward.

use std::cmp::Reverse;
use std::collections::HashMap;

use uuid::Uuid;

use super::error::{Error, Result};
use super::introduction;
use super::office::Office;
use crate::domain::actor::Actor;
use crate::domain::training::Class;
use crate::domain::vacancy::Opening;
use crate::store::db::Read;
use crate::store::worker::Scope;
use crate::store::{Tx, class as classes, introduction as cases, vacancy as vacancies};

/// An introduction that was made, or the code of why none could be.
pub type Forward = std::result::Result<Uuid, &'static str>;

/// How many places of a vacancy are kept: one for each who sits in a class bound to it, the vacancies of a class filled in
/// their order, and one for each graduate who is put forward.
pub async fn kept(read: &mut impl Read, vacancy: Uuid) -> Result<u32> {
    let mut kept = classes::waiting(read, vacancy).await?;
    for (order, mut sitting) in classes::orders(read, vacancy).await? {
        for post in order {
            let share = sitting.min(cases::places(read, post).await?.left());
            if post == vacancy {
                kept += share;
                break;
            }
            sitting -= share;
        }
    }
    Ok(kept)
}

/// How many places are kept of those of these vacancies that keep any.
pub async fn kept_of(read: &mut impl Read, ids: &[Uuid]) -> Result<HashMap<Uuid, u32>> {
    let mut found = HashMap::new();
    for id in classes::ordered(read, ids).await? {
        let places = kept(read, id).await?;
        if places > 0 {
            found.insert(id, places);
        }
    }
    Ok(found)
}

/// Vacancies as matching sees them, with the places kept; those of the same orders come along, for their shares hang together.
pub async fn openings(office: &Office, ids: &[Uuid]) -> Result<Vec<Opening>> {
    let mut read = &office.db;
    let ordered = classes::ordered(&mut read, ids).await?;
    let mut wanted = ids.to_vec();
    wanted.extend(&ordered);
    wanted.sort_unstable();
    wanted.dedup();
    let mut openings = vacancies::openings(&mut read, &wanted, office.today()).await?;
    for opening in openings.iter_mut().filter(|opening| ordered.contains(&opening.id)) {
        opening.kept = kept(&mut read, opening.id).await?.min(opening.places_left);
    }
    Ok(openings)
}

/// True if every place that is left is kept for others than this person.
pub(super) async fn keeps_out(tx: &mut Tx, worker: Uuid, vacancy: Uuid, left: u32) -> Result<bool> {
    Ok(left <= kept(tx, vacancy).await? && !classes::trains_for(tx, worker, vacancy).await?)
}

/// Puts somebody who passed forward for the vacancy of the order that has most places free, else for the next; the caller
/// holds the rows of all. Nothing for a class without an order. Without consent it is a call that waits.
pub(super) async fn put_forward(
    office: &Office,
    actor: &Actor,
    tx: &mut Tx,
    scope: &Scope,
    worker: Uuid,
    class: &Class,
) -> Result<Option<Forward>> {
    let mut posts = vec![];
    for post in class.order() {
        let places = cases::places(tx, post).await?;
        posts.push((Reverse(i64::from(places.left()) - i64::from(places.open)), post));
    }
    posts.sort_by_key(|(free, _)| *free);
    let mut refused = None;
    for (_, post) in posts {
        match introduction::enter(office, actor, tx, scope, worker, post, None).await {
            Ok(id) => return Ok(Some(Ok(id))),
            Err(Error::Conflict { code, .. }) => {
                refused.get_or_insert(code);
            }
            Err(other) => return Err(other),
        }
    }
    Ok(refused.map(Err))
}
