//! Pages for people, by audience.

pub mod admin;
pub mod employer;
pub mod fields;
pub mod oversight;
pub mod posting;
pub mod public;
pub mod session;
pub mod station;
pub mod timeline;
pub mod what_if;

use http::{HeaderMap, Method};

use super::ask::Ask;
use super::fault::{Fault, sentence};
use super::reply::Answer;
use super::route::{self, Audience as For, Found, Route};
use super::{Door, cookie};
use crate::domain::actor::{Actor, Right, Role};
use crate::domain::fault::FieldFault;
use crate::handler;
use crate::pages::{self, Audience, Chrome, ErrorPage, Lang, Note, Page, Tone, Who};

/// Routes that belong to no noun.
static ROUTES: &[Route] = &[
    Route::get("/assets/{file}", For::Anyone, "a file that pages link to", handler!(asset)),
    Route::get("/lang", For::Anyone, "change the language", handler!(lang)).query(&["to", "back"]),
    Route::get("/elder", For::Anyone, "large type", handler!(elder)).query(&["on", "back"]),
];

/// Routes of all pages.
pub fn tables() -> Vec<&'static [Route]> {
    let mut tables = vec![
        ROUTES,
        session::ROUTES,
        public::ROUTES,
        employer::ROUTES,
        admin::ROUTES,
        oversight::ROUTES,
        what_if::ROUTES,
    ];
    tables.extend(station::tables());
    tables
}

async fn asset(ask: Ask) -> Result<Answer, Fault> {
    let found = pages::asset(&ask.path).ok_or(crate::actions::Error::NotFound)?;
    Ok(Answer::asset(found.media_type, found.body))
}

/// A path of our own to go back to; anything else is the front page.
pub fn own_path(path: Option<&str>) -> String {
    let path = path.unwrap_or("/");
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if own { path.to_owned() } else { "/".to_owned() }
}

fn keep(ask: &Ask, name: &str, value: &str) -> String {
    let secure = if is_https(ask) { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}")
}

/// True if people reach the server by https.
fn is_https(ask: &Ask) -> bool {
    ask.office.settings.public_url.starts_with("https://")
}

async fn lang(ask: Ask) -> Result<Answer, Fault> {
    let to = ask.query("to").and_then(Lang::parse).unwrap_or_default();
    Ok(Answer::see_other(own_path(ask.query("back"))).header("set-cookie", keep(&ask, "lang", to.tag())))
}

async fn elder(ask: Ask) -> Result<Answer, Fault> {
    let on = if ask.query("on") == Some("1") { "1" } else { "0" };
    Ok(Answer::see_other(own_path(ask.query("back"))).header("set-cookie", keep(&ask, "elder", on)))
}

/// True if large type was asked for.
pub fn is_elder(headers: &HeaderMap) -> bool {
    cookie(headers, "elder").as_deref() == Some("1")
}

/// Where an account begins its work.
pub fn home_of(actor: &Actor) -> &'static str {
    match actor {
        Actor::Account { role: Role::Clerk | Role::Head, .. } => "/station",
        Actor::Account { role: Role::Employer, .. } => "/employer",
        Actor::Account { role: Role::Admin | Role::Auditor | Role::Security, .. } => "/admin",
        Actor::Account { role: Role::Village | Role::Leader, .. } => "/welcome",
        _ => "/",
    }
}

/// What every page carries, from the request; `nav` is the navigation entry that the page belongs to.
pub async fn chrome(ask: &Ask, nav: &'static str) -> Chrome {
    let audience = match nav.split('/').nth(1) {
        Some("station") => Audience::Station,
        Some("employer") => Audience::Employer,
        Some("admin") => Audience::Admin,
        _ => Audience::Public,
    };
    let stations = ask.office.stations().await;
    let own = ask.actor.station().and_then(|id| stations.iter().find(|s| s.id == id));
    // The public calls the root station of the city, else the first that has a telephone.
    let city = stations.iter().filter(|s| s.parent.is_none()).rev().find_map(|s| s.station.phone.clone());
    let phone = own.and_then(|s| s.station.phone.clone()).or(city).unwrap_or_default();
    let who = (ask.actor != Actor::Anyone).then(|| Who {
        name: ask.actor.name().to_owned(),
        place: own.map(|s| s.station.name.clone()).unwrap_or_default(),
    });
    let notice = ask.query("said").map(|said| Note {
        tone: Tone::Ok,
        text: pages::text(ask.lang, &format!("said-{said}"), &[]),
        ..Note::default()
    });
    Chrome {
        lang: ask.lang,
        elder: is_elder(&ask.headers),
        audience,
        nav,
        closed: closed(&ask.actor),
        back: back(ask),
        who,
        phone,
        notice: notice.filter(|n| !n.text.contains('⟦')),
        refresh: None,
    }
}

/// Where the switches of language and type size come back to: this page, or, for an answer to a post, the nearest page above
/// it that can be opened.
fn back(ask: &Ask) -> String {
    if matches!(ask.method, Method::GET | Method::HEAD) {
        let query = ask.query.iter().filter(|(n, _)| n != "said").collect::<Vec<_>>();
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        return if query.is_empty() { ask.path.clone() } else { format!("{}?{query}", ask.path) };
    }
    let tables = super::tables();
    let mut path = ask.path.as_str();
    while !matches!(route::find(&tables, "GET", path), Found::Route(..)) {
        match path.rsplit_once('/') {
            Some((above, _)) if !above.is_empty() => path = above,
            _ => return "/".to_owned(),
        }
    }
    path.to_owned()
}

/// Entries of the administrators' navigation that a role may not open.
fn closed(actor: &Actor) -> Vec<&'static str> {
    let needs = [("/admin", Right::Stations), ("/admin/accounts", Right::Accounts), ("/admin/audit", Right::Audit)];
    needs.into_iter().filter(|(_, right)| !actor.may(*right)).map(|(path, _)| path).collect()
}

/// A page as answer; pages about people are kept out of caches by the door.
pub fn page(page: &impl Page) -> Answer {
    Answer::page(200, pages::html(page))
}

/// A form's page that was not accepted: 422, everything typed still in it.
pub fn refused(page: &impl Page) -> Answer {
    Answer::page(422, pages::html(page))
}

/// The sentences of faults with their fields.
pub fn sentences(lang: Lang, faults: &[FieldFault]) -> Vec<(String, String)> {
    // A form has one field for all scopes of a consent, and one for their way.
    let place = |field: &str| match field.split_once("].") {
        Some((list, "how")) if list.starts_with("consent[") => "consent_how".to_owned(),
        Some((list, _)) if list.starts_with("consent[") => "consent".to_owned(),
        // What is noted of a call is typed as its text.
        None if field == "note" => "text".to_owned(),
        _ => field.to_owned(),
    };
    faults.iter().map(|f| (place(&f.field), sentence(lang, f))).collect()
}

/// What a refused act says at its form: the status, and sentences with their fields; a fault that no form can show comes back.
pub fn at_form(lang: Lang, error: crate::actions::Error) -> Result<(u16, Vec<(String, String)>), Fault> {
    use crate::actions::Error as E;
    match error {
        E::Invalid(faults) => Ok((422, sentences(lang, &faults))),
        E::Conflict { .. } | E::Refused(_) | E::TooMany(_) | E::Stale => {
            let fault = Fault::Act(error);
            Ok((fault.status().0, vec![(String::new(), fault.detail(lang))]))
        }
        other => Err(other.into()),
    }
}

/// The page of a fault. Who must sign in is sent there: a page comes again afterwards, a posted form is kept.
pub async fn fault(door: &Door, ask: &Ask, fault: &Fault, number: Option<String>) -> Answer {
    if fault.status().0 == 401 {
        return session::sign_in_first(door, ask).await;
    }
    // Who may not come in is shown the own navigation, not that of the house.
    let nav = if fault.status().0 == 403 { section(home_of(&ask.actor)) } else { section(&ask.path) };
    let answer = error_page(chrome(ask, nav).await, fault, number);
    match fault.status().0 {
        429 => answer.header("retry-after", "60"),
        503 => answer.header("retry-after", "2"),
        _ => answer,
    }
}

fn section(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("station") => "/station",
        Some("employer") => "/employer",
        Some("admin") => "/admin",
        _ => "/",
    }
}

/// The page of a fault that came before anything was known of the request.
pub fn plain_fault(lang: Lang, fault: &Fault, number: Option<String>) -> Answer {
    error_page(Chrome { lang, back: "/".into(), ..Chrome::default() }, fault, number)
}

fn error_page(c: Chrome, fault: &Fault, number: Option<String>) -> Answer {
    let (status, _) = fault.status();
    let mut detail: Vec<String> = fault.fields().iter().map(|f| sentence(c.lang, f)).collect();
    if detail.is_empty() && !matches!(status, 404 | 500) {
        detail.push(fault.detail(c.lang));
    }
    let code = number.unwrap_or_default();
    Answer::page(status, pages::html(&ErrorPage { c, status, detail: detail.join(" "), code, links: Vec::new() }))
}

/// A body of the API from a form: names are paths (`wage.min`), lists are typed with `；` or `;` between entries or sent as
/// several values; an empty field is not said.
pub fn body_of<T: serde::de::DeserializeOwned + Default + serde::Serialize>(
    fields: &[(String, String)],
) -> Result<T, Fault> {
    use serde_json::{Map, Value};
    // The default body knows which of its fields are lists.
    let shape = serde_json::to_value(T::default()).unwrap_or_default();
    let is_person = shape.get("id_number").is_some();
    let mut body = Map::new();
    for (name, value) in fields.iter().filter(|(_, v)| !v.trim().is_empty()) {
        let mut path: Vec<&str> = name.split('.').collect();
        let Some(last) = path.pop() else { continue };
        let mut into = &mut body;
        for part in &path {
            let next = into.entry(*part).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(map) = next else { return Err(Fault::Status(400, "body.form")) };
            into = map;
        }
        let listed = LISTS.contains(&last) || (path.is_empty() && shape.get(last).is_some_and(Value::is_array));
        if listed {
            let list = into.entry(last).or_insert_with(|| Value::Array(Vec::new()));
            let Value::Array(list) = list else { return Err(Fault::Status(400, "body.form")) };
            let parts = value.split(['；', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
            list.extend(parts.map(|part| entry(last, part, path.is_empty() && is_person)));
        } else {
            into.insert(last.to_owned(), Value::from(value.trim()));
        }
    }
    // What a form carries beside the body (`next`, `version`, `act`) is not the body's.
    body.retain(|name, _| shape.get(name).is_some());
    serde_json::from_value(Value::Object(body)).map_err(|_| Fault::Status(400, "body.form"))
}

/// Lists inside nested parts of a body.
const LISTS: &[&str] = &["certificates", "skills", "hazards", "barred_for", "benefits", "regions"];

/// An entry of a list: a person's certificates and experience are typed in words, `焊工证 2027-05-01` and `焊工 3`.
fn entry(list: &str, text: &str, of_person: bool) -> serde_json::Value {
    let (head, tail) = text.rsplit_once([' ', '　', '，', ',']).unwrap_or((text, ""));
    match list {
        "certificates" if of_person => match crate::domain::date_text::parse_date(tail) {
            Ok(day) => serde_json::json!({"name": head.trim(), "expires": day}),
            Err(_) => serde_json::json!({"name": text}),
        },
        "experience" => serde_json::json!({"occupation": head.trim(), "years": tail.trim().trim_end_matches('年')}),
        _ => serde_json::Value::from(text),
    }
}
