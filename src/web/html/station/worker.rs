//! People: the one box, the list, registering and changing, and a person's page with everything that can be done for them.

use serde_json::Value;
use uuid::Uuid;

use crate::actions::introduction as cases;
use crate::actions::search::{self, Found, Page, ReadAs, WorkerAsk};
use crate::actions::{Error, call, clock, enrolment, live, matching, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::region::{self, RegionCode};
use crate::domain::registration::{Field as Typed, GivenConsent, Registration, Text};
use crate::domain::worker::{ConsentScope, ConsentWay, Status, age_on};
use crate::handler;
use crate::matching::parameters::Parameters;
use crate::pages::{
    Bit, Cell, Choice, Desk, FacetGroup, FacetValue, Fact, Gain, IntroductionLine, Lang, Link, LogLine, Match, Near,
    Note, Row, Tag, Tone, WorkerFind, WorkerPage, format, forms, named, reveal_reasons, text, word, worker_aside,
};
use crate::store;
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::{body_of, chrome, page, refused, sentences};
use crate::web::json::list as lists;
use crate::web::json::matching::words;
use crate::web::json::worker::worker_ask;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/workers", STAFF, "people", handler!(list)).query(&[
        "origin",
        "occupation",
        "capacity",
        "watch",
        "status",
        "sort",
        "cursor",
        "min_age",
        "max_age",
    ]),
    Route::post("/station/workers/find", STAFF, "find people", Body::Form, handler!(find)),
    Route::get("/station/workers/new", STAFF, "the form to register a person", handler!(new)),
    Route::post("/station/workers/new", STAFF, "register a person", Body::Form, handler!(register)),
    Route::get("/station/workers/{id}", STAFF, "a person", handler!(show)),
    Route::get("/station/workers/{id}/edit", STAFF, "the form to change a person", handler!(edit)),
    Route::post("/station/workers/{id}/edit", STAFF, "change a person", Body::Form, handler!(change)),
    Route::get("/station/workers/{id}/history", STAFF, "everything that changed", handler!(history)),
    Route::post("/station/workers/{id}/reveal", STAFF, "show full numbers, audited", Body::Form, handler!(reveal)),
    Route::post("/station/workers/{id}/call", STAFF, "note a call", Body::Form, handler!(note_call)),
    Route::post("/station/workers/{id}/consent", STAFF, "record a consent", Body::Form, handler!(consent)),
    Route::post("/station/workers/{id}/introduce", STAFF, "introduce for posts", Body::Form, handler!(introduce)),
    Route::post("/station/workers/{id}/enrol", STAFF, "enrol in a class", Body::Form, handler!(enrol)),
];

/// Matches and near misses shown on a person's page.
const MATCHES: usize = 20;
const NEAR: usize = 8;

/// Fields of a form in order.
pub type Pairs = Vec<(String, String)>;

/// A field's text.
pub fn value<'a>(fields: &'a Pairs, name: &str) -> &'a str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
}

/// A field as the API's bodies know it.
pub fn field(fields: &Pairs, name: &str) -> Typed {
    Some(value(fields, name)).filter(|v| !v.is_empty()).map(Text::from)
}

/// The full name of a region code.
pub fn region_name(code: &str) -> String {
    RegionCode::parse(code).and_then(region::full_name).unwrap_or_else(|| code.to_owned())
}

fn address(id: Uuid) -> String {
    format!("/station/workers/{id}")
}

/// A state with its colour.
pub fn status_tag(lang: Lang, status: Status) -> Tag {
    let tone = match status {
        Status::Looking => Tone::Ok,
        Status::Unknown => Tone::Warn,
        _ => Tone::Plain,
    };
    Tag::new(named(lang, status), tone)
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
                        lists::name_of(name, &c.code).unwrap_or_else(|| c.code.clone()),
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
        range: format!("{} / {}", found.items.len(), found.total),
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

/// The one box is posted, so that a number typed there never stands in an address.
async fn find(mut ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let q = value(&fields, "q").to_owned();
    // The filters of the list come along in the form.
    ask.query = fields.iter().filter(|(n, _)| n != "q").cloned().collect();
    let mut asked: WorkerAsk = worker_ask(&ask)?;
    asked.page.limit = 50;
    asked.q.clone_from(&q);
    let filtered = ask.query.iter().any(|(n, v)| !v.is_empty() && n != "cursor" && n != "sort");
    let page_asked: Page = asked.page.clone();
    let done = if filtered {
        search::workers(&ask.office, &ask.actor, asked).await.map(|found| (ReadAs::Words, found))
    } else {
        search::lookup(&ask.office, &ask.actor, &q, page_asked).await
    };
    let (read_as, found) = match done {
        Ok(done) => done,
        Err(Error::Invalid(faults)) => {
            let told = faults.iter().map(|f| sentence(ask.lang, f)).collect();
            let none = Found::of(Vec::new());
            return Ok(refused(&found_page(&ask, q, &none, told).await));
        }
        Err(other) => return Err(other.into()),
    };
    // One person by number goes straight to their page.
    if read_as == ReadAs::IdNumber
        && let [(record, _)] = found.items.as_slice()
    {
        return Ok(Answer::see_other(address(record.person.id)));
    }
    // A number is not shown again in the box.
    let shown = if read_as == ReadAs::Words { q } else { String::new() };
    Ok(page(&found_page(&ask, shown, &found, Vec::new()).await))
}

/// The registration that a form says; the village lies in the county of origin.
fn registration(fields: &Pairs) -> Result<Registration, Fault> {
    let mut body: Registration = body_of(fields)?;
    if let Some(village) = &mut body.village
        && village.county.is_none()
    {
        village.county.clone_from(&body.origin);
    }
    Ok(body)
}

/// Fields for putting back into a form.
pub fn typed(fields: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().map(|(n, v)| (n.as_str(), v.as_str()))
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    let c = chrome(&ask, "/station/workers").await;
    let form = forms::worker(ask.lang, "/station/workers/new", "/station/workers");
    let aside = worker_aside(&c, &[], "");
    Ok(page(&Desk { aside, ..Desk::form(c, text(ask.lang, "page-worker-new", &[]), form) }))
}

async fn register(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body = registration(&fields)?;
    let mut c = chrome(&ask, "/station/workers").await;
    c.back = "/station/workers/new".to_owned();
    let mut form = forms::worker(ask.lang, "/station/workers/new", "/station/workers").fill(typed(&fields));
    let heading = text(ask.lang, "page-worker-new", &[]);
    // Somebody who may be the same is shown before anything is saved; the second press saves.
    let mut twins = Vec::new();
    if value(&fields, "twins") != "seen"
        && let Ok(checked) = worker::check(&ask.office, &body)
    {
        for alike in worker::alike(&ask.office, &ask.actor, &checked, None).await? {
            let why = word(ask.lang, "code", alike.code);
            if !alike.visible {
                twins.push((Link::default(), why));
                continue;
            }
            let record = worker::find(&ask.office, &ask.actor, alike.id).await?;
            let name = format!("{} {}", record.person.name, record.person.reference);
            twins.push((Link::to(address(alike.id), name), why));
        }
    }
    if !twins.is_empty() {
        form.sections.push(crate::pages::Section {
            fields: vec![crate::pages::Field {
                name: "twins".into(),
                kind: crate::pages::Kind::Hidden,
                values: vec!["seen".into()],
                ..crate::pages::Field::default()
            }],
            ..crate::pages::Section::default()
        });
        let aside = worker_aside(&c, &twins, "");
        return Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }));
    }
    match worker::register(&ask.office, &ask.actor, &body).await {
        Ok(done) => {
            let id = done.record.person.id;
            if value(&fields, "verification") == "document_seen" {
                worker::card_seen(&ask.office, &ask.actor, id).await?;
            }
            Ok(Answer::see_other(format!("{}?said=registered", address(id))))
        }
        Err(Error::Invalid(faults)) => {
            let aside = worker_aside(&c, &[], "");
            let form = form.mark(sentences(ask.lang, &faults));
            Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }))
        }
        Err(Error::Conflict { code, with }) => {
            let told = crate::pages::code_sentence(ask.lang, code, &[]).unwrap_or_else(|| code.to_owned());
            let form = form.mark([("id_number", told)]);
            let known: Vec<_> = with
                .map(|id| (Link::to(address(id), text(ask.lang, "go-open", &[])), String::new()))
                .into_iter()
                .collect();
            let aside = worker_aside(&c, &known, "");
            Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }))
        }
        Err(other) => Err(other.into()),
    }
}

/// The names and texts with which the form of a stored body is filled.
pub fn stored(body: &impl serde::Serialize) -> Pairs {
    fn flat(into: &mut Pairs, name: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) => into.push((name.to_owned(), text.clone())),
            Value::Bool(b) => into.push((name.to_owned(), b.to_string())),
            Value::Number(n) => into.push((name.to_owned(), n.to_string())),
            Value::Object(map) => {
                for (part, value) in map {
                    flat(into, &if name.is_empty() { part.clone() } else { format!("{name}.{part}") }, value);
                }
            }
            Value::Array(list) => {
                let entries: Vec<String> = list.iter().map(spoken).filter(|e| !e.is_empty()).collect();
                if matches!(name, "health" | "needs" | "benefits" | "hazards") {
                    into.extend(entries.into_iter().map(|e| (name.to_owned(), e)));
                } else if !entries.is_empty() {
                    into.push((name.to_owned(), entries.join("；")));
                }
            }
        }
    }
    fn spoken(entry: &Value) -> String {
        let part = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        match entry {
            Value::String(text) => live::occupation_name(text).unwrap_or_else(|| text.clone()),
            Value::Object(map) if map.contains_key("occupation") => {
                let title = live::occupation_name(&part("occupation")).unwrap_or_else(|| part("occupation"));
                format!("{title} {}", part("years"))
            }
            Value::Object(_) => format!("{} {}", part("name"), part("expires")).trim().to_owned(),
            _ => String::new(),
        }
    }
    let mut pairs = Vec::new();
    flat(&mut pairs, "", &serde_json::to_value(body).unwrap_or_default());
    pairs
}

fn edit_form(lang: Lang, id: Uuid, version: &str) -> crate::pages::Form {
    let mut form = forms::worker(lang, &format!("{}/edit", address(id)), &address(id));
    form.sections.push(crate::pages::Section {
        fields: vec![crate::pages::Field {
            name: "version".into(),
            kind: crate::pages::Kind::Hidden,
            values: vec![version.to_owned()],
            ..crate::pages::Field::default()
        }],
        ..crate::pages::Section::default()
    });
    form
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let c = chrome(&ask, "/station/workers").await;
    let heading = text(ask.lang, "page-worker-edit", &[("name", &record.person.name)]);
    let version = record.person.version.to_string();
    let form = edit_form(ask.lang, record.person.id, &version).fill(stored(&worker::registration(&record)));
    let aside = worker_aside(&c, &[], "");
    Ok(page(&Desk { aside, ..Desk::form(c, heading, form) }))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let id = record.person.id;
    let mut body = registration(&fields)?;
    // An empty phone or number in the form means: as it was.
    body.consent.clear();
    let version = value(&fields, "version").parse().unwrap_or(0);
    let done = worker::change_to(&ask.office, &ask.actor, &record, body, version).await;
    let faults = match done {
        Ok(_) => {
            if value(&fields, "verification") == "document_seen" {
                worker::card_seen(&ask.office, &ask.actor, id).await?;
            }
            return Ok(Answer::see_other(format!("{}?said=saved", address(id))));
        }
        Err(Error::Invalid(faults)) => sentences(ask.lang, &faults),
        Err(Error::Stale) => {
            let told = crate::pages::code_sentence(ask.lang, "version.stale", &[]).unwrap_or_default();
            vec![("version".to_owned(), told)]
        }
        Err(Error::Conflict { code, .. }) => {
            let told = crate::pages::code_sentence(ask.lang, code, &[]).unwrap_or_else(|| code.to_owned());
            vec![("id_number".to_owned(), told)]
        }
        Err(other) => return Err(other.into()),
    };
    let c = chrome(&ask, "/station/workers").await;
    let heading = text(ask.lang, "page-worker-edit", &[("name", &record.person.name)]);
    // After somebody else was faster, the next press goes over what stands now.
    let fresh = worker::find(&ask.office, &ask.actor, id).await?.person.version.to_string();
    let form = edit_form(ask.lang, id, &fresh).fill(typed(&fields).filter(|(n, _)| *n != "version")).mark(faults);
    let aside = worker_aside(&c, &[], "");
    Ok(refused(&Desk { aside, ..Desk::form(c, heading, form) }))
}

fn log_line(lang: Lang, entry: &store::history::Entry) -> LogLine {
    let shown = |v: &Value| match v {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        Value::Object(map) => map.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    let key = match entry.act.as_str() {
        "worker.register" => "log-registered",
        "worker.import" => "log-imported",
        "worker.merge" => "log-merged",
        "worker.unmerge" => "log-unmerged",
        "worker.link" => "log-linked",
        _ => "",
    };
    let mut words: Vec<String> = Vec::new();
    if !key.is_empty() {
        words.push(text(lang, key, &[]));
    }
    if entry.act == "worker.reveal" {
        let why = entry.diff.get("reason").map(shown).unwrap_or_default();
        words.push(text(lang, "log-revealed", &[("why", &why)]));
    } else if key.is_empty() {
        for (name, change) in &entry.diff {
            let label = word(lang, "worker", name);
            match change.as_array().map(Vec::as_slice) {
                Some([old, new]) => words.push(text(
                    lang,
                    "log-changed",
                    &[("field", &label), ("old", &shown(old)), ("new", &shown(new))],
                )),
                _ => words.push(format!("{label} {}", shown(change))),
            }
        }
    }
    LogLine {
        at: crate::web::json::worker::instant(entry.at),
        when: format::day_desk(clock::day_of(entry.at), clock::day_of(entry.at)),
        text: vec![Bit::Text(words.join("；")), Bit::Small(format!(" {}", entry.actor))],
    }
}

/// A match of matching as the pages show it.
pub fn match_line(lang: Lang, m: &crate::matching::recommend::Match, who: Link, id: Uuid) -> Match {
    let say = |say: &crate::matching::sentence::Say| say.staff(words(lang));
    Match {
        id: id.to_string(),
        score: m.score,
        who,
        reasons: m.reasons.iter().map(|p| (p.points * 2 >= p.max, say(&p.say))).collect(),
        // The page says “not asked yet” once, before the list.
        asked: m
            .asked
            .iter()
            .map(|(_, s)| say(s))
            .map(|s| {
                ["没问过：", "not asked yet: ", "Not asked yet: "]
                    .iter()
                    .find_map(|p| s.strip_prefix(p))
                    .map_or(s.clone(), str::to_owned)
            })
            .collect(),
        introduced: if m.introduced > 0 { text(lang, "introduced-n", &[("n", &m.introduced)]) } else { String::new() },
        ..Match::default()
    }
}

async fn person_page(ask: &Ask, record: &Record, shown: Option<worker::Revealed>) -> Result<WorkerPage, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let office = &ask.office;
    let p = &record.person;
    let w = &p.worker;
    let masked = worker::masked(office, record)?;
    let revealed = shown.is_some();
    let (number, phone) = match shown {
        Some(s) => (s.id_number.or(masked.0), s.phone.or(masked.1)),
        None => masked,
    };
    let mut numbers = Vec::new();
    numbers.extend(phone.map(|v| Fact::named(lang, "phone", v)));
    numbers.extend(number.map(|v| Fact::named(lang, "id-number", v)));

    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>| {
        facts.extend(value.filter(|v| !v.is_empty()).map(|v| Fact::new(word(lang, "worker", name), v)));
    };
    fact(
        "origin",
        w.village
            .as_ref()
            .map(|v| format!("{} {}{}", region_name(&v.county), v.township, v.village))
            .or_else(|| w.origin.as_deref().map(region_name)),
    );
    fact("residence", w.residence.as_deref().map(region_name));
    fact("schooling", w.schooling.map(|s| named(lang, s)));
    fact("capacity", w.capacity.map(|s| named(lang, s)));
    fact(
        "occupations_wanted",
        Some(w.occupations_wanted.iter().filter_map(|o| live::occupation_name(o)).collect::<Vec<_>>().join(" ")),
    );
    fact("certificates", Some(w.certificates.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(" ")));
    fact("skills", Some(w.skills.join(" ")));
    fact("wage_floor", w.wage_floor.map(format::yuan));
    fact("regions_wanted", Some(w.regions_wanted.iter().map(|r| region_name(r)).collect::<Vec<_>>().join(" ")));
    fact("needs", Some(w.needs.iter().map(|n| named(lang, *n)).collect::<Vec<_>>().join(" ")));
    fact("available_from", w.available_from.map(|d| d.to_string()));
    if let Some(job) = record.job() {
        let words = [job.facts.employer.clone(), job.facts.place.clone(), job.facts.wage.map(|y| y.to_string())];
        facts.push(Fact::new(
            word(lang, "status", "employed"),
            words.into_iter().flatten().collect::<Vec<_>>().join(" "),
        ));
    }
    let consents: Vec<String> = ConsentScope::ALL
        .iter()
        .filter_map(|scope| Some((scope, record.consent(*scope)?)))
        .map(|(scope, yes)| format!("{}{}", if yes { "" } else { "✗ " }, named(lang, *scope)))
        .collect();
    facts.push(Fact::named(lang, "consent", if consents.is_empty() { "—".to_owned() } else { consents.join(" ") }));
    let stations = office.stations().await;
    let served: Vec<String> = record
        .links
        .iter()
        .filter_map(|l| stations.iter().find(|s| s.id == l.station))
        .map(|s| s.station.name.clone())
        .collect();
    facts.push(Fact::named(lang, "stations", served.join(" ")));

    let mut household = Vec::new();
    if let Some((_, h)) = &record.household {
        let mut add = |name: &str, value: Option<String>| {
            household
                .extend(value.filter(|v| !v.is_empty()).map(|v| Fact::new(word(lang, "worker-household", name), v)));
        };
        add("head", h.head.clone());
        add("relation", h.relation.clone());
        add(
            "type",
            h.kind.as_deref().map(|k| {
                crate::domain::household::HouseholdType::parse(k).map_or_else(|| k.to_owned(), |t| named(lang, t))
            }),
        );
        add("watch_class", record.watch.map(|c| named(lang, c)));
        add("relocated", h.relocated.map(|yes| text(lang, if yes { "yes" } else { "no" }, &[])));
    }

    let mut tags = vec![status_tag(lang, record.status()), Tag::new(named(lang, p.verification), Tone::Plain)];
    tags.extend(record.watch.map(|c| Tag::new(named(lang, c), Tone::Warn)));
    let mut lead: Vec<String> = Vec::new();
    lead.extend(w.sex.map(|s| named(lang, s)));
    lead.extend(w.birth_date.map(|b| text(lang, "years-old", &[("n", &age_on(b, today))])));
    lead.push(p.reference.clone());
    let opted_out = record.consent(ConsentScope::Matching) == Some(false);
    let note = opted_out.then(|| Note { tone: Tone::Warn, lead: text(lang, "opted-out", &[]), ..Note::default() });

    let ready = office.live.matching_ready();
    let found = if ready { matching::matches(office, &ask.actor, p.id, MATCHES).await? } else { Vec::new() };
    let near = if ready { matching::why_not(office, &ask.actor, p.id).await? } else { Vec::new() };
    let gains = if ready { matching::training(office, &ask.actor, p.id).await? } else { Vec::new() };
    let mut ids: Vec<Uuid> = found.iter().map(|m| m.vacancy).collect();
    ids.extend(near.iter().take(NEAR).filter_map(|(n, _)| n.examples.first().copied()));
    let mut posts = std::collections::HashMap::new();
    for post in store::vacancy::records(&mut &office.db, &ids).await? {
        posts.insert(post.row.id, post);
    }
    let wage = |post: &store::vacancy::Record| {
        let pay = &post.row.vacancy.pay;
        format::wage(lang, pay.min, pay.max, pay.period.unwrap_or(crate::domain::vacancy::Period::Month))
    };
    let post_link = |post: &store::vacancy::Record| {
        Link::to(format!("/station/vacancies/{}", post.row.id), post.row.vacancy.title.clone())
    };
    let place = |post: &store::vacancy::Record| {
        format!("{} {}", post.employer_name, post.row.vacancy.region.as_deref().map(region_name).unwrap_or_default())
    };
    let matches: Vec<Match> = found
        .iter()
        .filter_map(|m| {
            let post = posts.get(&m.vacancy)?;
            Some(Match {
                place: place(post),
                wage: wage(post),
                places: format!("{} / {}", post.places_left(), post.row.vacancy.headcount),
                taken: record.introduced.contains(&m.vacancy),
                ..match_line(lang, m, post_link(post), m.vacancy)
            })
        })
        .collect();
    let near = near
        .iter()
        .take(NEAR)
        .filter_map(|(n, say)| {
            let post = posts.get(n.examples.first()?)?;
            Some(Near {
                vacancy: post_link(post),
                place: place(post),
                wage: wage(post),
                stuck: n.say.staff(words(lang)),
                change: say.iter().map(|s| s.staff(words(lang))).collect::<Vec<_>>().join("；"),
                opens: n.opens.to_string(),
            })
        })
        .collect();
    let enrolled = enrolment::of_worker(office, &ask.actor, p.id).await?;
    let class_ids: Vec<Uuid> = gains.iter().map(|g| g.class).collect();
    let classes = store::class::records(&mut &office.db, &class_ids).await?;
    let training = gains
        .iter()
        .filter_map(|g| {
            let class = classes.iter().find(|c| c.row.id == g.class)?;
            let c = &class.row.class;
            let days = [c.starts, c.ends].into_iter().flatten().map(|d| format::day_desk(d, today)).collect::<Vec<_>>();
            let state = enrolled.iter().find(|e| e.class == g.class).map(|e| named(lang, e.state));
            Some(Gain {
                class: Link::to(format!("/station/training/{}", g.class), c.name.clone()),
                id: g.class.to_string(),
                days: days.join("–"),
                seats: format!("{} / {}", class.seats_left(), c.seats),
                free: class.seats_left() > 0,
                opens: g.opens() as u64,
                which: String::new(),
                state: state.unwrap_or_default(),
            })
        })
        .collect();
    let filter = store::introduction::Filter { worker: Some(p.id), ..Default::default() };
    let introductions = cases::list(office, &ask.actor, &filter, None, 20).await?;
    let introductions = introductions.items.iter().map(|case| case_line(lang, today, case, false)).collect();
    let history = store::history::of(&mut &office.db, p.id, 6).await?;
    let opened = worker::last_opened(office, &ask.actor).await?;
    let fits = found.len() as u64;
    let mut c = chrome(ask, "/station/workers").await;
    c.back = address(p.id);
    Ok(WorkerPage {
        c,
        id: p.id.to_string(),
        name: p.name.clone(),
        lead: lead.join("　"),
        tags,
        note,
        numbers,
        revealed,
        reasons: reveal_reasons(lang),
        facts,
        household,
        rules: Parameters::shipped().version.clone(),
        fits,
        matches,
        near,
        training,
        introductions,
        log: history.iter().take(5).map(|e| log_line(lang, e)).collect(),
        more_log: if history.len() > 5 { format!("{}/history", address(p.id)) } else { String::new() },
        opened: opened.iter().filter(|o| o.id != p.id).map(|o| Link::to(address(o.id), o.name.clone())).collect(),
        call: forms::call(lang, &format!("{}/call", address(p.id))),
        consent: forms::consent(lang, &format!("{}/consent", address(p.id))),
    })
}

/// An introduction in a table; `person` shows the person, else the vacancy.
pub fn case_line(
    lang: Lang,
    today: jiff::civil::Date,
    case: &store::introduction::Case,
    person: bool,
) -> IntroductionLine {
    let i = &case.introduction;
    let href = format!("/station/introductions/{}", i.id);
    let with = if person {
        Link::to(address(i.worker), case.worker_name.clone())
    } else {
        Link::to(format!("/station/vacancies/{}", i.vacancy), case.vacancy_title.clone())
    };
    IntroductionLine {
        day: format::day_desk(clock::day_of(i.updated_at), today),
        with,
        place: case.employer_name.clone(),
        state: Tag::new(named(lang, i.state), if i.state.is_open() { Tone::Ok } else { Tone::Plain }),
        mail: String::new(),
        href,
    }
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    worker::note_viewed(&ask.office, &ask.actor, record.person.id).await?;
    Ok(page(&person_page(&ask, &record, None).await?))
}

async fn history(ask: Ask) -> Result<Answer, Fault> {
    let entries = worker::timeline(&ask.office, &ask.actor, ask.id("id")?).await?;
    let log = entries.iter().map(|e| log_line(ask.lang, e)).collect();
    let c = chrome(&ask, "/station/workers").await;
    let blocks = vec![crate::pages::Block::Log(log)];
    Ok(page(&Desk { c, heading: text(ask.lang, "page-history", &[]), blocks, ..Desk::default() }))
}

/// The full numbers are the answer to this post alone: no address shows them again.
async fn reveal(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let wanted: Vec<String> = value(&fields, "fields").split(',').map(str::to_owned).collect();
    let shown = worker::reveal(&ask.office, &ask.actor, id, &wanted, value(&fields, "reason")).await?;
    let record = worker::find(&ask.office, &ask.actor, id).await?;
    Ok(page(&person_page(&ask, &record, Some(shown)).await?))
}

async fn note_call(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let new = call::NewCall {
        worker: Some(ask.id("id")?),
        introduction: None,
        interest: None,
        result: field(&fields, "result"),
        again: field(&fields, "again"),
        note: field(&fields, "text"),
    };
    call::note(&ask.office, &ask.actor, &new).await?;
    Ok(Answer::see_other(format!("{}?said=call-noted", address(ask.id("id")?))))
}

async fn consent(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let refused = value(&fields, "act") == "withdraw";
    let way = ConsentWay::parse(value(&fields, "how")).ok_or_else(|| Error::field("how", "field.missing"))?;
    let on = match value(&fields, "at") {
        "" => None,
        day => Some(crate::domain::date_text::parse_date(day).map_err(|e| Error::field("at", e.code()))?),
    };
    let given: Vec<GivenConsent> = fields
        .iter()
        .filter(|(n, _)| n == "scope")
        .filter_map(|(_, v)| ConsentScope::parse(v))
        .map(|scope| GivenConsent { scope, way, on, refused })
        .collect();
    if given.is_empty() {
        return Err(Error::field("scope", "field.missing").into());
    }
    let id = ask.id("id")?;
    worker::consent(&ask.office, &ask.actor, id, &given).await?;
    let said = if refused { "consent-withdrawn" } else { "consent" };
    Ok(Answer::see_other(format!("{}?said={said}", address(id))))
}

async fn introduce(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let vacancies: Vec<Uuid> =
        fields.iter().filter(|(n, _)| n == "vacancy").filter_map(|(_, v)| v.parse().ok()).collect();
    if vacancies.is_empty() {
        return Err(Error::field("vacancy", "field.missing").into());
    }
    for vacancy in vacancies {
        let new = cases::NewIntroduction { worker: id, vacancy, consent: None };
        cases::introduce(&ask.office, &ask.actor, &new).await?;
    }
    Ok(Answer::see_other(address(id)))
}

async fn enrol(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let class = value(&fields, "class").parse().map_err(|_| Error::field("class", "id.wrong"))?;
    enrolment::enrol(&ask.office, &ask.actor, id, class).await?;
    Ok(Answer::see_other(format!("{}?said=enrolled", address(id))))
}
