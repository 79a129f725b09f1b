//! Rows of the sheets of stations, employers, classes and vacancies: cells and free text into bodies.

use super::{Cells, Remarks, settle, some, split_list};
use crate::domain::body::{Context, Field, Text};
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_when;
use crate::domain::employer::{EmployerBody, EmployerKind};
use crate::domain::fault::FieldFault;
use crate::domain::heading;
use crate::domain::identity::CreditCode;
use crate::domain::posting::{AskedBody, Posting, SourceBody, WageBody};
use crate::domain::requirement_text::{self, Asked, RequirementText};
use crate::domain::sheet_row::person::Reading;
use crate::domain::station::{StationBody, StationKind};
use crate::domain::training::ClassBody;
use crate::domain::vacancy::{Benefit, EmploymentForm, VacancyKind};
use crate::domain::wage::{Period, fen_from_yuan, parse_wage_text, yuan_json};
use crate::domain::worker::Shift;

fn context<'a>(with: &'a Reading<'_>) -> Context<'a> {
    Context { today: with.today, occupation: with.occupation, certificate: with.certificate }
}

/// The code of a place cell; what is no division, or only half one, is told.
fn place(row: Cells<'_>, field: &str, with: &Reading<'_>, remarks: &mut Remarks) -> Field {
    let text = row.get(field);
    if text.is_empty() {
        return None;
    }
    let place = with.place(text);
    if place.unknown {
        remarks.warnings.push(FieldFault::new(field, "region.unknown"));
    }
    place.code.map(Text)
}

/// A day in words or figures.
fn day(row: Cells<'_>, field: &str, with: &Reading<'_>, remarks: &mut Remarks) -> Field {
    match parse_when(row.get(field), with.today) {
        Ok(day) => day.map(|d| Text(d.to_string())),
        Err(e) => {
            remarks.warnings.push(FieldFault::new(field, e.code()));
            None
        }
    }
}

/// The first whole number of a cell such as 30人.
fn count(row: Cells<'_>, field: &str) -> Field {
    let digits: String =
        row.get(field).chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    some(digits)
}

/// Reads a row of a station list.
pub fn station(row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) -> StationBody {
    let kind = row.get("kind");
    let mut body = StationBody {
        code: row.field("code"),
        name: row.field("name"),
        kind: heading::code::<StationKind>("station", kind).map_or_else(|| some(kind), |k| some(k.code())),
        parent: row.field("parent"),
        regions: row.list("regions").into_iter().map(Text).collect(),
        email: row.field("email"),
        phone: row.field("phone"),
        address: row.field("address"),
        lang: row.field("lang"),
    };
    let rejects = |f: &FieldFault| matches!(f.field.as_str(), "code" | "name" | "kind" | "parent");
    // Faults that stay are told by the act that enters the row.
    let _ = settle(&mut body, |b| b.check(&context(with)), rejects, remarks);
    body
}

/// Reads a row of an employer list.
pub fn employer(row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) -> EmployerBody {
    let kind = row.get("kind");
    let mut body = EmployerBody {
        name: row.field("name"),
        credit_code: row.field("credit_code"),
        kind: heading::code::<EmployerKind>("employer", kind).map_or_else(|| some(kind), |k| some(k.code())),
        industry: row.field("industry"),
        region: place(row, "region", with, remarks),
        address: row.field("address"),
        contact: row.field("contact"),
        phone: row.field("phone"),
        email: row.field("email"),
        licence: row.field("licence"),
        size: count(row, "size"),
        remark: row.field("remark"),
        station: None,
    };
    let rejects = |f: &FieldFault| matches!(f.field.as_str(), "name" | "credit_code");
    let _ = settle(&mut body, |b| b.check(&context(with)), rejects, remarks);
    body
}

/// Reads a row of a training list.
pub fn class(row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) -> ClassBody {
    let region_field = if row.get("region").is_empty() { "place" } else { "region" };
    let region = match region_field {
        "region" => place(row, "region", with, remarks),
        // A place of training is often a hall without a county: nothing is wrong then.
        _ => with.place(row.get("place")).code.map(Text),
    };
    let fee = row.get("fee");
    let mut body = ClassBody {
        programme: row.field("programme"),
        name: row.field("name"),
        occupation: row.field("occupation"),
        certificates: row.list("certificates").into_iter().map(Text).collect(),
        skills: row.list("skills").into_iter().take(30).map(Text).collect(),
        starts: day(row, "starts", with, remarks),
        ends: day(row, "ends", with, remarks),
        seats: count(row, "seats"),
        region,
        place: row.field("place"),
        provider: row.field("provider"),
        fee: if matches!(fee, "免费" | "无" | "免") { some("0") } else { some(fee.trim_end_matches('元')) },
        vacancy: None,
        vacancies: vec![],
    };
    let rejects = |f: &FieldFault| matches!(f.field.as_str(), "programme" | "name" | "seats");
    let _ = settle(&mut body, |b| b.check(&context(with)), rejects, remarks);
    body
}

/// The note of a vacancy whose title is no occupation for certain.
pub const UNSURE: &str = "occupation.unsure";

/// Reads a row of a vacancy list: the posting, and what it says of the employer.
pub fn vacancy(row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) -> (Posting, Option<EmployerBody>) {
    // What people write into one cell is read for every field that has no column of its own.
    let asked = ["requirements", "experience"].map(|f| row.get(f)).join("，");
    let told = [&asked, row.get("benefits"), row.get("shift"), row.get("description"), row.get("remark")].join("，");
    let mut text = requirement_text::parse(&told);
    if !row.get("id").is_empty() {
        // A row of an export has a column for every field that was read from its text.
        text = RequirementText::default();
    } else if row.layout.has("requirements") {
        // A description tells of others too: conditions are those of the column that is there for them.
        let own = requirement_text::parse(&asked);
        (text.must, text.nice) = (own.must, own.nice);
    }
    let (kind, form) = kind_and_form(row);
    let mut posting = Posting {
        title: row.field("title"),
        employer: row.field("employer").or_else(|| row.field("credit_code")),
        work_unit: row.field("work_unit"),
        occupation: row.field("occupation"),
        kind,
        employment_form: form,
        headcount: headcount(row, &text, remarks),
        region: place(row, "region", with, remarks),
        address: row.field("address").or_else(|| row.field("region")),
        wage: wage(row, remarks),
        requirements: requirements(row, &text),
        preferences: preferences(&text.nice),
        shift: shift(row, &text),
        benefits: benefits(row, &text),
        contract_months: count(row, "contract_months"),
        start_from: day(row, "start_from", with, remarks),
        valid_until: day(row, "valid_until", with, remarks),
        description: description(row),
        contact: some([row.get("contact"), row.get("phone")].join(" ").trim()),
        source: source(row),
        ..Posting::default()
    };
    let rejects = |f: &FieldFault| matches!(f.field.as_str(), "title" | "employer" | "credit_code");
    if let Ok(checked) = settle(&mut posting, |p| p.check(&context(with)), rejects, remarks) {
        let said = |f: &&FieldFault| f.field != "valid_until" || row.layout.has("valid_until");
        remarks.warnings.extend(checked.warnings.iter().filter(said).cloned());
        if checked.vacancy.occupation.is_none() {
            remarks.notes.push(FieldFault::new("title", UNSURE));
        }
    }
    let employer = row.layout.has("credit_code").then(|| EmployerBody {
        name: row.field("employer"),
        credit_code: row.field("credit_code").filter(|t| CreditCode::parse(&t.0).is_ok()),
        ..EmployerBody::default()
    });
    let code = row.get("credit_code");
    if !code.is_empty() && CreditCode::parse(code).is_err() {
        remarks.warnings.push(FieldFault::new("credit_code", "employer.code"));
    }
    (posting, employer)
}

fn kind_and_form(row: Cells<'_>) -> (Field, Field) {
    let said = row.get("kind");
    let kind = heading::code::<VacancyKind>("vacancy", said).map_or_else(|| some(said), |k| some(k.code()));
    let form = match row.get("employment_form") {
        // Day labour is written where the kind belongs.
        "" => heading::code::<EmploymentForm>("form", said),
        text => heading::code("form", text),
    };
    (kind, form.map(|f| f.code().into()))
}

fn headcount(row: Cells<'_>, text: &RequirementText, remarks: &mut Remarks) -> Field {
    let cell = row.get("headcount");
    let read = if cell.is_empty() { text.headcount } else { requirement_text::headcount(cell) };
    match read {
        Some(read) => {
            if read.vague {
                remarks.warnings.push(FieldFault::new("headcount", "headcount.vague"));
            }
            some(read.max.to_string())
        }
        None if !cell.is_empty() => {
            remarks.warnings.push(FieldFault::new("headcount", "headcount.wrong"));
            None
        }
        None => None,
    }
}

fn wage(row: Cells<'_>, remarks: &mut Remarks) -> Option<WageBody> {
    let sum = |field: &str| some(row.get(field)).filter(|t| fen_from_yuan(&t.0).is_some());
    let (min, max) = (sum("wage_min"), sum("wage_max"));
    if min.is_some() || max.is_some() {
        return Some(WageBody { min, max, period: some(Period::Month.code()), typical_month: None });
    }
    let text = ["wage", "wage_min", "wage_max"].map(|f| row.get(f)).into_iter().find(|t| !t.is_empty())?;
    let read = parse_wage_text(text);
    let Some(pay) = read.pay() else {
        // 面议 is said by the law check.
        if !read.open {
            remarks.warnings.push(FieldFault::new("wage", "wage.unknown"));
        }
        return None;
    };
    let yuan = |fen: Option<i64>| fen.map(|fen| Text(yuan_json(fen).to_string()));
    Some(WageBody {
        min: yuan(pay.min),
        max: yuan(pay.max),
        period: pay.period.map(|p| p.code().into()),
        typical_month: None,
    })
}

fn texts<T: ToString>(list: impl IntoIterator<Item = T>) -> Vec<Text> {
    list.into_iter().map(|t| Text(t.to_string())).collect()
}

fn number<N: ToString>(n: Option<N>) -> Field {
    n.map(|n| Text(n.to_string()))
}

fn requirements(row: Cells<'_>, text: &RequirementText) -> Option<AskedBody> {
    let must = &text.must;
    let age = requirement_text::parse(&format!("年龄{}", row.get("age"))).must;
    let or = |cell: Field, read: Option<u8>| cell.or_else(|| number(read));
    let cell = row.get("schooling");
    let schooling = requirement_text::schooling(cell).or_else(|| cell.is_empty().then_some(must.schooling)?);
    let own = |field: &str| split_list(row.get(field)).into_iter().filter(|w| !is_none(w)).collect::<Vec<_>>();
    let mut certificates = own("certificates");
    if certificates.is_empty() {
        certificates = must.certificates.iter().map(|c| c.zh()).collect();
    }
    let mut skills = own("skills");
    if skills.is_empty() {
        skills.clone_from(&must.skills);
    }
    let asked = AskedBody {
        min_age: or(count(row, "min_age"), age.min_age.or(must.min_age)),
        max_age: or(count(row, "max_age"), age.max_age.or(must.max_age)),
        schooling: schooling.map(Text::from),
        certificates: texts(certificates.into_iter().take(20)),
        skills: texts(skills.into_iter().take(30)),
        capacity: None,
        experience_years: number(must.experience_years),
    };
    (asked != AskedBody::default()).then_some(asked)
}

/// Words for nothing asked.
fn is_none(word: &str) -> bool {
    matches!(word, "无" | "不限" | "无要求" | "不要求" | "-")
}

fn preferences(nice: &Asked) -> Option<AskedBody> {
    let asked = AskedBody {
        min_age: number(nice.min_age),
        max_age: number(nice.max_age),
        schooling: nice.schooling.map(Text::from),
        certificates: texts(nice.certificates.iter().map(|c| c.zh())),
        skills: texts(nice.skills.iter().take(30)),
        capacity: None,
        experience_years: number(nice.experience_years),
    };
    (asked != AskedBody::default()).then_some(asked)
}

fn shift(row: Cells<'_>, text: &RequirementText) -> Field {
    let stated = heading::code::<Shift>("shift", row.get("shift"));
    let read = || text.shift.map(|s| if s == "day" { Shift::Day } else { Shift::Any });
    stated.or_else(read).map(|s| s.code().into())
}

fn benefits(row: Cells<'_>, text: &RequirementText) -> Vec<Text> {
    let stated: Vec<Benefit> = row.list("benefits").iter().filter_map(|b| Benefit::parse(b)).collect();
    let read = text.benefits.iter().filter_map(|b| benefit(b));
    let mut all: Vec<Text> = Vec::new();
    for benefit in stated.into_iter().chain(read).map(|b| Text::from(b.code())) {
        if !all.contains(&benefit) {
            all.push(benefit);
        }
    }
    all
}

fn benefit(word: &str) -> Option<Benefit> {
    Some(match word {
        "lodging" => Benefit::Lodging,
        "meals" => Benefit::Meals,
        "couple" => Benefit::CoupleRoom,
        "transport" => Benefit::Transport,
        "insurance" => Benefit::Insurance,
        "housing_fund" => Benefit::Housing,
        "training" => Benefit::Training,
        _ => return None,
    })
}

/// Everything that was written, so that no word is lost that became a field or did not.
fn description(row: Cells<'_>) -> Field {
    let wage = row.get("wage");
    // A sum alone stands in the wage already.
    let wage = if wage.chars().count() > 12 { wage } else { "" };
    if !row.get("id").is_empty() {
        return row.field("description");
    }
    let parts = ["description", "requirements", "experience", "benefits", "remark"].map(|f| row.get(f));
    let all: Vec<&str> = parts.into_iter().chain([wage]).filter(|t| !t.is_empty()).collect();
    some(all.join("；"))
}

fn source(row: Cells<'_>) -> Option<SourceBody> {
    let source = SourceBody { name: row.field("source_name"), reference: row.field("source_ref") };
    (source != SourceBody::default()).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Places};
    use super::*;
    use jiff::civil::date;
    use std::sync::Mutex;

    fn read(cells: &[(&'static str, &str)]) -> (serde_json::Value, Vec<String>) {
        let layout = Layout::new(cells.iter().enumerate().map(|(at, (field, _))| (at, *field)));
        let texts: Vec<String> = cells.iter().map(|(_, text)| (*text).to_owned()).collect();
        let places = Mutex::new(Places::default());
        let with = Reading {
            today: date(2026, 11, 24),
            places: &places,
            occupation: &|title| (title == "焊工").then(|| "6-18-02-04".to_owned()),
            certificate: &|_| None,
        };
        let mut remarks = Remarks::default();
        let (posting, _) = vacancy(Cells { layout: &layout, texts: &texts }, &with, &mut remarks);
        (serde_json::to_value(posting).unwrap(), remarks.warnings.into_iter().map(|f| f.code).collect())
    }

    #[test]
    fn free_text_becomes_fields_and_is_kept() {
        let (posting, warnings) = read(&[
            ("title", "焊工"),
            ("employer", "某厂"),
            ("headcount", "5人"),
            ("wage", "底薪3500+提成，综合6000-8000元"),
            ("region", "广州市番禺区"),
            ("requirements", "18-55岁，初中以上，持焊工证"),
            ("benefits", "包吃住"),
        ]);
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(posting["headcount"], "5");
        assert_eq!(posting["region"], "440113");
        assert_eq!((&posting["wage"]["min"], &posting["wage"]["max"]), (&"6000".into(), &"8000".into()));
        assert_eq!(posting["requirements"]["min_age"], "18");
        assert_eq!(posting["requirements"]["max_age"], "55");
        assert_eq!(posting["requirements"]["schooling"], "初中");
        assert_eq!(posting["requirements"]["certificates"].as_array().map(Vec::len), Some(1));
        assert_eq!(posting["benefits"], serde_json::json!(["lodging", "meals"]));
        let kept = posting["description"].as_str().unwrap();
        assert!(kept.contains("持焊工证") && kept.contains("底薪3500"));
    }

    #[test]
    fn some_people_are_one_place_and_a_warning_and_an_open_wage_is_no_wage() {
        let (posting, warnings) = read(&[
            ("title", "焊工"),
            ("employer", "某厂"),
            ("headcount", "若干"),
            ("wage", "面议"),
            ("valid_until", ""),
        ]);
        assert_eq!(posting["headcount"], "1");
        assert!(posting["wage"].is_null());
        assert_eq!(warnings, ["headcount.vague", "vacancy.valid_until_default"]);
    }

    #[test]
    fn day_labour_is_a_market_post_of_flexible_form() {
        let (posting, _) = read(&[("title", "普工"), ("employer", "某厂"), ("kind", "零工日结"), ("wage_min", "4000")]);
        assert_eq!((&posting["kind"], &posting["employment_form"]), (&"market".into(), &"flexible".into()));
        assert_eq!((&posting["wage"]["min"], &posting["wage"]["period"]), (&"4000".into(), &"month".into()));
    }
}
