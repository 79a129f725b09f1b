//! Empty import sheets with drop-down lists, notes and one example row.

use super::error::Result;
use crate::domain::code::Code;
use crate::domain::employer::EmployerKind;
use crate::domain::heading::{SheetKind, dictionary};
use crate::domain::household::{HouseholdType, WatchClass};
use crate::domain::identity::Sex;
use crate::domain::station::StationKind;
use crate::domain::vacancy::{EmploymentForm, VacancyKind};
use crate::domain::worker::{Capacity, Health, Need, Schooling, Shift, Statement};
use crate::sheets::{TemplateColumn, template};

/// Fields that a sheet does not ask for: they come from an export, or from another column.
const LEFT_OUT: [&str; 6] = ["id", "ref", "prefecture", "household_phone", "wage_min", "wage_max"];

fn names<C: Code>() -> Vec<String> {
    C::ALL.iter().map(|c| c.name().to_owned()).collect()
}

fn choices(kind: SheetKind, field: &str) -> Vec<String> {
    match (kind, field) {
        (SheetKind::Workers, "sex") => names::<Sex>(),
        (SheetKind::Workers | SheetKind::Vacancies, "schooling") => names::<Schooling>(),
        (_, "capacity") => names::<Capacity>(),
        (_, "health") => names::<Health>(),
        (_, "shift") => names::<Shift>(),
        (_, "needs") => names::<Need>(),
        (_, "statement") => names::<Statement>(),
        (_, "household.type") => names::<HouseholdType>(),
        (_, "household.watch_class") => names::<WatchClass>(),
        (SheetKind::Stations, "kind") => names::<StationKind>(),
        (SheetKind::Employers, "kind") => names::<EmployerKind>(),
        (SheetKind::Vacancies, "kind") => names::<VacancyKind>(),
        (_, "employment_form") => names::<EmploymentForm>(),
        (_, "result") => ["一致", "不一致", "查无此人"].map(str::to_owned).to_vec(),
        (
            _,
            "can_leave_home"
            | "wants_change"
            | "employment.organised"
            | "household.risk_cleared"
            | "household.relocated",
        ) => ["是", "否"].map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

fn required(kind: SheetKind, field: &str) -> bool {
    let fields: &[&str] = match kind {
        SheetKind::Stations => &["code", "name", "kind"],
        SheetKind::Employers => &["name"],
        SheetKind::Training => &["programme", "name", "seats"],
        SheetKind::Vacancies => &["title", "employer"],
        SheetKind::Workers => &["name"],
        SheetKind::Verification => &["name", "id_number", "result", "source"],
    };
    fields.contains(&field)
}

fn note(field: &str) -> &'static str {
    match field {
        "id_number" => "18 位证号，按文本填；没有证号的写明原因",
        "phone" => "11 位手机号",
        "birth_date" | "starts" | "ends" | "valid_until" | "date" | "employment.from" => "写成 2026-11-24",
        "origin" | "residence" | "region" => "写全省、市、县",
        "county" => "县（区、市）全名，或省市县连写",
        "health" | "skills" | "certificates" | "occupations_wanted" | "regions_wanted" | "regions" => "几个之间用顿号",
        "wage_floor" | "employment.wage" => "每月多少元",
        "wage" => "如 6000-8000元/月、200元/天",
        "requirements" => "可以写成一句话，如 18-55岁，初中以上，持焊工证",
        "credit_code" => "18 位统一社会信用代码",
        "order_class" => "订单班的编号（P- 开头）或全名，几个之间用顿号；为学员留名额",
        "headcount" | "seats" => "人数，写数字",
        _ => "",
    }
}

/// Made-up values: sequence numbers 996-999 in ID numbers, 146 phones.
fn example(kind: SheetKind, field: &str) -> &'static str {
    match (kind, field) {
        (SheetKind::Workers | SheetKind::Verification, "name") => "王小山",
        (_, "id_number") => "520524197002099983",
        (SheetKind::Workers, "sex") => "女",
        (SheetKind::Workers, "phone") => "14600000071",
        (SheetKind::Workers, "county") => "贵州省毕节市织金县",
        (_, "schooling") => "初中",
        (_, "occupations_wanted") => "缝纫工",
        (_, "wage_floor") => "4500",
        (SheetKind::Vacancies, "title") => "缝纫工",
        (SheetKind::Vacancies, "employer") => "示例服装有限公司",
        (SheetKind::Vacancies, "headcount") => "5",
        (SheetKind::Vacancies, "wage") => "5000-7000元/月",
        (_, "region") => "广东省广州市白云区",
        (_, "requirements") => "18-55岁，初中以上",
        (SheetKind::Employers, "name") => "示例服装有限公司",
        (SheetKind::Stations, "code") => "GZ-520524",
        (SheetKind::Stations, "name") => "织金县驻广州劳务协作工作站",
        (SheetKind::Stations, "kind") => "工作站",
        (SheetKind::Stations, "regions") => "520524",
        (SheetKind::Training, "programme") => "粤菜师傅",
        (SheetKind::Training, "name") => "中式烹调师第1期",
        (SheetKind::Training, "seats") => "30",
        (_, "result") => "一致",
        (_, "source") => "公安人口库",
        (_, "date") => "2026-11-24",
        _ => "",
    }
}

/// The empty sheet of a kind, as XLSX.
pub fn sheet(kind: SheetKind) -> Result<Vec<u8>> {
    let columns: Vec<TemplateColumn> = dictionary(kind)
        .fields()
        .filter(|(field, _)| !LEFT_OUT.contains(field))
        .map(|(field, heading)| TemplateColumn {
            heading: heading.to_owned(),
            required: required(kind, field),
            note: note(field).to_owned(),
            choices: choices(kind, field),
            example: example(kind, field).to_owned(),
        })
        .collect();
    Ok(template(kind.name(), &columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_sheet_whose_needed_columns_are_there() {
        for kind in SheetKind::ALL {
            assert!(sheet(*kind).unwrap().starts_with(b"PK"));
            let needed = dictionary(*kind).fields().filter(|(field, _)| required(*kind, field)).count();
            assert!(needed > 0, "{kind:?}");
        }
    }
}
