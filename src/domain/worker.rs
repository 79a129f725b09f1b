//! A person of 16 or older in the register: what is known, what is wished, and the status that follows.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::household::WatchClass;
pub use super::identity::Sex;
use crate::code_list;

code_list! {
    /// 文化程度, lowest first, so that values compare.
    Schooling {
        Illiterate = "illiterate" "文盲或半文盲",
        Primary = "primary" "小学",
        JuniorMiddle = "junior_middle" "初中",
        SeniorMiddle = "senior_middle" "高中",
        College = "college" "大专",
        Bachelor = "bachelor" "本科及以上",
    }
}

code_list! {
    /// 劳动技能: labour capacity as the official register states it.
    Capacity {
        Ordinary = "ordinary" "普通劳动力",
        Skilled = "skilled" "技能劳动力",
        Weak = "weak" "弱劳动力或半劳动力",
        Lost = "lost" "丧失劳动力",
        Unable = "none" "无劳动力",
    }
}

impl Capacity {
    /// True for people whom matching takes (not 丧失劳动力, 无劳动力).
    pub fn can_work(self) -> bool {
        !matches!(self, Self::Lost | Self::Unable)
    }
}

code_list! {
    /// 健康状况; several may stand together.
    Health {
        Healthy = "healthy" "健康",
        Chronic = "chronic" "长期慢性病",
        SeriouslyIll = "seriously_ill" "患有大病",
        Disabled = "disabled" "残疾",
    }
}

code_list! {
    /// Which shifts a person takes or a post has.
    Shift { Day = "day" "只上白班", Any = "any" "可倒班" }
}

code_list! {
    /// What a person needs from a post beyond wage and place.
    Need {
        Lodging = "lodging" "要住宿",
        Meals = "meals" "要包吃",
        Couple = "couple" "要夫妻房",
        DayShift = "day_shift" "只上白班",
    }
}

code_list! {
    /// What the person last said, dated.
    Statement {
        Looking = "looking" "在找",
        NotSeeking = "not_seeking" "不找工作",
        Away = "away" "不出远门",
    }
}

code_list! {
    /// Derived from events, never typed.
    Status {
        Unknown = "unknown" "没问过",
        Looking = "looking" "在找",
        NotSeeking = "not_seeking" "不找工作",
        Away = "away" "不出远门",
        Training = "training" "在学",
        Employed = "employed" "在岗",
        Closed = "closed" "已销户",
    }
}

code_list! {
    /// How far a person's identity is proved; never shown as more than it is.
    Verification {
        Unverified = "unverified" "只录入，没看证",
        FormatChecked = "format_checked" "号码核过",
        DocumentSeen = "document_seen" "看过身份证",
        SourceConfirmed = "source_confirmed" "外部核实",
    }
}

code_list! {
    /// Legal ground of a record (PIPL article 13).
    Basis { Duty = "duty" "法定职责", Consent = "consent" "本人同意" }
}

code_list! {
    /// What a person agreed to.
    ConsentScope {
        Registry = "registry" "登记",
        Matching = "matching" "匹配岗位",
        Employer = "employer" "转给用人单位",
        Sensitive = "sensitive" "敏感信息",
        Campaigns = "campaigns" "政策活动",
        Messages = "messages" "接收消息",
    }
}

code_list! {
    /// How a consent was given.
    ConsentWay { Form = "form" "网页", Paper = "paper" "纸质", Call = "call" "电话" }
}

/// Years of work in one occupation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// Code of the 2022 occupation classification.
    pub occupation: String,
    /// Whole or part years, 0 to 60.
    pub years: f64,
}

/// A certificate in the person's hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldCertificate {
    /// Name as written, for example 焊工证.
    pub name: String,
    /// Code of `index/certificates`, when the name is known there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Grade, for example 中级.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Last day of validity; none = does not expire or was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires: Option<Date>,
}

/// Levels that people write without saying that they are one.
const LEVELS: [&str; 10] = ["初级", "中级", "高级", "技师", "高级技师", "一级", "二级", "三级", "四级", "五级"];

impl HeldCertificate {
    /// As a sheet's cell says it: 焊工证（等级 中级，有效至 2027-01-01）.
    pub fn in_words(&self) -> String {
        let level = self.level.as_ref().map(|level| format!("等级 {level}"));
        let expires = self.expires.map(|day| format!("有效至 {day}"));
        let told: Vec<String> = level.into_iter().chain(expires).collect();
        if told.is_empty() { self.name.clone() } else { format!("{}（{}）", self.name, told.join("，")) }
    }

    /// Name, level and last day of what a cell says; what its last bracket says of something else stays in the name.
    pub fn of_words(text: &str) -> (String, Option<String>, Option<String>) {
        let text = text.trim();
        let whole = || (text.to_owned(), None, None);
        let Some((name, inside)) = text.strip_suffix(['）', ')']).and_then(|text| text.rsplit_once(['（', '(']))
        else {
            return whole();
        };
        let (mut level, mut expires) = (None, None);
        for part in inside.split(['，', ',', '；', ';', '、']).map(str::trim).filter(|part| !part.is_empty()) {
            let after = |words: &[&str]| {
                words.iter().find_map(|w| part.strip_prefix(w)).map(|rest| rest.trim_start_matches(['：', ':']).trim())
            };
            if let Some(said) = after(&["等级", "级别"]) {
                level = Some(said.to_owned());
            } else if let Some(day) = after(&["有效期至", "有效至"]) {
                expires = Some(day.to_owned());
            } else if let Some(day) = part.strip_suffix("到期") {
                expires = Some(day.trim().to_owned());
            } else if LEVELS.contains(&part) {
                level = Some(part.to_owned());
            } else {
                return whole();
            }
        }
        if level.is_none() && expires.is_none() { whole() } else { (name.trim().to_owned(), level, expires) }
    }
}

/// A village as the forms name it; `store` gives the normalised place its own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Village {
    /// County code of GB/T 2260.
    pub county: String,
    /// Township as written.
    #[serde(default)]
    pub township: String,
    /// Village as written.
    #[serde(default)]
    pub village: String,
}

/// What the register knows of a person besides name, number and phone; unknown is `None` or empty, and not stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Worker {
    /// From the number when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// From the number when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 民族 as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<String>,
    /// County code of the registered home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The home as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_text: Option<String>,
    /// Village of the household.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<Village>,
    /// Region code of where the person lives now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residence: Option<String>,
    /// 文化程度.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schooling: Option<Schooling>,
    /// 在校生状况 as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school_status: Option<String>,
    /// 劳动技能.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// 健康状况; empty = unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<Health>,
    /// Category and grade of a disability certificate, for example `41`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disability: Option<String>,
    /// Occupation codes, first wish first; empty = never asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occupations_wanted: Vec<String>,
    /// Work done so far.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub experience: Vec<Experience>,
    /// Skills as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Certificates held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<HeldCertificate>,
    /// Lowest monthly wage taken, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wage_floor: Option<i64>,
    /// Region codes of any level; empty = never asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions_wanted: Vec<String>,
    /// False = only posts of the home county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub can_leave_home: Option<bool>,
    /// Shifts taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// First day of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_from: Option<Date>,
    /// What a post must offer; empty = nothing said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// The spouse or mate to be placed together with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<Uuid>,
    /// At work, but wants another post.
    pub wants_change: bool,
    /// What the person last said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<Statement>,
    /// The day of that statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_on: Option<Date>,
    /// 备注: what staff note, for staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Why there is no number, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_missing_reason: Option<String>,
}

/// A stretch of work, whoever found it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Employment {
    /// Employer as written.
    pub employer: Option<String>,
    /// Work place as written.
    pub place: Option<String>,
    /// Monthly wage in yuan.
    pub wage: Option<f64>,
    /// First day.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// Last day; none while the person is still there.
    #[schemars(with = "Option<String>")]
    pub to: Option<Date>,
    /// 所属行业.
    pub industry: Option<String>,
    /// 就业渠道.
    pub channel: Option<String>,
    /// 是否点对点输送.
    pub organised: Option<bool>,
    /// 务工时间（月） this year.
    pub months: Option<f64>,
}

/// A person as matching sees them: facts, derived status and household, no name, number or phone.
#[derive(Debug, Clone)]
pub struct Seeker {
    /// The person.
    pub id: Uuid,
    /// What is known.
    pub worker: Worker,
    /// Derived status.
    pub status: Status,
    /// Occupation code of the last or present employment.
    pub last_occupation: Option<String>,
    /// The household's open watch episode.
    pub watch: Option<WatchClass>,
    /// The household was moved out of an uninhabitable place (易地扶贫搬迁).
    pub relocated: bool,
    /// The household is 脱贫户.
    pub out_of_poverty: bool,
    /// Somebody of the household is at work.
    pub household_has_work: Option<bool>,
    /// Opted out of matching: always wins.
    pub opted_out: bool,
    /// Consent scope `employer` is on record.
    pub employer_consent: bool,
    /// Stations linked to the person.
    pub stations: Vec<Uuid>,
    /// Vacancies with an open introduction or placement of this person.
    pub introduced: Vec<Uuid>,
    /// Vacancies of the order classes that this person sits in or has passed.
    pub trains_for: Vec<Uuid>,
}

/// Which status follows from the events of a person (DOMAIN: open employment, open enrolment, then the last statement).
pub fn status(closed: bool, employed: bool, enrolled: bool, statement: Option<Statement>) -> Status {
    if closed {
        Status::Closed
    } else if employed {
        Status::Employed
    } else if enrolled {
        Status::Training
    } else {
        match statement {
            None => Status::Unknown,
            Some(Statement::Looking) => Status::Looking,
            Some(Statement::NotSeeking) => Status::NotSeeking,
            Some(Statement::Away) => Status::Away,
        }
    }
}

/// Age in whole years on a day; born on 29 February: of age on 1 March.
pub fn age_on(birth: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(before_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_from_the_words_it_is_written_in() {
        let day: Date = "2027-01-01".parse().unwrap();
        for (level, expires) in [(None, None), (Some("中级"), None), (None, Some(day)), (Some("甲"), Some(day))] {
            let level = level.map(str::to_owned);
            let held =
                HeldCertificate { name: "焊工证（熔化焊）".into(), code: None, level: level.clone(), expires };
            let back = HeldCertificate::of_words(&held.in_words());
            assert_eq!(back, (held.name.clone(), level, expires.map(|d| d.to_string())), "{}", held.in_words());
        }
        let read = |text: &str| {
            let (name, level, expires) = HeldCertificate::of_words(text);
            [name, level.unwrap_or_default(), expires.unwrap_or_default()]
        };
        assert_eq!(read("焊工证(中级)"), ["焊工证", "中级", ""]);
        assert_eq!(read("叉车证（2027年5月1日到期）"), ["叉车证", "", "2027年5月1日"]);
        assert_eq!(read("电工证（低压）"), ["电工证（低压）", "", ""]);
        assert_eq!(read("电工证（"), ["电工证（", "", ""]);
    }

    use jiff::civil::date;

    #[test]
    fn an_age_changes_on_the_birthday_and_a_leap_child_is_of_age_on_1_march() {
        assert_eq!(age_on(date(2010, 11, 24), date(2026, 11, 23)), 15);
        assert_eq!(age_on(date(2010, 11, 24), date(2026, 11, 24)), 16);
        assert_eq!(age_on(date(2008, 2, 29), date(2026, 2, 28)), 17);
        assert_eq!(age_on(date(2008, 2, 29), date(2026, 3, 1)), 18);
    }

    #[test]
    fn a_status_follows_from_events_before_words() {
        assert_eq!(status(false, true, true, Some(Statement::Looking)), Status::Employed);
        assert_eq!(status(false, false, true, Some(Statement::Looking)), Status::Training);
        assert_eq!(status(false, false, false, None), Status::Unknown);
        assert_eq!(status(true, true, false, None), Status::Closed);
    }
}
