//! A person's page: facts, what fits and why, training, introductions, timeline, and what can be done for them.

use jiff::civil::Date;
use uuid::Uuid;

use crate::actions::consent as proof;
use crate::actions::introduction as cases;
use crate::actions::{Error, call, clock, enrolment, live, matching, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_date;
use crate::domain::fault::Faults;
use crate::domain::registration::GivenConsent;
use crate::domain::worker::{ConsentScope, ConsentWay, Experience, Status, age_on};
use crate::handler;
use crate::matching::parameters::Parameters;
use crate::pages::{
    Desk, Fact, Gain, IntroductionLine, Lang, Link, Match, Near, Note, Tag, Tone, WorkerPage, format, forms, named,
    text, word,
};
use crate::store;
use crate::store::outbox::Notice;
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, Refused, call_of, ids_of, region_name, value, with};
use crate::web::html::timeline::{self, moment};
use crate::web::html::{at_form, chrome, page};
use crate::web::json::matching::{joined, tell, words};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

use super::outcome::{INTRODUCED, introduced, introduced_note, refused_ids};
use super::worker::address;

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Vacancies named beside a class that opens them; the count says how many there are.
const OPENED: usize = 3;

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/workers/{id}", STAFF, "a person", handler!(show)).query(INTRODUCED),
    Route::get("/station/workers/{id}/history", STAFF, "everything that changed", handler!(history)),
    Route::post("/station/workers/{id}/reveal", STAFF, "show full numbers, audited", Body::Form, handler!(reveal))
        .takes(&["reason", "fields"]),
    Route::post("/station/workers/{id}/call", STAFF, "note a call", Body::Form, handler!(note_call))
        .takes(&["text", "again", "result"]),
    Route::post("/station/workers/{id}/consent", STAFF, "record a consent", Body::Form, handler!(consent))
        .takes(&["scope", "how", "at", "act"]),
    Route::post("/station/workers/{id}/introduce", STAFF, "introduce for posts", Body::Form, handler!(introduce))
        .takes(&["vacancy"]),
    Route::post("/station/workers/{id}/enrol", STAFF, "enrol in a class", Body::Form, handler!(enrol))
        .takes(&["class"]),
];

/// Former stretches of work shown; the rest is in the timeline.
const WORK_SHOWN: usize = 3;
/// Matches shown, and what one change or only two together would open.
const MATCHES: usize = 20;
const NEAR: (usize, usize) = (6, 3);

/// A state with its colour.
pub fn status_tag(lang: Lang, status: Status) -> Tag {
    let tone = match status {
        Status::Looking => Tone::Ok,
        Status::Unknown => Tone::Warn,
        _ => Tone::Plain,
    };
    Tag::new(named(lang, status), tone)
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
                ["没问过：", "没问过", "not asked yet: ", "Not asked yet: "]
                    .iter()
                    .find_map(|p| s.strip_prefix(p))
                    .map_or(s.clone(), str::to_owned)
            })
            .collect(),
        introduced: if m.introduced > 0 { text(lang, "introduced-n", &[("n", &m.introduced)]) } else { String::new() },
        ..Match::default()
    }
}

async fn person_page(
    ask: &Ask,
    record: &Record,
    shown: Option<worker::Revealed>,
    refused: Option<Refused<'_>>,
) -> Result<WorkerPage, Fault> {
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
    let done = |e: &Experience| {
        live::occupation_name(&e.occupation)
            .map(|what| text(lang, "offer-experience", &[("what", &what), ("years", &e.years)]))
    };
    fact("experience", Some(w.experience.iter().filter_map(done).collect::<Vec<_>>().join(" ")));
    fact("certificates", Some(w.certificates.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(" ")));
    fact("skills", Some(w.skills.join(" ")));
    fact("wage_floor", w.wage_floor.map(format::yuan));
    fact("regions_wanted", Some(w.regions_wanted.iter().map(|r| region_name(r)).collect::<Vec<_>>().join(" ")));
    fact("needs", Some(w.needs.iter().map(|n| named(lang, *n)).collect::<Vec<_>>().join(" ")));
    fact("available_from", w.available_from.map(|d| d.to_string()));
    fact("shift", w.shift.map(|s| named(lang, s)));
    fact("remark", w.remark.clone());
    if let Some(job) = record.job() {
        let words = [job.facts.employer.clone(), job.facts.place.clone(), job.facts.wage.map(|y| y.to_string())];
        facts.push(Fact::new(
            word(lang, "status", "employed"),
            words.into_iter().flatten().collect::<Vec<_>>().join(" "),
        ));
    }
    for job in record.jobs.iter().filter(|job| job.to.is_some()).take(WORK_SHOWN) {
        let days = [job.facts.from, job.to].map(|d| d.map(|d| d.to_string()).unwrap_or_default()).join("–");
        let words = [job.facts.employer.clone(), job.facts.place.clone(), Some(days)];
        facts.push(Fact::new(
            text(lang, "worked-before", &[]),
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

    let picked = match &refused {
        Some(bad) if bad.act == "introduce" => ids_of(bad.fields, "vacancy"),
        _ => Vec::new(),
    };
    let ready = office.live.matching_ready();
    let found = if ready { matching::matches(office, &ask.actor, p.id, MATCHES).await? } else { Vec::new() };
    let mut near = if ready { matching::why_not(office, &ask.actor, p.id).await? } else { Vec::new() };
    let pairs = near.split_off(near.partition_point(|(why, _)| why.changes.len() == 1));
    near.truncate(NEAR.0);
    near.extend(pairs.into_iter().take(NEAR.1));
    let gains = if ready { matching::training(office, &ask.actor, p.id).await? } else { Vec::new() };
    let mut ids: Vec<Uuid> = found.iter().map(|m| m.vacancy).collect();
    ids.extend(refused_ids(ask));
    ids.extend(near.iter().filter_map(|(n, _)| n.examples.first().copied()));
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
                places: format!("{} / {}", m.places_left, post.row.vacancy.headcount),
                taken: record.introduced.contains(&m.vacancy),
                on: picked.contains(&m.vacancy),
                ..match_line(lang, m, post_link(post), m.vacancy)
            })
        })
        .collect();
    let near = near
        .iter()
        .filter_map(|(n, say)| {
            let post = posts.get(n.examples.first()?)?;
            Some(Near {
                vacancy: post_link(post),
                place: place(post),
                wage: wage(post),
                stuck: joined(&n.says, lang),
                change: joined(say, lang),
                tell: tell(&n.changes, say, lang).unwrap_or_default(),
                opens: n.opens.to_string(),
            })
        })
        .collect();
    let enrolled = enrolment::of_worker(office, &ask.actor, p.id).await?;
    let class_ids: Vec<Uuid> = gains.iter().map(|g| g.class).collect();
    let classes = store::class::records(&mut &office.db, &class_ids).await?;
    let ids: Vec<Uuid> = gains.iter().flat_map(|g| g.vacancies.iter().take(OPENED).copied()).collect();
    let named_ones = store::vacancy::records(&mut &office.db, &ids).await?;
    let named_post = |id: &Uuid| {
        let row = &named_ones.iter().find(|r| r.row.id == *id)?.row;
        Some(Link::to(format!("/station/vacancies/{id}"), format!("{} {}", row.vacancy.title, row.reference)))
    };
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
                which: g.vacancies.iter().take(OPENED).filter_map(named_post).collect(),
                state: state.unwrap_or_default(),
            })
        })
        .collect();
    let filter = store::introduction::Filter { worker: Some(p.id), ..Default::default() };
    let introductions = cases::list(office, &ask.actor, &filter, None, 20).await?;
    let letters = cases::newest_letters(office, &introductions.items).await?;
    let introductions = introductions
        .items
        .iter()
        .map(|case| case_line(lang, today, case, letters.get(&case.introduction.id), false))
        .collect();
    let history = store::history::of(&mut &office.db, p.id, 6).await?;
    let opened = worker::last_opened(office, &ask.actor).await?;
    let merged = worker::merged_into(office, &ask.actor, p.id).await?;
    let merged = merged.into_iter().map(|m| {
        let name = format!("{} {}", m.name, m.reference);
        (Link::to(address(m.id), name), format!("{}/unmerge", address(m.id)))
    });
    let mut c = chrome(ask, "/station/workers").await;
    c.back = address(p.id);
    let root = address(p.id);
    let sealed = p.id_sealed.is_some() || p.phone_sealed.is_some();
    let bad = refused.as_ref();
    let reveal = (!revealed && sealed && ask.actor.may(Right::Reveal))
        .then(|| with(forms::reveal(lang, &format!("{root}/reveal")), "reveal", bad));
    let call = with(forms::call(lang, &format!("{root}/call")), "call", bad);
    let consent = with(forms::consent(lang, &format!("{root}/consent")), "consent", bad);
    if let Some(bad) = bad.filter(|bad| ["introduce", "enrol"].contains(&bad.act)) {
        let words: Vec<&str> = bad.faults.iter().map(|(_, told)| told.as_str()).collect();
        c.notice = Some(Note { tone: Tone::Bad, text: words.join(" "), ..Note::default() });
    } else if let Some(note) =
        introduced_note(ask, "said-introduced-posts", |id| posts.get(&id).map(|post| post.row.vacancy.title.clone()))
    {
        c.notice = Some(note);
    }
    Ok(WorkerPage {
        c,
        id: p.id.to_string(),
        name: p.name.clone(),
        lead: lead.join("　"),
        tags,
        note,
        numbers,
        reveal,
        facts,
        household,
        rules: Parameters::shipped().version.clone(),
        cut: found.len() == MATCHES,
        matches,
        near,
        training,
        introductions,
        merged: merged.collect(),
        log: history.iter().take(5).map(|e| timeline::line(lang, today, e)).collect(),
        more_log: if history.len() > 5 { format!("{}/history", address(p.id)) } else { String::new() },
        opened: opened.iter().filter(|o| o.id != p.id).map(|o| Link::to(address(o.id), o.name.clone())).collect(),
        call,
        consent,
    })
}

/// An introduction in a table; `person` shows the person, else the vacancy.
pub fn case_line(
    lang: Lang,
    today: jiff::civil::Date,
    case: &store::introduction::Case,
    letter: Option<&Notice>,
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
        mail: letter
            .map(|n| format!("{} {}", moment(n.sent_at.unwrap_or(n.created_at), today), named(lang, n.state)))
            .unwrap_or_default(),
        href,
    }
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    worker::note_viewed(&ask.office, &ask.actor, record.person.id).await?;
    Ok(page(&person_page(&ask, &record, None, None).await?))
}

async fn history(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let (record, entries) = worker::timeline(&ask.office, &ask.actor, id).await?;
    let today = ask.office.today();
    let log = entries.iter().map(|e| timeline::line(ask.lang, today, e)).collect();
    let c = chrome(&ask, "/station/workers").await;
    let crumb = vec![Link::to(address(record.person.id), record.person.name)];
    let blocks = vec![crate::pages::Block::Log(log)];
    Ok(page(&Desk { c, heading: text(ask.lang, "page-history", &[]), crumb, blocks, ..Desk::default() }))
}

/// The person's page once more, with what was typed in one of its forms and what is wrong with it.
async fn again(ask: &Ask, act: &str, fields: &Pairs, error: Error) -> Result<Answer, Fault> {
    let (status, faults) = at_form(ask.lang, error)?;
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let answer = page(&person_page(ask, &record, None, Some(Refused { act, fields, faults })).await?);
    Ok(Answer { status, ..answer })
}

/// The full numbers are the answer to this post alone: no address shows them again.
async fn reveal(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let wanted: Vec<String> = value(&fields, "fields").split(',').map(str::to_owned).collect();
    match worker::reveal(&ask.office, &ask.actor, id, &wanted, value(&fields, "reason")).await {
        Ok(shown) => {
            let record = worker::find(&ask.office, &ask.actor, id).await?;
            Ok(page(&person_page(&ask, &record, Some(shown), None).await?))
        }
        Err(error) => again(&ask, "reveal", &fields, error).await,
    }
}

async fn note_call(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let new = call::NewCall { worker: Some(id), ..call_of(&fields) };
    match call::note(&ask.office, &ask.actor, &new).await {
        Ok(_) => Ok(Answer::see_other(format!("{}?said=call-noted", address(id)))),
        Err(error) => again(&ask, "call", &fields, error).await,
    }
}

/// The consents that the form says, or every fault at once.
fn consents(fields: &Pairs, today: Date) -> Result<Vec<GivenConsent>, Error> {
    let refused = value(fields, "act") == "withdraw";
    let mut faults = Faults::default();
    let way = ConsentWay::parse(value(fields, "how"));
    if way.is_none() {
        faults.at("how", "field.missing");
    }
    let on = match value(fields, "at") {
        "" => None,
        day => parse_date(day).map_err(|e| faults.at("at", e.code())).ok(),
    };
    if on.is_some_and(|day| day > today) {
        faults.at("at", "date.future");
    }
    let scopes: Vec<ConsentScope> =
        fields.iter().filter(|(n, _)| n == "scope").filter_map(|(_, v)| ConsentScope::parse(v)).collect();
    if scopes.is_empty() {
        faults.at("scope", "field.missing");
    }
    let way = faults.finish(way)?;
    let given = |scope| Some(GivenConsent { scope, way: way?, on, refused });
    Ok(scopes.into_iter().filter_map(given).collect())
}

async fn consent(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let done = match consents(&fields, ask.office.today()) {
        Ok(given) => proof::record(&ask.office, &ask.actor, id, &given).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            let said = if value(&fields, "act") == "withdraw" { "consent-withdrawn" } else { "consent" };
            Ok(Answer::see_other(format!("{}?said={said}", address(id))))
        }
        Err(error) => again(&ask, "consent", &fields, error).await,
    }
}

async fn introduce(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let pairs: Vec<cases::Pair> = ids_of(&fields, "vacancy").into_iter().map(|vacancy| (id, vacancy)).collect();
    if pairs.is_empty() {
        return again(&ask, "introduce", &fields, Error::field("vacancy", "pick.first")).await;
    }
    let outcomes = cases::introduce_many(&ask.office, &ask.actor, &pairs).await?;
    Ok(introduced(&address(id), outcomes.into_iter().map(|((_, vacancy), done)| (vacancy, done.map(drop)))))
}

async fn enrol(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let done = match value(&fields, "class").parse() {
        Ok(class) => enrolment::enrol(&ask.office, &ask.actor, id, class).await.map(drop),
        Err(_) => Err(Error::field("class", "id.wrong")),
    };
    match done {
        Ok(()) => Ok(Answer::see_other(format!("{}?said=enrolled", address(id)))),
        Err(error) => again(&ask, "enrol", &fields, error).await,
    }
}
