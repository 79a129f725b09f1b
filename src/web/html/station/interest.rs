//! An interest that somebody left on the web: calling back, finding who it is, registering them, closing it.

use uuid::Uuid;

use crate::actions::search::{self, WorkerAsk};
use crate::actions::{Error, call, interest};
use crate::domain::actor::Right;
use crate::domain::registration::Registration;
use crate::handler;
use crate::pages::{
    Block, Button, Choice, Desk, Fact, Field, Form, Kind, Lang, Link, Tag, Tone, forms, named, text, word,
};
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Refused, call_of, region_name, typed, value};
use crate::web::html::{at_form, body_of, chrome, page};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/interests/{id}", STAFF, "an interest from the web", handler!(show)),
    Route::post("/station/interests/{id}/{act}", STAFF, "call, find, link, register, close", Body::Form, handler!(act))
        .takes(&["text", "again", "result", "q", "worker", "id_number", "id_missing_reason", "act"]),
];

/// People offered to pick from.
const OFFERED: usize = 10;

/// What the page shows beyond the interest itself.
#[derive(Default)]
struct Shown<'a> {
    /// The phone in full.
    phone: Option<String>,
    /// People who were looked for; none if nobody looked.
    found: Option<Vec<Record>>,
    /// A form that was not accepted: its act, what was typed, what is wrong.
    bad: Option<Refused<'a>>,
}

/// A person to pick: name, code, village.
fn choice(record: &Record) -> Choice {
    let p = &record.person;
    let home = match &p.worker.village {
        Some(v) => format!("{}{}{}", region_name(&v.county), v.township, v.village),
        None => p.worker.origin.as_deref().map(region_name).unwrap_or_default(),
    };
    Choice::new(p.id.to_string(), format!("{} {} {home}", p.name, p.reference).trim_end().to_owned())
}

fn pick(lang: Lang, href: &str, people: &[Record]) -> Form {
    let people = people.iter().take(OFFERED).map(choice).collect();
    let who = Field::new("worker", text(lang, "interest-who", &[]), Kind::Radios(people)).wide();
    Form::new(format!("{href}/link"), vec![who], vec![Button::main(text(lang, "interest-link", &[]))]).apart("link")
}

async fn view(ask: &Ask, shown: Shown<'_>) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let found = interest::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let i = &found.interest;
    let href = format!("/station/interests/{}", i.id);
    let revealed = shown.phone.is_some();
    let phone = match shown.phone {
        Some(phone) => phone,
        None => interest::masked_phone(&ask.office, i)?,
    };
    let mut facts = vec![
        Fact::named(lang, "code", i.receipt.clone()),
        Fact::new(
            word(lang, "col", "title"),
            Link::to(format!("/station/vacancies/{}", i.vacancy), found.vacancy_title.clone()),
        ),
        Fact::named(lang, "phone", phone),
    ];
    facts.extend(i.remark.iter().map(|remark| Fact::new(word(lang, "interest", "remark"), remark.clone())));
    let with = |form: Form, act: &str| match &shown.bad {
        Some((failed, fields, faults)) if *failed == act => form.fill(typed(fields)).mark(faults.clone()),
        _ => form,
    };
    let button = |act: &str, key: &str| {
        let pressed = vec![Button::second(text(lang, key, &[]), "act", act)];
        with(Form::new(format!("{href}/{act}"), Vec::new(), pressed), act)
    };
    let mut aside = Vec::new();
    if !revealed && ask.actor.may(Right::Reveal) {
        aside.push(Block::Form(button("reveal", "see-phone")));
    }
    aside.push(Block::Form(with(forms::call(lang, &format!("{href}/call")), "call")));
    if i.worker.is_none() && i.state.is_open() {
        aside.push(Block::Heading("who".into(), text(lang, "interest-who", &[])));
        let looked = shown.found.is_some();
        let people = match shown.found {
            Some(people) => people,
            None => interest::likely(&ask.office, &ask.actor, i).await?,
        };
        if people.is_empty() {
            let key = if looked { "interest-nobody" } else { "interest-no-match" };
            aside.push(Block::Text(text(lang, key, &[])));
        } else {
            aside.push(Block::Form(with(pick(lang, &href, &people), "link")));
        }
        let q = Field::new("q", text(lang, "interest-person", &[]), Kind::Text);
        let find = vec![Button::second(text(lang, "find", &[]), "act", "find")];
        aside.push(Block::Form(with(Form::new(format!("{href}/find"), vec![q], find).apart("find"), "find")));
        let line = |name: &str| Field::new(name, word(lang, "worker", name), Kind::Text);
        let register = Form::new(
            format!("{href}/register"),
            vec![line("id_number"), line("id_missing_reason")],
            vec![Button::second(text(lang, "interest-register", &[]), "act", "register")],
        );
        aside.push(Block::Form(with(register.apart("register"), "register")));
    }
    if i.state.is_open() {
        aside.push(Block::Form(button("close", "interest-close")));
    }
    let links = i.worker.map(|id| Link::to(format!("/station/workers/{id}"), i.name.clone()));
    Ok(Desk {
        c: chrome(ask, "/station").await,
        heading: i.name.clone(),
        tags: vec![Tag::new(named(lang, i.state), Tone::Plain)],
        links: links.into_iter().collect(),
        blocks: vec![Block::Facts(facts)],
        aside,
        ..Desk::default()
    })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, Shown::default()).await?))
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let (office, actor) = (&ask.office, &ask.actor);
    let act = ask.param("act");
    let done: Result<&str, Error> = match act {
        "call" => {
            let new = call::NewCall { interest: Some(id), ..call_of(&fields) };
            call::note(office, actor, &new).await.map(|_| "call-noted")
        }
        "find" => match looked_for(&ask, value(&fields, "q")).await {
            Ok(found) => return Ok(page(&view(&ask, Shown { found: Some(found), ..Shown::default() }).await?)),
            Err(error) => Err(error),
        },
        "link" => match value(&fields, "worker").parse::<Uuid>() {
            Ok(person) => interest::link(office, actor, id, person).await.map(|_| "linked"),
            Err(_) => Err(Error::field("worker", "field.missing")),
        },
        "register" => {
            let found = interest::find(office, actor, id).await?;
            let body: Registration = body_of(&fields)?;
            let body = Registration { name: Some(found.interest.name.into()), ..body };
            interest::register(office, actor, id, body).await.map(|_| "registered")
        }
        "close" => interest::close(office, actor, id).await.map(|_| "saved"),
        "reveal" => {
            let phone = interest::reveal_phone(office, actor, id).await?;
            return Ok(page(&view(&ask, Shown { phone: Some(phone), ..Shown::default() }).await?));
        }
        _ => return Err(Error::NotFound.into()),
    };
    match done {
        Ok(said) => Ok(Answer::see_other(format!("/station/interests/{id}?said={said}"))),
        Err(error) => {
            let (status, mut faults) = at_form(ask.lang, error)?;
            // The one box of people is called `text` by the act behind it.
            faults.iter_mut().filter(|(field, _)| field == "text" && act == "find").for_each(|(f, _)| *f = "q".into());
            let shown = Shown { bad: Some((act, &fields, faults)), ..Shown::default() };
            Ok(Answer { status, ..page(&view(&ask, shown).await?) })
        }
    }
}

/// People by name, phone, number or code.
async fn looked_for(ask: &Ask, q: &str) -> Result<Vec<Record>, Error> {
    if q.is_empty() {
        return Err(Error::field("q", "field.missing"));
    }
    let (_, found) = search::lookup(&ask.office, &ask.actor, q, WorkerAsk::default()).await?;
    Ok(found.items.into_iter().map(|(record, _)| record).collect())
}
