//! Training: a programme, one class of it with seats and dates, and the enrolment of a person.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::body::{Context, Field, Reader, Text, body, list, text};
use super::employer::name_key;
use super::fault::{Faults, FieldFault};
use super::wage::yuan_json;
use crate::code_list;

code_list! {
    /// How an enrolment went on.
    EnrolmentState {
        Enrolled = "enrolled" "已报名",
        Attending = "attending" "在学",
        Passed = "passed" "结业",
        Failed = "failed" "未结业",
        Certified = "certified" "已发证",
        Left = "left" "退学",
    }
}

impl EnrolmentState {
    /// True while the person sits in the class.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Enrolled | Self::Attending)
    }

    /// True while the enrolment takes a seat.
    pub fn takes_seat(self) -> bool {
        self != Self::Left
    }

    /// The state after an act, or `None` if the act does not fit the state.
    pub fn after(self, act: EnrolmentAct) -> Option<Self> {
        use EnrolmentAct as A;
        match (self, act) {
            (Self::Enrolled, A::Attend) => Some(Self::Attending),
            (Self::Enrolled | Self::Attending, A::Pass) => Some(Self::Passed),
            (Self::Enrolled | Self::Attending, A::Fail) => Some(Self::Failed),
            (Self::Passed, A::Certify) => Some(Self::Certified),
            (Self::Enrolled | Self::Attending, A::Leave) => Some(Self::Left),
            _ => None,
        }
    }
}

code_list! {
    /// What is done with an enrolment.
    EnrolmentAct {
        Attend = "attend" "到班",
        Pass = "pass" "结业",
        Fail = "fail" "未结业",
        Certify = "certify" "发证",
        Leave = "leave" "退学",
    }
}

/// One run of a programme.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Class {
    /// Programme, for example 南粤家政.
    pub programme: String,
    /// Name of the class.
    pub name: String,
    /// Occupation code it leads to.
    pub occupation: Option<String>,
    /// Certificates a graduate gets, by name or code.
    pub certificates: Vec<String>,
    /// Skills a graduate has.
    pub skills: Vec<String>,
    /// First day.
    pub starts: Option<Date>,
    /// Last day.
    pub ends: Option<Date>,
    /// Seats.
    pub seats: u32,
    /// Region code of the place.
    pub region: Option<String>,
    /// Place as written.
    pub place: Option<String>,
    /// School or centre.
    pub provider: Option<String>,
    /// Fee in fen; 0 = free.
    pub fee: Option<i64>,
    /// The vacancy an order class is bound to.
    pub vacancy: Option<Uuid>,
    /// More vacancies of the same order.
    pub vacancies: Vec<Uuid>,
}

/// A class as matching sees it.
#[derive(Debug, Clone)]
pub struct Course {
    /// The class.
    pub id: Uuid,
    /// Its facts.
    pub class: Class,
    /// Seats less enrolments that take one.
    pub seats_left: u32,
}

body! {
    /// The body of a class in the API; form and sheet fill the same.
    ClassBody {
        programme: Field, name: Field, occupation: Field, certificates: Vec<Text>, skills: Vec<Text>, starts: Field,
        ends: Field, seats: Field, region: Field, place: Field, provider: Field, fee: Field, vacancy: Field,
        vacancies: Vec<Text>,
    }
}

impl ClassBody {
    /// Checks everything at once.
    pub fn check(&self, context: &Context<'_>) -> Result<Class, Vec<FieldFault>> {
        let mut r = Reader { faults: Faults::default(), context };
        let programme = r.words("programme", &self.programme, 100);
        let name = r.words("name", &self.name, 100);
        for (at, field) in [("programme", &self.programme), ("name", &self.name), ("seats", &self.seats)] {
            if text(field).is_none() {
                r.faults.at(at, "field.missing");
            }
        }
        let starts = r.day("starts", &self.starts);
        let ends = r.day("ends", &self.ends);
        if let (Some(starts), Some(ends)) = (starts, ends)
            && starts > ends
        {
            r.faults.at("ends", "date.order");
        }
        let class = Class {
            programme: programme.unwrap_or_default(),
            name: name.unwrap_or_default(),
            occupation: text(&self.occupation).and_then(|_| r.occupation("occupation", &self.occupation)),
            certificates: list(&mut r, "certificates", &self.certificates, 20, |r, n, f| r.words(n, f, 60)),
            skills: list(&mut r, "skills", &self.skills, 30, |r, n, f| r.words(n, f, 50)),
            starts,
            ends,
            seats: r.whole("seats", &self.seats, 1, 10_000).unwrap_or_default(),
            region: r.region("region", &self.region),
            place: r.words("place", &self.place, 200),
            provider: r.words("provider", &self.provider, 100),
            fee: r.money("fee", &self.fee),
            vacancy: text(&self.vacancy).and_then(|t| t.parse().map_err(|_| r.faults.at("vacancy", "id.wrong")).ok()),
            vacancies: list(&mut r, "vacancies", &self.vacancies, 20, |r, n, f| {
                text(f).and_then(|t| t.parse().map_err(|_| r.faults.at(n, "id.wrong")).ok())
            }),
        };
        r.faults.finish(class)
    }

    /// The body that would give this class again.
    pub fn of(c: &Class) -> Self {
        let t = |s: &Option<String>| s.clone().map(Text);
        let texts = |list: &[String]| list.iter().cloned().map(Text).collect();
        Self {
            programme: Some(c.programme.as_str().into()),
            name: Some(c.name.as_str().into()),
            occupation: t(&c.occupation),
            certificates: texts(&c.certificates),
            skills: texts(&c.skills),
            starts: c.starts.map(|d| d.to_string().into()),
            ends: c.ends.map(|d| d.to_string().into()),
            seats: Some(c.seats.to_string().into()),
            region: t(&c.region),
            place: t(&c.place),
            provider: t(&c.provider),
            fee: c.fee.map(|fen| yuan_json(fen).to_string().into()),
            vacancy: c.vacancy.map(|id| id.to_string().into()),
            vacancies: c.vacancies.iter().map(|id| id.to_string().into()).collect(),
        }
    }
}

impl Class {
    /// The vacancies an order class is bound to, each once.
    pub fn order(&self) -> Vec<Uuid> {
        let mut all: Vec<Uuid> = vec![];
        for id in self.vacancy.iter().chain(&self.vacancies) {
            if !all.contains(id) {
                all.push(*id);
            }
        }
        all
    }

    /// What makes a class the same in a newer sheet: programme and name.
    pub fn key(&self) -> String {
        format!("{}|{}", name_key(&self.programme), name_key(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::Code as _;

    fn check(json: serde_json::Value) -> Result<Class, Vec<FieldFault>> {
        let body: ClassBody = serde_json::from_value(json).unwrap();
        body.check(&Context {
            today: jiff::civil::date(2026, 11, 24),
            occupation: &|t| (t == "4-10-01-01").then(|| t.to_owned()),
            certificate: &|_| None,
        })
    }

    #[test]
    fn a_class_is_checked_and_read_back() {
        let class = check(serde_json::json!({
            "programme": "南粤家政", "name": "养老护理1班", "occupation": "4-10-01-01", "certificates": ["养老护理员证"],
            "starts": "2026-12-01", "ends": "2026-12-20", "seats": 30, "region": "440106", "fee": 0
        }))
        .unwrap();
        assert_eq!(check(serde_json::to_value(ClassBody::of(&class)).unwrap()).unwrap(), class);
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let bound = Class { vacancy: Some(one), vacancies: vec![two, one], ..Class::default() };
        assert_eq!(bound.order(), [one, two]);
        let other = Class { name: "养老护理 1班".into(), ..class.clone() };
        assert_eq!(class.key(), other.key());
    }

    #[test]
    fn every_fault_of_a_class_is_told_at_once() {
        let faults =
            check(serde_json::json!({"starts": "2026-12-20", "ends": "2026-12-01", "vacancy": "x"})).unwrap_err();
        let codes: Vec<_> = faults.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
        for expected in [
            ("programme", "field.missing"),
            ("name", "field.missing"),
            ("seats", "field.missing"),
            ("ends", "date.order"),
            ("vacancy", "id.wrong"),
        ] {
            assert!(codes.contains(&expected), "{expected:?} in {codes:?}");
        }
    }

    #[test]
    fn only_who_passed_is_certified_and_nothing_follows_leaving() {
        use EnrolmentAct as A;
        for state in EnrolmentState::ALL {
            assert_eq!(state.after(A::Certify).is_some(), *state == EnrolmentState::Passed, "{state:?}");
        }
        assert!(A::ALL.iter().all(|act| EnrolmentState::Left.after(*act).is_none()));
    }
}
