//! A vacancy as typed or sent: every field still text, checked all at once into a vacancy, and what the law says of it.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::advert::{self, AdvertFacts, Rule};
use super::barred_post::{Who, barred_for, hazard};
use super::body::{Context, Field, Reader, Text, body, list, text};
use super::code::Code;
use super::fault::{Faults, FieldFault};
use super::finding::Finding;
use super::minimum_wage;
use super::vacancy::{Asked, EmploymentForm, Pay, Period, Platform, Probation, Source, Vacancy};
use super::wage::yuan_json;
use super::worker::Shift;

/// Days an advert is valid when nobody says until when.
pub const VALID_DAYS: i64 = 30;

body! {
    /// A wage in yuan.
    WageBody { min: Field, max: Field, period: Field, typical_month: Field }
}
body! {
    /// Conditions, as requirements or as preferences.
    AskedBody {
        min_age: Field, max_age: Field, schooling: Field, certificates: Vec<Text>, skills: Vec<Text>, capacity: Field,
        experience_years: Field,
    }
}
body! {
    /// Probation; the wage in yuan a month.
    ProbationBody { months: Field, wage: Field }
}
body! {
    /// Where a repost comes from.
    SourceBody { name: Field, #[serde(rename = "ref")] reference: Field }
}
body! {
    /// Platform work.
    PlatformBody {
        platform: Field, partner_firm: Field, pay_per_order: Field, injury_cover: Field, vehicle_needed: Field,
    }
}
body! {
    /// The body of a vacancy in the API; form and sheet fill the same.
    Posting {
        title: Field, employer: Field, work_unit: Field, occupation: Field, kind: Field, employment_form: Field,
        headcount: Field, region: Field, address: Field, wage: Option<WageBody>, requirements: Option<AskedBody>,
        preferences: Option<AskedBody>, hazards: Vec<Text>, barred_for: Vec<Text>, shift: Field, benefits: Vec<Text>,
        probation: Option<ProbationBody>, contract_months: Field, social_insurance: Field, start_from: Field,
        start_until: Field, valid_until: Field, description: Field, contact: Field, source: Option<SourceBody>,
        platform: Option<PlatformBody>,
    }
}

/// A posting without faults.
#[derive(Debug, Clone)]
pub struct CheckedPosting {
    /// The vacancy.
    pub vacancy: Vacancy,
    /// The employer as named: id, credit code, short code or name.
    pub employer: Option<String>,
    /// `vacancy.valid_until_default` where the last day was not said.
    pub warnings: Vec<FieldFault>,
}

impl Posting {
    /// Checks everything at once.
    pub fn check(&self, context: &Context<'_>) -> Result<CheckedPosting, Vec<FieldFault>> {
        let mut r = Reader { faults: Faults::default(), context };
        let checked = self.read(&mut r);
        r.faults.finish(checked)
    }

    /// What the law has against a posting that is not whole yet, as far as it can be read; what is missing is a fault
    /// and no finding.
    pub fn findings_so_far(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut r = Reader { faults: Faults::default(), context };
        let checked = self.read(&mut r);
        let mut findings = self.findings(&checked.vacancy, context.today);
        findings.retain(|f| f.rule != Rule::ElementMissing);
        findings
    }

    fn read(&self, r: &mut Reader<'_>) -> CheckedPosting {
        let context = r.context;
        let mut warnings = Vec::new();
        let title = r.words("title", &self.title, 100);
        if text(&self.title).is_none() {
            r.faults.at("title", "field.missing");
        }
        // A title that is no known trade leaves the occupation open; a stated occupation must be one.
        let occupation = match text(&self.occupation) {
            Some(_) => r.occupation("occupation", &self.occupation),
            None => title.as_deref().and_then(|t| (context.occupation)(t)),
        };
        let start_from = r.day("start_from", &self.start_from);
        let start_until = r.day("start_until", &self.start_until);
        if let (Some(from), Some(until)) = (start_from, start_until)
            && from > until
        {
            r.faults.at("start_until", "date.order");
        }
        let mut valid_until = r.day("valid_until", &self.valid_until);
        if text(&self.valid_until).is_none() {
            valid_until = context.today.checked_add(VALID_DAYS.days()).ok();
            warnings.push(FieldFault::new("valid_until", "vacancy.valid_until_default").with("days", VALID_DAYS));
        }
        let vacancy = Vacancy {
            title: title.unwrap_or_default(),
            work_unit: r.words("work_unit", &self.work_unit, 100),
            occupation,
            kind: r.code("kind", &self.kind),
            employment_form: r.code("employment_form", &self.employment_form),
            headcount: r.whole("headcount", &self.headcount, 1, 10_000).unwrap_or(1),
            region: r.region("region", &self.region),
            address: r.words("address", &self.address, 200),
            pay: self.wage.as_ref().map(|w| w.check(r)).unwrap_or_default(),
            requirements: asked(r, "requirements", self.requirements.as_ref()),
            preferences: asked(r, "preferences", self.preferences.as_ref()),
            hazards: list(r, "hazards", &self.hazards, 20, hazardous),
            barred_for: list(r, "barred_for", &self.barred_for, 2, barred),
            shift: r.code::<Shift>("shift", &self.shift),
            benefits: r.codes("benefits", &self.benefits),
            probation: self.probation.as_ref().map_or_else(Probation::default, |p| Probation {
                months: r.number("probation.months", &p.months, 0.0, 24.0),
                wage: r.money("probation.wage", &p.wage),
            }),
            contract_months: r.whole("contract_months", &self.contract_months, 0, 600),
            social_insurance: r.truth("social_insurance", &self.social_insurance),
            start_from,
            start_until,
            valid_until,
            description: r.words("description", &self.description, 5_000),
            contact: r.words("contact", &self.contact, 100),
            source: self.source.as_ref().map_or_else(Source::default, |s| Source {
                name: r.words("source.name", &s.name, 100),
                reference: r.words("source.ref", &s.reference, 100),
            }),
            platform: self.platform.as_ref().map(|p| p.check(r)).filter(|p| *p != Platform::default()),
        };
        let employer = r.words("employer", &self.employer, 100);
        CheckedPosting { vacancy, employer, warnings }
    }

    /// The posting that would give this vacancy again: what an edit form shows and a PATCH changes.
    pub fn of(vacancy: &Vacancy) -> Self {
        let v = vacancy;
        let t = |s: &Option<String>| s.clone().map(Text);
        let texts = |list: &[String]| -> Vec<Text> { list.iter().cloned().map(Text).collect() };
        let day = |d: Option<Date>| d.map(|d| Text(d.to_string()));
        let yuan = |fen: Option<i64>| fen.map(|fen| Text(yuan_json(fen).to_string()));
        let truth = |b: Option<bool>| b.map(|b| Text(b.to_string()));
        fn number<N: ToString>(n: Option<N>) -> Field {
            n.map(|n| Text(n.to_string()))
        }
        fn code<C: Code>(c: Option<C>) -> Field {
            c.map(|c| Text(c.code().to_owned()))
        }
        let asked = |a: &Asked| {
            (*a != Asked::default()).then(|| AskedBody {
                min_age: number(a.min_age),
                max_age: number(a.max_age),
                schooling: code(a.schooling),
                certificates: texts(&a.certificates),
                skills: texts(&a.skills),
                capacity: code(a.capacity),
                experience_years: number(a.experience_years),
            })
        };
        Self {
            title: Some(v.title.as_str().into()),
            employer: None,
            work_unit: t(&v.work_unit),
            occupation: t(&v.occupation),
            kind: code(v.kind),
            employment_form: code(v.employment_form),
            headcount: number(Some(v.headcount)),
            region: t(&v.region),
            address: t(&v.address),
            wage: (v.pay != Pay::default()).then(|| WageBody {
                min: yuan(v.pay.min),
                max: yuan(v.pay.max),
                period: code(v.pay.period),
                typical_month: yuan(v.pay.typical_month),
            }),
            requirements: asked(&v.requirements),
            preferences: asked(&v.preferences),
            hazards: texts(&v.hazards),
            barred_for: texts(&v.barred_for),
            shift: code(v.shift),
            benefits: v.benefits.iter().map(|b| b.code().into()).collect(),
            probation: (v.probation != Probation::default())
                .then(|| ProbationBody { months: number(v.probation.months), wage: yuan(v.probation.wage) }),
            contract_months: number(v.contract_months),
            social_insurance: truth(v.social_insurance),
            start_from: day(v.start_from),
            start_until: day(v.start_until),
            valid_until: day(v.valid_until),
            description: t(&v.description),
            contact: t(&v.contact),
            source: (v.source != Source::default())
                .then(|| SourceBody { name: t(&v.source.name), reference: t(&v.source.reference) }),
            platform: v.platform.as_ref().map(|p| PlatformBody {
                platform: t(&p.platform),
                partner_firm: t(&p.partner_firm),
                pay_per_order: number(p.pay_per_order),
                injury_cover: truth(p.injury_cover),
                vehicle_needed: truth(p.vehicle_needed),
            }),
        }
    }

    /// What the law has against this posting, once checked into `vacancy`.
    pub fn findings(&self, vacancy: &Vacancy, today: Date) -> Vec<Finding> {
        let v = vacancy;
        let part_time = v.employment_form == Some(EmploymentForm::PartTime);
        let platform = v.employment_form == Some(EmploymentForm::Platform) || v.platform.is_some();
        let written: Vec<&str> = [&v.requirements, &v.preferences]
            .iter()
            .flat_map(|a| a.skills.iter().chain(&a.certificates))
            .map(String::as_str)
            .collect();
        let written = written.join("，");
        let facts = AdvertFacts {
            title: &v.title,
            description: v.description.as_deref().unwrap_or_default(),
            requirements: &written,
            employer_known: true,
            headcount: text(&self.headcount).map(|_| v.headcount),
            has_conditions: v.requirements != Asked::default() || v.preferences != Asked::default(),
            has_content: v.description.is_some() || v.occupation.is_some(),
            place_known: v.region.is_some() || v.address.is_some(),
            region: v.region.as_deref(),
            pay: lowest(&v.pay),
            probation_fen: v.probation.wage.filter(|_| v.pay.period == Some(Period::Month)),
            min_age: v.requirements.min_age,
            max_age: v.requirements.max_age,
            part_time,
            platform,
            start: v.start_from,
            valid_until: v.valid_until.filter(|_| text(&self.valid_until).is_some()),
            barred_for_women: barred_for(&v.hazards, Who::Women).is_some(),
        };
        advert::check_vacancy(&facts, today)
            .into_iter()
            // A rate by the piece is a stated wage, though it has no month to compare.
            .filter(|f| !(f.field == "wage" && facts.pay.is_none() && v.pay.is_stated()))
            .map(Finding::from)
            .collect()
    }
}

/// The lower end of a pay as the minimum-wage check counts it.
fn lowest(pay: &Pay) -> Option<minimum_wage::Pay> {
    if let Some(fen) = pay.typical_month {
        return Some(minimum_wage::Pay { fen, per: minimum_wage::Per::Month });
    }
    let per = minimum_wage::Per::from_code(pay.period?.code())?;
    Some(minimum_wage::Pay { fen: pay.min.or(pay.max)?, per })
}

fn hazardous(r: &mut Reader<'_>, name: &str, field: &Field) -> Option<String> {
    let found = hazard(text(field)?);
    if found.is_none() {
        r.faults.at(name, "hazard.unknown");
    }
    found.map(|h| h.code.to_owned())
}

fn barred(r: &mut Reader<'_>, name: &str, field: &Field) -> Option<String> {
    match text(field)? {
        "women" | "女职工" | "女" => Some("women".to_owned()),
        "minors" | "未成年工" | "未成年人" => Some("minors".to_owned()),
        _ => {
            r.faults.add(FieldFault::new(name, "code.unknown").with("list", "women、minors"));
            None
        }
    }
}

fn asked(r: &mut Reader<'_>, at: &str, body: Option<&AskedBody>) -> Asked {
    let Some(body) = body else { return Asked::default() };
    let age = |r: &mut Reader<'_>, name: &str, field| {
        r.whole(&format!("{at}.{name}"), field, 0, 100).and_then(|n| u8::try_from(n).ok())
    };
    let min_age = age(r, "min_age", &body.min_age);
    let max_age = age(r, "max_age", &body.max_age);
    if let (Some(min), Some(max)) = (min_age, max_age)
        && min > max
    {
        r.faults.at(&format!("{at}.max_age"), "age.order");
    }
    Asked {
        min_age,
        max_age,
        schooling: r.code(&format!("{at}.schooling"), &body.schooling),
        certificates: list(r, &format!("{at}.certificates"), &body.certificates, 20, |r, n, f| r.words(n, f, 60)),
        skills: list(r, &format!("{at}.skills"), &body.skills, 30, |r, n, f| r.words(n, f, 50)),
        capacity: r.code(&format!("{at}.capacity"), &body.capacity),
        experience_years: r.number(&format!("{at}.experience_years"), &body.experience_years, 0.0, 60.0),
    }
}

impl WageBody {
    fn check(&self, r: &mut Reader<'_>) -> Pay {
        let period = text(&self.period).and_then(|word| {
            let period = Period::of_word(word);
            if period.is_none() {
                // The list's own sentence.
                let _: Option<Period> = r.code("wage.period", &self.period);
            }
            period
        });
        let pay = Pay {
            min: r.money("wage.min", &self.min),
            max: r.money("wage.max", &self.max),
            period,
            typical_month: r.money("wage.typical_month", &self.typical_month),
        };
        match pay.checked() {
            Ok(pay) => pay,
            Err(super::wage::WageError::Period) if text(&self.period).is_some() => pay,
            Err(error) => {
                let at = if error == super::wage::WageError::Period { "wage.period" } else { "wage" };
                r.faults.at(at, error.code());
                pay
            }
        }
    }
}

impl PlatformBody {
    fn check(&self, r: &mut Reader<'_>) -> Platform {
        Platform {
            platform: r.words("platform.platform", &self.platform, 60),
            partner_firm: r.words("platform.partner_firm", &self.partner_firm, 100),
            pay_per_order: r.number("platform.pay_per_order", &self.pay_per_order, 0.0, 10_000.0),
            injury_cover: r.truth("platform.injury_cover", &self.injury_cover),
            vehicle_needed: r.truth("platform.vehicle_needed", &self.vehicle_needed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::{Overruled, is_blocked};
    use jiff::civil::date;

    fn body(json: serde_json::Value) -> Posting {
        serde_json::from_value(json).unwrap()
    }

    fn check(posting: &Posting) -> Result<CheckedPosting, Vec<FieldFault>> {
        posting.check(&Context {
            today: date(2026, 11, 24),
            occupation: &|t| (t == "焊工" || t == "6-18-02-04").then(|| "6-18-02-04".to_owned()),
            certificate: &|_| None,
        })
    }

    fn whole() -> Posting {
        body(serde_json::json!({
            "title": "焊工", "employer": "91440101MA52518873", "kind": "市场岗位", "employment_form": "full_time",
            "headcount": 5, "region": "440106", "address": "天河区某路1号",
            "wage": {"min": 5000.5, "max": 8000, "period": "月"},
            "requirements": {"min_age": 18, "max_age": 55, "schooling": "初中", "certificates": ["焊工证"], "skills": ["二保焊"],
                             "capacity": "普通劳动力", "experience_years": 1.5},
            "preferences": {"skills": ["氩弧焊"]}, "hazards": ["每小时负重6次以上且每次超过20公斤，或间断负重每次超过25公斤"], "barred_for": ["未成年工"], "shift": "day",
            "benefits": ["包住", "meals"], "probation": {"months": 1, "wage": 4500}, "contract_months": 12,
            "social_insurance": true, "start_from": "2026-12-01", "start_until": "2026-12-15", "valid_until": "2026-12-31",
            "description": "焊接钢结构", "contact": "张工", "source": {"name": "公共招聘网", "ref": "A-1"},
            "platform": {"platform": "某平台", "pay_per_order": 4.5, "injury_cover": true}
        }))
    }

    #[test]
    fn every_fault_is_told_at_once_and_at_its_place() {
        let posting = body(serde_json::json!({
            "headcount": 0, "wage": {"min": 8000, "max": 5000, "period": "month"}, "occupation": "不存在的活",
            "region": "没有这个地方", "requirements": {"min_age": 50, "max_age": 20, "schooling": "博士后"},
            "start_from": "2026-12-02", "start_until": "2026-12-01", "benefits": ["包玩"], "barred_for": ["老人"]
        }));
        let faults = check(&posting).unwrap_err();
        let codes: Vec<_> = faults.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
        for expected in [
            ("title", "field.missing"),
            ("headcount", "number.range"),
            ("occupation", "occupation.unknown"),
            ("region", "region.unknown"),
            ("requirements.max_age", "age.order"),
            ("requirements.schooling", "code.unknown"),
            ("start_until", "date.order"),
            ("benefits[0]", "code.unknown"),
            ("barred_for[0]", "code.unknown"),
        ] {
            assert!(codes.contains(&expected), "{expected:?} in {codes:?}");
        }
        let wage = body(serde_json::json!({"title": "焊工", "wage": {"min": 8000, "max": 5000, "period": "month"}}));
        assert_eq!(check(&wage).unwrap_err(), [FieldFault::new("wage", "wage.order")]);
        let no_period = body(serde_json::json!({"title": "焊工", "wage": {"min": 5000}}));
        assert_eq!(check(&no_period).unwrap_err(), [FieldFault::new("wage.period", "wage.period")]);
    }

    #[test]
    fn a_vacancy_gives_its_posting_again() {
        let first = check(&whole()).unwrap();
        assert_eq!(first.vacancy.pay.min, Some(500_050));
        assert_eq!(first.vacancy.hazards, ["heavy_load"]);
        assert!(first.warnings.is_empty());
        let again = check(&Posting::of(&first.vacancy)).unwrap();
        assert_eq!(again.vacancy, first.vacancy);
    }

    #[test]
    fn without_a_last_day_an_advert_is_valid_for_thirty_days_and_warned() {
        let posting = Posting { valid_until: None, ..whole() };
        let checked = check(&posting).unwrap();
        assert_eq!(checked.vacancy.valid_until, Some(date(2026, 12, 24)));
        assert_eq!(checked.warnings[0].code, "vacancy.valid_until_default");
        let findings = posting.findings(&checked.vacancy, date(2026, 11, 24));
        assert!(findings.iter().any(|f| f.rule == Rule::ElementMissing && f.field == "valid_until"), "{findings:?}");
    }

    #[test]
    fn a_title_codes_the_occupation_but_need_not() {
        let coded = check(&body(serde_json::json!({"title": "焊工"}))).unwrap();
        assert_eq!(coded.vacancy.occupation.as_deref(), Some("6-18-02-04"));
        let free = check(&body(serde_json::json!({"title": "帮手"}))).unwrap();
        assert_eq!(free.vacancy.occupation, None);
    }

    #[test]
    fn words_that_the_law_forbids_block_until_overruled() {
        let lawful = Posting { description: Some("限男性，焊接钢结构".into()), ..whole() };
        let findings = lawful.findings(&check(&lawful).unwrap().vacancy, date(2026, 11, 24));
        assert!(findings.is_empty(), "a hazard that bars women is named: {findings:?}");
        let posting = Posting { hazards: Vec::new(), ..lawful };
        let checked = check(&posting).unwrap();
        let findings = posting.findings(&checked.vacancy, date(2026, 11, 24));
        assert!(findings.iter().any(|f| f.rule == Rule::Sex && f.blocks()), "{findings:?}");
        assert!(is_blocked(&findings, None));
        let overruled = Overruled { reason: "x".into(), by: "y".into(), at: 0, findings: findings.clone() };
        assert!(!is_blocked(&findings, Some(&overruled)));
        let worse =
            Posting { description: Some("限男性，不要少数民族".into()), hazards: Vec::new(), ..whole() };
        let more = worse.findings(&check(&worse).unwrap().vacancy, date(2026, 11, 24));
        assert!(is_blocked(&more, Some(&overruled)), "{more:?}");
    }

    #[test]
    fn a_rate_by_the_piece_is_a_stated_wage() {
        let wage = WageBody { min: Some("1.5".into()), period: Some("件".into()), ..WageBody::default() };
        let posting = Posting { wage: Some(wage), platform: None, ..whole() };
        let findings = posting.findings(&check(&posting).unwrap().vacancy, date(2026, 11, 24));
        assert!(findings.iter().all(|f| f.rule != Rule::WageOpen), "{findings:?}");
        let silent = Posting { wage: None, ..whole() };
        let findings = silent.findings(&check(&silent).unwrap().vacancy, date(2026, 11, 24));
        assert!(findings.iter().any(|f| f.rule == Rule::WageOpen), "{findings:?}");
    }
}
