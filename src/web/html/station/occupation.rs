//! The question which occupation a title means: asked with the coder's proposals, answered by one press.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::actions::Error;
use crate::actions::import::review;
use crate::actions::vacancy;
use crate::domain::actor::Right;
use crate::domain::sheet_row::offer::UNSURE;
use crate::handler;
use crate::pages::{Block, Button, Form, Lang, Link, Note, Tone, text};
use crate::search::code_occupation;
use crate::store;
use crate::store::import::{Import, ImportRow};
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::value;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Vacancies]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post("/station/vacancies/{id}/occupation", STAFF, "say its occupation", Body::Form, handler!(choose))
        .takes(&["occupation"]),
    Route::post(
        "/station/imports/{id}/rows/{row}/occupation",
        STAFF,
        "say a row's occupation",
        Body::Form,
        handler!(of_row),
    )
    .takes(&["occupation"]),
];

/// A button for each occupation that a vacancy's title may mean, and the way to any other.
fn proposals(lang: Lang, record: &Record, action: String, label: &str) -> Form {
    let found = code_occupation(&record.row.vacancy.title);
    let buttons = found.iter().map(|c| Button::second(c.name, "occupation", c.code.to_string()));
    let mut form = Form::new(action, vec![], buttons.collect());
    form.cancel =
        Some(Link::to(format!("/station/vacancies/{}/edit", record.row.id), text(lang, "occupation-other", &[])));
    label.clone_into(&mut form.label);
    form
}

/// The question on the page of a vacancy.
pub fn question(lang: Lang, record: &Record) -> [Block; 2] {
    let lead = text(lang, "occupation-unsure", &[]);
    let form = proposals(lang, record, format!("/station/vacancies/{}/occupation", record.row.id), &lead);
    let told = if form.buttons.is_empty() { String::new() } else { text(lang, "occupation-maybe", &[]) };
    let note = Note { tone: Tone::Warn, lead, text: told, ..Note::default() };
    [Block::Note(note), Block::Form(form)]
}

/// The questions that rows of an import leave open.
pub async fn questions(ask: &Ask, import: &Import, rows: &[ImportRow]) -> Result<Vec<Form>, Fault> {
    let asks = |row: &&ImportRow| row.errors.as_array().is_some_and(|list| list.iter().any(|e| e["code"] == UNSURE));
    let asking: Vec<&ImportRow> = rows.iter().filter(asks).collect();
    let ids: Vec<Uuid> = asking.iter().filter_map(|row| row.object).collect();
    let records = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    let form = |row: &ImportRow| {
        let record = records.iter().find(|r| Some(r.row.id) == row.object && r.row.vacancy.occupation.is_none())?;
        let label = format!(
            "{}　{} {}",
            text(ask.lang, "row-n", &[("n", &row.row)]),
            record.row.vacancy.title,
            record.row.reference
        );
        let action = format!("/station/imports/{}/rows/{}/occupation", import.id, row.row);
        Some(proposals(ask.lang, record, action, &label))
    };
    Ok(asking.into_iter().filter_map(form).collect())
}

/// Writes the occupation that was chosen, whatever else was changed meanwhile.
async fn say(ask: &Ask, id: Uuid) -> Result<(), Fault> {
    let fields = ask.form();
    let record = vacancy::find(&ask.office, &ask.actor, &id.to_string()).await?;
    let patch = Map::from_iter([("occupation".to_owned(), Value::from(value(&fields, "occupation")))]);
    vacancy::patch(&ask.office, &ask.actor, id, patch, record.row.version).await?;
    Ok(())
}

async fn choose(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    say(&ask, id).await?;
    Ok(Answer::see_other(format!("/station/vacancies/{id}?said=occupation")))
}

async fn of_row(ask: Ask) -> Result<Answer, Fault> {
    let (id, row) = (ask.id("id")?, ask.param("row").parse().map_err(|_| Fault::Act(Error::NotFound))?);
    let import = review::find(&ask.office, &ask.actor, id).await?;
    let row = store::import::row(&mut &ask.office.db, import.id, row).await?;
    say(&ask, row.and_then(|row| row.object).ok_or(Error::NotFound)?).await?;
    Ok(Answer::see_other(format!("/station/imports/{id}?said=occupation#unsure")))
}
