//! The forms of the house, in words and order of the counter; field names are the paths of the API's bodies, so that errors find their place.

use super::form::{Choice, Field, Form, Kind, Section};
use super::language::{Lang, text, word};
use super::parts::{Button, Link, Weight};

/// A code list as it is chosen from: the value that is sent and the code that its word has in the locales.
type Codes = &'static [(&'static str, &'static str)];

const SCHOOLING: Codes = &[
    ("文盲或半文盲", "none"),
    ("小学", "primary"),
    ("初中", "junior"),
    ("高中", "senior"),
    ("大专", "college"),
    ("本科及以上", "bachelor"),
];
const CAPACITY: Codes = &[
    ("普通劳动力", "ordinary"),
    ("技能劳动力", "skilled"),
    ("弱劳动力或半劳动力", "weak"),
    ("丧失劳动力", "lost"),
    ("无劳动力", "no"),
];
const HEALTH: Codes = &[("健康", "healthy"), ("长期慢性病", "chronic"), ("患有大病", "serious"), ("残疾", "disabled")];
const RELATION: Codes = &[
    ("户主", "head"),
    ("配偶", "spouse"),
    ("之子", "son"),
    ("之女", "daughter"),
    ("之儿媳", "daughter-in-law"),
    ("之女婿", "son-in-law"),
    ("之孙子", "grandson"),
    ("之孙女", "granddaughter"),
    ("之父", "father"),
    ("之母", "mother"),
    ("之岳父", "wifes-father"),
    ("之岳母", "wifes-mother"),
    ("之公公", "husbands-father"),
    ("之婆婆", "husbands-mother"),
    ("之祖父", "grandfather"),
    ("之祖母", "grandmother"),
    ("之兄弟姐妹", "sibling"),
    ("其他", "other"),
];
const HOUSEHOLD: Codes = &[("脱贫户", "lifted"), ("一般农户", "rural"), ("城镇户", "urban")];
const WATCH: Codes = &[("脱贫不稳定户", "unstable"), ("边缘易致贫户", "marginal"), ("突发严重困难户", "sudden")];
const VACANCY_KIND: Codes =
    &[("市场岗位", "market"), ("就业帮扶车间", "workshop"), ("公益性岗位", "welfare"), ("校企合作", "school")];
const EMPLOYMENT_FORM: Codes = &[
    ("全日制", "full"),
    ("非全日制", "part"),
    ("季节工", "seasonal"),
    ("灵活就业", "flexible"),
    ("居家计件", "home"),
    ("新就业形态", "platform"),
];
const EMPLOYER_KIND: Codes = &[
    ("own", "own"),
    ("agency", "agency"),
    ("public_service", "public-service"),
    ("workshop", "workshop"),
    ("cooperative", "cooperative"),
    ("household", "household"),
    ("platform", "platform"),
];
const PERIOD: Codes =
    &[("month", "month"), ("day", "day"), ("hour", "hour"), ("week", "week"), ("year", "year"), ("piece", "piece")];
const STATION_KIND: Codes = &[
    ("general", "general"),
    ("branch", "branch"),
    ("county", "county"),
    ("service_home", "service-home"),
    ("village_post", "village-post"),
];
const ROLE: Codes = &[
    ("clerk", "clerk"),
    ("head", "head"),
    ("village", "village"),
    ("leader", "leader"),
    ("employer", "employer"),
    ("admin", "admin"),
    ("auditor", "auditor"),
    ("security", "security"),
];
const SCOPE: Codes = &[
    ("registry", "registry"),
    ("matching", "matching"),
    ("employer", "employer"),
    ("sensitive", "sensitive"),
    ("messages", "messages"),
];
const CONSENT_HOW: Codes = &[("call", "call"), ("paper", "paper"), ("form", "form")];
const REASON: Codes = &[
    ("wage", "wage"),
    ("distance", "distance"),
    ("skill", "skill"),
    ("age_misjudged", "age-misjudged"),
    ("unreachable", "unreachable"),
    ("other_job", "other-job"),
    ("family", "family"),
    ("health_declined", "health-declined"),
    ("employer_full", "employer-full"),
    ("no_show", "no-show"),
    ("other", "other"),
];
/// What an employer may give as a reason; a person's age, family and health are not for it to judge.
const EMPLOYER_REASON: Codes = &[
    ("employer_full", "employer-full"),
    ("skill", "skill"),
    ("wage", "wage"),
    ("distance", "distance"),
    ("unreachable", "unreachable"),
    ("other_job", "other-job"),
    ("no_show", "no-show"),
    ("other", "other"),
];
const IMPORT_KIND: Codes = &[
    ("workers", "workers"),
    ("vacancies", "vacancies"),
    ("employers", "employers"),
    ("training", "training"),
    ("verification", "verification"),
    ("stations", "stations"),
];
const EXPORT_KIND: Codes = &[
    ("workers", "workers"),
    ("vacancies", "vacancies"),
    ("employers", "employers"),
    ("training", "training"),
    ("placements", "placements"),
    ("matches", "matches"),
];
const REVEAL_REASON: Codes =
    &[("call", "call"), ("travel", "travel"), ("check", "check"), ("claim", "claim"), ("order", "order")];

/// Which code list to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// 文化程度.
    Schooling,
    /// 劳动技能.
    Capacity,
    /// 健康状况.
    Health,
    /// 与户主关系.
    Relation,
    /// 户类型.
    Household,
    /// 监测对象类别.
    Watch,
    /// 岗位类型.
    VacancyKind,
    /// 用工形式.
    EmploymentForm,
    /// Kinds of employers.
    EmployerKind,
    /// Wage periods.
    Period,
    /// Kinds of stations.
    StationKind,
    /// Roles of accounts.
    Role,
    /// Scopes of consent.
    Scope,
    /// How consent was given.
    ConsentHow,
    /// Reasons why an introduction ended.
    Reason,
    /// Those that an employer may give.
    EmployerReason,
    /// Kinds of import sheets.
    ImportKind,
    /// Kinds of exports.
    ExportKind,
    /// Why a number is shown in full.
    RevealReason,
}

/// The options of a code list in the page's language.
pub fn options(lang: Lang, list: List) -> Vec<Choice> {
    let (name, codes) = match list {
        List::Schooling => ("schooling", SCHOOLING),
        List::Capacity => ("capacity", CAPACITY),
        List::Health => ("health", HEALTH),
        List::Relation => ("relation", RELATION),
        List::Household => ("household-type", HOUSEHOLD),
        List::Watch => ("watch", WATCH),
        List::VacancyKind => ("kind", VACANCY_KIND),
        List::EmploymentForm => ("form", EMPLOYMENT_FORM),
        List::EmployerKind => ("employer-kind", EMPLOYER_KIND),
        List::Period => ("period", PERIOD),
        List::StationKind => ("station-kind", STATION_KIND),
        List::Role => ("role", ROLE),
        List::Scope => ("scope", SCOPE),
        List::ConsentHow => ("how", CONSENT_HOW),
        List::Reason => ("reason", REASON),
        List::EmployerReason => ("reason", EMPLOYER_REASON),
        List::ImportKind => ("sheet", IMPORT_KIND),
        List::ExportKind => ("sheet", EXPORT_KIND),
        List::RevealReason => ("reveal", REVEAL_REASON),
    };
    codes.iter().map(|(value, code)| Choice::new(*value, word(lang, name, code))).collect()
}

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
    fn ask(&self, name: &str, list: List) -> Field {
        self.menu(name, "not-asked-option", list)
    }

    fn menu(&self, name: &str, first: &str, list: List) -> Field {
        let choices = std::iter::once(Choice::new("", self.t(first))).chain(options(self.lang, list)).collect();
        self.field(name, Kind::Select(choices))
    }

    fn boxes(&self, name: &str, list: List) -> Field {
        self.field(name, Kind::Checks(options(self.lang, list)))
    }

    fn yes_no(&self, name: &str) -> Field {
        let choices = [("", "not-asked-option"), ("true", "yes"), ("false", "no")]
            .map(|(value, key)| Choice::new(value, self.t(key)));
        self.field(name, Kind::Select(choices.to_vec()))
    }

    fn offered(&self, name: &str, list: &str, codes: &[&str]) -> Field {
        let choices = codes.iter().map(|code| Choice::new(*code, word(self.lang, list, code))).collect();
        self.field(name, Kind::Checks(choices))
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
    form
}

/// An employer, entered by a station or by itself.
pub fn employer(lang: Lang, action: &str, back: &str) -> Form {
    let m = Maker { lang, prefix: "employer" };
    let fields = vec![
        m.line("name").complete("organization").required(),
        m.menu("kind", "please-choose", List::EmployerKind),
        m.line("credit_code").hint(m.t("employer-credit-code-hint")),
        m.line("region").hint(m.t("region-hint")),
        m.line("address").complete("street-address"),
        m.line("contact").complete("name"),
        m.field("phone", Kind::Tel).complete("tel"),
        m.field("mail", Kind::Mail).complete("email").hint(m.t("employer-mail-hint")),
    ];
    let mut form = Form::new(action, fields, vec![m.save()]);
    form.cancel = Some(m.leave(back));
    form
}

/// A person in the register; every field of the API's worker body.
pub fn worker(lang: Lang, action: &str, back: &str) -> Form {
    let m = Maker { lang, prefix: "worker" };
    let several = m.t("several-hint");
    let sexes =
        [("", "not-asked-option"), ("female", "sex-female"), ("male", "sex-male")].map(|(v, k)| Choice::new(v, m.t(k)));
    let shifts =
        [("", "not-asked-option"), ("any", "shift-any"), ("day", "shift-day")].map(|(v, k)| Choice::new(v, m.t(k)));
    let statements = [
        ("", "not-asked-option"),
        ("looking", "statement-looking"),
        ("not_seeking", "statement-not-seeking"),
        ("away", "statement-away"),
    ]
    .map(|(v, k)| Choice::new(v, m.t(k)));
    let seen = [("", "seen-no"), ("document_seen", "seen-yes")].map(|(v, k)| Choice::new(v, m.t(k)));
    let sections = vec![
        m.section(
            "section-identity",
            vec![
                m.line("id_number").hint(m.t("worker-id-number-hint")),
                m.line("id_missing_reason"),
                m.line("name"),
                m.field("birth_date", Kind::Date).hint(m.t("from-number")),
                m.field("sex", Kind::Select(sexes.to_vec())).hint(m.t("from-number")),
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
                m.ask("household.relation", List::Relation),
                m.ask("household.type", List::Household),
                m.menu("household.watch_class", "watch-none", List::Watch),
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
                m.ask("schooling", List::Schooling),
                m.ask("capacity", List::Capacity),
                m.boxes("health", List::Health).wide(),
                m.line("occupations_wanted").hint(several.clone()),
                m.line("experience").hint(m.t("worker-experience-hint")),
                m.line("skills").hint(several.clone()),
                m.line("certificates").hint(m.t("worker-certificates-hint")),
                m.field("wage_floor", Kind::Number).hint(m.t("month-yuan")),
                m.line("regions_wanted").hint(several),
                m.yes_no("can_leave_home"),
                m.field("shift", Kind::Select(shifts.to_vec())),
                m.field("available_from", Kind::Date).hint(m.t("date-hint")),
                m.offered("needs", "need", &["lodging", "meals", "couple", "day_shift"]).wide(),
                m.line("partner").hint(m.t("worker-partner-hint")),
                m.yes_no("wants_change"),
                m.field("statement", Kind::Select(statements.to_vec())),
            ],
        ),
        m.section(
            "section-employment",
            vec![
                m.line("employment.employer"),
                m.line("employment.place"),
                m.field("employment.wage", Kind::Number).hint(m.t("month-yuan")),
                m.field("employment.from", Kind::Date).hint(m.t("date-hint")),
                m.line("employment.industry"),
                m.line("employment.channel"),
                m.yes_no("employment.organised"),
            ],
        ),
        m.section(
            "section-consent",
            vec![
                m.boxes("consent", List::Scope).wide().hint(m.t("worker-consent-hint")),
                m.menu("consent_how", "please-choose", List::ConsentHow),
                m.field("remark", Kind::Area).wide(),
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
    let mut about = vec![
        m.line("title"),
        m.line("occupation").hint(m.t("vacancy-occupation-hint")),
        m.menu("kind", "please-choose", List::VacancyKind),
        m.menu("employment_form", "please-choose", List::EmploymentForm),
        m.field("headcount", Kind::Number),
        m.line("region").hint(m.t("region-hint")),
        m.line("address"),
        m.field("description", Kind::Area).wide(),
    ];
    if staff {
        about.insert(1, m.line("employer").hint(m.t("vacancy-employer-hint")));
        about.insert(2, m.line("work_unit"));
        about.push(m.line("source.name"));
        about.push(m.line("source.ref"));
    }
    let shifts = [("", "not-said"), ("day", "shift-day"), ("any", "shift-nights")].map(|(v, k)| Choice::new(v, m.t(k)));
    let mut sections = vec![
        m.section("section-vacancy", about),
        m.section(
            "section-pay",
            vec![
                m.field("wage.min", Kind::Number).hint(m.t("vacancy-wage-hint")),
                m.field("wage.max", Kind::Number),
                m.field("wage.period", Kind::Select(options(lang, List::Period))),
                m.field("wage.typical_month", Kind::Number).hint(m.t("vacancy-typical-hint")),
                m.field("shift", Kind::Select(shifts.to_vec())),
                m.offered("benefits", "benefit", &["lodging", "meals", "couple_room", "insurance", "shuttle"]).wide(),
                m.field("probation.months", Kind::Number),
                m.field("probation.wage", Kind::Number),
                m.field("contract_months", Kind::Number),
                m.line("social_insurance"),
            ],
        ),
        m.section(
            "section-requirements",
            vec![
                m.field("requirements.min_age", Kind::Number),
                m.field("requirements.max_age", Kind::Number),
                m.menu("requirements.schooling", "any", List::Schooling),
                m.line("requirements.certificates").hint(several.clone()),
                m.line("requirements.skills").hint(several.clone()),
                m.menu("requirements.capacity", "any", List::Capacity),
                m.field("requirements.experience_years", Kind::Number),
                m.line("hazards").hint(several.clone()),
            ],
        ),
        m.section(
            "section-preferences",
            vec![
                m.menu("preferences.schooling", "any", List::Schooling),
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
    if staff {
        sections
            .push(m.section("section-overrule", vec![m.line("overrule").wide().hint(m.t("vacancy-overrule-hint"))]));
    }
    let buttons = vec![Button::main(m.t("check-and-post")), Button::second(m.t("save-draft"), "act", "draft")];
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
        m.line("place"),
        m.line("provider"),
        m.field("fee", Kind::Number),
        m.line("vacancy").hint(m.t("class-vacancy-hint")),
    ];
    let mut form = Form::new(action, fields, vec![m.save()]);
    form.cancel = Some(m.leave(back));
    form
}

/// A station.
pub fn station(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "station" };
    let languages = Lang::ALL.map(|l| Choice::new(l.tag(), word(lang, "language", l.tag())));
    let fields = vec![
        m.line("code"),
        m.line("name"),
        m.menu("kind", "please-choose", List::StationKind),
        m.line("parent").hint(m.t("station-parent-hint")),
        m.line("regions").hint(m.t("several-hint")),
        m.field("mail", Kind::Mail),
        m.field("phone", Kind::Tel),
        m.field("language", Kind::Select(languages.to_vec())),
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
        m.line("person"),
        m.menu("role", "please-choose", List::Role),
        m.line("station"),
        m.line("employer").hint(m.t("account-employer-hint")),
        m.field("mail", Kind::Mail),
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
        let kind = m.field("kind", Kind::Select(options(lang, List::ImportKind)));
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
        m.field("kind", Kind::Select(options(lang, List::ExportKind))),
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
        Button::second(m.t("call-reached"), "outcome", "reached"),
        Button::second(m.t("call-no-answer"), "outcome", "no_answer"),
        Button::second(m.t("call-later"), "outcome", "again"),
    ];
    let mut form = Form::new(action, fields, buttons);
    form.label = m.t("note-call");
    form.apart("call")
}

/// Recording what a person consented to.
pub fn consent(lang: Lang, action: &str) -> Form {
    let m = Maker { lang, prefix: "consent" };
    let fields = vec![
        m.boxes("scope", List::Scope).wide(),
        m.menu("how", "please-choose", List::ConsentHow),
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

/// An act on an introduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The person consented to be introduced.
    Consent,
    /// The employer wants the person.
    Accept,
    /// One side does not want, with a reason.
    Decline,
    /// A meeting.
    Interview,
    /// The person takes the post.
    Place,
    /// The person did not come.
    NoShow,
    /// The station takes it back.
    Withdraw,
    /// The last step is undone.
    Reopen,
}

impl Act {
    /// The last part of the act's address.
    pub fn path(self) -> &'static str {
        match self {
            Act::Consent => "consent",
            Act::Accept => "accept",
            Act::Decline => "decline",
            Act::Interview => "interview",
            Act::Place => "place",
            Act::NoShow => "no_show",
            Act::Withdraw => "withdraw",
            Act::Reopen => "reopen",
        }
    }

    /// The verb on its button.
    pub fn verb(self, lang: Lang) -> String {
        word(lang, "act", self.path())
    }
}

/// The form of an act on an introduction, posted to `{href}/{act}`.
pub fn act(lang: Lang, href: &str, act: Act) -> Form {
    let m = Maker { lang, prefix: "act" };
    let fields = match act {
        Act::Consent => vec![
            m.menu("how", "please-choose", List::ConsentHow),
            m.field("at", Kind::Date).hint(m.t("consent-at-hint")),
        ],
        Act::Decline => vec![m.menu("reason", "please-choose", List::Reason), m.line("text")],
        Act::Withdraw => vec![m.menu("reason", "please-choose", List::Reason)],
        Act::Interview => vec![m.line("at").hint(m.t("act-time-hint")), m.line("place"), m.line("contact")],
        Act::Place => vec![
            m.field("from", Kind::Date).hint(m.t("date-hint")),
            m.field("wage", Kind::Number),
            m.field("period", Kind::Select(options(lang, List::Period))),
            m.field("contract_months", Kind::Number),
            m.field("organised", Kind::Checks(vec![Choice::new("true", m.t("act-organised-text"))])),
        ],
        Act::Accept | Act::NoShow | Act::Reopen => vec![],
    };
    let weight = match act {
        Act::Consent | Act::Accept | Act::Place => Weight::Main,
        Act::Interview | Act::Reopen => Weight::Second,
        Act::Decline | Act::NoShow | Act::Withdraw => Weight::Red,
    };
    let button = Button { text: act.verb(lang), weight, ..Button::default() };
    let mut form = Form::new(format!("{href}/{}", act.path()), fields, vec![button]);
    form.label = act.verb(lang);
    form.apart(act.path())
}
