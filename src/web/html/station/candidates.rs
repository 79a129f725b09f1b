//! The people who fit a vacancy, and introducing several of them at once.

use uuid::Uuid;

use crate::actions::{Error, introduction as cases, matching, vacancy};
use crate::domain::actor::Right;
use crate::domain::vacancy::{Period, VacancyState};
use crate::handler;
use crate::matching::parameters::Parameters;
use crate::pages::{Candidates, Fact, Link, Match, Note, Stat, Tag, Tone, code_sentence, format, named, text, word};
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::station::person::{case_line, match_line};
use crate::web::html::{chrome, page};
use crate::web::json::matching::words;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/vacancies/{id}/candidates", STAFF, "people who fit", handler!(show)).query(&["limit"]),
    Route::post(
        "/station/vacancies/{id}/introduce",
        STAFF,
        "introduce several people",
        Body::Form,
        handler!(introduce),
    )
    .takes(&["worker"]),
];

async fn view(ask: &Ask, picked: &[Uuid], note: Option<Note>) -> Result<Candidates, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    let v = &record.row.vacancy;
    let limit = ask.query_as::<usize>("limit")?.unwrap_or(20).clamp(1, 100);
    let found = matching::candidates(&ask.office, &ask.actor, record.row.id, limit).await?;
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
                ..match_line(lang, m, Link::to(format!("/station/workers/{}", p.id), p.name.clone()), p.id)
            }
        })
        .collect();
    let filter = store::introduction::Filter { vacancy: Some(record.row.id), ..Default::default() };
    let introduced = cases::list(&ask.office, &ask.actor, &filter, None, 50).await?;
    let state = record.state(today);
    let stat = |n: u32, key: &str| Stat { number: n.to_string(), text: word(lang, "col", key), href: String::new() };
    let mut c = chrome(ask, "/station/vacancies").await;
    c.back = format!("/station/vacancies/{}/candidates", record.row.id);
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
        total: people.len() as u64,
        places_left: record.places_left(),
        waiting: record.introduced,
        introductions: introduced.items.iter().map(|case| case_line(lang, today, case, true)).collect(),
        about: v.contact.iter().map(|contact| Fact::named(lang, "contact", contact.clone())).collect(),
        more: if people.len() == limit && limit < 100 {
            format!("/station/vacancies/{}/candidates?limit=100", record.row.id)
        } else {
            String::new()
        },
        people,
    })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, &[], None).await?))
}

/// Those who could be introduced are; for the others the page says why not.
async fn introduce(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let workers: Vec<Uuid> = fields.iter().filter(|(n, _)| n == "worker").filter_map(|(_, v)| v.parse().ok()).collect();
    if workers.is_empty() {
        return Err(Error::field("worker", "field.missing").into());
    }
    let id = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?.row.id;
    let outcomes = cases::introduce_many(&ask.office, &ask.actor, &workers, id, None).await?;
    let done = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    let mut why: Vec<String> = Vec::new();
    let mut failed = Vec::new();
    for (worker, outcome) in outcomes {
        let Err(error) = outcome else { continue };
        failed.push(worker);
        let code = Fault::Act(error).status().1;
        let told = code_sentence(ask.lang, code, &[]).unwrap_or_else(|| code.to_owned());
        if !why.contains(&told) {
            why.push(told);
        }
    }
    let said = text(ask.lang, "said-introduced", &[("n", &done)]);
    let note = if failed.is_empty() {
        Note { tone: Tone::Ok, text: said, ..Note::default() }
    } else {
        let failed_said = text(ask.lang, "said-some-failed", &[("n", &failed.len()), ("why", &why.join(" "))]);
        Note {
            tone: Tone::Warn,
            lead: if done > 0 { said } else { String::new() },
            text: failed_said,
            ..Note::default()
        }
    };
    let mut answer = page(&view(&ask, &failed, Some(note)).await?);
    if done == 0 {
        answer.status = 409;
    }
    Ok(answer)
}
