//! Who hires: enterprise, agency, workshop, public body, family or platform, and how far it is verified.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::body::{Context, Field, Reader, Text, body, text};
use super::fault::{Faults, FieldFault};
use super::identity::CreditCode;
use crate::code_list;

code_list! {
    /// Kind of an employer; a household has no credit code and hires only through a station.
    EmployerKind {
        Own = "own" "自招单位",
        Agency = "agency" "人力资源机构",
        PublicService = "public_service" "公共服务机构",
        Workshop = "workshop" "帮扶车间",
        Cooperative = "cooperative" "合作社",
        Household = "household" "家庭",
        Platform = "platform" "平台企业",
    }
}

impl EmployerKind {
    /// True for kinds that have a unified social credit code.
    pub fn has_credit_code(self) -> bool {
        self != Self::Household
    }
}

code_list! {
    /// Whether an employer may open vacancies and take introductions.
    EmployerState {
        Waiting = "waiting" "待核实",
        Unverified = "unverified" "只知名称",
        Approved = "approved" "已核实",
        Rejected = "rejected" "未通过",
    }
}

/// An employer's own facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Employer {
    /// Registered name.
    pub name: String,
    /// Kind; a guess until somebody says.
    pub kind: Option<EmployerKind>,
    /// The kind was guessed from the name.
    pub kind_guessed: bool,
    /// Unified social credit code (GB 32100), checked.
    pub credit_code: Option<String>,
    /// Region code of the seat.
    pub region: Option<String>,
    /// Address as written.
    pub address: Option<String>,
    /// Industry as written.
    pub industry: Option<String>,
    /// Person to ask.
    pub contact: Option<String>,
    /// Office telephone, shown to stations.
    pub phone: Option<String>,
    /// Where introductions are told, if the employer asked for mail.
    pub email: Option<String>,
    /// Licence number of an agency.
    pub licence: Option<String>,
    /// People employed.
    pub size: Option<u32>,
    /// Remark of the station.
    pub remark: Option<String>,
}

/// Days an approval lasts before the employer must be verified again (notice of five ministries, 2026-01-13: six months).
pub const REVERIFY_DAYS: i64 = 182;

/// The day after which an approval must be renewed.
pub fn reverify_on(verified_on: Date) -> Option<Date> {
    verified_on.checked_add(REVERIFY_DAYS.days()).ok()
}

/// A name for comparing: width, case and spaces make no difference.
pub fn name_key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// The kind that a name suggests; the likeliest where it suggests none.
pub fn guess_kind(name: &str) -> EmployerKind {
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    if has(&["就业帮扶车间", "扶贫车间", "车间"]) {
        EmployerKind::Workshop
    } else if has(&["合作社"]) {
        EmployerKind::Cooperative
    } else if has(&["人力资源", "劳务派遣", "劳务服务", "职业介绍", "家政"]) {
        EmployerKind::Agency
    } else if has(&["人民政府", "人社局", "社会保障局", "就业服务中心", "村民委员会", "居民委员会", "街道办"])
    {
        EmployerKind::PublicService
    } else {
        EmployerKind::Own
    }
}

body! {
    /// The body of an employer in the API; form and sheet fill the same.
    EmployerBody {
        name: Field, kind: Field, credit_code: Field, region: Field, address: Field, industry: Field, contact: Field,
        phone: Field, email: Field, licence: Field, size: Field, remark: Field, station: Field,
    }
}

impl EmployerBody {
    /// Checks everything at once; a kind that nobody says is guessed from the name and flagged.
    pub fn check(&self, context: &Context<'_>) -> Result<Employer, Vec<FieldFault>> {
        let mut r = Reader { faults: Faults::default(), context };
        let name = r.words("name", &self.name, 100);
        if text(&self.name).is_none() {
            r.faults.at("name", "field.missing");
        }
        let name = name.unwrap_or_default();
        let stated = r.code::<EmployerKind>("kind", &self.kind);
        let kind = stated.unwrap_or_else(|| guess_kind(&name));
        let credit_code = text(&self.credit_code)
            .and_then(|t| CreditCode::parse(t).map_err(|e| r.faults.at("credit_code", e.code())).ok());
        if credit_code.is_some() && !kind.has_credit_code() {
            r.faults.at("credit_code", "employer.household_code");
        }
        let email = r.words("email", &self.email, 100);
        if email.as_deref().is_some_and(|e| !is_email(e)) {
            r.faults.at("email", "email.wrong");
        }
        let employer = Employer {
            kind: Some(kind),
            kind_guessed: stated.is_none(),
            credit_code: credit_code.map(|c| c.as_str().to_owned()),
            region: r.region("region", &self.region),
            address: r.words("address", &self.address, 200),
            industry: r.words("industry", &self.industry, 60),
            contact: r.words("contact", &self.contact, 50),
            phone: r.words("phone", &self.phone, 30),
            email,
            licence: r.words("licence", &self.licence, 60),
            size: r.whole("size", &self.size, 0, 10_000_000),
            remark: r.words("remark", &self.remark, 500),
            name,
        };
        r.faults.finish(employer)
    }

    /// The body that would give this employer again.
    pub fn of(e: &Employer) -> Self {
        use super::code::Code as _;
        let t = |s: &Option<String>| s.clone().map(Text);
        Self {
            name: Some(e.name.as_str().into()),
            kind: e.kind.filter(|_| !e.kind_guessed).map(|k| k.code().into()),
            credit_code: t(&e.credit_code),
            region: t(&e.region),
            address: t(&e.address),
            industry: t(&e.industry),
            contact: t(&e.contact),
            phone: t(&e.phone),
            email: t(&e.email),
            licence: t(&e.licence),
            size: e.size.map(|n| n.to_string().into()),
            remark: t(&e.remark),
            station: None,
        }
    }
}

/// Whether a text can be a mail address; whether it is one, only a mail tells.
pub fn is_email(text: &str) -> bool {
    let ok = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    match text.split_once('@') {
        Some((local, host)) => {
            !local.is_empty()
                && local.chars().all(ok)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: serde_json::Value) -> Result<Employer, Vec<FieldFault>> {
        let body: EmployerBody = serde_json::from_value(json).unwrap();
        body.check(&Context { today: jiff::civil::date(2026, 11, 24), occupation: &|_| None, certificate: &|_| None })
    }

    #[test]
    fn an_employer_is_checked_and_read_back() {
        let employer = check(serde_json::json!({
            "name": "广州某电子厂", "kind": "自招单位", "credit_code": "91 440101 ma5251887 3", "region": "广州市天河区",
            "email": "hr@example.com", "size": 300
        }))
        .unwrap();
        assert_eq!(employer.credit_code.as_deref(), Some("91440101MA52518873"));
        assert_eq!(employer.region.as_deref(), Some("440106"));
        let again = check(serde_json::to_value(EmployerBody::of(&employer)).unwrap()).unwrap();
        assert_eq!(again, employer);
    }

    #[test]
    fn a_wrong_code_a_family_with_a_code_and_a_wrong_mailbox_are_told_at_once() {
        let faults =
            check(serde_json::json!({"kind": "household", "credit_code": "91440101MA52518873", "email": "a@b"}));
        let codes: Vec<_> = faults.unwrap_err().into_iter().map(|f| f.code).collect();
        assert_eq!(codes, ["field.missing", "employer.household_code", "email.wrong"]);
        let faults = check(serde_json::json!({"name": "某厂", "credit_code": "91440101MA52518874"})).unwrap_err();
        assert_eq!(faults, [FieldFault::new("credit_code", "employer.code")]);
    }

    #[test]
    fn an_unsaid_kind_is_guessed_and_flagged() {
        for (name, kind) in [
            ("毕节市某刺绣就业帮扶车间", EmployerKind::Workshop),
            ("某县种植专业合作社", EmployerKind::Cooperative),
            ("广州某家政服务有限公司", EmployerKind::Agency),
            ("某镇人民政府", EmployerKind::PublicService),
            ("某电子有限公司", EmployerKind::Own),
        ] {
            let employer = check(serde_json::json!({"name": name})).unwrap();
            assert_eq!((employer.kind, employer.kind_guessed), (Some(kind), true), "{name}");
        }
    }

    #[test]
    fn names_compare_without_width_case_and_spaces() {
        assert_eq!(name_key("广州 ＡＢＣ（电子）厂"), name_key("广州abc(电子)厂"));
    }

    #[test]
    fn an_approval_lasts_half_a_year() {
        assert_eq!(reverify_on(jiff::civil::date(2026, 1, 1)), Some(jiff::civil::date(2026, 7, 2)));
    }
}
