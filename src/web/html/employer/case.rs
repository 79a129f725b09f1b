//! One introduction as an employer reads it: what the person agreed to tell, its state in words, the invitation, the phone.

use uuid::Uuid;

use crate::actions::introduction::{self as cases, Whole, employer as shown};
use crate::actions::{Error, clock, live};
use crate::domain::code::Code as _;
use crate::domain::introduction::{Interview, IntroductionAct, IntroductionState, Offer};
use crate::domain::vacancy::Period;
use crate::pages::{
    Answers, Block, Button, Choice, Desk, Fact, Form, Kind, Lang, Link, Note, Tag, Tone, employer_reasons, format,
    forms, named, text, word,
};
use crate::store::introduction::{Case, Placed};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, typed, value};
use crate::web::html::station::introduction::log;
use crate::web::html::{chrome, page, posting, sentences};
use crate::web::reply::Answer;

/// The fields that an act reads of the forms of the page.
pub(super) fn fields_of(act: IntroductionAct) -> &'static [&'static str] {
    match act {
        IntroductionAct::Decline => &["reason", "text"],
        IntroductionAct::Interview => &["at", "place", "contact"],
        IntroductionAct::Place => &["from", "wage", "period", "contract_months", "organised"],
        _ => &[],
    }
}

/// What a person agreed to tell, in short words.
pub(super) fn offer_words(lang: Lang, offer: Option<&Offer>) -> Vec<String> {
    let Some(offer) = offer else { return vec![text(lang, "offer-withdrawn", &[])] };
    let mut words = Vec::new();
    if let Some((least, most)) = offer.ages {
        words.push(text(lang, "offer-ages", &[("least", &least), ("most", &most)]));
    }
    words.extend(offer.schooling.map(|s| named(lang, s)));
    for done in &offer.experience {
        let what = live::occupation_name(&done.occupation).unwrap_or_else(|| done.occupation.clone());
        words.push(text(lang, "offer-experience", &[("what", &what), ("years", &done.years)]));
    }
    if offer.experience.is_empty() && offer.skills.is_empty() && offer.certificates.is_empty() {
        words.push(text(lang, "offer-none", &[]));
    }
    let comma = text(lang, "list-comma", &[]);
    for (key, list) in [("offer-skills", &offer.skills), ("offer-certificates", &offer.certificates)] {
        if !list.is_empty() {
            words.push(text(lang, key, &[("what", &list.join(&comma))]));
        }
    }
    words.extend(offer.from.map(|day| text(lang, "offer-from", &[("day", &format::day_words(lang, day))])));
    words
}

/// The appointment in one line.
pub fn interview_words(interview: &Interview) -> String {
    let words = [Some(&interview.at), Some(&interview.place), interview.contact.as_ref()];
    words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("　")
}

/// The invitation as it is read out or handed over.
pub fn invitation(lang: Lang, case: &Case, name: &str, phone: &str) -> Option<Vec<String>> {
    let invited = case.introduction.interview.as_ref()?;
    if case.introduction.state != IntroductionState::Interview {
        return None;
    }
    let words: [(&str, &dyn std::fmt::Display); 3] =
        [("name", &name), ("when", &invited.at), ("place", &invited.place)];
    let first = match invited.contact.as_deref().filter(|c| !c.is_empty()) {
        Some(contact) => {
            let mut words = words.to_vec();
            words.push(("contact", &contact));
            text(lang, "say-invitation", &words)
        }
        None => text(lang, "ask-for-nobody", &words),
    };
    let phone = if phone.is_empty() { String::new() } else { format!(" {phone}") };
    let about: [(&str, &dyn std::fmt::Display); 3] =
        [("vacancy", &case.vacancy_title), ("employer", &case.employer_name), ("phone", &phone)];
    Some(vec![first, text(lang, "invitation-for", &about)])
}

/// First day and wage of a placement, in words.
pub fn placed_words(lang: Lang, placed: &Placed) -> String {
    let agreed = &placed.agreed;
    let day = agreed.from.map(|day| format::day_words(lang, day)).unwrap_or_default();
    let wage = format::wage_words(lang, agreed.wage, agreed.wage, agreed.period.unwrap_or(Period::Month));
    text(lang, "placed-line", &[("day", &day), ("wage", &wage)])
}

/// Until when to answer, the appointment, why not, or when work begins.
pub(super) fn notes(ask: &Ask, case: &Case) -> Vec<String> {
    let lang = ask.lang;
    let i = &case.introduction;
    let mut notes = Vec::new();
    match i.state {
        IntroductionState::Proposed => {
            notes.extend(i.due.map(|due| text(lang, "answer-by", &[("day", &format::day_words(lang, due))])));
        }
        IntroductionState::Interview => {
            let what = i.interview.as_ref().map(interview_words);
            notes.extend(what.map(|what| text(lang, "interview-line", &[("what", &what)])));
        }
        IntroductionState::Placed => notes.extend(i.placement.as_ref().map(|p| placed_words(lang, p))),
        _ => {}
    }
    if let Some(reason) = i.reason {
        let note = i.note.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
        notes.push(text(lang, "reason-line", &[("what", &format!("{}{note}", named(lang, reason)))]));
    }
    notes
}

pub(super) fn tag(ask: &Ask, case: &Case) -> Tag {
    let (lang, today) = (ask.lang, ask.office.today());
    let i = &case.introduction;
    if i.state != IntroductionState::Proposed {
        return Tag::new(named(lang, i.state), if i.state.takes_place() { Tone::Ok } else { Tone::Plain });
    }
    let day = clock::day_of(i.updated_at).until(today).map_or(0, |span| span.get_days()) + 1;
    let late = i.due.is_some_and(|due| due < today);
    Tag::new(text(lang, "say-waiting-you", &[("n", &day)]), if late { Tone::Bad } else { Tone::Warn })
}

pub(super) fn answers(state: IntroductionState) -> Answers {
    match state {
        IntroductionState::Proposed => Answers::Proposed,
        IntroductionState::Accepted | IntroductionState::Interview => Answers::Going,
        _ => Answers::None,
    }
}

/// What keeps an answer from being taken, as its page tells it; other errors have a page of their own.
pub(super) fn refusal(lang: Lang, error: Error) -> Result<(u16, Vec<(String, String)>), Fault> {
    let fault = Fault::Act(error);
    match &fault {
        Fault::Act(Error::Invalid(faults)) => Ok((422, sentences(lang, faults))),
        Fault::Act(Error::Conflict { .. } | Error::Stale | Error::Busy(_) | Error::Refused(_)) => {
            Ok((fault.status().0, vec![(String::new(), fault.detail(lang))]))
        }
        _ => Err(fault),
    }
}

/// The form of an act with what was typed and what was wrong.
pub(super) fn answer_form(
    lang: Lang,
    id: Uuid,
    act: IntroductionAct,
    fields: &Pairs,
    faults: Vec<(String, String)>,
) -> Form {
    let mut form = forms::act(lang, "", act);
    form.action = format!("/employer/introductions/{id}");
    if act == IntroductionAct::Decline
        && let Some(reason) = form.field_mut("reason")
    {
        reason.kind = Kind::Select(
            std::iter::once(Choice::new("", text(lang, "please-choose", &[]))).chain(employer_reasons(lang)).collect(),
        );
    }
    form.buttons = vec![Button::second(named(lang, act), "act", act.code())];
    form.sections.push(posting::hidden("back", value(fields, "back")));
    // A form without fields is its buttons, which stand beside it anyway.
    if fields_of(act).is_empty() {
        form.buttons.clear();
    }
    form.fill(typed(fields)).mark(faults)
}

async fn case_view(ask: &Ask, whole: &Whole, phone: Option<String>, fault: &str) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let case = &whole.case;
    let i = &case.introduction;
    let root = format!("/employer/introductions/{}", i.id);
    let offers = shown::offers(&ask.office, &ask.actor, std::slice::from_ref(case)).await?;
    let stations = ask.office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == i.station).map(|s| &s.station);
    let name = cases::name_for(&ask.actor, case);
    let mut facts = vec![
        Fact::named(lang, "code", i.reference.clone()),
        Fact::new(
            word(lang, "col", "title"),
            Link::to(format!("/employer/vacancies/{}", i.vacancy), case.vacancy_title.clone()),
        ),
        Fact::new(text(lang, "who-is-this", &[]), offer_words(lang, offers.get(&i.id)).join("　")),
    ];
    facts.extend(station.map(|s| {
        let phone = s.phone.as_deref().unwrap_or_default();
        Fact::new(text(lang, "the-station", &[]), format!("{} {phone}", s.name))
    }));
    facts.extend(phone.map(|phone| Fact::new(text(lang, "phone-shown", &[]), phone)));
    let state = [named(lang, i.state)].into_iter().chain(notes(ask, case)).collect::<Vec<_>>().join("　");
    facts.push(Fact::named(lang, "state", state));
    let mut blocks = vec![Block::Facts(facts)];
    if !fault.is_empty() {
        blocks.insert(0, Block::Note(Note { tone: Tone::Warn, text: fault.to_owned(), ..Note::default() }));
    }
    let station_phone = station.and_then(|s| s.phone.clone()).unwrap_or_default();
    if let Some(lines) = invitation(lang, case, &name, &station_phone) {
        blocks.push(Block::Heading("invitation".into(), text(lang, "invitation", &[])));
        blocks.extend(lines.into_iter().map(Block::Text));
    }
    if i.state.takes_place() && case.consented {
        let button = Button::second(text(lang, "show-phone", &[]), "", "");
        let mut form = Form::new(format!("{root}/phone"), Vec::new(), vec![button]);
        form.label = text(lang, "show-phone", &[]);
        blocks.push(Block::Form(form));
    }
    if answers(i.state) != Answers::None {
        // The usual answer first.
        let acts =
            [IntroductionAct::Accept, IntroductionAct::Place, IntroductionAct::Interview, IntroductionAct::Decline];
        for act in acts.into_iter().filter(|act| i.state.after(*act).is_some()) {
            blocks.push(Block::Fold(named(lang, act), act_form(lang, i.id, act)));
        }
    }
    blocks.push(Block::Heading(String::new(), text(lang, "history-n", &[])));
    // Letters are the station's affair.
    let steps = Whole { mail: Vec::new(), ..whole.clone() };
    blocks.push(Block::Log(log(lang, ask.office.today(), &steps)));
    let mut c = chrome(ask, "/employer").await;
    c.back = root;
    Ok(Desk {
        c,
        heading: name,
        crumb: vec![Link::to("/employer", text(lang, "nav-introduced", &[]))],
        tags: vec![tag(ask, case)],
        blocks,
        ..Desk::default()
    })
}

/// The empty form of an act on the page of one introduction.
fn act_form(lang: Lang, id: Uuid, act: IntroductionAct) -> Form {
    let mut form = answer_form(lang, id, act, &Pairs::new(), Vec::new());
    form.buttons = vec![Button::second(named(lang, act), "act", act.code())];
    form
}

pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    let whole = cases::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(page(&case_view(&ask, &whole, None, "").await?))
}

/// The phone is the answer to this post alone: no address shows it again.
pub async fn phone(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let (status, phone, fault) = match shown::reveal_phone(&ask.office, &ask.actor, id).await {
        Ok(Some(phone)) => (200, Some(phone), String::new()),
        Ok(None) => (200, None, text(ask.lang, "phone-none", &[])),
        Err(error) => {
            let (status, faults) = refusal(ask.lang, error)?;
            (status, None, faults.into_iter().map(|(_, sentence)| sentence).collect())
        }
    };
    let whole = cases::find(&ask.office, &ask.actor, id).await?;
    Ok(Answer { status, ..page(&case_view(&ask, &whole, phone, &fault).await?) })
}
