//! People: the one box, the list, registering and changing, and a person's page with everything that can be done for them.

use uuid::Uuid;

use crate::actions::consent as proof;
use crate::actions::search::{self, Found, ReadAs, WorkerAsk};
use crate::actions::{Error, clock, live, worker};
use crate::domain::actor::Right;
use crate::domain::registration::{ConsentBody, Registration};
use crate::domain::worker::age_on;
use crate::handler;
use crate::pages::{
    Bit, Cell, Choice, Desk, FacetGroup, FacetValue, Lang, Link, Row, WorkerFind, format, forms, named, text, word,
    worker_aside,
};
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::posting::hidden;
use crate::web::html::{at_form, body_of, chrome, page, refused, sentences, timeline};
use crate::web::json::list as lists;
use crate::web::json::worker::worker_ask;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

use crate::web::html::fields::{Pairs, over, region_name, stored, typed, value};

use super::person::status_tag;

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Filters of the list of people; the box itself is posted and never stands in an address.
pub const FILTERS: &[&str] =
    &["origin", "occupation", "capacity", "watch", "status", "min_age", "max_age", "sort", "cursor"];

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/workers", STAFF, "people", handler!(list)).query(FILTERS),
    // The box is posted; who comes to its address otherwise, by a reload or by typing it, finds the list.
    Route::get("/station/find", STAFF, "the list of people", handler!(to_list)),
    Route::get("/station/workers/find", STAFF, "the list of people", handler!(to_list)),
    Route::post("/station/workers/find", STAFF, "find people", Body::Form, handler!(find)).takes(&["q"]).query(FILTERS),
    Route::get("/station/workers/new", STAFF, "the form to register a person", handler!(new)).query(&["household"]),
    Route::post(
        "/station/workers/new",
        STAFF,
        "register a person",
        Body::FormOf(shape::<Registration>),
        handler!(register),
    )
    .takes(&["consent_how", "verification", "twins", "then"]),
    Route::get("/station/workers/{id}/edit", STAFF, "the form to change a person", handler!(edit)),
    Route::post(
        "/station/workers/{id}/edit",
        STAFF,
        "change a person",
        Body::FormOf(shape::<Registration>),
        handler!(change),
    )
    .takes(&["consent_how", "verification", "version", "then"]),
];

/// Address of a person's page.
pub fn address(id: Uuid) -> String {
    format!("/station/workers/{id}")
}

fn row(ask: &Ask, record: &Record, spans: &[std::ops::Range<usize>]) -> Row {
    let (lang, today) = (ask.lang, ask.office.today());
    let p = &record.person;
    let w = &p.worker;
    let age = w.birth_date.map(|b| age_on(b, today).to_string()).unwrap_or_default();
    let mut name = Bit::marked(&p.name, spans);
    name = vec![Bit::Link(Link::to(address(p.id), name.iter().map(bit_text).collect::<String>()))];
    let wishes: Vec<String> =
        w.occupations_wanted.iter().filter_map(|o| live::occupation_name(o)).chain(w.skills.iter().cloned()).collect();
    let certificates: Vec<&str> = w.certificates.iter().map(|c| c.name.as_str()).collect();
    let watch = record.watch.map(|c| named(lang, c)).unwrap_or_default();
    let origin = w.village.as_ref().map(|v| format!("{} {}{}", region_name(&v.county), v.township, v.village));
    Row {
        tick: None,
        cells: vec![
            Cell { bits: name, head: true, ..Cell::default() },
            Cell::number(age),
            Cell::new(origin.or_else(|| w.origin.as_deref().map(region_name)).unwrap_or_default()),
            Cell::new(wishes.join(" ")),
            Cell::new(certificates.join(" ")),
            Cell::number(w.wage_floor.map(format::yuan).unwrap_or_default()),
            Cell::new(Bit::Tag(status_tag(lang, record.status()))),
            Cell::new(watch),
            Cell::number(format::day_desk(clock::day_of(p.updated_at), today)),
        ],
    }
}

fn bit_text(bit: &Bit) -> String {
    match bit {
        Bit::Text(t) | Bit::Bold(t) | Bit::Mark(t) | Bit::Small(t) => t.clone(),
        _ => String::new(),
    }
}

async fn found_page(ask: &Ask, q: String, found: &Found<Record>, understood: Vec<String>) -> WorkerFind {
    let lang = ask.lang;
    let chosen = |name: &str, code: &str| ask.query.iter().any(|(n, v)| n == name && v == code);
    let facets = found
        .facets
        .iter()
        .filter(|(_, counts)| !counts.is_empty())
        .map(|(name, counts)| FacetGroup {
            name: (*name).to_owned(),
            legend: word(lang, "filter", name),
            values: counts
                .iter()
                .take(8)
                .map(|c| FacetValue {
                    choice: Choice::new(
                        c.code.clone(),
                        lists::name_of(lang, name, &c.code).unwrap_or_else(|| c.code.clone()),
                    )
                    .chosen(chosen(name, &c.code)),
                    n: c.count,
                })
                .collect(),
        })
        .collect();
    let sort = ask.query("sort").unwrap_or("relevance");
    let sorts = ["relevance", "newest", "wage"].map(|s| Choice::new(s, word(lang, "sort", s)).chosen(s == sort));
    let mut understood = understood;
    understood.extend(found.relaxed.iter().map(|r| lists::relaxed_text(lang, r)));
    WorkerFind {
        c: chrome(ask, "/station/workers").await,
        q,
        total: found.total,
        understood,
        suggest: found.suggest.clone(),
        degraded: found.degraded,
        facets,
        sorts: sorts.to_vec(),
        rows: found.items.iter().map(|(record, spans)| row(ask, record, spans)).collect(),
        range: text(lang, "page-of", &[("shown", &found.items.len()), ("total", &found.total)]),
        cursor: found.next_cursor.clone().unwrap_or_default(),
    }
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let mut asked = worker_ask(&ask)?;
    asked.page.limit = 50;
    if ask.query("sort").is_none() {
        asked.page.sort = crate::search::Sort::Newest;
    }
    let found = search::workers(&ask.office, &ask.actor, asked).await?;
    Ok(page(&found_page(&ask, String::new(), &found, Vec::new()).await))
}

/// The list of what a saved search asks.
pub async fn found(ask: &Ask, understood: Vec<String>) -> Result<Answer, Fault> {
    let mut asked = worker_ask(ask)?;
    asked.page.limit = 50;
    let q = asked.q.clone();
    let found = search::workers(&ask.office, &ask.actor, asked).await?;
    Ok(page(&found_page(ask, q, &found, understood).await))
}

async fn to_list(_: Ask) -> Result<Answer, Fault> {
    Ok(Answer::see_other("/station/workers"))
}

/// The one box is posted, so that a number typed there never stands in an address.
async fn find(mut ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let q = value(&fields, "q").to_owned();
    // The filters of the list come along in the form.
    ask.query = fields.iter().filter(|(n, _)| n != "q").cloned().collect();
    let mut asked: WorkerAsk = worker_ask(&ask)?;
    asked.page.limit = 50;
    let done = search::lookup(&ask.office, &ask.actor, &q, asked).await;
    let (read_as, found) = match done {
        Ok(done) => done,
        Err(Error::Invalid(faults)) => {
            let told = faults.iter().map(|f| sentence(ask.lang, f)).collect();
            let none = Found::of(Vec::new());
            return Ok(refused(&found_page(&ask, q, &none, told).await));
        }
        Err(other) => return Err(other.into()),
    };
    // One person by number or code goes straight to their page.
    if matches!(read_as, ReadAs::IdNumber | ReadAs::Code)
        && let [(record, _)] = found.items.as_slice()
    {
        return Ok(Answer::see_other(address(record.person.id)));
    }
    // A number is not shown again in the box, whatever filters were ticked beside it.
    let shown = if matches!(read_as, ReadAs::Words) { q } else { String::new() };
    Ok(page(&found_page(&ask, shown, &found, Vec::new()).await))
}

/// The partner is named by the code that people say, and kept by id; a code that nobody in scope has stays to be told.
async fn with_partner(ask: &Ask, mut body: Registration) -> Result<Registration, Fault> {
    let code = body.partner.as_ref().map(|t| t.0.trim().to_owned()).filter(|t| t.parse::<Uuid>().is_err());
    if let Some(code) = code
        && let Ok(id) = worker::by_reference(&ask.office, &ask.actor, &code).await
    {
        body.partner = Some(id.to_string().into());
    }
    Ok(body)
}

/// What the form of a person on record is filled with; the partner is shown by code.
async fn on_record(ask: &Ask, record: &Record) -> Result<Pairs, Fault> {
    let mut pairs = stored(&worker::registration(record));
    if let Some(id) = record.person.worker.partner {
        let scope = ask.office.scope(&ask.actor).await?;
        let names = crate::store::worker::names(&mut &ask.office.db, &scope, &[id]).await?;
        for (_, text) in pairs.iter_mut().filter(|(name, _)| name == "partner") {
            if let Some((_, reference)) = names.get(&id) {
                text.clone_from(reference);
            }
        }
    }
    Ok(pairs)
}

/// The registration that a form says; the village lies in the county of origin.
fn registration(fields: &Pairs) -> Result<Registration, Fault> {
    // The form says the way once for all consents that are ticked.
    let (consents, rest): (Pairs, Pairs) = fields.iter().cloned().partition(|(name, _)| name == "consent");
    let mut body: Registration = body_of(&rest)?;
    let how = Some(value(fields, "consent_how")).filter(|how| !how.is_empty());
    body.consent = consents
        .into_iter()
        .filter(|(_, scope)| !scope.is_empty())
        .map(|(_, scope)| ConsentBody { scope: Some(scope.into()), how: how.map(Into::into), ..ConsentBody::default() })
        .collect();
    if let Some(village) = &mut body.village
        && village.county.is_none()
    {
        village.county.clone_from(&body.origin);
    }
    Ok(body)
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    let c = chrome(&ask, "/station/workers").await;
    let mut form = forms::worker(ask.lang, "/station/workers/new", "/station/workers");
    if let Some(id) = ask.query_as::<Uuid>("household")? {
        form = form.fill(same_household(&worker::find(&ask.office, &ask.actor, id).await?));
    }
    let aside = worker_aside(&c, &[]);
    Ok(page(&Desk { aside, ..Desk::form(c, text(ask.lang, "page-worker-new", &[]), form) }))
}

/// What the next person of a household shares with one who was just registered: the home and the facts of the household.
fn same_household(record: &Record) -> Pairs {
    let all = stored(&worker::registration(record));
    let mut shared: Pairs = all
        .iter()
        .filter(|(name, _)| {
            let own = ["household.relation", "household.members", "household.minors"].contains(&name.as_str());
            !own && (name == "origin" || name.starts_with("village.") || name.starts_with("household."))
        })
        .cloned()
        .collect();
    let heads = all.iter().any(|(name, relation)| name == "household.relation" && relation == "户主");
    if heads && !shared.iter().any(|(name, _)| name == "household.head") {
        shared.push(("household.head".to_owned(), record.person.name.clone()));
    }
    shared
}

/// Where to go on after saving: to the person, or to the form for the next one of the household.
fn onward(fields: &Pairs, id: Uuid, said: &str) -> Answer {
    match value(fields, "then") {
        "household" => Answer::see_other(format!("/station/workers/new?household={id}&said={said}")),
        _ => Answer::see_other(format!("{}?said={said}", address(id))),
    }
}

async fn register(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body = with_partner(&ask, registration(&fields)?).await?;
    let mut c = chrome(&ask, "/station/workers").await;
    c.back = "/station/workers/new".to_owned();
    let mut form = forms::worker(ask.lang, "/station/workers/new", "/station/workers").fill(typed(&fields));
    let heading = text(ask.lang, "page-worker-new", &[]);
    // Somebody who may be the same is shown before anything is saved; the second press saves, unless others came up.
    let mut twins = Vec::new();
    let mut met: Vec<String> = Vec::new();
    if let Ok(checked) = worker::check(&ask.office, &body) {
        for alike in worker::alike(&ask.office, &ask.actor, &checked, None).await? {
            let why = word(ask.lang, "code", alike.code);
            if !alike.visible {
                twins.push((None, why));
                continue;
            }
            met.push(alike.id.to_string());
            let record = worker::find(&ask.office, &ask.actor, alike.id).await?;
            let name = format!("{} {}", record.person.name, record.person.reference);
            twins.push((Some(Link::to(address(alike.id), name)), why));
        }
    }
    met.sort();
    met.push((twins.len() - met.len()).to_string());
    let met = met.join(" ");
    if !twins.is_empty() && value(&fields, "twins") != met {
        form.sections.push(hidden("twins", met));
        let aside = worker_aside(&c, &twins);
        return Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }));
    }
    match worker::register(&ask.office, &ask.actor, &body).await {
        Ok(done) => {
            let id = done.record.person.id;
            if value(&fields, "verification") == "document_seen" {
                proof::card_seen(&ask.office, &ask.actor, id).await?;
            }
            Ok(onward(&fields, id, "registered"))
        }
        Err(Error::Invalid(faults)) => {
            let aside = worker_aside(&c, &[]);
            let form = form.mark(sentences(ask.lang, &faults));
            Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }))
        }
        Err(Error::Conflict { code, with }) => {
            let told = crate::pages::code_sentence(ask.lang, code, &[]).unwrap_or_else(|| code.to_owned());
            let form = form.mark([("id_number", told)]);
            let known: Vec<_> = with
                .map(|id| (Some(Link::to(address(id), text(ask.lang, "go-open", &[]))), String::new()))
                .into_iter()
                .collect();
            let aside = worker_aside(&c, &known);
            Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }))
        }
        Err(other) => Err(other.into()),
    }
}

fn edit_form(lang: Lang, id: Uuid, version: &str) -> crate::pages::Form {
    let mut form = forms::worker(lang, &format!("{}/edit", address(id)), &address(id));
    form.sections.push(hidden("version", version));
    form
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let c = chrome(&ask, "/station/workers").await;
    let heading = text(ask.lang, "page-worker-edit", &[("name", &record.person.name)]);
    let version = record.person.version.to_string();
    let form = edit_form(ask.lang, record.person.id, &version).fill(on_record(&ask, &record).await?);
    let aside = worker_aside(&c, &[]);
    Ok(page(&Desk { aside, ..Desk::form(c, heading, form) }))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let id = record.person.id;
    let mut body = with_partner(&ask, registration(&fields)?).await?;
    body.consent.clear();
    let stands = worker::registration(&record);
    let mut body = over(&stands, &edit_form(ask.lang, id, ""), &body)?;
    // A village lies in the county of origin, also in another one.
    if body.origin != stands.origin
        && let Some(village) = &mut body.village
    {
        village.county.clone_from(&body.origin);
    }
    for held in &mut body.certificates {
        let known = stands.certificates.iter().find(|c| c.name == held.name);
        held.level = known.and_then(|c| c.level.clone());
    }
    let version: i64 = value(&fields, "version").parse().unwrap_or(0);
    let done = worker::change_to(&ask.office, &ask.actor, &record, body, version).await;
    let mut fresh = version;
    let (status, faults) = match done {
        Ok(_) => {
            if value(&fields, "verification") == "document_seen" {
                proof::card_seen(&ask.office, &ask.actor, id).await?;
            }
            return Ok(onward(&fields, id, "saved"));
        }
        Err(Error::Stale) => {
            // After somebody else was faster, the next press goes over what stands now.
            let (now, entries) = worker::timeline(&ask.office, &ask.actor, id).await?;
            fresh = now.person.version;
            (422, timeline::stale(ask.lang, "worker", &entries, fresh - version))
        }
        Err(error) => {
            let taken = matches!(error, Error::Conflict { .. });
            let (status, mut faults) = at_form(ask.lang, error)?;
            if taken {
                for (field, _) in &mut faults {
                    "id_number".clone_into(field);
                }
            }
            (status, faults)
        }
    };
    let c = chrome(&ask, "/station/workers").await;
    let heading = text(ask.lang, "page-worker-edit", &[("name", &record.person.name)]);
    let form =
        edit_form(ask.lang, id, &fresh.to_string()).fill(typed(&fields).filter(|(n, _)| *n != "version")).mark(faults);
    let aside = worker_aside(&c, &[]);
    Ok(Answer { status, ..page(&Desk { aside, ..Desk::form(c, heading, form) }) })
}
