//! A row of a people's register: cells into the body of a person, faults apart from warnings.

use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

use super::{Cells, Place, Places, Remarks, register, settle, some};
use crate::domain::body::{Context, Field, Text, without_numbers};
use crate::domain::code::Code as _;
use crate::domain::date_text::{parse_date, parse_when};
use crate::domain::fault::FieldFault;
use crate::domain::heading;
use crate::domain::household::{HouseholdType, WatchClass};
use crate::domain::identity::{IdNumber, Name, Phone, Sex};
use crate::domain::registration::{
    CertificateBody, Checked, EmploymentBody, ExperienceBody, HouseholdBody, Registration, VillageBody,
};
use crate::domain::wage::{fen_from_yuan, parse_wage_text, yuan_json};
use crate::domain::worker::{Capacity, Health, HeldCertificate, Need, Schooling, Shift, Statement, age_on};

/// What a row of a register says.
#[derive(Debug)]
pub struct PersonRow {
    /// The person, or why the row is rejected.
    pub person: Result<Checked, Vec<FieldFault>>,
    /// Warnings and notes; of a rejected row they are told too, and not counted.
    pub remarks: Remarks,
    /// 户编号 or head and place, for the rules that look at whole households.
    pub household: Option<register::Member>,
}

/// What reading needs besides the row.
pub struct Reading<'a> {
    /// Today.
    pub today: Date,
    /// Places read before.
    pub places: &'a Mutex<Places>,
    /// The occupation code of a title, if it is certain enough.
    pub occupation: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The code of a certificate's name.
    pub certificate: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

impl Reading<'_> {
    /// Reads a place text.
    pub fn place(&self, text: &str) -> Place {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).read(text)
    }
}

/// Why a person has no number, when the sheet does not say.
pub const NOT_IN_SHEET: &str = "表中没有证号";

/// Faults of these kinds reject a row: the identity itself is wrong.
fn rejects(code: &str) -> bool {
    code.starts_with("identity.") || code.starts_with("name.") || code == "worker.under_16"
}

/// Reads and checks a row.
pub fn read(row: Cells<'_>, with: &Reading<'_>) -> PersonRow {
    let mut remarks = Remarks::default();
    let mut body = body(row, with, &mut remarks);
    let context = Context { today: with.today, occupation: with.occupation, certificate: with.certificate };
    let person = settle(&mut body, |body| body.check(&context), |fault| rejects(&fault.code), &mut remarks);
    register::check(row, &body, person.as_ref().ok(), with.today, &mut remarks.warnings);
    if let Ok(checked) = &person {
        remarks.warnings.extend(checked.warnings.iter().cloned());
        let notes = checked.id.iter().flat_map(|id| &id.notes);
        remarks.notes.extend(notes.map(|code| FieldFault::new("id_number", *code)));
    }
    let household = register::member(row, &body, person.as_ref());
    PersonRow { person, remarks, household }
}

fn body(row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) -> Registration {
    let mut warn = |field: &str, code: &str| remarks.warnings.push(FieldFault::new(field, code));
    let id_number = row.field("id_number");
    let missing = row.get("id_missing_reason");
    let id_missing_reason =
        if id_number.is_some() { None } else { some(if missing.is_empty() { NOT_IN_SHEET } else { missing }) };

    let (mut village, mut county) = (None, None);
    let text = ["province", "prefecture", "county"].map(|field| row.get(field)).concat();
    if !text.is_empty() {
        let place = with.place(&text);
        if place.unknown {
            warn("village.county", "region.unknown");
        }
        county = place.code;
    }
    let (township, hamlet) = (row.get("township"), row.get("village"));
    if let Some(county) = &county
        && (!township.is_empty() || !hamlet.is_empty())
    {
        village = Some(VillageBody { county: some(county), township: some(township), village: some(hamlet) });
    }
    let home = row.get("origin");
    let mut origin = county;
    if !home.is_empty() {
        let place = with.place(home);
        if place.unknown {
            warn("origin", "region.unknown");
        }
        origin = place.code.or(origin);
    }
    let residence = match row.get("residence") {
        "" => None,
        text => {
            let place = with.place(text);
            if place.unknown {
                warn("residence", "region.unknown");
            }
            place.code
        }
    };

    let schooling = match row.get("schooling") {
        "" => None,
        text => {
            let found = heading::code::<Schooling>("schooling", text);
            if found.is_none() {
                warn("schooling", "schooling.unknown");
            }
            found.map(|s| Text(s.code().to_owned()))
        }
    };
    let wage_floor = match row.get("wage_floor") {
        "" => None,
        text if fen_from_yuan(text).is_some() => some(text),
        text => {
            let read = parse_wage_text(text);
            let month = read.pay().map(|pay| pay.monthly()).and_then(|(min, max)| min.or(max));
            // 面议 says that there is no floor; other words that name no sum are a mistake.
            if month.is_none() && !read.open {
                warn("wage_floor", "wage.unknown");
            }
            month.map(|fen| Text(yuan_json(fen).to_string()))
        }
    };
    let available_from = match row.get("available_from") {
        "" => None,
        text => match parse_when(text, with.today) {
            // 随时 is no day: the same sheet says the same tomorrow.
            Ok(day) => day.filter(|d| *d != with.today || parse_date(text).is_ok()).map(|d| Text(d.to_string())),
            Err(e) => {
                warn("available_from", e.code());
                None
            }
        },
    };
    let phone = phone(row, remarks);
    let experience = experience(row, with, remarks);
    let remark = remark(row, remarks);
    let tail = row.get("id_number").chars().filter(|c| !c.is_whitespace()).count();
    let list = |field: &str, most: usize| row.list(field).into_iter().take(most).map(Text).collect::<Vec<_>>();
    Registration {
        name: row.field("name"),
        id_number,
        id_missing_reason,
        birth_date: row.field("birth_date"),
        sex: coded::<Sex>(row, "sex", "sex"),
        ethnicity: row.field("ethnicity"),
        phone,
        origin: origin.map(Text),
        origin_text: some(home),
        village,
        residence: residence.map(Text),
        schooling,
        school_status: row.field("school_status"),
        capacity: coded::<Capacity>(row, "capacity", "capacity"),
        health: codes::<Health>(row, "health", "health"),
        // The certificate number itself tells category and grade.
        disability: if tail > 18 { None } else { row.field("disability") },
        experience,
        occupations_wanted: list("occupations_wanted", 5),
        skills: list("skills", 30),
        certificates: list("certificates", 30)
            .into_iter()
            .map(|Text(words)| {
                let (name, level, expires) = HeldCertificate::of_words(&words);
                CertificateBody {
                    name: Some(Text(name)),
                    level: level.map(Text),
                    expires: expires.map(Text),
                    ..CertificateBody::default()
                }
            })
            .collect(),
        wage_floor,
        regions_wanted: regions(row, with),
        can_leave_home: row.field("can_leave_home"),
        shift: coded::<Shift>(row, "shift", "shift"),
        available_from,
        needs: codes::<Need>(row, "needs", "need"),
        wants_change: row.field("wants_change"),
        statement: coded::<Statement>(row, "statement", "statement"),
        remark,
        employment: employment(row),
        household: household(row),
        ..Registration::default()
    }
}

/// A code of a list in any of its spellings; other words stay for the check to name.
fn coded<C: crate::domain::code::Code>(row: Cells<'_>, field: &str, list: &str) -> Field {
    let text = row.get(field);
    heading::code::<C>(list, text).map_or_else(|| some(text), |code| some(code.code()))
}

fn codes<C: crate::domain::code::Code>(row: Cells<'_>, field: &str, list: &str) -> Vec<Text> {
    let parts = row.list(field).into_iter();
    parts.map(|part| Text(heading::code::<C>(list, &part).map_or(part, |code| code.code().to_owned()))).collect()
}

fn regions(row: Cells<'_>, with: &Reading<'_>) -> Vec<Text> {
    let parts = row.list("regions_wanted").into_iter().take(20);
    parts.map(|part| Text(with.place(&part).code.unwrap_or(part))).collect()
}

/// Work done so far: the column says `焊工 3年、缝纫工 5年`; without it a remark may (`从事焊工3年`).
fn experience(row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) -> Vec<ExperienceBody> {
    let column = row.list("experience");
    let remark =
        row.get("remark").split(['。', '，', ',', '；', ';', ' ']).filter_map(|part| part.strip_prefix("从事"));
    let said: Vec<&str> =
        if column.is_empty() { remark.take(5).collect() } else { column.iter().map(String::as_str).collect() };
    let mut out = Vec::new();
    for words in said {
        let title = words.trim_end_matches(['年', '多']).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let years = words[title.len()..].trim_end_matches(['年', '多']);
        match (with.occupation)(title.trim()) {
            Some(code) if !years.is_empty() => {
                out.push(ExperienceBody { occupation: some(code), years: some(years) });
            }
            _ if column.is_empty() => {}
            _ => remarks.warnings.push(FieldFault::new("experience", "experience.unknown")),
        }
    }
    out
}

/// The remark with asterisks for phones and ID numbers, which have fields of their own.
fn remark(row: Cells<'_>, remarks: &mut Remarks) -> Field {
    let said = row.get("remark");
    let kept = without_numbers(said);
    if kept != said {
        remarks.warnings.push(FieldFault::new("remark", "text.number"));
    }
    some(kept)
}

/// The own phone, else the household's; each that is no phone is told.
fn phone(row: Cells<'_>, remarks: &mut Remarks) -> Field {
    let mut found = None;
    for field in ["phone", "household_phone"] {
        let text = row.get(field);
        if text.is_empty() {
            continue;
        }
        match Phone::parse(text) {
            Ok(_) if found.is_none() => found = some(text),
            Ok(_) => {}
            Err(e) => remarks.warnings.push(FieldFault::new(field, e.code())),
        }
    }
    found
}

/// The work that a row reports: nobody is at work for a 否 in the transport column alone.
fn employment(row: Cells<'_>) -> Option<EmploymentBody> {
    if !register::at_work(row) {
        return None;
    }
    let wage = row.get("employment.wage");
    let wage = match fen_from_yuan(wage) {
        None if !wage.is_empty() => {
            let month = parse_wage_text(wage).pay().map(|pay| pay.monthly()).and_then(|(min, max)| min.or(max));
            month.map_or_else(|| some(wage), |fen| some(yuan_json(fen).to_string()))
        }
        _ => some(wage),
    };
    Some(EmploymentBody {
        employer: row.field("employment.employer"),
        place: row.field("employment.place"),
        wage,
        from: row.field("employment.from"),
        to: None,
        industry: row.field("employment.industry"),
        channel: row.field("employment.channel"),
        organised: row.field("employment.organised"),
        months: some(row.get("employment.months").trim_end_matches(['个', '月'])),
    })
}

fn household(row: Cells<'_>) -> Option<HouseholdBody> {
    let said = heading::value("household", row.get("household.type"));
    // Exports of the towns write the watch class where the type belongs.
    let class_of_type = heading::code::<WatchClass>("watch", &said);
    let kind = match class_of_type {
        Some(WatchClass::Unstable) => some(HouseholdType::OutOfPoverty.name()),
        Some(WatchClass::Borderline) => some(HouseholdType::Ordinary.name()),
        Some(WatchClass::Sudden) => None,
        None => some(said),
    };
    let watch_class = match row.get("household.watch_class") {
        "" | "无" | "否" | "非监测对象" => class_of_type.map(|class| Text(class.code().to_owned())),
        _ => coded::<WatchClass>(row, "household.watch_class", "watch"),
    };
    let head = row.get("household.head");
    let body = HouseholdBody {
        number: row.field("household.number"),
        head: Name::parse(head).map_or_else(|_| some(head), |name| some(name.expose())),
        relation: row.field("household.relation"),
        kind,
        watch_class,
        risk_cleared: row.field("household.risk_cleared"),
        relocated: row.field("household.relocated"),
        settlement: row.field("household.settlement"),
        members: row.field("household.members"),
        minors: None,
    };
    (body != HouseholdBody::default()).then_some(body)
}

/// Age by number or stated birth date, whether or not the row is accepted.
pub(super) fn age(body: &Registration, today: Date) -> Option<i16> {
    let number = body.id_number.as_ref().and_then(|t| IdNumber::parse(&t.0, today).ok());
    let stated = || body.birth_date.as_ref().and_then(|t| parse_date(&t.0).ok());
    number.map(|p| p.number.birth_date()).or_else(stated).map(|birth| age_on(birth, today))
}
