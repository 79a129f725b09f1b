//! A batch run becomes introductions: all of it or a selection, in one transaction.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::{At, find};
use crate::actions::error::{Error, Result};
use crate::actions::introduction;
use crate::actions::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::domain::match_run::RunState;
use crate::store::match_run as runs;

/// Whom to introduce out of a run; none named = all.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Adoption {
    /// Pairs of the run.
    pub pairs: Option<Vec<At>>,
}

/// What became of an adoption.
#[derive(Debug, Default)]
pub struct Adopted {
    /// Introductions made.
    pub adopted: Vec<(At, Uuid)>,
    /// Pairs that were not introduced, with the code.
    pub refused: Vec<(At, &'static str)>,
}

/// Makes introductions of a run, all or some, in one transaction; places, consent and the rest are looked at again.
pub async fn adopt(office: &Office, actor: &Actor, id: Uuid, wanted: &Adoption) -> Result<Adopted> {
    office.need(actor, Right::Introductions)?;
    let run = find(office, actor, id).await?;
    if run.state != RunState::Done {
        return Err(Error::conflict("match.not_done"));
    }
    let scope = office.scope(actor).await?;
    let all = runs::pairs(&mut &office.db, id, None, i64::MAX).await?;
    let known: BTreeSet<At> = all.iter().map(|p| At { worker: p.worker, vacancy: p.vacancy }).collect();
    let mut done = Adopted::default();
    let mut chosen = vec![];
    for at in wanted.pairs.clone().unwrap_or_else(|| known.iter().copied().collect()) {
        if known.contains(&at) {
            chosen.push(at);
        } else {
            done.refused.push((at, "match.not_in_run"));
        }
    }
    let mut tx = office.begin().await?;
    let vacancies: Vec<Uuid> = chosen.iter().map(|at| at.vacancy).collect();
    let workers: Vec<Uuid> = chosen.iter().map(|at| at.worker).collect();
    crate::store::introduction::take_all(&mut tx, &vacancies, &workers).await?;
    for at in chosen {
        match introduction::enter(office, actor, &mut tx, &scope, at.worker, at.vacancy, None).await {
            Ok(made) => {
                runs::adopted(&mut tx, id, at.worker, made).await?;
                done.adopted.push((at, made));
            }
            Err(Error::Conflict { code, .. }) => done.refused.push((at, code)),
            Err(Error::NotFound) => done.refused.push((at, "worker.unknown")),
            Err(Error::Invalid(_)) => done.refused.push((at, "vacancy.unknown")),
            Err(other) => return Err(other),
        }
    }
    tx.audit(office.audit(actor, "match_run.adopt", "match_run", Some(id), ""));
    office.commit(tx).await?;
    Ok(done)
}
