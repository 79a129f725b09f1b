//! Noting a telephone call in one click: about a person, an introduction or an interest.

use jiff::civil::Date;
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::domain::body::Field;
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_date;
use crate::domain::fault::Faults;
use crate::domain::interest::InterestState;
use crate::domain::introduction::CallResult;
use crate::store::call::{self, Call};
use crate::store::interest;
use crate::store::introduction::{self as cases, Reach};

/// A call as typed; exactly one of `worker`, `introduction`, `interest` says whom it was about.
#[derive(Debug, Clone, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewCall {
    /// A person.
    pub worker: Option<Uuid>,
    /// An introduction.
    pub introduction: Option<Uuid>,
    /// An interest.
    pub interest: Option<Uuid>,
    /// `reached`, `no_answer` or `call_again`.
    pub result: Field,
    /// The day to call again; tomorrow if `call_again` says none.
    pub again: Field,
    /// Words.
    pub note: Field,
}

/// Longest wait before a call again, in days.
const LATEST: i32 = 366;

struct Checked {
    result: CallResult,
    again: Option<Date>,
    note: Option<String>,
}

fn check(new: &NewCall, today: Date) -> Result<Checked> {
    let mut faults = Faults::default();
    let text = |f: &Field| f.as_ref().map(|t| t.0.trim().to_owned()).filter(|t| !t.is_empty());
    let result = match text(&new.result) {
        None => {
            faults.at("result", "field.missing");
            None
        }
        Some(word) => {
            let result = CallResult::parse(&word);
            if result.is_none() {
                faults.at("result", "choice.unknown");
            }
            result
        }
    };
    let mut again = text(&new.again).and_then(|t| parse_date(&t).map_err(|e| faults.at("again", e.code())).ok());
    if let Some(day) = again {
        let days = today.until(day).map_or(-1, |s| s.get_days());
        if !(0..=LATEST).contains(&days) {
            faults.at("again", "call.again");
        }
    } else if result == Some(CallResult::CallAgain) {
        again = today.tomorrow().ok();
    }
    let note = text(&new.note);
    if note.as_ref().is_some_and(|n| n.chars().count() > 500) {
        faults.add(crate::domain::fault::FieldFault::new("note", "text.long").with("most", 500));
    }
    if [new.worker, new.introduction, new.interest].iter().flatten().count() != 1 {
        faults.at("worker", "call.about");
    }
    faults.finish(())?;
    let result = result.ok_or_else(|| Error::field("result", "field.missing"))?;
    Ok(Checked { result, again, note })
}

/// Notes a call; it stands on the person's timeline, and an interest that was reached is called.
pub async fn note(office: &Office, actor: &Actor, new: &NewCall) -> Result<Call> {
    office.need(actor, Right::Introductions)?;
    let Checked { result, again, note } = check(new, office.today())?;
    let scope = office.scope(actor).await?;
    let desk = super::outbox::desk(office, actor).await?;
    let mut tx = office.begin().await?;
    let mut done = Call {
        id: office.id(),
        worker: None,
        interest: new.interest,
        introduction: new.introduction,
        station: actor.station(),
        at: office.now(),
        by: actor.name().to_owned(),
        result,
        again,
        note,
    };
    if let Some(id) = new.worker {
        done.worker = Some(super::worker::load(office, &scope, id).await?.person.id);
    }
    if let Some(id) = new.introduction {
        let found = cases::find(&mut tx, &Reach::People(scope.clone()), id).await?.ok_or(Error::NotFound)?;
        done.worker = Some(found.introduction.worker);
    }
    if let Some(id) = new.interest {
        let mut found = interest::find(&mut tx, &desk, id).await?.ok_or(Error::NotFound)?.interest;
        done.worker = found.worker;
        if result == CallResult::Reached && found.state == InterestState::Received {
            found.state = InterestState::Called;
            found.updated_at = office.now();
            // Somebody who was faster has moved it on; the call is noted all the same.
            interest::update(&mut tx, &found, InterestState::Received).await?;
        }
    }
    call::insert(&mut tx, &done).await?;
    if let Some(worker) = done.worker {
        let mut diff = serde_json::Map::new();
        diff.insert("result".into(), done.result.code().into());
        if let Some(day) = done.again {
            diff.insert("again".into(), day.to_string().into());
        }
        if let Some(words) = &done.note {
            diff.insert("note".into(), words.clone().into());
        }
        super::worker::add_note(office, &mut tx, actor, worker, "worker.call", diff).await?;
    }
    tx.audit(office.audit(actor, "call.note", "call", Some(done.id), done.result.code()));
    office.commit(tx).await?;
    Ok(done)
}
