//! A post, or a number of equal posts, at one employer: what it pays, asks and offers, and the states it goes through.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::wage::{Pay, Period};
use super::worker::{Capacity, Schooling, Shift};
use crate::code_list;

code_list! {
    /// 岗位类型.
    VacancyKind {
        Market = "market" "市场岗位",
        Workshop = "workshop" "就业帮扶车间",
        PublicWelfare = "public_welfare" "公益性岗位",
        SchoolEnterprise = "school_enterprise" "校企合作",
    }
}

code_list! {
    /// 就业形式.
    EmploymentForm {
        FullTime = "full_time" "全日制",
        PartTime = "part_time" "非全日制",
        Seasonal = "seasonal" "季节工",
        Flexible = "flexible" "灵活就业",
        HomePiece = "home_piece" "居家计件",
        Platform = "platform" "新就业形态",
    }
}

code_list! {
    /// Where a vacancy stands; `filled` and `expired` follow from places and dates.
    VacancyState {
        Draft = "draft" "草稿",
        InReview = "in_review" "待审",
        Open = "open" "招聘中",
        Filled = "filled" "招满",
        Closed = "closed" "已关闭",
        Expired = "expired" "已过期",
    }
}

code_list! {
    /// What a post offers beyond the wage.
    Benefit {
        Lodging = "lodging" "包住",
        Meals = "meals" "包吃",
        CoupleRoom = "couple_room" "夫妻房",
        Transport = "transport" "报路费",
        Bus = "bus" "班车",
        Insurance = "insurance" "买社保",
        Housing = "housing" "公积金",
        Childcare = "childcare" "帮找学校",
        Training = "training" "带薪培训",
    }
}

/// Machine-readable conditions; as requirements they must hold, as preferences they earn points.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// Lowest age in years.
    pub min_age: Option<u8>,
    /// Highest age in years.
    pub max_age: Option<u8>,
    /// Lowest schooling.
    pub schooling: Option<Schooling>,
    /// Certificates, each by name or code of `index/certificates`.
    pub certificates: Vec<String>,
    /// Skills as written.
    pub skills: Vec<String>,
    /// Lowest labour capacity.
    pub capacity: Option<Capacity>,
    /// Years of work in the occupation.
    pub experience_years: Option<f64>,
}

/// Probation as the advert states it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Probation {
    /// Length in months.
    pub months: Option<f64>,
    /// Monthly wage in fen.
    pub wage: Option<i64>,
}

/// Where a reposted vacancy came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// Name of the source.
    pub name: Option<String>,
    /// Its own number of the vacancy (来源编号).
    #[serde(rename = "ref")]
    pub reference: Option<String>,
}

/// Facts of platform work (新就业形态).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Platform {
    /// Platform.
    pub platform: Option<String>,
    /// Partner firm that engages the rider or driver.
    pub partner_firm: Option<String>,
    /// Yuan an order.
    pub pay_per_order: Option<f64>,
    /// Occupational injury is covered.
    pub injury_cover: Option<bool>,
    /// The worker must bring a vehicle.
    pub vehicle_needed: Option<bool>,
}

/// A post as advertised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vacancy {
    /// Title as written.
    pub title: String,
    /// Unit where the work is, if it is not the employer.
    pub work_unit: Option<String>,
    /// Code of the 2022 occupation classification.
    pub occupation: Option<String>,
    /// 岗位类型.
    pub kind: Option<VacancyKind>,
    /// 就业形式.
    pub employment_form: Option<EmploymentForm>,
    /// Equal posts.
    pub headcount: u32,
    /// Region code of the work place, any level.
    pub region: Option<String>,
    /// Address as written.
    pub address: Option<String>,
    /// Wage.
    pub pay: Pay,
    /// Must hold.
    pub requirements: Asked,
    /// Earns points.
    pub preferences: Asked,
    /// Hazard codes of `index/law/barred_posts`.
    pub hazards: Vec<String>,
    /// Who is barred by law: `women`, `minors`.
    pub barred_for: Vec<String>,
    /// Shifts of the post; `Day` = day work only.
    pub shift: Option<Shift>,
    /// What is offered.
    pub benefits: Vec<Benefit>,
    /// Probation.
    pub probation: Probation,
    /// Contract length; 0 = without limit.
    pub contract_months: Option<u32>,
    /// Social insurance is paid.
    pub social_insurance: Option<bool>,
    /// First day of work, from.
    pub start_from: Option<Date>,
    /// First day of work, until.
    pub start_until: Option<Date>,
    /// Last day the advert is valid.
    pub valid_until: Option<Date>,
    /// Text of the advert.
    pub description: Option<String>,
    /// Whom to ask, as written.
    pub contact: Option<String>,
    /// Source of a repost.
    pub source: Source,
    /// Platform work.
    pub platform: Option<Platform>,
}

/// A vacancy as matching sees it.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The vacancy.
    pub id: Uuid,
    /// What is advertised.
    pub vacancy: Vacancy,
    /// Where it stands today.
    pub state: VacancyState,
    /// Head-count less placed.
    pub places_left: u32,
    /// Of them those kept for the people of order classes.
    pub kept: u32,
    /// Open introductions.
    pub introduced: u32,
    /// The employer.
    pub employer: Uuid,
    /// The station that looks after it.
    pub station: Option<Uuid>,
}

/// Where a vacancy stands on a day, from what was decided (`stored`) and from places and dates.
pub fn state_on(stored: VacancyState, places_left: u32, valid_until: Option<Date>, today: Date) -> VacancyState {
    match stored {
        VacancyState::Open if valid_until.is_some_and(|until| until < today) => VacancyState::Expired,
        VacancyState::Open if places_left == 0 => VacancyState::Filled,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_open_vacancy_expires_the_day_after_its_last_day_and_fills_with_its_last_place() {
        let (today, yesterday) = (date(2026, 11, 24), date(2026, 11, 23));
        assert_eq!(state_on(VacancyState::Open, 1, Some(today), today), VacancyState::Open);
        assert_eq!(state_on(VacancyState::Open, 1, Some(yesterday), today), VacancyState::Expired);
        assert_eq!(state_on(VacancyState::Open, 0, None, today), VacancyState::Filled);
        assert_eq!(state_on(VacancyState::Draft, 0, None, today), VacancyState::Draft);
    }
}
