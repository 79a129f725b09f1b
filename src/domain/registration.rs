//! A registration as typed or sent: every field still text, checked all at once into a worker.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::body::{Context, Field, Reader, Text, body, list, text};
use super::code::Code;
use super::date_text::parse_day;
use super::fault::{Faults, FieldFault};
use super::heading::value;
use super::household::{HouseholdFacts, WatchClass};
use super::identity::{IdNumber, Name, ParsedId, Phone};
use super::wage::yuan_json;
use super::worker::{
    Capacity, ConsentScope, ConsentWay, Employment, Experience, Health, HeldCertificate, Need, Schooling, Sex, Shift,
    Statement, Village, Worker, age_on,
};

body! {
    /// Experience in one occupation, by code or title.
    ExperienceBody { occupation: Field, years: Field }
}
body! {
    /// A certificate as named.
    CertificateBody { name: Field, level: Field, expires: Field, #[serde(skip_serializing)] code: Field }
}
body! {
    /// A village as named; the county by code or name.
    VillageBody { county: Field, township: Field, village: Field }
}
body! {
    /// Present work, or the last one with its last day.
    EmploymentBody {
        employer: Field, place: Field, wage: Field, from: Field, to: Field, industry: Field, channel: Field,
        organised: Field, months: Field,
    }
}
body! {
    /// The household.
    HouseholdBody {
        number: Field, head: Field, relation: Field, #[serde(rename = "type")] kind: Field, watch_class: Field,
        risk_cleared: Field, relocated: Field, settlement: Field, members: Field, minors: Field,
    }
}
body! {
    /// A consent or, with `refused`, a refusal.
    ConsentBody { scope: Field, how: Field, at: Field, refused: Field }
}
body! {
    /// The body of a person in the API; form and sheet fill the same.
    Registration {
        name: Field, id_number: Field, id_missing_reason: Field, birth_date: Field, sex: Field, ethnicity: Field,
        phone: Field, origin: Field, origin_text: Field, village: Option<VillageBody>, residence: Field,
        schooling: Field, school_status: Field, capacity: Field, health: Vec<Text>, disability: Field,
        occupations_wanted: Vec<Text>, experience: Vec<ExperienceBody>, skills: Vec<Text>,
        certificates: Vec<CertificateBody>, wage_floor: Field, regions_wanted: Vec<Text>, can_leave_home: Field,
        shift: Field, available_from: Field, needs: Vec<Text>, partner: Field, wants_change: Field, statement: Field,
        remark: Field, employment: Option<EmploymentBody>, household: Option<HouseholdBody>, consent: Vec<ConsentBody>,
    }
}

/// A checked consent; `at` is a day or none for now.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenConsent {
    /// To what.
    pub scope: ConsentScope,
    /// How.
    pub way: ConsentWay,
    /// The day it was given.
    pub on: Option<Date>,
    /// The person said no.
    pub refused: bool,
}

/// A registration without faults.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Name.
    pub name: Name,
    /// ID number with what is in it.
    pub id: Option<ParsedId>,
    /// Phone.
    pub phone: Option<Phone>,
    /// Facts.
    pub worker: Worker,
    /// Household.
    pub household: Option<HouseholdFacts>,
    /// Present work.
    pub employment: Option<Employment>,
    /// Consents.
    pub consents: Vec<GivenConsent>,
    /// Codes of warnings: `identity.sex_differs`, `identity.birth_differs`, `region.unknown`.
    pub warnings: Vec<FieldFault>,
}

impl Registration {
    /// Checks everything at once.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method itself is not general enough over its lifetime"
    )]
    pub fn check(&self, context: &Context<'_>) -> Result<Checked, Vec<FieldFault>> {
        let mut r = Reader { faults: Faults::default(), context };
        let today = context.today;
        let mut warnings = Vec::new();

        let name = Name::parse(text(&self.name).unwrap_or_default()).map_err(|e| r.faults.at("name", e.code())).ok();
        let id = text(&self.id_number)
            .and_then(|t| IdNumber::parse(t, today).map_err(|e| r.faults.at("id_number", e.code())).ok());
        let id_missing_reason = r.words("id_missing_reason", &self.id_missing_reason, 100);
        if text(&self.id_number).is_none() && id_missing_reason.is_none() {
            r.faults.at("id_number", "identity.missing");
        }
        let phone = text(&self.phone).and_then(|t| Phone::parse(t).map_err(|e| r.faults.at("phone", e.code())).ok());

        let stated_birth = r.day("birth_date", &self.birth_date);
        let stated_sex = r.code::<Sex>("sex", &self.sex);
        let birth_date = id.as_ref().map(|p| p.number.birth_date()).or(stated_birth);
        let sex = id.as_ref().map(|p| p.number.sex()).or(stated_sex);
        if stated_sex.is_some() && stated_sex != sex {
            warnings.push(FieldFault::new("sex", "identity.sex_differs"));
        }
        if stated_birth.is_some() && stated_birth != birth_date {
            warnings.push(FieldFault::new("birth_date", "identity.birth_differs"));
        }
        match birth_date.map(|b| age_on(b, today)) {
            Some(age) if age < 16 => {
                let at = if id.is_some() { "id_number" } else { "birth_date" };
                r.faults.at(at, "worker.under_16");
            }
            Some(age) if age > 120 => r.faults.at("birth_date", "identity.birth_date"),
            _ => {}
        }
        if let Some(id) = &id {
            warnings.extend(id.warnings.iter().map(|code| FieldFault::new("id_number", *code)));
        }

        let village = self.village.as_ref().and_then(|v| {
            let county = r.region("village.county", &v.county);
            let township = r.words("village.township", &v.township, 50).unwrap_or_default();
            let village = r.words("village.village", &v.village, 50).unwrap_or_default();
            match county {
                Some(county) => Some(Village { county, township, village }),
                None if text(&v.county).is_none() && (!township.is_empty() || !village.is_empty()) => {
                    r.faults.at("village.county", "field.missing");
                    None
                }
                None => None,
            }
        });
        let worker = Worker {
            birth_date,
            sex,
            ethnicity: r.words("ethnicity", &self.ethnicity, 20),
            origin: r.region("origin", &self.origin).or_else(|| village.as_ref().map(|v| v.county.clone())),
            origin_text: r.words("origin_text", &self.origin_text, 200),
            village,
            residence: r.region("residence", &self.residence),
            // 中专 and other common words count as those of the list.
            schooling: r
                .code::<Schooling>("schooling", &self.schooling.as_ref().map(|t| value("schooling", &t.0).into())),
            school_status: r.words("school_status", &self.school_status, 50),
            capacity: r.code::<Capacity>("capacity", &self.capacity),
            health: r.codes::<Health>("health", &self.health),
            disability: r.words("disability", &self.disability, 20).or_else(|| {
                id.as_ref().and_then(|p| p.disability.as_ref()).map(|d| format!("{}{}", d.category, d.grade))
            }),
            occupations_wanted: list(&mut r, "occupations_wanted", &self.occupations_wanted, 5, |r, n, f| {
                r.occupation(n, f)
            }),
            experience: self.experience(&mut r),
            skills: list(&mut r, "skills", &self.skills, 30, |r, n, f| r.words(n, f, 50)),
            certificates: self.certificates(&mut r),
            wage_floor: r.money("wage_floor", &self.wage_floor),
            regions_wanted: list(&mut r, "regions_wanted", &self.regions_wanted, 20, |r, n, f| r.region(n, f)),
            can_leave_home: r.truth("can_leave_home", &self.can_leave_home),
            shift: r.code::<Shift>("shift", &self.shift),
            available_from: r.day("available_from", &self.available_from),
            needs: r.codes::<Need>("needs", &self.needs),
            partner: text(&self.partner).and_then(|t| t.parse().map_err(|_| r.faults.at("partner", "id.wrong")).ok()),
            wants_change: r.truth("wants_change", &self.wants_change).unwrap_or(false),
            statement: r.code::<Statement>("statement", &self.statement),
            statement_on: None,
            remark: r.remark("remark", &self.remark, 500),
            id_missing_reason: id_missing_reason.filter(|_| id.is_none()),
        };
        let household = self.household.as_ref().map(|h| h.check(&mut r)).filter(|h| *h != HouseholdFacts::default());
        let employment = self.employment.as_ref().map(|e| e.check(&mut r)).filter(|e| *e != Employment::default());
        let consents = self.consents(&mut r);
        match name {
            Some(name) => {
                r.faults.finish(Checked { name, id, phone, worker, household, employment, consents, warnings })
            }
            // A missing name is a fault already noted.
            None => Err(r.faults.finish(()).err().unwrap_or_default()),
        }
    }

    fn experience(&self, r: &mut Reader<'_>) -> Vec<Experience> {
        let mut out = Vec::new();
        for (i, e) in self.experience.iter().enumerate().take(30) {
            let occupation = r.occupation(&format!("experience[{i}].occupation"), &e.occupation);
            let years = r.number(&format!("experience[{i}].years"), &e.years, 0.0, 60.0);
            if let Some(occupation) = occupation {
                out.push(Experience { occupation, years: years.unwrap_or(0.0) });
            }
        }
        out
    }

    fn certificates(&self, r: &mut Reader<'_>) -> Vec<HeldCertificate> {
        let mut out = Vec::new();
        for (i, c) in self.certificates.iter().enumerate().take(30) {
            let name = r.words(&format!("certificates[{i}].name"), &c.name, 60);
            let level = r.words(&format!("certificates[{i}].level"), &c.level, 20);
            let expires = r.day(&format!("certificates[{i}].expires"), &c.expires);
            match name {
                Some(name) => {
                    let code = (r.context.certificate)(&name);
                    out.push(HeldCertificate { name, code, level, expires });
                }
                None => r.faults.at(&format!("certificates[{i}].name"), "field.missing"),
            }
        }
        out
    }

    fn consents(&self, r: &mut Reader<'_>) -> Vec<GivenConsent> {
        let mut out = Vec::new();
        for (i, c) in self.consent.iter().enumerate() {
            let scope = r.code::<ConsentScope>(&format!("consent[{i}].scope"), &c.scope);
            let way = r.code::<ConsentWay>(&format!("consent[{i}].how"), &c.how);
            let at = format!("consent[{i}].at");
            let on = text(&c.at).and_then(|t| parse_day(t).map_err(|e| r.faults.at(&at, e.code())).ok());
            if on.is_some_and(|day| day > r.context.today) {
                r.faults.at(&at, "date.future");
            }
            let refused = r.truth(&format!("consent[{i}].refused"), &c.refused).unwrap_or(false);
            match (scope, way) {
                (Some(scope), Some(way)) => out.push(GivenConsent { scope, way, on, refused }),
                (None, _) if text(&c.scope).is_none() => r.faults.at(&format!("consent[{i}].scope"), "field.missing"),
                (_, None) if text(&c.how).is_none() => r.faults.at(&format!("consent[{i}].how"), "field.missing"),
                _ => {}
            }
        }
        out
    }
}

impl Registration {
    /// The registration that would give these facts again: what an edit form shows and a PATCH changes; without number and phone.
    pub fn of(
        name: &str,
        worker: &Worker,
        household: Option<&HouseholdFacts>,
        employment: Option<&Employment>,
    ) -> Self {
        let t = |s: &Option<String>| s.clone().map(Text);
        let day = |d: Option<Date>| d.map(|d| Text(d.to_string()));
        let yes = |b: Option<bool>| b.map(|b| Text(b.to_string()));
        let texts = |list: &[String]| list.iter().cloned().map(Text).collect();
        fn code<C: Code>(c: Option<C>) -> Field {
            c.map(|c| Text(c.code().to_owned()))
        }
        fn codes<C: Code>(list: &[C]) -> Vec<Text> {
            list.iter().map(|c| Text(c.code().to_owned())).collect()
        }
        let number = |n: Option<f64>| n.map(|n| Text(n.to_string()));
        Self {
            name: Some(name.into()),
            id_missing_reason: t(&worker.id_missing_reason),
            birth_date: day(worker.birth_date),
            sex: code(worker.sex),
            ethnicity: t(&worker.ethnicity),
            origin: t(&worker.origin),
            origin_text: t(&worker.origin_text),
            village: worker.village.as_ref().map(|v| VillageBody {
                county: Some(v.county.as_str().into()),
                township: Some(v.township.as_str().into()),
                village: Some(v.village.as_str().into()),
            }),
            residence: t(&worker.residence),
            schooling: code(worker.schooling),
            school_status: t(&worker.school_status),
            capacity: code(worker.capacity),
            health: codes(&worker.health),
            disability: t(&worker.disability),
            occupations_wanted: texts(&worker.occupations_wanted),
            experience: worker
                .experience
                .iter()
                .map(|e| ExperienceBody {
                    occupation: Some(e.occupation.as_str().into()),
                    years: number(Some(e.years)),
                })
                .collect(),
            skills: texts(&worker.skills),
            certificates: worker
                .certificates
                .iter()
                .map(|c| CertificateBody {
                    name: Some(c.name.as_str().into()),
                    level: t(&c.level),
                    expires: day(c.expires),
                    code: None,
                })
                .collect(),
            wage_floor: worker.wage_floor.map(|fen| Text(yuan_json(fen).to_string())),
            regions_wanted: texts(&worker.regions_wanted),
            can_leave_home: yes(worker.can_leave_home),
            shift: code(worker.shift),
            available_from: day(worker.available_from),
            needs: codes(&worker.needs),
            partner: worker.partner.map(|id| Text(id.to_string())),
            wants_change: worker.wants_change.then(|| "true".into()),
            statement: code(worker.statement),
            remark: t(&worker.remark),
            employment: employment.map(|e| EmploymentBody {
                employer: t(&e.employer),
                place: t(&e.place),
                wage: number(e.wage),
                from: day(e.from),
                to: day(e.to),
                industry: t(&e.industry),
                channel: t(&e.channel),
                organised: yes(e.organised),
                months: number(e.months),
            }),
            household: household.map(|h| HouseholdBody {
                number: t(&h.number),
                head: t(&h.head),
                relation: t(&h.relation),
                kind: t(&h.kind),
                watch_class: code(h.watch_class),
                risk_cleared: yes(h.risk_cleared),
                relocated: yes(h.relocated),
                settlement: t(&h.settlement),
                members: h.members.map(|n| Text(n.to_string())),
                minors: h.minors.map(|n| Text(n.to_string())),
            }),
            ..Self::default()
        }
    }
}

impl HouseholdBody {
    fn check(&self, r: &mut Reader<'_>) -> HouseholdFacts {
        HouseholdFacts {
            number: r.words("household.number", &self.number, 40),
            head: r.words("household.head", &self.head, 50),
            relation: r.words("household.relation", &self.relation, 20),
            kind: r
                .words("household.type", &self.kind, 20)
                .map(|kind| super::household::HouseholdType::parse(&kind).map_or(kind, |k| k.code().to_owned())),
            watch_class: r.code::<WatchClass>("household.watch_class", &self.watch_class),
            risk_cleared: r.truth("household.risk_cleared", &self.risk_cleared),
            relocated: r.truth("household.relocated", &self.relocated),
            settlement: r.words("household.settlement", &self.settlement, 100),
            members: r.whole("household.members", &self.members, 1, 50),
            minors: r.whole("household.minors", &self.minors, 0, 50),
        }
    }
}

impl EmploymentBody {
    fn check(&self, r: &mut Reader<'_>) -> Employment {
        let (from, to) = (r.day("employment.from", &self.from), r.day("employment.to", &self.to));
        if to.is_some_and(|to| to > r.context.today) {
            r.faults.at("employment.to", "date.future");
        } else if from.zip(to).is_some_and(|(from, to)| to < from) {
            r.faults.at("employment.to", "date.order");
        }
        Employment {
            employer: r.words("employment.employer", &self.employer, 100),
            place: r.words("employment.place", &self.place, 200),
            wage: r.money("employment.wage", &self.wage).map(|fen| fen as f64 / 100.0),
            from,
            to,
            industry: r.words("employment.industry", &self.industry, 60),
            channel: r.words("employment.channel", &self.channel, 60),
            organised: r.truth("employment.organised", &self.organised),
            months: r.number("employment.months", &self.months, 0.0, 12.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn check(json: serde_json::Value) -> Result<Checked, Vec<FieldFault>> {
        let body: Registration = serde_json::from_value(json).unwrap();
        body.check(&Context {
            today: date(2026, 11, 24),
            occupation: &|t| (t == "焊工" || t == "6-18-02-04").then(|| "6-18-02-04".to_owned()),
            certificate: &|_| None,
        })
    }

    fn codes(faults: &[FieldFault]) -> Vec<(&str, &str)> {
        faults.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect()
    }

    #[test]
    fn every_fault_is_told_at_once_and_at_its_place() {
        let faults = check(serde_json::json!({
            "id_number": "520524199001019999x", "phone": "12345", "schooling": "博士后", "wage_floor": "四千",
            "health": ["健康", "很好"], "consent": [{"scope": "employer"}], "occupations_wanted": ["不存在的活"]
        }))
        .unwrap_err();
        let codes = codes(&faults);
        for expected in [
            ("name", "name.empty"),
            ("id_number", "identity.length"),
            ("phone", "phone.length"),
            ("schooling", "code.unknown"),
            ("wage_floor", "money.wrong"),
            ("health[1]", "code.unknown"),
            ("consent[0].how", "field.missing"),
            ("occupations_wanted[0]", "occupation.unknown"),
        ] {
            assert!(codes.contains(&expected), "{expected:?} in {codes:?}");
        }
    }

    #[test]
    fn a_person_may_have_no_number_if_a_reason_is_given() {
        assert_eq!(
            codes(&check(serde_json::json!({"name": "王小山"})).unwrap_err()),
            [("id_number", "identity.missing")]
        );
        let checked = check(serde_json::json!({
            "name": "王 小山", "id_missing_reason": "证件遗失补办中", "birth_date": "1990-01-01", "wage_floor": 4500.5,
            "occupations_wanted": [{"code": "6-18-02-04", "name": "焊工"}]
        }))
        .unwrap();
        assert_eq!(checked.name.expose(), "王小山");
        assert_eq!(checked.worker.wage_floor, Some(450_050));
        assert_eq!(checked.worker.occupations_wanted, ["6-18-02-04"]);
    }

    #[test]
    fn a_child_is_no_worker() {
        let faults = check(serde_json::json!({
            "name": "王小山", "id_missing_reason": "无", "birth_date": "2010-11-25"
        }));
        assert_eq!(codes(&faults.unwrap_err()), [("birth_date", "worker.under_16")]);
    }
}
