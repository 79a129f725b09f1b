//! The checks that county staff are held to: of one row of the register, and of a whole household.

use jiff::civil::Date;

use super::{Cells, person};
use crate::domain::code::Code as _;
use crate::domain::fault::FieldFault;
use crate::domain::identity::Sex;
use crate::domain::registration::{Checked, Registration};
use crate::domain::worker::{Capacity, Health, age_on};

/// True if a row reports work: an employer, a wage, a place or months of it.
pub fn at_work(row: Cells<'_>) -> bool {
    let months = row.get("employment.months").trim_end_matches(['个', '月']);
    let worked = !months.is_empty() && months.parse::<f64>().is_ok_and(|n| n > 0.0);
    worked || ["employment.employer", "employment.wage", "employment.place"].iter().any(|f| !row.get(f).is_empty())
}

/// Adds what a row breaks; `checked` is there if the row is accepted. A column that is not there breaks nothing.
pub fn check(
    row: Cells<'_>,
    body: &Registration,
    checked: Option<&Checked>,
    today: Date,
    warnings: &mut Vec<FieldFault>,
) {
    let empty = |field: &str| row.layout.has(field) && row.get(field).is_empty();
    let mut warn = |field: &str, code: &str| warnings.push(FieldFault::new(field, code));
    let working = at_work(row);
    if working {
        for (field, code) in [
            ("employment.wage", "work.wage_empty"),
            ("employment.employer", "work.employer_empty"),
            ("employment.industry", "work.industry_empty"),
            ("employment.channel", "work.channel_empty"),
            ("employment.organised", "work.transport_empty"),
        ] {
            if empty(field) {
                warn(field, code);
            }
        }
    }
    if !row.get("employment.place").is_empty() && empty("employment.months") {
        warn("employment.months", "work.place_without_months");
    }
    if !row.get("employment.months").is_empty() && row.get("employment.months") != "0" && empty("employment.place") {
        warn("employment.place", "work.months_without_place");
    }
    match (row.get("schooling"), row.get("school_status")) {
        ("", "") if empty("schooling") && empty("school_status") => warn("schooling", "school.neither"),
        (schooling, status) if !schooling.is_empty() && !status.is_empty() => warn("school_status", "school.both"),
        _ => {}
    }
    let age = match checked {
        Some(checked) => checked.worker.birth_date.map(|birth| age_on(birth, today)),
        None => person::age(body, today),
    };
    if !row.get("welfare_post").is_empty() && age.is_some_and(|age| age < 16) {
        warn("welfare_post", "welfare_post.under_16");
    }
    let Some(checked) = checked else { return };
    let worker = &checked.worker;
    if working && worker.capacity.is_some_and(|c| !c.can_work()) {
        warn("capacity", "capacity.none_at_work");
    }
    let weak = worker.capacity.is_some_and(|c| !matches!(c, Capacity::Ordinary | Capacity::Skilled));
    let of_age = age.is_some_and(|age| (16..60).contains(&age));
    if weak && of_age && worker.health == [Health::Healthy] && worker.school_status.is_none() {
        warn("capacity", "capacity.weak_but_healthy");
    }
}

/// What a household is to its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 户主.
    Head,
    /// 配偶.
    Spouse,
    /// Anybody else.
    Other,
}

/// A row as the rules of households see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// 户编号.
    pub household: String,
    /// Relation to the head.
    pub role: Role,
    /// Sex by number.
    pub sex: Option<Sex>,
    /// Under 16: no worker, only counted.
    pub minor: bool,
}

/// The row's place in its household, if the sheet names households by number.
pub fn member(row: Cells<'_>, body: &Registration, person: Result<&Checked, &Vec<FieldFault>>) -> Option<Member> {
    let household = row.get("household.number");
    if household.is_empty() {
        return None;
    }
    let role = match row.get("household.relation") {
        "户主" | "本人或户主" => Role::Head,
        "配偶" => Role::Spouse,
        _ => Role::Other,
    };
    let stated = body.sex.as_ref().and_then(|t| Sex::parse(&t.0));
    let (sex, minor) = match person {
        Ok(checked) => (checked.worker.sex, false),
        Err(faults) => (stated, faults.iter().all(|f| f.code == "worker.under_16")),
    };
    Some(Member { household: household.to_owned(), role, sex, minor })
}

/// What a household of accepted rows breaks: the code, and which of its rows to point to.
pub fn household_faults(members: &[(Role, Option<Sex>)]) -> Vec<(usize, &'static str)> {
    let of = |role: Role| members.iter().enumerate().filter(move |(_, (r, _))| *r == role);
    let mut found = Vec::new();
    match of(Role::Head).count() {
        0 => found.push((0, "household.no_head")),
        1 => {}
        _ => found.extend(of(Role::Head).skip(1).map(|(at, _)| (at, "household.two_heads"))),
    }
    if let Some((_, (_, head))) = of(Role::Head).next()
        && let Some((at, (_, spouse))) = of(Role::Spouse).next()
        && head.is_some()
        && head == spouse
    {
        found.push((at, "household.couple_same_sex"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Places};
    use super::*;
    use jiff::civil::date;
    use std::sync::Mutex;

    /// Codes of the warnings, or of the faults of a rejected row.
    fn judge(cells: &[(&'static str, &str)]) -> (bool, Vec<String>) {
        let layout = Layout::new(cells.iter().enumerate().map(|(at, (field, _))| (at, *field)));
        let texts: Vec<String> = cells.iter().map(|(_, text)| (*text).to_owned()).collect();
        let places = Mutex::new(Places::default());
        let row = person::read(
            Cells { layout: &layout, texts: &texts },
            &person::Reading {
                today: date(2026, 11, 24),
                places: &places,
                occupation: &|title| (title == "焊工").then(|| "6-18-02-04".to_owned()),
                certificate: &|_| None,
            },
        );
        match row.person {
            Ok(_) => (true, row.remarks.warnings.into_iter().map(|f| f.code).collect()),
            Err(faults) => (false, faults.into_iter().map(|f| f.code).collect()),
        }
    }

    const NAME: (&str, &str) = ("name", "王小山");
    const NUMBER: (&str, &str) = ("id_number", "520524197002099983");
    const WORK: [(&str, &str); 7] = [
        ("employment.wage", "4500"),
        ("employment.employer", "某厂"),
        ("employment.industry", "制造业"),
        ("employment.channel", "自主就业"),
        ("employment.organised", "否"),
        ("employment.months", "9"),
        ("employment.place", "广东省广州市白云区"),
    ];

    fn with(changes: &[(&'static str, &'static str)]) -> Vec<String> {
        let mut cells = vec![NAME, NUMBER];
        cells.extend(WORK.iter().filter(|(field, _)| !changes.iter().any(|(f, _)| f == field)));
        cells.extend(changes);
        let (accepted, codes) = judge(&cells);
        assert!(accepted, "{codes:?}");
        codes
    }

    #[test]
    fn each_rule_of_the_county_is_told_by_its_code() {
        assert!(with(&[]).is_empty());
        for (changes, code) in [
            (&[("employment.wage", "")][..], "work.wage_empty"),
            (&[("employment.employer", " ")], "work.employer_empty"),
            (&[("employment.industry", "")], "work.industry_empty"),
            (&[("employment.channel", "")], "work.channel_empty"),
            (&[("employment.organised", "")], "work.transport_empty"),
            (&[("employment.months", "")], "work.place_without_months"),
            (&[("employment.place", "")], "work.months_without_place"),
            (&[("capacity", "无劳动力"), ("health", "残疾")], "capacity.none_at_work"),
            (&[("capacity", "弱劳动力或半劳动力"), ("health", "健康")], "capacity.weak_but_healthy"),
            (&[("phone", "1461234")], "phone.length"),
            (&[("household_phone", "1461234")], "phone.length"),
            (&[("schooling", "初中"), ("school_status", "高职高专一年级")], "school.both"),
            (&[("schooling", ""), ("school_status", "")], "school.neither"),
            (&[("sex", "男")], "identity.sex_differs"),
            (&[("birth_date", "1970-02-10")], "identity.birth_differs"),
            (&[("residence", "广州市不存在区")], "region.unknown"),
            (&[("available_from", "2026-02-30")], "date.wrong"),
            (&[("schooling", "博士后以上")], "schooling.unknown"),
        ] {
            assert_eq!(with(changes), [code], "{changes:?}");
        }
    }

    #[test]
    fn a_column_that_the_sheet_lacks_breaks_no_rule() {
        let (accepted, codes) = judge(&[NAME, NUMBER, ("employment.place", "广州市白云区"), ("schooling", "")]);
        assert!(accepted && codes.is_empty(), "{codes:?}");
    }

    #[test]
    fn a_wrong_identity_rejects_the_row() {
        for (cells, code) in [
            ([("name", " "), NUMBER], "name.empty"),
            ([NAME, ("id_number", "520524197002099980")], "identity.check"),
            ([NAME, ("id_number", "5205241970020999")], "identity.length"),
            ([NAME, ("id_number", "5.22E+17")], "identity.scientific"),
            ([NAME, ("id_number", "522732199902319998")], "identity.birth_date"),
            ([NAME, ("birth_date", "2012-01-01")], "worker.under_16"),
        ] {
            assert_eq!(judge(&cells), (false, vec![code.to_owned()]), "{cells:?}");
        }
    }

    #[test]
    fn words_that_cannot_be_read_are_left_out_and_the_rest_is_kept() {
        let (accepted, codes) = judge(&[
            NAME,
            NUMBER,
            ("health", "健康、很好"),
            ("occupations_wanted", "焊工、不存在的活"),
            ("wage_floor", "面议"),
            ("capacity", "超人"),
        ]);
        assert!(accepted);
        assert_eq!(codes, ["code.unknown", "code.unknown"]);
    }

    #[test]
    fn a_household_has_one_head_and_a_couple_is_of_two_sexes() {
        let (man, woman) = (Some(Sex::Male), Some(Sex::Female));
        assert!(household_faults(&[(Role::Head, man), (Role::Spouse, woman), (Role::Other, man)]).is_empty());
        assert_eq!(household_faults(&[(Role::Spouse, man)]), [(0, "household.no_head")]);
        assert_eq!(household_faults(&[(Role::Head, man), (Role::Head, woman)]), [(1, "household.two_heads")]);
        assert_eq!(household_faults(&[(Role::Head, man), (Role::Spouse, man)]), [(1, "household.couple_same_sex")]);
    }
}
