//! Stations and accounts, for those who administer them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{at_form, body_of, chrome, page, refused, sentences};
use crate::actions::account::{self, NewAccount};
use crate::actions::{Error, station};
use crate::domain::actor::{Right, Role};
use crate::domain::code::Code as _;
use crate::domain::station::StationBody;
use crate::handler;
use crate::pages::{
    Bit, Block, Cell, Choice, Column, Desk, Field, Form, Kind, Link, Row, Table, Tag, Tone, code_sentence, forms,
    named, text, word,
};
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, over, region_name, stored, typed, value};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STATIONS: Audience = Audience::Holds(&[Right::Stations]);
const ACCOUNTS: Audience = Audience::Holds(&[Right::Accounts]);
/// Whoever has anything to do under `/admin`.
pub(super) const ANY: Audience = Audience::Holds(&[Right::Stations, Right::Accounts, Right::Audit]);

/// Signs of an account's name that an address spells out.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/admin", ANY, "stations", handler!(stations)),
    Route::get("/admin/stations/new", STATIONS, "the form of a station", handler!(new_station)),
    Route::post(
        "/admin/stations/new",
        STATIONS,
        "add a station",
        Body::FormOf(shape::<StationBody>),
        handler!(create_station),
    ),
    Route::get("/admin/stations/{code}", STATIONS, "the form to change a station", handler!(edit_station)),
    Route::post(
        "/admin/stations/{code}",
        STATIONS,
        "change a station",
        Body::FormOf(shape::<StationBody>),
        handler!(change_station),
    )
    .takes(&["version"]),
    Route::get("/admin/accounts", ACCOUNTS, "accounts", handler!(accounts)),
    Route::get("/admin/accounts/new", ACCOUNTS, "the form of an account", handler!(new_account)),
    Route::post("/admin/accounts/new", ACCOUNTS, "add an account", Body::Form, handler!(create_account))
        .takes(&["name", "role", "station", "employer", "email", "right", "password"]),
    Route::get("/admin/accounts/{name}", ACCOUNTS, "the form to change an account", handler!(edit_account)),
    Route::post("/admin/accounts/{name}", ACCOUNTS, "change an account", Body::Form, handler!(change_account))
        .takes(&["role", "station", "employer", "email", "right"]),
    Route::post("/admin/accounts/{name}/{act}", ACCOUNTS, "disable, enable, send a letter", Body::Form, handler!(act)),
];

async fn stations(ask: Ask) -> Result<Answer, Fault> {
    if !ask.actor.may(Right::Stations) {
        let to = if ask.actor.may(Right::Accounts) { "/admin/accounts" } else { "/admin/audit" };
        return Ok(Answer::see_other(to));
    }
    let lang = ask.lang;
    let list = station::list(&ask.office, &ask.actor).await?;
    let rows = list.iter().map(|s| {
        let f = &s.station;
        let regions: Vec<String> = f.regions.iter().map(|r| region_name(r)).collect();
        let cells = vec![
            Cell::head(Link::to(format!("/admin/stations/{}", f.code), f.name.clone())),
            Cell::new(f.code.clone()),
            Cell::new(named(lang, f.kind)),
            Cell::new(f.parent.clone().unwrap_or_default()),
            Cell::new(regions.join(" ")),
            Cell::new(f.email.clone().unwrap_or_default()),
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "stations".into(),
        caption: text(lang, "page-stations", &[]),
        quiet: true,
        columns: ["station", "code", "kind", "parent", "regions", "mailbox"].map(|n| Column::named(lang, n)).to_vec(),
        rows: rows.collect(),
        ..Table::default()
    };
    let view = Desk {
        c: chrome(&ask, "/admin").await,
        heading: text(lang, "page-stations", &[]),
        links: vec![Link::to("/admin/stations/new", word(lang, "go", "new-station"))],
        blocks: vec![Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

/// Stations to choose from, by code and name.
async fn choose_station(ask: &Ask, field: Option<&mut Field>) {
    let stations = ask.office.stations().await;
    let choices =
        stations.iter().map(|s| Choice::new(&s.station.code, format!("{}　{}", s.station.name, s.station.code)));
    if let Some(field) = field {
        field.kind = Kind::Select(std::iter::once(Choice::new("", "—")).chain(choices).collect());
    }
}

async fn station_form(ask: &Ask, action: &str) -> Form {
    let mut form = forms::station(ask.lang, action);
    choose_station(ask, form.field_mut("parent")).await;
    form
}

async fn new_station(ask: Ask) -> Result<Answer, Fault> {
    let form = station_form(&ask, "/admin/stations/new").await;
    Ok(page(&Desk::form(chrome(&ask, "/admin").await, text(ask.lang, "page-station-new", &[]), form)))
}

async fn create_station(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body: StationBody = body_of(&fields)?;
    match station::create(&ask.office, &ask.actor, &body).await {
        Ok(_) => Ok(Answer::see_other("/admin?said=saved")),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            let form = station_form(&ask, "/admin/stations/new").await.fill(typed(&fields)).mark(faults);
            let view = Desk::form(chrome(&ask, "/admin").await, text(ask.lang, "page-station-new", &[]), form);
            Ok(Answer { status, ..page(&view) })
        }
    }
}

async fn edit_station(ask: Ask) -> Result<Answer, Fault> {
    let row = station::find(&ask.office, &ask.actor, ask.param("code")).await?;
    let mut form = station_form(&ask, &format!("/admin/stations/{}", row.station.code))
        .await
        .fill(stored(&StationBody::of(&row.station)));
    form.sections.push(super::posting::hidden("version", row.version.to_string()));
    Ok(page(&Desk::form(chrome(&ask, "/admin").await, text(ask.lang, "page-station-edit", &[]), form)))
}

async fn change_station(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let row = station::find(&ask.office, &ask.actor, ask.param("code")).await?;
    let mut form = station_form(&ask, &format!("/admin/stations/{}", row.station.code)).await;
    let body = over(&StationBody::of(&row.station), &form, &body_of(&fields)?)?;
    let version = value(&fields, "version").parse().unwrap_or(0);
    let faults = match station::change_to(&ask.office, &ask.actor, row.id, &body, version).await {
        Ok(_) => return Ok(Answer::see_other("/admin?said=saved")),
        Err(Error::Invalid(faults)) => sentences(ask.lang, &faults),
        Err(Error::Stale) => {
            vec![("version".to_owned(), code_sentence(ask.lang, "version.stale", &[]).unwrap_or_default())]
        }
        Err(other) => return Err(other.into()),
    };
    form.sections.push(super::posting::hidden("version", row.version.to_string()));
    let form = form.fill(typed(&fields).filter(|(n, _)| *n != "version")).mark(faults);
    Ok(refused(&Desk::form(chrome(&ask, "/admin").await, text(ask.lang, "page-station-edit", &[]), form)))
}

async fn accounts(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let list = account::list(&ask.office, &ask.actor).await?;
    let stations = ask.office.stations().await;
    let ids: Vec<_> = list.iter().filter_map(|a| a.employer).collect();
    let employers = store::employer::by_ids(&mut &ask.office.db, &ids).await?;
    let rows = list.iter().map(|a| {
        let station = stations.iter().find(|s| Some(s.id) == a.station).map(|s| s.station.name.clone());
        let employer = employers.iter().find(|e| Some(e.id) == a.employer).map(|e| e.employer.name.clone());
        let name = utf8_percent_encode(&a.name, NAME).to_string();
        let act = |act: &str| {
            Bit::Post(Link::to(format!("/admin/accounts/{name}/{act}"), word(lang, "go", act)), a.name.clone())
        };
        let (state, then) = if a.disabled_at.is_some() {
            (Tag::new(text(lang, "account-disabled", &[]), Tone::Plain), vec![act("enable")])
        } else {
            let state = match &a.password_hash {
                Some(_) => Tag::new(text(lang, "account-ready", &[]), Tone::Ok),
                None => Tag::new(text(lang, "account-no-password", &[]), Tone::Warn),
            };
            let letter = a.email.as_ref().map(|_| act("send-password"));
            (state, letter.into_iter().chain([act("disable")]).collect())
        };
        let cells = vec![
            Cell::head(Link::to(format!("/admin/accounts/{name}"), a.name.clone())),
            Cell::new(named(lang, a.role)),
            Cell::new(station.or(employer).unwrap_or_default()),
            Cell::new(a.email.clone().unwrap_or_default()),
            Cell::new(Bit::Tag(state)),
            Cell { bits: then, ..Cell::default() },
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "accounts".into(),
        caption: text(lang, "page-accounts", &[]),
        quiet: true,
        columns: ["account", "role", "belongs", "mailbox", "now", "can"].map(|n| Column::named(lang, n)).to_vec(),
        rows: rows.collect(),
        ..Table::default()
    };
    let view = Desk {
        c: chrome(&ask, "/admin/accounts").await,
        heading: text(lang, "page-accounts", &[]),
        links: vec![Link::to("/admin/accounts/new", word(lang, "go", "new-account"))],
        blocks: vec![Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

/// The account's form with a field for a first password, for accounts without a mailbox.
async fn account_form(ask: &Ask) -> Form {
    let mut form = forms::account(ask.lang, "/admin/accounts/new");
    choose_station(ask, form.field_mut("station")).await;
    if let Some(section) = form.sections.first_mut() {
        section.fields.push(Field {
            name: "password".into(),
            label: text(ask.lang, "password-password", &[]),
            hint: text(ask.lang, "account-password-hint", &[]),
            kind: Kind::Password,
            autocomplete: "new-password",
            ..Field::default()
        });
    }
    form
}

async fn new_account(ask: Ask) -> Result<Answer, Fault> {
    let form = account_form(&ask).await;
    Ok(page(&Desk::form(chrome(&ask, "/admin/accounts").await, text(ask.lang, "page-account-new", &[]), form)))
}

async fn create_account(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let made =
        async { account::add(&ask.office, &ask.actor, said(&ask, &fields, value(&fields, "name")).await?).await };
    match made.await {
        Ok(_) => Ok(Answer::see_other("/admin/accounts?said=saved")),
        Err(Error::Invalid(faults)) => {
            let form = account_form(&ask).await.fill(typed(&fields)).mark(sentences(ask.lang, &faults));
            let c = chrome(&ask, "/admin/accounts").await;
            Ok(refused(&Desk::form(c, text(ask.lang, "page-account-new", &[]), form)))
        }
        Err(other) => Err(other.into()),
    }
}

/// The account as the form says it.
async fn said(ask: &Ask, fields: &Pairs, name: &str) -> Result<NewAccount, Error> {
    let said = |name: &str| Some(value(fields, name).to_owned()).filter(|v| !v.is_empty());
    let role = Role::parse(value(fields, "role")).ok_or_else(|| Error::field("role", "field.missing"))?;
    let employer = match said("employer") {
        Some(code) => {
            let rows = store::employer::by_credit_codes(&mut &ask.office.db, std::slice::from_ref(&code)).await?;
            Some(rows.first().map(|e| e.id).ok_or_else(|| Error::field("employer", "employer.unknown"))?)
        }
        None => None,
    };
    Ok(NewAccount {
        name: name.to_owned(),
        role,
        station: station::named(&ask.office, said("station").as_deref()).await?,
        employer,
        confidential: fields.iter().any(|(n, v)| n == "right" && v == "confidential"),
        password: said("password"),
        email: said("email"),
    })
}

/// The form of an account that stands: its name stays.
async fn edit_form(ask: &Ask) -> Form {
    let name = utf8_percent_encode(ask.param("name"), NAME).to_string();
    let mut form = forms::account(ask.lang, &format!("/admin/accounts/{name}"));
    choose_station(ask, form.field_mut("station")).await;
    for section in &mut form.sections {
        section.fields.retain(|f| f.name != "name");
    }
    form
}

async fn edit_account(ask: Ask) -> Result<Answer, Fault> {
    let account = account::find(&ask.office, &ask.actor, ask.param("name")).await?;
    let stations = ask.office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == account.station).map(|s| s.station.code.clone());
    let ids: Vec<_> = account.employer.into_iter().collect();
    let employers = store::employer::by_ids(&mut &ask.office.db, &ids).await?;
    let employer = employers.first().and_then(|e| e.employer.credit_code.clone());
    let right = account.confidential.then(|| "confidential".to_owned());
    let stands = [
        ("role", Some(account.role.code().to_owned())),
        ("station", station),
        ("employer", employer),
        ("email", account.email),
        ("right", right),
    ];
    let form = edit_form(&ask).await.fill(stands.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let c = chrome(&ask, "/admin/accounts").await;
    Ok(page(&Desk::form(c, format!("{} {}", text(ask.lang, "page-account-edit", &[]), account.name), form)))
}

async fn change_account(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let name = ask.param("name");
    let done = async { account::change(&ask.office, &ask.actor, said(&ask, &fields, name).await?).await };
    match done.await {
        Ok(()) => Ok(Answer::see_other("/admin/accounts?said=saved")),
        Err(Error::Invalid(faults)) => {
            let form = edit_form(&ask).await.fill(typed(&fields)).mark(sentences(ask.lang, &faults));
            let c = chrome(&ask, "/admin/accounts").await;
            let heading = format!("{} {name}", text(ask.lang, "page-account-edit", &[]));
            Ok(refused(&Desk::form(c, heading, form)))
        }
        Err(other) => Err(other.into()),
    }
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let (office, actor, name) = (&ask.office, &ask.actor, ask.param("name"));
    let said = match ask.param("act") {
        "disable" => account::disable(office, actor, name).await.map(|()| "account-disabled"),
        "enable" => account::enable(office, actor, name).await.map(|()| "account-enabled"),
        "send-password" => account::send_password_letter(office, actor, name).await.map(|()| "password-sent"),
        _ => Err(Error::NotFound),
    }?;
    Ok(Answer::see_other(format!("/admin/accounts?said={said}")))
}
