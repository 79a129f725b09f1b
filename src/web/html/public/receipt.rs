//! A worker's receipt: found by its code, how far the interest has come, and taking it back.

use jiff::civil::Date;

use crate::actions::{Error, clock, interest};
use crate::domain::identity::masked_name;
use crate::domain::interest::InterestState;
use crate::pages::{Bit, Link, LogLine, Note, Receipt, Stage, Tone, format, text};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::{chrome, page};
use crate::web::reply::Answer;

/// A receipt's code typed into the box below the jobs leads to its page.
pub async fn find(ask: Ask) -> Result<Answer, Fault> {
    let code: String = ask.query("code").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let code = code.to_uppercase();
    if code.is_empty() {
        return Ok(Answer::see_other("/vacancies#receipt"));
    }
    let path = percent_encoding::utf8_percent_encode(&code, percent_encoding::NON_ALPHANUMERIC);
    Ok(Answer::see_other(format!("/receipts/{path}")))
}

async fn view(ask: &Ask, told: Option<Note>) -> Result<Receipt, Fault> {
    let found = interest::receipt(&ask.office, ask.param("code")).await?;
    let i = &found.interest;
    let stage = match i.state {
        InterestState::Received => Stage::Received,
        InterestState::Called => Stage::Called,
        InterestState::Introduced => Stage::Introduced,
        InterestState::Closed => Stage::Closed,
        InterestState::Withdrawn => Stage::Withdrawn,
    };
    let left = clock::day_of(i.created_at);
    let by = left.saturating_add(jiff::Span::new().days(2));
    let log = |day: Date, what: String| LogLine {
        at: format::day_words(ask.lang, day),
        text: vec![Bit::Text(what)],
        ..LogLine::default()
    };
    let mut c = chrome(ask, "/").await;
    c.back = format!("/receipts/{}", i.receipt);
    c.notice = told.or(c.notice);
    // The number that will ring.
    if let Some(phone) = interest::telephone(&ask.office, i.station).await {
        c.phone = phone;
    }
    let mut lines = vec![log(left, text(ask.lang, "stage-received", &[]))];
    if let Some(key) = match stage {
        Stage::Received => None,
        Stage::Called => Some("stage-called"),
        Stage::Introduced => Some("stage-introduced"),
        Stage::Closed => Some("stage-closed"),
        Stage::Withdrawn => Some("stage-withdrawn"),
    } {
        lines.insert(0, log(clock::day_of(i.updated_at), text(ask.lang, key, &[])));
    }
    Ok(Receipt {
        c,
        code: i.receipt.clone(),
        vacancy: Link::to(format!("/vacancies/{}", found.vacancy_reference), found.vacancy_title.clone()),
        fresh: ask.query("new").is_some(),
        who: format!("{} {}", masked_name(&i.name), interest::masked_phone(&ask.office, i).unwrap_or_default()),
        stage,
        by: format::day_words(ask.lang, by),
        log: lines,
    })
}

/// How far an interest has come.
pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

/// Takes an interest back; one that is finished meanwhile says so on its page.
pub async fn withdraw(ask: Ask) -> Result<Answer, Fault> {
    match interest::withdraw(&ask.office, ask.param("code")).await {
        Ok(found) => {
            let code = &found.interest.receipt;
            Ok(Answer::see_other(format!("/receipts/{code}?said=interest-withdrawn")))
        }
        Err(error @ Error::Conflict { .. }) => {
            let note = Note { tone: Tone::Warn, text: Fault::Act(error).detail(ask.lang), ..Note::default() };
            Ok(Answer { status: 409, ..page(&view(&ask, Some(note)).await?) })
        }
        Err(other) => Err(other.into()),
    }
}
