//! The people who fit a vacancy, and introducing several of them at once.

use uuid::Uuid;

use crate::actions::{introduction as cases, matching, order, vacancy};
use crate::domain::actor::Right;
use crate::domain::introduction::closed_for;
use crate::domain::vacancy::{Period, VacancyState};
use crate::handler;
use crate::matching::parameters::Parameters;
use crate::pages::{
    Candidates, Fact, Link, Match, Near, Note, Stat, Tag, Tone, code_sentence, format, named, text, word,
};
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::ids_of;
use crate::web::html::{chrome, page, refused};
use crate::web::json::matching::{joined, tell, words};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

use super::outcome::{introduced, introduced_note, refused_ids};
use super::person::{case_line, match_line};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/vacancies/{id}/candidates", STAFF, "people who fit", handler!(show)).query(&[
        "limit",
        "introduced",
        "refused",
    ]),
    Route::post(
        "/station/vacancies/{id}/introduce",
        STAFF,
        "introduce several people",
        Body::Form,
        handler!(introduce),
    )
    .takes(&["worker"]),
];

/// People shown whom little keeps from the vacancy.
const NEAR: usize = 10;

fn address(vacancy: Uuid) -> String {
    format!("/station/vacancies/{vacancy}/candidates")
}

async fn view(ask: &Ask, fault: Option<String>) -> Result<Candidates, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    let v = &record.row.vacancy;
    let limit = ask.query_as::<usize>("limit")?.unwrap_or(20).clamp(1, 100);
    let found = matching::candidates(&ask.office, &ask.actor, record.row.id, limit).await?;
    let picked = refused_ids(ask);
    let people: Vec<Match> = found
        .iter()
        .map(|(m, person)| {
            let p = &person.person;
            let village = p.worker.village.as_ref().map(|v| format!("{}{}", v.township, v.village));
            let priority = m.parts.iter().find(|part| part.code == "priority" && part.points > 0);
            Match {
                place: village.unwrap_or_default(),
                priority: priority.map(|part| part.say.staff(words(lang))).unwrap_or_default(),
                taken: person.introduced.contains(&record.row.id),
                on: picked.contains(&p.id),
                introduced: if person.introduced.contains(&record.row.id) {
                    word(lang, "say", "introduced-already")
                } else {
                    String::new()
                },
                ..match_line(lang, m, Link::to(format!("/station/workers/{}", p.id), p.name.clone()), p.id)
            }
        })
        .collect();
    let nearly = matching::nearly(&ask.office, &ask.actor, record.row.id, NEAR).await?;
    let near = nearly.iter().map(|(one, changes, person)| {
        let p = &person.person;
        let village = p.worker.village.as_ref().map(|v| format!("{}{}", v.township, v.village));
        Near {
            vacancy: Link::to(format!("/station/workers/{}", p.id), p.name.clone()),
            place: village.unwrap_or_default(),
            stuck: joined(&one.says, lang),
            change: joined(changes, lang),
            tell: tell(&one.way.changes, changes, lang).unwrap_or_default(),
            ..Near::default()
        }
    });
    let near = near.collect();
    let filter = store::introduction::Filter { vacancy: Some(record.row.id), ..Default::default() };
    let introduced = cases::list(&ask.office, &ask.actor, &filter, None, 50).await?;
    let letters = cases::newest_letters(&ask.office, &introduced.items).await?;
    let mine = vacancy::may_change(&ask.office, &ask.actor, &record).await;
    let state = record.state(today);
    let stat = |n: u32, key: &str| Stat { number: n.to_string(), text: word(lang, "col", key), href: String::new() };
    let mut c = chrome(ask, "/station/vacancies").await;
    c.back = address(record.row.id);
    let scope = ask.office.scope(&ask.actor).await?;
    let names = store::worker::names(&mut &ask.office.db, &scope, &picked).await?;
    let name = |id| names.get(&id).map(|(name, reference)| format!("{name} {reference}"));
    c.notice = match fault {
        Some(text) => Some(Note { tone: Tone::Bad, text, ..Note::default() }),
        None => introduced_note(ask, "said-introduced", name).or(c.notice),
    };
    // Whom nobody may introduce now is said before anybody is ticked.
    let kept = order::kept(&mut &ask.office.db, record.row.id).await?.min(record.places_left());
    let told = closed_for(record.row.state, record.places_left(), v.valid_until, today)
        .map(|code| code_sentence(lang, code, &[]).unwrap_or_default())
        .or((kept > 0).then(|| text(lang, "kept-places", &[("n", &kept)])));
    let note = told.map(|text| Note { tone: Tone::Warn, text, ..Note::default() });
    Ok(Candidates {
        c,
        id: record.row.id.to_string(),
        title: v.title.clone(),
        employer: Link::to(format!("/station/employers/{}", record.row.employer), record.employer_name.clone()),
        tags: vec![Tag::new(named(lang, state), if state == VacancyState::Open { Tone::Ok } else { Tone::Warn })],
        wage: format::wage(lang, v.pay.min, v.pay.max, v.pay.period.unwrap_or(Period::Month)),
        lead: record.row.reference.clone(),
        stats: vec![
            stat(record.places_left(), "left"),
            stat(record.placed, "hired"),
            stat(record.introduced, "introduced"),
        ],
        note,
        rules: Parameters::shipped().version.clone(),
        cut: people.len() == limit,
        edit: mine,
        places_left: record.places_left() - kept,
        waiting: record.introduced,
        introductions: introduced
            .items
            .iter()
            .map(|case| case_line(lang, today, case, letters.get(&case.introduction.id), true))
            .collect(),
        about: v.contact.iter().map(|contact| Fact::named(lang, "contact", contact.clone())).collect(),
        more: if people.len() == limit && limit < 100 {
            format!("{}?limit=100", address(record.row.id))
        } else {
            String::new()
        },
        people,
        near,
    })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

/// Those who could be introduced are; for the others the page says by name why not.
async fn introduce(ask: Ask) -> Result<Answer, Fault> {
    let workers = ids_of(&ask.form(), "worker");
    if workers.is_empty() {
        let told = code_sentence(ask.lang, "pick.first", &[]).unwrap_or_default();
        return Ok(refused(&view(&ask, Some(told)).await?));
    }
    let id = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?.row.id;
    let pairs: Vec<cases::Pair> = workers.into_iter().map(|worker| (worker, id)).collect();
    let outcomes = cases::introduce_many(&ask.office, &ask.actor, &pairs).await?;
    Ok(introduced(&address(id), outcomes.into_iter().map(|((worker, _), done)| (worker, done.map(drop)))))
}
