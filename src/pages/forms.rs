//! The forms of the house, in words and order of the counter; field names are the paths of the API's bodies, so that errors find their place.

use super::form::{Choice, Field, Form, Kind, Section};
use super::language::{Lang, text, word};
use super::lists::{Listed, export_kinds, named, options, periods, relations, reveal_reasons};
use super::parts::{Button, Link, Weight};
use crate::domain::actor::Role;
use crate::domain::barred_post;
use crate::domain::code::Code;
use crate::domain::employer::EmployerKind;
use crate::domain::heading::SheetKind;
use crate::domain::household::{HouseholdType, WatchClass};
use crate::domain::identity::Sex;
use crate::domain::introduction::{CallResult, IntroductionAct, Reason};
use crate::domain::station::StationKind;
use crate::domain::vacancy::{Benefit, EmploymentForm, VacancyKind};
use crate::domain::worker::{Capacity, ConsentScope, ConsentWay, Health, Need, Schooling, Shift, Statement};

/// Builds the fields of one form in one language.
struct Maker {
    lang: Lang,
    prefix: &'static str,
}

impl Maker {
    fn t(&self, key: &str) -> String {
        text(self.lang, key, &[])
    }

    /// A field whose label is `{prefix}-{name}` in the locales.
    fn field(&self, name: &str, kind: Kind) -> Field {
        Field::new(name, self.t(&format!("{}-{}", self.prefix, name.replace(['.', '_'], "-"))), kind)
    }

    fn line(&self, name: &str) -> Field {
        self.field(name, Kind::Text)
    }

    /// A menu that begins with "not asked": no answer is given for a person who was not asked.
    fn ask<C: Listed>(&self, name: &str) -> Field {
        self.menu::<C>(name, "not-asked-option")
    }

    fn menu<C: Listed>(&self, name: &str, first: &str) -> Field {
        self.choose(name, first, options::<C>(self.lang))
    }

    fn choose(&self, name: &str, first: &str, choices: Vec<Choice>) -> Field {
        let first = Choice::new("", self.t(first));
        self.field(name, Kind::Select(std::iter::once(first).chain(choices).collect()))
    }

    fn boxes<C: Listed>(&self, name: &str) -> Field {
        self.field(name, Kind::Checks(options::<C>(self.lang)))
    }

    fn yes_no(&self, name: &str) -> Field {
        let choices = [("", "not-asked-option"), ("true", "yes"), ("false", "no")]
            .map(|(value, key)| Choice::new(value, self.t(key)));
        self.field(name, Kind::Select(choices.to_vec()))
    }

    fn section(&self, legend: &str, fields: Vec<Field>) -> Section {
        Section { legend: self.t(legend), fields }
    }

    fn save(&self) -> Button {
        Button::main(self.t("save"))
    }

    fn leave(&self, href: &str) -> Link {
        Link::to(href, self.t("leave"))
    }
}

/// Sign-in; `next` is the path to go to afterwards.
pub fn login(lang: Lang, next: &str) -> Form {
    let m = Maker { lang, prefix: "login" };
    let fields = vec![
        m.line("account").complete("username").required(),
        m.field("password", Kind::Password).complete("current-password").required(),
        Field::new("next", "", Kind::Hidden).value(next),
    ];
    Form::new("/login", fields, vec![Button::main(m.t("login"))])
}

/// Setting a password from the link in a mail.
pub fn password(lang: Lang, token: &str) -> Form {
    let m = Maker { lang, prefix: "password" };
    let fields = vec![
        m.field("password", Kind::Password).complete("new-password").required().hint(m.t("password-hint")),
        m.field("again", Kind::Password).complete("new-password").required(),
    ];
    Form::new(format!("/password/{token}"), fields, vec![Button::main(m.t("password-set"))])
}

/// A worker's interest in a vacancy; nothing more is asked.
pub fn interest(lang: Lang, code: &str) -> Form {
    let m = Maker { lang, prefix: "interest" };
    let agree = vec![Choice::new("true", m.t("interest-agree"))];
    let fields = vec![
        m.line("name").complete("name").required(),
        m.field("phone", Kind::Tel).complete("tel").required().hint(m.t("interest-phone-hint")),
        m.line("remark").hint(m.t("interest-remark-hint")),
        m.field("consent", Kind::Checks(agree)).hint(m.t("interest-consent-hint")),
    ];
    Form::new(format!("/vacancies/{code}/interest"), fields, vec![Button::main(m.t("interest-send"))])
}

/// An employer registers itself and waits for a station's approval.
pub fn sign_up(lang: Lang) -> Form {
    let mut form = employer(lang, "/employers/new", "/login");
    form.buttons = vec![Button::main(text(lang, "sign-up", &[]))];
    // A family hires through a station only.
    if let Some(Kind::Select(kinds)) = form.field_mut("kind").map(|f| &mut f.kind) {
        kinds.retain(|k| k.value != EmployerKind::Household.code());
    }
    form
}

/// An employer, entered by a station or by itself.
pub fn employer(lang: Lang, action: &str, back: &str) -> Form {
    let m = Maker { lang, prefix: "employer" };
    let fields = vec![
        m.line("name").complete("organization").required(),
        m.menu::<EmployerKind>("kind", "please-choose"),
        m.line("credit_code").hint(m.t("employer-credit-code-hint")),
        m.line("region").hint(m.t("vacancy-region-hint")),
        m.line("address").complete("street-address"),
        m.line("contact").complete("name"),
        m.field("phone", Kind::Tel).complete("tel"),
        m.field("email", Kind::Mail).complete("email").hint(m.t("employer-email-hint")),
    ];
    let mut form = Form::new(action, fields, vec![m.save()]);
    form.cancel = Some(m.leave(back));
    form
}

/// A person in the register; every field of the API's worker body.
pub fn worker(lang: Lang, action: &str, back: &str) -> Form {
    let m = Maker { lang, prefix: "worker" };
    let several = m.t("several-hint");
    let seen = [("", "seen-no"), ("document_seen", "seen-yes")].map(|(v, k)| Choice::new(v, m.t(k)));
    let sections = vec![
        m.section(
            "section-identity",
            vec![
                m.line("id_number").hint(m.t("worker-id-number-hint")),
                m.line("id_missing_reason"),
                m.line("name"),
                m.field("birth_date", Kind::Date).hint(m.t("from-number")),
                m.ask::<Sex>("sex").hint(m.t("from-number")),
                m.line("ethnicity"),
                m.field("verification", Kind::Select(seen.to_vec())),
            ],
        ),
        m.section(
            "section-contact",
            vec![
                m.field("phone", Kind::Tel),
                m.line("origin").hint(m.t("region-hint")),
                m.line("village.township"),
                m.line("village.village"),
                m.line("residence"),
                m.line("household.number"),
                m.line("household.head"),
                m.choose("household.relation", "not-asked-option", relations(lang)),
                m.ask::<HouseholdType>("household.type"),
                m.menu::<WatchClass>("household.watch_class", "watch-none"),
                m.yes_no("household.risk_cleared"),
                m.yes_no("household.relocated"),
                m.line("household.settlement"),
                m.field("household.members", Kind::Number),
                m.field("household.minors", Kind::Number),
            ],
        ),
        m.section(
            "section-skills",
            vec![
                m.ask::<Schooling>("schooling"),
                m.ask::<Capacity>("capacity"),
                m.boxes::<Health>("health").wide(),
                m.line("occupations_wanted").hint(several.clone()),
                m.line("experience").hint(m.t("worker-experience-hint")),
                m.line("skills").hint(several.clone()),
                m.line("certificates").hint(m.t("worker-certificates-hint")),
                m.field("wage_floor", Kind::Number).hint(m.t("month-yuan")),
                m.line("regions_wanted").hint(several),
                m.yes_no("can_leave_home"),
                m.ask::<Shift>("shift"),
                m.field("available_from", Kind::Date).hint(m.t("date-hint")),
                m.boxes::<Need>("needs").wide(),
                m.line("partner").hint(m.t("worker-partner-hint")),
                m.yes_no("wants_change"),
                m.ask::<Statement>("statement"),
                m.field("remark", Kind::Area).hint(m.t("worker-remark-hint")).wide(),
            ],
        ),
        m.section(
            "section-employment",
            vec![
                m.line("employment.employer"),
                m.line("employment.place"),
                m.field("employment.wage", Kind::Number).hint(m.t("month-yuan")),
                m.field("employment.from", Kind::Date).hint(m.t("date-hint")),
                m.field("employment.to", Kind::Date).hint(m.t("employment-to-hint")),
                m.line("employment.industry"),
                m.line("employment.channel"),
                m.yes_no("employment.organised"),
            ],
        ),
        m.section(
            "section-consent",
            vec![
                m.boxes::<ConsentScope>("consent").wide().hint(m.t("worker-consent-hint")),
                m.menu::<ConsentWay>("consent_how", "please-choose"),
            ],
        ),
    ];
    let buttons = vec![m.save(), Button::second(m.t("save-next"), "then", "household")];
    Form { action: action.into(), sections, buttons, cancel: Some(m.leave(back)), ..Form::default() }
}

/// A vacancy; `staff` adds whose it is and where it was taken from.
pub fn vacancy(lang: Lang, action: &str, back: &str, staff: bool) -> Form {
    let m = Maker { lang, prefix: "vacancy" };
    let several = m.t("several-hint");
    let hazards = barred_post::hazards().iter();
    let hazards = hazards.map(|h| Choice::new(h.code, h.name(lang == Lang::Zh))).collect();
    let mut about = vec![
        m.line("title"),
        m.line("occupation").hint(m.t("vacancy-occupation-hint")),
        m.menu::<VacancyKind>("kind", "please-choose"),
        m.menu::<EmploymentForm>("employment_form", "please-choose"),
        m.field("headcount", Kind::Number),
        m.line("region").hint(m.t("vacancy-region-hint")),
        m.line("address"),
        m.field("description", Kind::Area).wide(),
    ];
    if staff {
        about.insert(1, m.line("employer").hint(m.t("vacancy-employer-hint")));
        about.insert(2, m.line("work_unit"));
        about.push(m.line("source.name"));
        about.push(m.line("source.ref"));
    }
    let sections = vec![
        m.section("section-vacancy", about),
        m.section(
            "section-pay",
            vec![
                m.field("wage.min", Kind::Number).hint(m.t("vacancy-wage-hint")),
                m.field("wage.max", Kind::Number),
                m.field("wage.period", Kind::Select(periods(lang))),
                m.field("wage.typical_month", Kind::Number).hint(m.t("vacancy-typical-hint")),
                m.menu::<Shift>("shift", "not-said"),
                m.boxes::<Benefit>("benefits").wide(),
                m.field("probation.months", Kind::Number),
                m.field("probation.wage", Kind::Number),
                m.field("contract_months", Kind::Number),
                m.yes_no("social_insurance"),
            ],
        ),
        m.section(
            "section-requirements",
            vec![
                m.field("requirements.min_age", Kind::Number),
                m.field("requirements.max_age", Kind::Number),
                m.menu::<Schooling>("requirements.schooling", "any"),
                m.line("requirements.certificates").hint(several.clone()),
                m.line("requirements.skills").hint(several.clone()),
                m.menu::<Capacity>("requirements.capacity", "any"),
                m.field("requirements.experience_years", Kind::Number),
                m.field("hazards", Kind::Checks(hazards)).wide(),
            ],
        ),
        m.section(
            "section-preferences",
            vec![
                m.menu::<Schooling>("preferences.schooling", "any"),
                m.line("preferences.certificates").hint(several.clone()),
                m.line("preferences.skills").hint(several),
                m.field("preferences.experience_years", Kind::Number),
            ],
        ),
        m.section(
            "section-dates",
            vec![
                m.field("start_from", Kind::Date).hint(m.t("date-hint")),
                m.field("start_until", Kind::Date).hint(m.t("date-hint")),
                m.field("valid_until", Kind::Date).hint(m.t("vacancy-valid-until-hint")),
                m.line("contact"),
            ],
        ),
        m.section(
            "section-platform",
            vec![
                m.line("platform.platform"),
                m.line("platform.partner_firm"),
                m.field("platform.pay_per_order", Kind::Number),
                m.yes_no("platform.injury_cover"),
                m.yes_no("platform.vehicle_needed"),
            ],
        ),
    ];
    let buttons = vec![
        Button::main(m.t("check-and-post")),
        Button::second(m.t("save-draft"), "act", "draft"),
        Button::second(m.t("what-if-ask"), "act", "what-if"),
    ];
    Form { action: action.into(), sections, buttons, cancel: Some(m.leave(back)), ..Form::default() }
}

/// A training class.
pub fn class(lang: Lang, action: &str, back: &str) -> Form {
    let m = Maker { lang, prefix: "class" };
    let several = m.t("several-hint");
    let fields = vec![
        m.line("programme"),
        m.line("name"),
        m.line("occupation"),
        m.line("certificates").hint(several.clone()),
        m.line("skills").hint(several),
        m.field("starts", Kind::Date).hint(m.t("date-hint")),
        m.field("ends", Kind::Date).hint(m.t("date-hint")),
        m.field("seats", Kind::Number),
        m.line("region").hint(m.t("region-hint")),
        m.line("place"),
        m.line("provider"),
        m.field("fee", Kind::Number),
        m.line("vacancy").hint(m.t("class-vacancy-hint")),
        m.line("vacancies").hint(m.t("class-vacancies-hint")),
    ];
    let mut form = Form::new(action, fields, vec![m.save()]);
    form.cancel = Some(m.leave(back));
    form
}

/// A station.
pub fn station(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "station" };
    let languages =
        [("zh", Lang::Zh), ("en", Lang::En)].map(|(code, l)| Choice::new(code, word(lang, "language", l.tag())));
    let fields = vec![
        m.line("code"),
        m.line("name"),
        m.menu::<StationKind>("kind", "please-choose"),
        m.line("parent"),
        m.line("regions").hint(m.t("several-hint")),
        m.field("email", Kind::Mail),
        m.field("phone", Kind::Tel),
        m.line("address"),
        m.field("lang", Kind::Select(languages.to_vec())),
    ];
    let mut form = Form::new(action, fields, vec![m.save()]);
    form.cancel = Some(m.leave("/admin"));
    form
}

/// An account; its owner sets the password from a mailed link.
pub fn account(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "account" };
    let rights = vec![Choice::new("confidential", m.t("right-confidential"))];
    let fields = vec![
        m.line("name"),
        m.menu::<Role>("role", "please-choose"),
        m.line("station").hint(m.t("account-station-hint")),
        m.line("employer").hint(m.t("account-employer-hint")),
        m.field("email", Kind::Mail),
        m.field("right", Kind::Checks(rights)),
    ];
    let mut form = Form::new(action, fields, vec![m.save()]);
    form.cancel = Some(m.leave("/admin/accounts"));
    form
}

/// Choosing a sheet to import; without kinds it is one for vacancies.
pub fn upload(lang: Lang, action: &str, kinds: bool) -> Form {
    let m = Maker { lang, prefix: "upload" };
    let mut fields = vec![m.field("file", Kind::File).hint(m.t("upload-file-hint"))];
    if kinds {
        let kind = m.field("kind", Kind::Select(options::<SheetKind>(lang)));
        let open = m.field("open", Kind::Checks(vec![Choice::new("true", m.t("upload-open-text"))]));
        fields.insert(0, kind);
        fields.push(open);
    }
    let mut form = Form::new(action, fields, vec![Button::main(m.t("upload-send"))]);
    form.multipart = true;
    form
}

/// An export of what a search shows.
pub fn export(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "export" };
    let formats = ["xlsx", "csv"].map(|f| Choice::new(f, f.to_uppercase()));
    let fields = vec![
        m.field("kind", Kind::Select(export_kinds(lang))),
        m.line("q").hint(m.t("export-q-hint")),
        m.field("format", Kind::Select(formats.to_vec())),
        m.field("unmasked", Kind::Checks(vec![Choice::new("true", m.t("export-unmasked-text"))])),
        m.line("reason").hint(m.t("export-reason-hint")),
    ];
    Form::new(action, fields, vec![Button::main(m.t("export"))])
}

/// Noting a call with one click.
pub fn call(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "call" };
    let fields = vec![m.line("text"), m.field("again", Kind::Date).hint(m.t("call-again-hint"))];
    let buttons = vec![
        Button::second(named(lang, CallResult::Reached), "result", CallResult::Reached.code()),
        Button::second(named(lang, CallResult::NoAnswer), "result", CallResult::NoAnswer.code()),
        Button::second(named(lang, CallResult::CallAgain), "result", CallResult::CallAgain.code()),
    ];
    let mut form = Form::new(action, fields, buttons);
    form.label = m.t("note-call");
    form.apart("call")
}

/// Showing full numbers, for a reason that is put on record.
pub fn reveal(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "see-numbers" };
    let fields = {
        let first = Choice::new("", m.t("please-choose"));
        let reasons = std::iter::once(first).chain(reveal_reasons(lang)).collect();
        vec![Field::new("reason", m.t("see-numbers-why"), Kind::Select(reasons))]
    };
    let buttons =
        vec![Button::second(m.t("see-phone"), "fields", "phone"), Button::second(m.t("see-id"), "fields", "id_number")];
    let mut form = Form::new(action, fields, buttons);
    form.label = m.t("see-numbers");
    form.apart("see")
}

/// Recording what a person consented to.
pub fn consent(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "consent" };
    let fields = vec![
        m.boxes::<ConsentScope>("scope").wide(),
        m.menu::<ConsentWay>("how", "please-choose"),
        m.field("at", Kind::Date).hint(m.t("consent-at-hint")),
    ];
    let buttons = vec![
        Button::second(m.t("record-consent"), "act", "give"),
        Button { weight: Weight::Red, ..Button::second(m.t("consent-withdraw"), "act", "withdraw") },
    ];
    let mut form = Form::new(action, fields, buttons);
    form.label = m.t("record-consent");
    form.apart("consent")
}

/// The form of an act on an introduction, posted to `{href}/{act}`.
pub fn act(lang: Lang, href: &str, act: IntroductionAct) -> Form {
    let m = Maker { lang, prefix: "act" };
    let fields = match act {
        IntroductionAct::Consent => {
            let day = Field { label: m.t("consent-at"), ..m.field("at", Kind::Date) };
            vec![m.menu::<ConsentWay>("how", "please-choose"), day.hint(m.t("consent-at-hint"))]
        }
        IntroductionAct::Decline => vec![m.menu::<Reason>("reason", "please-choose"), m.line("text")],
        IntroductionAct::Withdraw => vec![m.menu::<Reason>("reason", "please-choose")],
        IntroductionAct::Interview => vec![m.line("at").hint(m.t("act-time-hint")), m.line("place"), m.line("contact")],
        IntroductionAct::Place => vec![
            m.field("from", Kind::Date).hint(m.t("date-hint")),
            m.field("wage", Kind::Number),
            m.field("period", Kind::Select(periods(lang))),
            m.field("contract_months", Kind::Number),
            m.field("organised", Kind::Checks(vec![Choice::new("true", m.t("act-organised-text"))])),
        ],
        IntroductionAct::Accept | IntroductionAct::NoShow | IntroductionAct::Reopen => vec![],
    };
    let weight = match act {
        IntroductionAct::Consent | IntroductionAct::Accept | IntroductionAct::Place => Weight::Main,
        IntroductionAct::Interview | IntroductionAct::Reopen => Weight::Second,
        IntroductionAct::Decline | IntroductionAct::NoShow | IntroductionAct::Withdraw => Weight::Red,
    };
    let button = Button { text: named(lang, act), weight, ..Button::default() };
    let mut form = Form::new(format!("{href}/{}", act.code()), fields, vec![button]);
    form.label = named(lang, act);
    form.apart(act.code())
}
