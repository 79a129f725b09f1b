//! The words of matching: one row a sentence, for staff and for the person, in Chinese and English.

use jiff::civil::Date;

use crate::domain::code::Code;

/// Language of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// 简体中文.
    Zh,
    /// English.
    En,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Station staff.
    Staff,
    /// The person: only what one can act on.
    Worker,
}

/// A value inside a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// A whole number.
    Count(i64),
    /// Fen, said as yuan.
    Yuan(i64),
    /// Months, said as years and months.
    Months(u32),
    /// A day.
    Day(Date),
    /// A name.
    Text(String),
    /// Several names.
    List(Vec<String>),
    /// A value of a code list: Chinese word and English code.
    Code(&'static str, &'static str),
    /// Several values of a code list.
    Codes(Vec<(&'static str, &'static str)>),
}

impl Arg {
    /// A value of a code list.
    pub fn code<C: Code>(value: C) -> Self {
        Self::Code(value.name(), value.code())
    }

    fn write(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        let join = |parts: Vec<String>| match (parts.is_empty(), zh) {
            (true, true) => "无".to_owned(),
            (true, false) => "none".to_owned(),
            (false, true) => parts.join("、"),
            (false, false) => parts.join(", "),
        };
        let code = |name: &str, code: &str| {
            if zh { name.to_owned() } else { code.replace('_', " ") }
        };
        match self {
            Self::Count(n) => n.to_string(),
            Self::Yuan(fen) if fen % 100 == 0 => (fen / 100).to_string(),
            Self::Yuan(fen) => format!("{}.{:02}", fen / 100, (fen % 100).abs()),
            Self::Months(months) => match (months / 12, months % 12, zh) {
                (0, m, true) => format!("{m} 个月"),
                (0, m, false) => format!("{m} months"),
                (y, 0, true) => format!("{y} 年"),
                (1, 0, false) => "1 year".to_owned(),
                (y, 0, false) => format!("{y} years"),
                (y, m, true) => format!("{y} 年 {m} 个月"),
                (y, m, false) => format!("{y} years {m} months"),
            },
            Self::Day(day) => day.to_string(),
            Self::Text(text) => text.clone(),
            Self::List(list) => join(list.clone()),
            Self::Code(name, word) => code(name, word),
            Self::Codes(list) => join(list.iter().map(|(name, word)| code(name, word)).collect()),
        }
    }
}

/// A sentence to be said: its row and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Say {
    /// Row of [`SENTENCES`].
    pub code: &'static str,
    /// Values for `{0}`, `{1}` …
    pub args: Vec<Arg>,
}

impl Say {
    /// A sentence without values.
    pub fn plain(code: &'static str) -> Self {
        Self { code, args: vec![] }
    }

    /// A sentence with values.
    pub fn with(code: &'static str, args: impl Into<Vec<Arg>>) -> Self {
        Self { code, args: args.into() }
    }

    /// The words; `None` where there is nothing to say to this reader.
    pub fn text(&self, lang: Lang, voice: Voice) -> Option<String> {
        text(self.code, &self.args, lang, voice)
    }

    /// The words for staff.
    pub fn staff(&self, lang: Lang) -> String {
        self.text(lang, Voice::Staff).unwrap_or_default()
    }
}

/// The words of a row with its values; `None` for an unknown row and where there is nothing to say to this reader.
pub fn text(code: &str, args: &[Arg], lang: Lang, voice: Voice) -> Option<String> {
    let row = SENTENCES.iter().find(|row| row.0 == code)?;
    let form = match (lang, voice) {
        (Lang::Zh, Voice::Staff) => row.1,
        (Lang::En, Voice::Staff) => row.2,
        (Lang::Zh, Voice::Worker) => row.3,
        (Lang::En, Voice::Worker) => row.4,
    };
    if form.is_empty() {
        return None;
    }
    let mut out = form.to_owned();
    for (place, arg) in args.iter().enumerate() {
        out = out.replace(&format!("{{{place}}}"), &arg.write(lang));
    }
    Some(out)
}

/// A row: code, Chinese and English for staff, Chinese and English for the person (empty = not said).
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// All sentences: `condition.yes/no/ask…`, `part.*`, and one a changeable field.
#[rustfmt::skip]
pub const SENTENCES: &[Row] = &[
    // Hard conditions: the person.
    ("status.yes", "在找工作", "looking for work", "您在找工作", "you are looking for work"),
    ("status.change", "在岗，想换", "at work, wants a change", "您想换工作", "you want a change"),
    ("status.ask", "没问过：找不找工作", "not asked yet: looking for work or not", "您现在找工作吗", "are you looking for work"),
    ("status.no", "现在是“{0}”", "status is “{0}”", "登记的是“{0}”，想找工作请告诉工作站", "registered as “{0}”; tell the station if you look for work"),
    ("opted_out.yes", "没有退出匹配", "has not opted out of matching", "", ""),
    ("opted_out.no", "本人退出了匹配", "opted out of matching", "您退出了匹配，想恢复请告诉工作站", "you opted out of matching; tell the station to come back"),
    ("no_capacity.yes", "有劳动能力", "able to work", "", ""),
    ("no_capacity.ask", "没填：劳动技能", "not recorded: labour capacity", "", ""),
    ("no_capacity.no", "登记为{0}", "recorded as {0}", "", ""),
    ("under_16.yes", "满 16 岁", "16 or older", "", ""),
    ("under_16.no", "不满 16 岁（劳动法第 15 条）", "under 16 (Labour Law art. 15)", "", ""),
    ("under_16.unasked", "没填：出生日期，要先问清", "birth date unknown: ask first", "出生日期没登记，请告诉工作站", "your birth date is missing; tell the station"),
    // Hard conditions: the post.
    ("open.yes", "正在招", "open", "正在招", "open"),
    ("open.no", "岗位“{0}”", "the vacancy is “{0}”", "这个岗位现在不招了", "this post is not open now"),
    ("places.yes", "还招 {0} 人", "{0} places left", "还招 {0} 人", "{0} places left"),
    ("places.no", "已招满", "no places left", "已招满", "no places left"),
    ("places.kept", "剩下的 {0} 个名额留给订单班的学员", "the {0} places left are kept for an order class", "剩下的名额留给订单班的学员", "the places left are kept for a training class"),
    ("introduced.yes", "没推荐过", "not introduced yet", "", ""),
    ("introduced.no", "已经推荐或录用在这个岗位", "already introduced or placed here", "已经推荐过", "already introduced"),
    // Hard conditions: the work.
    ("occupation.yes", "想做的：{0}", "wished for: {0}", "您想做的：{0}", "what you wish for: {0}"),
    ("occupation.near", "和想做的相近：{0}", "close to the wish: {0}", "和您想做的相近：{0}", "close to your wish: {0}"),
    ("occupation.last", "没问过想做什么；做过{0}", "wish not asked yet; has worked as {0}", "您做过{0}", "you have worked as {0}"),
    ("occupation.free", "没问过想做什么；不要证、不要经验", "wish not asked yet; asks neither certificate nor experience", "不要证，不要经验", "no certificate, no experience needed"),
    ("occupation.ask_post", "岗位没定工种", "the vacancy has no occupation code", "", ""),
    ("occupation.no", "想做的是{0}，这是{1}", "wishes for {0}, this is {1}", "您登记想做{0}", "you registered for {0}"),
    ("occupation.unasked", "没问过想做什么，这个要证或经验", "wish not asked yet, and this asks a certificate or experience", "想做什么，请告诉工作站", "tell the station what work you wish"),
    ("barred.yes", "法律不禁止", "not barred by law", "", ""),
    ("barred.ask", "没填：性别，岗位有法定限制", "sex unknown, and the post is restricted by law", "", ""),
    ("barred.women", "法律禁止女工：{0}", "barred for women by law: {0}", "", ""),
    ("barred.minors", "法律禁止 18 岁以下：{0}", "barred under 18 by law: {0}", "", ""),
    ("age.yes", "年龄符合", "age fits", "", ""),
    ("age.free", "不限年龄", "no age limit", "", ""),
    ("age.no", "{0} 岁，要 {1}", "aged {0}, asked {1}", "", ""),
    ("age.unasked", "没填：出生日期，岗位限年龄", "birth date unknown, and the post has an age limit", "", ""),
    ("schooling.yes", "{0}，够", "{0} is enough", "文化程度够", "schooling is enough"),
    ("schooling.free", "不限文化程度", "any schooling", "不限文化程度", "any schooling"),
    ("schooling.ask", "没问过：文化程度，要{0}", "not asked yet: schooling, asked {0}", "您的文化程度是？", "what is your schooling?"),
    ("schooling.no", "{0}，要{1}", "{0}, asked {1}", "", ""),
    ("certificates.yes", "证书够：{0}", "certificates are enough: {0}", "证书够：{0}", "your certificates are enough: {0}"),
    ("certificates.free", "不要证", "no certificate asked", "不要证", "no certificate needed"),
    ("certificates.no", "没有{0}", "lacks {0}", "要有{0}，可以先培训", "needs {0}; training may help"),
    ("certificates.expired", "到岗时{0}已过期", "{0} has expired by the first day", "{0}到时过期，请先复审", "{0} expires; renew it first"),
    ("certificates.unasked", "没问过有没有{0}，没有不能上岗", "not asked yet: {0}, without which one may not work", "您有{0}吗", "do you hold {0}?"),
    ("skills.yes", "会{0}", "can do {0}", "您会{0}", "you can do {0}"),
    ("skills.free", "不要手艺", "no skill asked", "没做过也行", "no skill needed"),
    ("skills.ask", "没问过：会不会{0}", "not asked yet: {0}", "您会{0}吗", "can you do {0}?"),
    ("skills.no", "不会{0}", "lacks {0}", "要会{0}，可以先培训", "needs {0}; training may help"),
    ("experience.yes", "做过 {0}", "{0} of experience", "您做过 {0}", "you have {0} of experience"),
    ("experience.free", "不限经验", "no experience asked", "没做过也行", "no experience needed"),
    ("experience.ask", "没问过：做过多久，要 {0}", "not asked yet: experience, asked {0}", "这一行您做过多久", "how long have you done this work"),
    ("experience.no", "做过 {0}，要 {1}", "{0} of experience, asked {1}", "要做过 {1}", "needs {1} of experience"),
    ("capacity.yes", "{0}，够", "{0} is enough", "", ""),
    ("capacity.free", "不限劳动技能", "any labour capacity", "", ""),
    ("capacity.ask", "没填：劳动技能，要{0}", "not recorded: labour capacity, asked {0}", "", ""),
    ("capacity.no", "{0}，要{1}", "{0}, asked {1}", "", ""),
    // Hard conditions: wishes.
    ("region.yes", "愿去{0}", "would go to {0}", "您愿去{0}", "you would go to {0}"),
    ("region.ask", "没问过：愿不愿去{0}", "not asked yet: would they go to {0}", "您愿去{0}吗", "would you go to {0}?"),
    ("region.ask_post", "岗位在{0}，哪个区县没写", "the post is in {0}, the county is not stated", "在{0}，区县问工作站", "in {0}; ask the station which county"),
    ("region.nowhere", "岗位没写地点", "the vacancy states no place", "", ""),
    ("region.no", "愿去{0}，这在{1}", "would go to {0}, this is in {1}", "您登记愿去{0}，这在{1}", "you would go to {0}, this is in {1}"),
    ("leave_home.yes", "能出门", "can leave home", "", ""),
    ("leave_home.home", "在本县", "in the home county", "就在本县", "in your home county"),
    ("leave_home.ask", "没问过：能不能出县", "not asked yet: can they leave the county", "您能出县吗", "can you leave the county?"),
    ("leave_home.ask_post", "走不开，岗位在哪个县没写清", "cannot leave home; the post's county is not clear", "", ""),
    ("leave_home.no", "走不开，这在{0}", "cannot leave home, this is in {0}", "您登记走不开，这在{0}", "you cannot leave home, this is in {0}"),
    ("wage.yes", "工资够：{0}，要 {1}", "wage reaches {0}, floor {1}", "工资够：{0}", "the wage reaches {0}"),
    ("wage.ask", "没问过：最低要多少工资", "not asked yet: lowest wage", "您最低要多少工资", "what is the lowest wage you take?"),
    ("wage.ask_post", "岗位没写清月薪", "the monthly wage is not clear", "工资问工作站", "ask the station about the wage"),
    ("wage.no", "最高 {0}，要 {1}", "pays at most {0}, floor {1}", "最高 {0}，您要 {1}", "pays at most {0}, you ask {1}"),
    ("start.yes", "赶得上到岗", "free in time", "赶得上", "you are free in time"),
    ("start.free", "没限到岗日期", "no fixed first day", "什么时候去都行", "any first day"),
    ("start.ask", "没问过：什么时候能走，最晚 {0} 到岗", "not asked yet: when free; last first day {0}", "最晚 {0} 到岗，您行吗", "the last first day is {0}; can you?"),
    ("start.no", "{0} 才能走，最晚 {1} 到岗", "free from {0}, last first day {1}", "最晚 {1} 到岗", "the last first day is {1}"),
    ("shift.yes", "班次合适", "shifts fit", "班次合适", "the shifts suit you"),
    ("shift.ask", "没问过：能不能倒班", "not asked yet: can they work shifts", "您能倒班吗", "can you work shifts?"),
    ("shift.ask_post", "只上白班，岗位没写班次", "day work only; the vacancy does not state shifts", "班次问工作站", "ask the station about the shifts"),
    ("shift.no", "只上白班，这要倒班", "day work only, this has shifts", "这要倒班", "this post has shifts"),
    ("needs.yes", "{0}都有", "offers {0}", "{0}都有", "offers {0}"),
    ("needs.ask", "没问过：要不要住、吃", "not asked yet: lodging and meals", "您要住宿、包吃吗", "do you need lodging or meals?"),
    ("needs.ask_post", "{0}，岗位没写", "{0}: the vacancy does not say", "住和吃问工作站", "ask the station about lodging and meals"),
    ("needs.no", "{0}，这里没有", "{0}: not offered here", "{0}，这里没有", "{0}: not offered here"),
    ("partner.yes", "够两个人", "room for two", "够两个人", "room for two"),
    ("partner.free", "一个人去", "goes alone", "", ""),
    ("partner.no", "夫妻一起去，只剩 {0} 个名额", "goes as a couple, {0} places left", "只剩 {0} 个名额", "{0} places left"),
    // Hard conditions: kinds of posts.
    ("public_welfare.yes", "公益性岗位对象：{0}", "eligible for a public-welfare post: {0}", "您符合公益性岗位", "you may take a public-welfare post"),
    ("public_welfare.free", "不是公益性岗位", "not a public-welfare post", "", ""),
    ("public_welfare.no", "不是公益性岗位的对象", "not eligible for a public-welfare post", "", ""),
    ("public_welfare.unasked", "没核过是不是公益性岗位的对象", "eligibility for a public-welfare post is not established", "", ""),
    ("workshop.yes", "帮扶车间离家近", "the workshop is near home", "车间离家近", "the workshop is near home"),
    ("workshop.free", "不是帮扶车间", "not a workshop", "", ""),
    ("workshop.ask", "没填：住在哪里", "not recorded: where they live", "您住在哪里", "where do you live?"),
    ("workshop.ask_post", "帮扶车间没写在哪个县", "the workshop's county is not stated", "", ""),
    ("workshop.no", "帮扶车间在{0}，离家远", "the workshop is in {0}, far from home", "", ""),
    // Soft parts.
    ("part.occupation.wish", "第 {0} 个想做的", "wish number {0}", "您第 {0} 想做的", "your wish number {0}"),
    ("part.occupation.near", "近本行", "close to the wish", "和想做的相近", "close to your wish"),
    ("part.occupation.none", "想做什么没问过", "wish not asked yet", "", ""),
    ("part.experience", "做过 {0}", "{0} of experience", "您做过 {0}", "you have {0} of experience"),
    ("part.experience.none", "没做过，或没问过", "no experience, or not asked yet", "", ""),
    ("part.wage.above", "工资高出 {0}", "pays {0} above the floor", "比您要的高 {0}", "{0} above what you ask"),
    ("part.wage.meets", "工资够", "the wage is enough", "工资够", "the wage is enough"),
    ("part.wage.none", "工资没法比", "wages cannot be compared", "", ""),
    ("part.place.wish", "愿去的地方：{0}", "a wished place: {0}", "您愿去的：{0}", "a place you wish: {0}"),
    ("part.place.near", "离住处近：{0}", "near where they live: {0}", "离您近：{0}", "near you: {0}"),
    ("part.place.none", "地点没有加分", "place adds nothing", "", ""),
    ("part.needs", "{0}", "offers {0}", "{0}", "offers {0}"),
    ("part.needs.none", "没说要什么，或没写有什么", "needs or benefits not stated", "", ""),
    ("part.preferences", "要求的和最好有的：{1} 项里有 {0} 项", "has {0} of {1} things asked or preferred", "要求的 {1} 项里您有 {0} 项", "you have {0} of {1} things asked"),
    ("part.preferences.free", "什么都不挑", "asks nothing special", "什么都不挑", "asks nothing special"),
    ("part.priority", "优先照顾：{0}", "household priority: {0}", "", ""),
    ("part.priority.none", "没有优先照顾", "no household priority", "", ""),
    // Changes.
    ("worker.statement", "问本人找不找工作", "ask whether they look for work", "想找工作请告诉工作站", "tell the station that you look for work"),
    ("worker.wants_change", "问本人想不想换", "ask whether they want a change", "想换工作请告诉工作站", "tell the station that you want a change"),
    ("worker.occupations_wanted", "问本人愿不愿做{0}", "ask whether they would work as {0}", "加上想做{0}", "add {0} to your wishes"),
    ("worker.certificates", "先拿到{0}", "obtain {0}", "先拿到{0}", "obtain {0}"),
    ("worker.skills", "先学会{0}", "learn {0}", "先学会{0}", "learn {0}"),
    ("worker.regions_wanted", "问本人愿不愿去{0}", "ask whether they would go to {0}", "加上愿去{0}", "add {0} to your places"),
    ("worker.can_leave_home", "问本人能不能出门", "ask whether they could leave home", "能出门了请告诉工作站", "tell the station when you can leave home"),
    ("worker.wage_floor", "问本人 {0} 元肯不肯", "ask whether {0} yuan would do", "最低工资改为 {0} 元", "lower your floor to {0} yuan"),
    ("worker.available_from", "问本人 {0} 能不能走", "ask whether they could start by {0}", "{0} 前能走", "be free by {0}"),
    ("worker.shift", "问本人肯不肯倒班", "ask whether they would work shifts", "改为可倒班", "accept shifts"),
    ("worker.needs", "问本人只要{0}行不行", "ask whether {0} would be enough", "只要{0}", "need only {0}"),
    ("vacancy.valid_until", "岗位延到 {0}", "extend the vacancy to {0}", "", ""),
    ("vacancy.headcount", "单位加到 {0} 人", "raise the head-count to {0}", "", ""),
    ("vacancy.requirements.schooling", "单位放宽到{0}", "accept {0}", "", ""),
    ("vacancy.requirements.certificates", "单位只要这些证：{0}", "ask only these certificates: {0}", "", ""),
    ("vacancy.requirements.skills", "单位只要会：{0}", "ask only these skills: {0}", "", ""),
    ("vacancy.requirements.experience_years", "单位放宽到 {0}", "accept {0} of experience", "", ""),
    ("vacancy.requirements.capacity", "单位放宽到{0}", "accept {0}", "", ""),
    ("vacancy.wage.max", "单位把最高工资加到 {0} 元", "raise the upper wage to {0} yuan", "", ""),
    ("vacancy.wage.typical_month", "单位把通常月收入加到 {0} 元", "raise the usual month to {0} yuan", "", ""),
    ("vacancy.start_until", "单位等到 {0}", "wait until {0}", "", ""),
    ("vacancy.shift", "单位安排{0}", "offer shifts: {0}", "", ""),
    ("vacancy.benefits", "单位提供{0}", "offer {0}", "", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::change::FIELDS;
    use crate::matching::condition::CONDITIONS;
    use jiff::civil::date;
    use std::collections::BTreeSet;

    #[test]
    fn each_sentence_stands_once_and_all_its_forms_use_places_that_staff_see() {
        let mut seen = BTreeSet::new();
        for row in SENTENCES {
            assert!(seen.insert(row.0), "{} stands twice", row.0);
            assert!(!row.1.is_empty() && !row.2.is_empty(), "{}", row.0);
            for place in ["{0}", "{1}"] {
                let staff = row.1.contains(place);
                assert_eq!(staff, row.2.contains(place), "{} {place}", row.0);
                assert!(staff || !(row.3.contains(place) || row.4.contains(place)), "{}", row.0);
            }
            assert_eq!(row.3.is_empty(), row.4.is_empty(), "{}", row.0);
        }
    }

    #[test]
    fn every_condition_and_every_changeable_field_has_words() {
        for condition in CONDITIONS {
            let prefix = format!("{}.", condition.code);
            assert!(SENTENCES.iter().filter(|r| r.0.starts_with(&prefix)).count() >= 2, "{prefix}");
        }
        for field in FIELDS {
            assert!(text(field, &[], Lang::Zh, Voice::Staff).is_some(), "{field}");
        }
    }

    #[test]
    fn values_are_written_as_people_say_them() {
        let say = |arg: Arg| (arg.write(Lang::Zh), arg.write(Lang::En));
        assert_eq!(say(Arg::Yuan(450_000)), ("4500".into(), "4500".into()));
        assert_eq!(say(Arg::Yuan(1_250)), ("12.50".into(), "12.50".into()));
        assert_eq!(say(Arg::Months(30)), ("2 年 6 个月".into(), "2 years 6 months".into()));
        assert_eq!(say(Arg::Day(date(2026, 11, 4))).0, "2026-11-04");
        assert_eq!(say(Arg::List(vec![])), ("无".into(), "none".into()));
        assert_eq!(
            Say::with("wage.no", [Arg::Yuan(440_000), Arg::Yuan(450_000)]).staff(Lang::Zh),
            "最高 4400，要 4500"
        );
        assert_eq!(Say::plain("public_welfare.no").text(Lang::En, Voice::Worker), None);
    }
}
