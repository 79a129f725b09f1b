//! The consistency of the whole store: rows against each other, the audit chain, and every sealed value.

use super::enter::open;
use super::error::Result;
use super::office::Office;
use crate::domain::identity::IdNumber;
use crate::store::worker::{self as people, Scope};
use crate::store::{change, consistency};

/// Everything that is off, one sentence each; rows are named by their reference.
pub async fn faults(office: &Office) -> Result<Vec<String>> {
    let mut faults = consistency::faults(&office.db).await?;
    if let Some((lane, n)) = change::verify_chain(&office.db).await? {
        faults.push(format!("audit: the chain breaks at {{lane: {lane}, n: {n}}}"));
    }
    let mut read = &office.db;
    let mut after = None;
    loop {
        let ids = people::ids_after(&mut read, after, 2_000).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        for p in people::persons(&mut read, &Scope::All, &ids).await? {
            match open(office, p.id, "id_sealed", p.id_sealed.as_deref()) {
                Err(_) => faults.push(format!("sealed: the number of {} cannot be opened", p.reference)),
                Ok(Some(number)) => {
                    let hash = IdNumber::restore(&number).map(|n| super::enter::id_hash(&office.keys, &n)).ok();
                    if hash != p.id_hash {
                        faults.push(format!(
                            "sealed: the number of {} does not agree with its look-up hash",
                            p.reference
                        ));
                    }
                }
                Ok(None) => {}
            }
            if open(office, p.id, "phone_sealed", p.phone_sealed.as_deref()).is_err() {
                faults.push(format!("sealed: the phone of {} cannot be opened", p.reference));
            }
        }
    }
    Ok(faults)
}
