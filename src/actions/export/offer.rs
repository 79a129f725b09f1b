//! Vacancies, employers and classes as rows of exported sheets.

use jiff::civil::Date;

use super::{Names, headings};
use crate::domain::code::Code;
use crate::domain::heading::SheetKind;
use crate::domain::wage::{Pay, yuan_json};
use crate::store::class;
use crate::store::employer::EmployerRow;
use crate::store::vacancy::Record;

fn text(t: Option<&String>) -> String {
    t.cloned().unwrap_or_default()
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// Header of employers.
pub(super) fn employer_headings() -> Vec<String> {
    let fields = [
        "id",
        "ref",
        "name",
        "credit_code",
        "kind",
        "industry",
        "region",
        "address",
        "contact",
        "phone",
        "email",
        "licence",
        "size",
        "remark",
    ];
    headings(SheetKind::Employers, &fields)
}

/// An employer in the order of its header.
pub(super) fn employer_cells(row: &EmployerRow, known: &mut Names) -> Vec<String> {
    let e = &row.employer;
    vec![
        row.id.to_string(),
        row.reference.clone(),
        e.name.clone(),
        text(e.credit_code.as_ref()),
        // A guess is no word of the employer.
        e.kind.filter(|_| !e.kind_guessed).map_or("", Code::name).to_owned(),
        text(e.industry.as_ref()),
        known.opt_region(e.region.as_ref()),
        text(e.address.as_ref()),
        text(e.contact.as_ref()),
        text(e.phone.as_ref()),
        text(e.email.as_ref()),
        text(e.licence.as_ref()),
        shown(e.size),
        text(e.remark.as_ref()),
    ]
}

/// Header of classes.
pub(super) fn class_headings() -> Vec<String> {
    let fields = [
        "id",
        "ref",
        "programme",
        "name",
        "occupation",
        "certificates",
        "skills",
        "starts",
        "ends",
        "seats",
        "region",
        "place",
        "provider",
        "fee",
    ];
    let mut headings = headings(SheetKind::Training, &fields);
    headings.push("余位".to_owned());
    headings
}

/// A class in the order of its header.
pub(super) fn class_cells(record: &class::Record, known: &mut Names) -> Vec<String> {
    let c = &record.row.class;
    vec![
        record.row.id.to_string(),
        record.row.reference.clone(),
        c.programme.clone(),
        c.name.clone(),
        c.occupation.as_deref().map(|o| known.occupation(o)).unwrap_or_default(),
        c.certificates.join("、"),
        c.skills.join("、"),
        shown(c.starts),
        shown(c.ends),
        c.seats.to_string(),
        known.opt_region(c.region.as_ref()),
        text(c.place.as_ref()),
        text(c.provider.as_ref()),
        shown(c.fee.map(yuan_json)),
        record.seats_left().to_string(),
    ]
}

/// Header of vacancies.
pub(super) fn vacancy_headings() -> Vec<String> {
    let fields = [
        "id",
        "ref",
        "title",
        "employer",
        "work_unit",
        "occupation",
        "kind",
        "employment_form",
        "headcount",
        "region",
        "address",
        "wage",
        "min_age",
        "max_age",
        "schooling",
        "certificates",
        "skills",
        "shift",
        "benefits",
        "start_from",
        "valid_until",
        "contract_months",
        "contact",
        "description",
        "source_name",
        "source_ref",
        "order_class",
    ];
    let mut headings = headings(SheetKind::Vacancies, &fields);
    headings.extend(["状态".to_owned(), "剩余名额".to_owned()]);
    headings
}

/// A wage in words that read back as the same range.
pub(super) fn pay_text(pay: &Pay) -> String {
    let Some(period) = pay.period else { return String::new() };
    let per = period.name();
    match (pay.min.map(yuan_json), pay.max.map(yuan_json)) {
        (Some(min), Some(max)) if min == max => format!("{min}元/{per}"),
        (Some(min), Some(max)) => format!("{min}-{max}元/{per}"),
        (Some(min), None) => format!("{min}元以上/{per}"),
        (None, Some(max)) => format!("{max}元以下/{per}"),
        (None, None) => String::new(),
    }
}

/// A vacancy in the order of its header, with the codes of its order classes.
pub(super) fn vacancy_cells(record: &Record, classes: &[String], today: Date, known: &mut Names) -> Vec<String> {
    let v = &record.row.vacancy;
    let asked = &v.requirements;
    vec![
        record.row.id.to_string(),
        record.row.reference.clone(),
        v.title.clone(),
        record.employer_name.clone(),
        text(v.work_unit.as_ref()),
        v.occupation.as_deref().map(|o| known.occupation(o)).unwrap_or_default(),
        v.kind.map_or("", Code::name).to_owned(),
        v.employment_form.map_or("", Code::name).to_owned(),
        v.headcount.to_string(),
        known.opt_region(v.region.as_ref()),
        text(v.address.as_ref()),
        pay_text(&v.pay),
        shown(asked.min_age),
        shown(asked.max_age),
        asked.schooling.map_or("", Code::name).to_owned(),
        asked.certificates.join("、"),
        asked.skills.join("、"),
        v.shift.map_or("", Code::name).to_owned(),
        v.benefits.iter().map(|b| b.name()).collect::<Vec<_>>().join("、"),
        shown(v.start_from),
        shown(v.valid_until),
        shown(v.contract_months),
        text(v.contact.as_ref()),
        text(v.description.as_ref()),
        text(v.source.name.as_ref()),
        text(v.source.reference.as_ref()),
        classes.join("、"),
        record.state(today).name().to_owned(),
        record.places_left().to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wage::{Period, parse_wage_text};

    #[test]
    fn a_wage_reads_back_as_it_was() {
        let pay =
            |min: Option<i64>, max: Option<i64>, period| Pay { min, max, period: Some(period), typical_month: None };
        for pay in [
            pay(Some(600_000), Some(800_000), Period::Month),
            pay(Some(600_000), None, Period::Month),
            pay(Some(550_000), Some(550_000), Period::Month),
            pay(Some(20_000), Some(20_000), Period::Day),
            pay(Some(2_250), None, Period::Hour),
        ] {
            assert_eq!(parse_wage_text(&pay_text(&pay)).pay(), Some(pay), "{}", pay_text(&pay));
        }
    }
}
