//! Solving a batch run again with changes made by hand, keeping the rest.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{At, NotBegun, Wanted, begin, find};
use crate::actions::error::{Error, Result};
use crate::actions::office::Office;
use crate::domain::actor::Actor;
use crate::domain::match_run::RunState;
use crate::store::match_run::{self as runs, Run};

/// What is changed by hand.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// Who stays where they are in any case, or is sent somewhere else.
    pub pin: Vec<At>,
    /// Who does not go where they would have gone.
    pub forbid: Vec<At>,
    /// Who gets nothing this time.
    pub leave_out: Vec<Uuid>,
    /// Everybody else stays where they are; else they are solved anew.
    pub keep_rest: bool,
}

/// What the changed run asks: the terms of its parent, with whoever was introduced since left out.
async fn wanted(office: &Office, actor: &Actor, id: Uuid, change: &Again) -> Result<Wanted> {
    let parent = find(office, actor, id).await?;
    if parent.state != RunState::Done {
        return Err(Error::conflict("match.not_done"));
    }
    let mut wanted: Wanted =
        serde_json::from_value(parent.asked).map_err(|e| Error::Internal(format!("what a run asked: {e}")))?;
    let stations = office.stations().await;
    wanted.scope.station = stations.iter().find(|s| Some(s.id) == parent.station).map(|s| s.station.code.clone());
    wanted.parent = Some(id);
    let pairs = runs::pairs(&mut &office.db, id, None, i64::MAX).await?;
    let out: BTreeSet<Uuid> =
        pairs.iter().filter(|p| p.introduction.is_some()).map(|p| p.worker).chain(change.leave_out.clone()).collect();
    let touched = change.pin.iter().chain(&change.forbid).map(|at| at.worker).chain(out.iter().copied());
    let touched: BTreeSet<Uuid> = touched.collect();
    wanted.pin.retain(|at| !touched.contains(&at.worker));
    wanted.forbid.retain(|at| !out.contains(&at.worker) && !change.pin.contains(at));
    if change.keep_rest {
        let rest = pairs.iter().filter(|p| !touched.contains(&p.worker));
        wanted.pin = rest.map(|p| At { worker: p.worker, vacancy: p.vacancy }).collect();
    }
    wanted.pin.extend(&change.pin);
    wanted.forbid.extend(&change.forbid);
    wanted.forbid.sort_unstable();
    wanted.forbid.dedup();
    // A group of which somebody is left out is no group any more.
    wanted.together.retain(|group| !group.iter().any(|worker| out.contains(worker)));
    wanted.scope.leave_out.extend(out);
    wanted.scope.leave_out.sort_unstable();
    wanted.scope.leave_out.dedup();
    Ok(wanted)
}

/// Begins the changed run; answers beside a refusal what was asked, so that it can be said by name.
pub async fn again(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    change: &Again,
) -> std::result::Result<Run, (NotBegun, Wanted)> {
    let wanted = wanted(office, actor, id, change).await.map_err(|error| (error.into(), Wanted::default()))?;
    begin(office, actor, wanted.clone()).await.map_err(|refused| (refused, wanted))
}
