//! A person as a row of an exported sheet.

use super::{Names, Options};
use crate::actions::enter::open;
use crate::actions::error::Result;
use crate::actions::office::Office;
use crate::domain::code::Code;
use crate::domain::heading::{SheetKind, dictionary};
use crate::domain::household::HouseholdType;
use crate::domain::identity::{IdNumber, Phone};
use crate::domain::wage::yuan_json;
use crate::domain::worker::{Experience, HeldCertificate};
use crate::store::worker::Record;

/// Fields in the order of the sheet; the first two name the person.
const FIELDS: [&str; 46] = [
    "id",
    "ref",
    "name",
    "sex",
    "id_number",
    "birth_date",
    "phone",
    "ethnicity",
    "origin",
    "county",
    "township",
    "village",
    "residence",
    "schooling",
    "school_status",
    "capacity",
    "health",
    "disability",
    "occupations_wanted",
    "experience",
    "skills",
    "certificates",
    "wage_floor",
    "regions_wanted",
    "can_leave_home",
    "shift",
    "available_from",
    "needs",
    "wants_change",
    "statement",
    "remark",
    "employment.employer",
    "employment.place",
    "employment.wage",
    "employment.from",
    "employment.industry",
    "employment.channel",
    "employment.organised",
    "employment.months",
    "household.number",
    "household.head",
    "household.relation",
    "household.type",
    "household.watch_class",
    "household.risk_cleared",
    "household.relocated",
];

/// Fields of the list for an outside source.
const VERIFICATION: [&str; 4] = ["id", "ref", "name", "id_number"];

fn fields(options: &Options) -> &'static [&'static str] {
    if options.for_verification { &VERIFICATION } else { &FIELDS }
}

/// The header; what is hidden says so, and an import passes it over.
pub(super) fn headings(options: &Options) -> Vec<String> {
    let in_full = options.unmasked || options.for_verification;
    let dictionary = dictionary(SheetKind::Workers);
    fields(options)
        .iter()
        .map(|field| match (*field, in_full) {
            ("id_number" | "phone", false) => format!("{}（掩码）", dictionary.heading(field)),
            _ => dictionary.heading(field).to_owned(),
        })
        .collect()
}

fn names<C: Code>(list: &[C]) -> String {
    list.iter().map(|c| c.name()).collect::<Vec<_>>().join("、")
}

fn yes(truth: Option<bool>) -> String {
    truth.map_or("", |t| if t { "是" } else { "否" }).to_owned()
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// The cells of a person in the order of the header.
pub(super) fn cells(office: &Office, record: &Record, options: &Options, known: &mut Names) -> Result<Vec<String>> {
    let in_full = options.unmasked || options.for_verification;
    let p = &record.person;
    let number = open(office, p.id, "id_sealed", p.id_sealed.as_deref())?;
    let phone = open(office, p.id, "phone_sealed", p.phone_sealed.as_deref())?;
    let hide = |text: Option<String>, mask: &dyn Fn(&str) -> Option<String>| match text {
        Some(text) if in_full => text,
        Some(text) => mask(&text).unwrap_or_default(),
        None => String::new(),
    };
    let number = hide(number, &|t| IdNumber::restore(t).ok().map(|n| n.masked()));
    let phone = hide(phone, &|t| Phone::parse(t).ok().map(|n| n.masked()));
    Ok(fields(options).iter().map(|field| cell(record, field, &number, &phone, known)).collect())
}

fn cell(record: &Record, field: &str, number: &str, phone: &str, known: &mut Names) -> String {
    let p = &record.person;
    let w = &p.worker;
    let job = record.job().map(|j| &j.facts);
    let household = record.household.as_ref().map(|(_, h)| h);
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let of_job = |get: &dyn Fn(&crate::domain::worker::Employment) -> String| job.map(get).unwrap_or_default();
    let of_house =
        |get: &dyn Fn(&crate::domain::household::HouseholdFacts) -> String| household.map(get).unwrap_or_default();
    match field {
        "id" => p.id.to_string(),
        "ref" => p.reference.clone(),
        "name" => p.name.clone(),
        "sex" => shown(w.sex.map(Code::name)),
        "id_number" => number.to_owned(),
        "birth_date" => shown(w.birth_date),
        "phone" => phone.to_owned(),
        "ethnicity" => text(&w.ethnicity),
        "origin" => text(&w.origin_text),
        "county" => match &w.village {
            Some(village) => known.region(&village.county),
            None if w.origin_text.is_none() => known.opt_region(w.origin.as_ref()),
            None => String::new(),
        },
        "township" => w.village.as_ref().map(|v| v.township.clone()).unwrap_or_default(),
        "village" => w.village.as_ref().map(|v| v.village.clone()).unwrap_or_default(),
        "residence" => known.opt_region(w.residence.as_ref()),
        "schooling" => shown(w.schooling.map(Code::name)),
        "school_status" => text(&w.school_status),
        "capacity" => shown(w.capacity.map(Code::name)),
        "health" => names(&w.health),
        "disability" => text(&w.disability),
        "occupations_wanted" => w.occupations_wanted.iter().map(|o| known.occupation(o)).collect::<Vec<_>>().join("、"),
        "experience" => {
            let done = |e: &Experience| format!("{} {}年", known.occupation(&e.occupation), e.years);
            w.experience.iter().map(done).collect::<Vec<_>>().join("、")
        }
        "skills" => w.skills.join("、"),
        "certificates" => w.certificates.iter().map(HeldCertificate::in_words).collect::<Vec<_>>().join("、"),
        "wage_floor" => shown(w.wage_floor.map(yuan_json)),
        "regions_wanted" => w.regions_wanted.iter().map(|r| known.region(r)).collect::<Vec<_>>().join("、"),
        "can_leave_home" => yes(w.can_leave_home),
        "shift" => shown(w.shift.map(Code::name)),
        "available_from" => shown(w.available_from),
        "needs" => names(&w.needs),
        "wants_change" => yes(w.wants_change.then_some(true)),
        "statement" => shown(w.statement.map(Code::name)),
        "employment.employer" => of_job(&|j| text(&j.employer)),
        "employment.place" => of_job(&|j| text(&j.place)),
        "employment.wage" => of_job(&|j| shown(j.wage)),
        "employment.from" => of_job(&|j| shown(j.from)),
        "employment.industry" => of_job(&|j| text(&j.industry)),
        "employment.channel" => of_job(&|j| text(&j.channel)),
        "employment.organised" => of_job(&|j| yes(j.organised)),
        "employment.months" => of_job(&|j| shown(j.months)),
        "household.number" => of_house(&|h| text(&h.number)),
        "household.head" => of_house(&|h| text(&h.head)),
        "household.relation" => of_house(&|h| text(&h.relation)),
        "household.type" => of_house(&|h| match h.kind.as_deref() {
            Some(kind) => HouseholdType::parse(kind).map_or_else(|| kind.to_owned(), |k| k.name().to_owned()),
            None => String::new(),
        }),
        "household.watch_class" => of_house(&|h| shown(h.watch_class.map(Code::name))),
        "household.risk_cleared" => of_house(&|h| yes(h.risk_cleared)),
        "household.relocated" => of_house(&|h| yes(h.relocated)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_heading_that_an_import_reads_as_the_same_field() {
        let dictionary = dictionary(SheetKind::Workers);
        for field in FIELDS {
            assert_eq!(dictionary.field(dictionary.heading(field)), Some(field));
        }
        let masked = headings(&Options::default());
        assert!(masked.contains(&"证件号码（掩码）".to_owned()) && !masked.contains(&"证件号码".to_owned()));
    }
}
