//! What comes with each step of an introduction, as typed and as checked.

use jiff::civil::Date;

use crate::domain::body::Field;
use crate::domain::code::Code as _;
use crate::domain::date_text::{parse_date, parse_day, parse_moment};
use crate::domain::fault::{Faults, FieldFault};
use crate::domain::introduction::{Interview, IntroductionAct, Reason};
use crate::domain::placement::Placement;
use crate::domain::registration::GivenConsent;
use crate::domain::vacancy::Period;
use crate::domain::wage::fen_from_yuan;
use crate::domain::worker::{ConsentScope, ConsentWay};

/// A consent as typed: how it was given, and the day if it was not today.
#[derive(Debug, Clone, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentGiven {
    /// `call`, `paper` or `form`.
    pub how: Field,
    /// The day.
    pub at: Field,
}

/// What comes with a step, as typed; each act reads its own fields.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// Consent: how. Interview: none.
    pub how: Field,
    /// Consent: the day. Interview: day and time.
    pub at: Field,
    /// Decline, withdraw: coded reason.
    pub reason: Field,
    /// Decline, withdraw: words.
    pub text: Field,
    /// Interview: where.
    pub place: Field,
    /// Interview: whom to ask for.
    pub contact: Field,
    /// Place: first day of work.
    pub from: Field,
    /// Place: wage in yuan.
    pub wage: Field,
    /// Place: what the wage is paid for; month if it is not said.
    pub period: Field,
    /// Place: contract length.
    pub contract_months: Field,
    /// Place: organised transport.
    pub organised: Field,
}

/// A step with what it needs, checked.
#[derive(Debug, Clone)]
pub enum Step {
    /// The person agreed.
    Consent(GivenConsent),
    /// The employer wants the person.
    Accept,
    /// The employer does not, or the person does not.
    Decline(Reason, Option<String>),
    /// They meet.
    Interview(Interview),
    /// The person took the post.
    Place(Placement),
    /// The person did not come.
    NoShow,
    /// Taken back.
    Withdraw(Reason, Option<String>),
    /// The last step is undone.
    Reopen,
}

impl Step {
    /// The act of the step.
    pub fn act(&self) -> IntroductionAct {
        match self {
            Self::Consent(_) => IntroductionAct::Consent,
            Self::Accept => IntroductionAct::Accept,
            Self::Decline(..) => IntroductionAct::Decline,
            Self::Interview(_) => IntroductionAct::Interview,
            Self::Place(_) => IntroductionAct::Place,
            Self::NoShow => IntroductionAct::NoShow,
            Self::Withdraw(..) => IntroductionAct::Withdraw,
            Self::Reopen => IntroductionAct::Reopen,
        }
    }

    /// Checks what was typed for an act; fields of other acts are unknown here.
    pub fn check(act: IntroductionAct, details: &Details, today: Date) -> std::result::Result<Self, Vec<FieldFault>> {
        let mut r = Typed { faults: Faults::default() };
        let d = details;
        let own: &[&str] = match act {
            IntroductionAct::Consent => &["how", "at"],
            IntroductionAct::Decline => &["reason", "text"],
            IntroductionAct::Withdraw => &["reason", "text"],
            IntroductionAct::Interview => &["at", "place", "contact"],
            IntroductionAct::Place => &["from", "wage", "period", "contract_months", "organised"],
            IntroductionAct::Accept | IntroductionAct::NoShow | IntroductionAct::Reopen => &[],
        };
        for (name, field) in [
            ("how", &d.how),
            ("at", &d.at),
            ("reason", &d.reason),
            ("text", &d.text),
            ("place", &d.place),
            ("contact", &d.contact),
            ("from", &d.from),
            ("wage", &d.wage),
            ("period", &d.period),
            ("contract_months", &d.contract_months),
            ("organised", &d.organised),
        ] {
            if field.is_some() && !own.contains(&name) {
                r.faults.at(name, "field.unknown");
            }
        }
        let step = match act {
            IntroductionAct::Consent => {
                r.consent("", &ConsentGiven { how: d.how.clone(), at: d.at.clone() }, today).map(Self::Consent)
            }
            IntroductionAct::Accept => Some(Self::Accept),
            IntroductionAct::NoShow => Some(Self::NoShow),
            IntroductionAct::Reopen => Some(Self::Reopen),
            IntroductionAct::Decline => r.reason(d).map(|(reason, text)| Self::Decline(reason, text)),
            IntroductionAct::Withdraw => r.reason(d).map(|(reason, text)| Self::Withdraw(reason, text)),
            IntroductionAct::Interview => {
                let at = r.needed("at", &d.at, 40);
                let at = at.and_then(|at| parse_moment(&at).map_err(|_| r.faults.at("at", "moment.wrong")).ok());
                let place = r.needed("place", &d.place, 100);
                let contact = r.words("contact", &d.contact, 50);
                at.zip(place).map(|(at, place)| Self::Interview(Interview { at, place, contact }))
            }
            IntroductionAct::Place => Some(Self::Place(r.placement(d, today))),
        };
        match step {
            Some(step) => r.faults.finish(step),
            None => Err(r.faults.finish(()).err().unwrap_or_else(|| vec![FieldFault::new("", "field.missing")])),
        }
    }
}

/// Earliest and latest first day of work around today, in days.
const PLACE_FROM: std::ops::RangeInclusive<i32> = -92..=183;
/// Highest believable wage a month in fen.
const WAGE_A_MONTH: i64 = 10_000_000;

pub(super) struct Typed {
    pub(super) faults: Faults,
}

impl Typed {
    fn words(&mut self, name: &str, field: &Field, most: usize) -> Option<String> {
        let text = field.as_ref().map(|t| t.0.trim()).filter(|t| !t.is_empty())?;
        if text.chars().count() > most {
            self.faults.add(FieldFault::new(name, "text.long").with("most", most));
            return None;
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.faults.at(name, "text.control");
            return None;
        }
        Some(text.to_owned())
    }

    fn needed(&mut self, name: &str, field: &Field, most: usize) -> Option<String> {
        if field.as_ref().is_none_or(|t| t.0.trim().is_empty()) {
            self.faults.at(name, "field.missing");
            return None;
        }
        self.words(name, field, most)
    }

    fn day(&mut self, name: &str, field: &Field) -> Option<Date> {
        let text = self.words(name, field, 30)?;
        parse_date(&text).map_err(|e| self.faults.at(name, e.code())).ok()
    }

    pub(super) fn consent(&mut self, prefix: &str, given: &ConsentGiven, today: Date) -> Option<GivenConsent> {
        let way = match self.needed(&format!("{prefix}how"), &given.how, 20) {
            None => None,
            Some(how) => {
                let way = ConsentWay::parse(&how);
                if way.is_none() {
                    self.faults.at(&format!("{prefix}how"), "choice.unknown");
                }
                way
            }
        };
        let name = format!("{prefix}at");
        let at = self.words(&name, &given.at, 40);
        let on = at.and_then(|at| parse_day(&at).map_err(|e| self.faults.at(&name, e.code())).ok());
        if on.is_some_and(|d| d > today) {
            self.faults.at(&name, "date.future");
        }
        way.map(|way| GivenConsent { scope: ConsentScope::Employer, way, on, refused: false })
    }

    fn reason(&mut self, d: &Details) -> Option<(Reason, Option<String>)> {
        let text = self.words("text", &d.text, 200);
        if d.reason.as_ref().is_none_or(|t| t.0.trim().is_empty()) {
            self.faults.at("reason", "reason.missing");
            return None;
        }
        let reason = d.reason.as_ref().and_then(|t| Reason::parse(&t.0));
        if reason.is_none() {
            self.faults.at("reason", "choice.unknown");
        }
        reason.map(|r| (r, text))
    }

    fn placement(&mut self, d: &Details, today: Date) -> Placement {
        let needs = |faults: &mut Faults, name: &str, field: &Field| {
            if field.as_ref().is_none_or(|t| t.0.trim().is_empty()) {
                faults.at(name, "field.missing");
            }
        };
        needs(&mut self.faults, "from", &d.from);
        needs(&mut self.faults, "wage", &d.wage);
        let from = self.day("from", &d.from);
        if let Some(from) = from {
            let days = today.until(from).map_or(i32::MAX, |span| span.get_days());
            if !PLACE_FROM.contains(&days) {
                self.faults.at("from", "placement.from");
            }
        }
        let period = match self.words("period", &d.period, 10) {
            None => Some(Period::Month),
            Some(text) => {
                let period = Period::parse(&text);
                if period.is_none() {
                    self.faults.at("period", "choice.unknown");
                }
                period
            }
        };
        let wage = self.words("wage", &d.wage, 20).and_then(|text| {
            let fen = fen_from_yuan(&text);
            if fen.is_none() {
                self.faults.at("wage", "number.wrong");
            }
            fen
        });
        if let (Some(fen), Some(period)) = (wage, period) {
            let pay = crate::domain::vacancy::Pay { min: Some(fen), period: Some(period), ..Default::default() };
            // Piece work has no month; any positive rate is believed.
            let month = if period == Period::Piece { Some(fen) } else { pay.monthly().0 };
            if fen <= 0 || month.is_none_or(|m| m > WAGE_A_MONTH) {
                self.faults.at("wage", "placement.wage");
            }
        }
        let contract_months = match self.words("contract_months", &d.contract_months, 10) {
            None => None,
            Some(text) => match text.parse::<u32>() {
                Ok(n) if n <= 600 => Some(n),
                _ => {
                    self.faults.at("contract_months", "number.wrong");
                    None
                }
            },
        };
        let organised = match self.words("organised", &d.organised, 10).as_deref() {
            None | Some("false" | "否" | "0" | "no") => false,
            Some("true" | "是" | "1" | "yes" | "on") => true,
            Some(_) => {
                self.faults.at("organised", "truth.wrong");
                false
            }
        };
        Placement { from, wage, period, contract_months, organised }
    }
}
