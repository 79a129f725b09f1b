//! Posting a vacancy by form: what station and employer pages share.

use uuid::Uuid;

use super::{body_of, chrome, refused, sentences};
use crate::actions::vacancy::{self, Aim};
use crate::actions::{Error, employer};
use crate::domain::posting::Posting;
use crate::domain::vacancy::VacancyState;
use crate::pages::{Desk, Field, Finding, Form, Kind, Lang, Section, code_sentence, forms, text};
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, over, stored, typed, value};
use crate::web::reply::Answer;

/// Whose pages they are: the list's address, and whether staff post.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    /// `/station/vacancies` or `/employer/vacancies`.
    pub root: &'static str,
    /// Station staff say whose vacancy it is.
    pub staff: bool,
}

/// A hidden field.
pub fn hidden(name: &str, value: impl Into<String>) -> Section {
    let field = Field { name: name.into(), kind: Kind::Hidden, values: vec![value.into()], ..Field::default() };
    Section { fields: vec![field], ..Section::default() }
}

/// A finding of the law check as the pages show it.
pub fn finding(lang: Lang, f: &crate::domain::posting::Finding) -> Finding {
    let words = match lang {
        Lang::Zh => f.rule.suggestion_zh(),
        Lang::En => f.rule.suggestion_en(),
    };
    Finding {
        blocks: f.severity == crate::domain::advert::Severity::Block,
        quote: f.text.clone(),
        text: words.to_owned(),
        article: f.article.clone(),
    }
}

fn with_findings(lang: Lang, mut form: Form, found: &[crate::domain::posting::Finding]) -> Form {
    for f in found {
        form = form.find(&f.field, finding(lang, f));
    }
    form
}

/// The empty form, or that of a copy.
pub async fn new_page(ask: &Ask, side: Side, copy: Option<&Record>) -> Desk {
    let mut form = forms::vacancy(ask.lang, &format!("{}/new", side.root), side.root, side.staff);
    let mut heading = "page-vacancy-new";
    if let Some(record) = copy {
        // A copy is a new advert: its dates are asked anew.
        let mut posting = vacancy::posting(record);
        posting.valid_until = None;
        posting.start_from = None;
        posting.source = None;
        form = form.fill(stored(&posting));
        heading = "page-vacancy-copy";
    }
    Desk::form(chrome(ask, side.root).await, text(ask.lang, heading, &[]), form)
}

/// The form of a vacancy that stands, with its findings beside the fields.
pub async fn edit_page(ask: &Ask, side: Side, record: &Record) -> Desk {
    let action = format!("{}/{}/edit", side.root, record.row.id);
    let back = format!("{}/{}", side.root, record.row.id);
    let mut form = forms::vacancy(ask.lang, &action, &back, side.staff).fill(stored(&vacancy::posting(record)));
    form.sections.push(hidden("version", record.row.version.to_string()));
    let form = with_findings(ask.lang, form, &record.row.findings);
    Desk::form(chrome(ask, side.root).await, text(ask.lang, "page-vacancy-edit", &[]), form)
}

/// The posting that a form says; a name of an employer is looked up by staff.
async fn posting(ask: &Ask, side: Side, fields: &Pairs) -> Result<Posting, Fault> {
    let mut body: Posting = body_of(fields)?;
    if !side.staff {
        body.employer = ask.actor.employer().map(|id| id.to_string().into());
    } else if let Some(named) =
        body.employer.as_ref().map(|t| t.0.trim().to_owned()).filter(|t| t.parse::<Uuid>().is_err())
    {
        let wanted =
            crate::store::employer::Wanted { text: &named, state: None, stations: None, verified_before: None };
        let (rows, _) = employer::list(&ask.office, &ask.actor, &wanted, 2, 0).await?;
        if let [one] = rows.as_slice() {
            body.employer = Some(one.id.to_string().into());
        }
    }
    Ok(body)
}

/// The form that was refused, with everything typed, the faults, and what the law has against it.
async fn again(
    ask: &Ask,
    side: Side,
    (fields, body): (&Pairs, &Posting),
    record: Option<&Record>,
    faults: Vec<(String, String)>,
) -> Answer {
    let (heading, back) = match record {
        Some(record) => ("page-vacancy-edit", format!("{}/{}", side.root, record.row.id)),
        None => ("page-vacancy-new", side.root.to_owned()),
    };
    let action = if record.is_some() { format!("{back}/edit") } else { format!("{back}/new") };
    let mut form = forms::vacancy(ask.lang, &action, &back, side.staff);
    let version = value(fields, "version");
    if !version.is_empty() {
        form.sections.push(hidden("version", version));
    }
    let mut c = chrome(ask, side.root).await;
    c.back = action;
    let form = form.fill(typed(fields).filter(|(n, _)| *n != "version")).mark(faults);
    let form = with_findings(ask.lang, form, &vacancy::findings_so_far(&ask.office, body));
    refused(&Desk::form(c, text(ask.lang, heading, &[]), form))
}

fn said(record: &Record, today: jiff::civil::Date) -> &'static str {
    match record.state(today) {
        VacancyState::Draft => "draft",
        VacancyState::InReview => "in-review",
        _ => "posted",
    }
}

/// Takes a posted form: a new vacancy.
pub async fn create(ask: &Ask, side: Side) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body = posting(ask, side, &fields).await?;
    let aim = match (value(&fields, "act"), side.staff) {
        ("draft", _) => Aim::Draft,
        (_, true) => Aim::Open,
        (_, false) => Aim::Review,
    };
    match vacancy::post(&ask.office, &ask.actor, &body, aim).await {
        Ok(done) => {
            let said = said(&done.record, ask.office.today());
            Ok(Answer::see_other(format!("{}/{}?said={said}", side.root, done.record.row.id)))
        }
        Err(Error::Invalid(faults)) => Ok(again(ask, side, (&fields, &body), None, sentences(ask.lang, &faults)).await),
        Err(other) => Err(other.into()),
    }
}

/// Takes a posted form: a vacancy that stands.
pub async fn change(ask: &Ask, side: Side, record: &Record) -> Result<Answer, Fault> {
    let fields = ask.form();
    let action = format!("{}/{}/edit", side.root, record.row.id);
    let form = forms::vacancy(ask.lang, &action, side.root, side.staff);
    let body = over(&vacancy::posting(record), &form, &posting(ask, side, &fields).await?)?;
    let version = value(&fields, "version").parse().unwrap_or(0);
    let faults = match vacancy::change_to(&ask.office, &ask.actor, record, &body, version).await {
        Ok(record) => {
            let said = if record.state(ask.office.today()) == VacancyState::InReview { "in-review" } else { "saved" };
            return Ok(Answer::see_other(format!("{}/{}?said={said}", side.root, record.row.id)));
        }
        Err(Error::Invalid(faults)) => sentences(ask.lang, &faults),
        Err(Error::Stale) => {
            vec![("version".to_owned(), code_sentence(ask.lang, "version.stale", &[]).unwrap_or_default())]
        }
        Err(other) => return Err(other.into()),
    };
    Ok(again(ask, side, (&fields, &body), Some(record), faults).await)
}
