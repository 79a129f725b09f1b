//! What a free text of requirements says, as fields: ages, schooling, certificates, skills, shift, benefits, head-count.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::domain::certificate::{self, Certificate};

/// A requirement text taken apart; what no rule reads stays in `text` only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequirementText {
    /// The text as it was written.
    pub text: String,
    pub must: Asked,
    /// What is preferred (优先, 为佳, 加分).
    pub nice: Asked,
    /// `lodging, meals, couple, transport, insurance, housing_fund, days_off, bonus, paid_leave, training`.
    pub benefits: Vec<&'static str>,
    /// `day, two_shift, three_shift, night`.
    pub shift: Option<&'static str>,
    pub headcount: Option<Headcount>,
}

/// One side of a requirement text: what must be, or what would be nice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub min_age: Option<u8>,
    pub max_age: Option<u8>,
    /// Lowest schooling, one of the register's words (DOMAIN §3).
    pub schooling: Option<&'static str>,
    pub certificates: Vec<Certificate>,
    /// Skills in the words of the text, without 会 or 熟悉.
    pub skills: Vec<String>,
    pub experience_years: Option<u8>,
    /// Experience is asked without a number of years (有经验, 熟手).
    pub experienced: bool,
}

/// A head-count as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headcount {
    /// Lower end.
    pub min: u32,
    /// Upper end; the number of places to post.
    pub max: u32,
    /// No number was given (若干, 数名): one place, and a warning.
    pub vague: bool,
}

/// The register's schooling words, lowest first.
pub const SCHOOLING: [&str; 6] = ["文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上"];

/// Takes a requirement text apart.
pub fn parse(text: &str) -> RequirementText {
    let plain: String = text.nfkc().map(|c| if c == '\t' || c == '\u{a0}' { ' ' } else { c }).collect();
    let mut parsed = RequirementText {
        text: text.to_owned(),
        benefits: benefits(&plain),
        shift: shift(&plain),
        ..RequirementText::default()
    };
    for sentence in plain.split([',', '。', ';', '\n', '!', '；']) {
        let nice = PREFERRED.is_match(sentence);
        let asked = if nice { &mut parsed.nice } else { &mut parsed.must };
        ages(sentence, asked);
        for certificate in certificate::find(sentence) {
            if !asked.certificates.contains(&certificate) {
                asked.certificates.push(certificate);
            }
        }
        if asked.schooling.is_none() {
            asked.schooling = schooling_in(sentence);
        }
        if asked.experience_years.is_none() {
            asked.experience_years = experience_years(sentence);
        }
        asked.experienced |=
            asked.experience_years.is_none() && EXPERIENCED.is_match(sentence) && !NO_EXPERIENCE.is_match(sentence);
        skills(sentence, &mut asked.skills);
        if parsed.headcount.is_none() {
            parsed.headcount = HEADCOUNT_IN_TEXT.captures(sentence).and_then(|found| headcount(&found[1]));
        }
    }
    parsed
}

/// The register's schooling word for a cell such as 小学及以下, 中专技校, 本科; none for 不限 or what is unknown.
pub fn schooling(cell: &str) -> Option<&'static str> {
    let cell: String = cell.nfkc().filter(|c| !c.is_whitespace()).collect();
    if cell.contains("不限") {
        return None;
    }
    SCHOOLING_WORD.find(&cell).and_then(|m| schooling_word(m.as_str()))
}

/// A head-count cell: 8, 5人, 30名, 3-5名, 各2名, 若干, 数名, 十余人.
pub fn headcount(cell: &str) -> Option<Headcount> {
    let cell: String = cell.nfkc().filter(|c| !c.is_whitespace()).collect();
    if VAGUE.is_match(&cell) {
        return Some(Headcount { min: 1, max: 1, vague: true });
    }
    let found = NUMBERS.captures(&cell)?;
    let min = number(&found[1])?;
    let max = found.get(2).and_then(|m| number(m.as_str())).unwrap_or(min);
    (min > 0 && max >= min && max <= 100_000).then_some(Headcount { min, max, vague: false })
}

macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        // A literal of this file; the tests below use each.
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect(stringify!($name)));
    };
}

pattern!(PREFERRED, "优先|为佳|更佳|最佳|加分|者佳|更好|尤佳|首选");
pattern!(AGE_RANGE, r"([1-6]\d)\s*(?:周?岁)?\s*(?:-|~|–|—|―|至|到)+\s*([1-7]\d)\s*周?岁");
pattern!(AGE_RANGE_NAMED, r"年龄[^\d]{0,6}([1-6]\d)\s*(?:-|~|–|—|―|至|到)+\s*([1-7]\d)(?:\D|$)");
pattern!(AGE_FROM, r"(?:年?满|满)?([1-6]\d)\s*周?岁\s*(?:\(含\))?(?:及|或)?(?:以上|起)|年?满\s*([1-6]\d)\s*周?岁");
pattern!(
    AGE_TO,
    r"([1-7]\d)\s*周?岁\s*(?:\(含\))?(?:及|或)?(?:以下|以内|之内|封顶)|(?:不超过|不大于|不能超过|小于)\s*([1-7]\d)\s*周?岁"
);
pattern!(AGE_OF_OTHERS, "儿童|幼儿|孩|老人|学员|学生");
pattern!(
    SCHOOLING_WORD,
    "半?文盲|不识字|小学|初中|高中|中专|中职|中技|职高|技校|职中|中等职业|大专|专科|高职|本科|大学|学士|研究生|硕士|博士"
);
pattern!(
    SCHOOLING_ASKED,
    r"(半?文盲|小学|初中|高中|中专|中职|中技|职高|技校|职中|大专|专科|高职|本科|大学|研究生|硕士|博士)(?:[/、或及和]?(?:小学|初中|高中|中专|中职|中技|职高|技校|大专|专科|高职|本科))*\s*(?:\(含\))?(?:程度|水平)?(?:学历|文化程度|文化|毕业)?\s*(?:\(含\))?(?:及|或|及其)?(?:以上|学历|文化|毕业|程度|水平|起)"
);
pattern!(
    SCHOOLING_NAMED,
    r"(?:学历|文化程度|文化|教育程度)(?:要求)?\s*[::为]?\s*(半?文盲|小学|初中|高中|中专|中职|中技|职高|技校|大专|专科|高职|本科|大学|研究生|硕士|博士)"
);
pattern!(SCHOOLING_ALONE, r"^\s*(?:\d[.、])?\s*(小学|初中|高中|中专|中职|技校|职高|大专|专科|本科)\s*$");
pattern!(SCHOOLING_OPEN, "学历不限|不限学历|文化不限|以下");
pattern!(
    YEARS,
    r"(\d{1,2}|[一二两三四五六七八九十])\s*(?:-|~|至|到)?\s*\d{0,2}\s*年(?:及|或)?(?:以上)?[^,。;]{0,14}?(?:经验|经历|工龄|从业|工作)"
);
pattern!(YEARS_AFTER, r"(?:经验|经历|工龄)[^,。;\d]{0,3}(\d{1,2}|[一二两三四五六七八九十])\s*年");
pattern!(EXPERIENCED, "经验|熟手|熟练工|熟练|做过|从事过|经历");
pattern!(
    NO_EXPERIENCE,
    "无经验|无需.{0,4}经验|不限经验|经验不限|不需要?经验|没有?经验|有无经验|无须经验|生手|新手|零经验"
);
pattern!(
    SKILL_LEAD,
    r"^(?:要求|须|需|需要|能够|最好|有)?(?:会使用|会操作|会|熟练掌握|熟练使用|熟练操作|熟练运用|熟悉|熟练|精通|懂得|懂|掌握|能看懂|能独立完成|能独立|能操作|能使用|擅长)(.+)$"
);
pattern!(
    SKILL_TAIL,
    r"(?:者|的|等)*(?:人员|操作|技能|技术)?(?:者|的)?(?:优先录用|优先考虑|优先|为佳|更佳|尤佳|最佳|加分|更好|即可|均可|首选).*$"
);
// 会计 and 会议 begin with the verb's character but are nouns.
pattern!(NOT_A_VERB, "^(?:会计|会议|会员|会展|会务|会所|会场|会谈)");
pattern!(NO_SKILL, "岁|学历|以上|班|包吃|包住|吃苦|加班|证|不限|工资|薪|经验|公司|免费|提供|男|女|年");
pattern!(
    HEADCOUNT_IN_TEXT,
    r"(?:招聘?|急招|诚聘|需要?|人数[::]?|各)\s*((?:\d{1,5}|[一二两三四五六七八九十]+)?\s*(?:-|~|至)?\s*\d{0,5}\s*(?:名|人|位)|若干(?:名|人)?|数名)"
);
pattern!(VAGUE, "若干|数名|数人|多名|多人|不限|大量|长期|几名");
pattern!(
    NUMBERS,
    r"(\d{1,6}|[一二两三四五六七八九十]+)(?:余|多)?(?:名|人|位|个)?(?:(?:-|~|–|—|至|到)(\d{1,6}|[一二两三四五六七八九十]+))?"
);
pattern!(
    NOT_OFFERED,
    "(?:不|无|没有?|非)(?:包|提供|含|管|安排|供)*(?:吃住|食宿|吃|住宿|住|餐|宿舍|社保|五险|保险)|(?:食宿|吃住|住宿|宿|餐费?|吃饭|伙食)(?:费)?自理|自行解决(?:食宿|住宿|吃住)"
);
pattern!(DAY_SHIFT, "长白班|常白班|正常白班|正常班|只上白班|白班|不上夜班|无夜班|不倒班|不用倒班|无需倒班");
pattern!(THREE_SHIFT, "三班倒|三班制|三班两?倒|四班三|3班|三班");
pattern!(TWO_SHIFT, "两班倒|二班倒|两班制|二班制|2班|两班|倒班|轮班");
pattern!(NIGHT_SHIFT, "(?:夜班|晚班)(?:$|[^津补费])|通宵");

static BENEFITS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        ("lodging", "包吃住|包食宿|包住|食宿|吃住|管吃住|管住|住宿|宿舍|夫妻房|包宿|住房补|房补|公寓"),
        ("meals", "包吃|包食|食宿|吃住|管吃|管饭|包餐|工作餐|餐补|餐费补|饭补|伙食|免费.{0,4}餐|提供.{0,4}餐|食堂|包三餐|[一两二三]餐"),
        ("couple", "夫妻房|夫妻间|夫妻宿舍"),
        ("transport", "班车|车接车送|上下班接送|厂车|交通补|车补|车费报销|报销.{0,3}(?:路费|车费)|(?:路费|车费).{0,3}报销"),
        ("insurance", "五险|六险|三险|社保|社会保险|意外险|工伤险|保险齐全|买保险|购买保险"),
        ("housing_fund", "一金|二金|两金|公积金"),
        ("days_off", "双休|单休|月休|周末休|做六休一|做五休二|休息.天"),
        ("bonus", "年终奖|全勤|奖金|工龄奖|十三薪|13薪|绩效奖|年底奖"),
        ("paid_leave", "年假|带薪假|带薪休假|带薪年休"),
        ("training", "带薪培训|免费培训|岗前培训|提供培训|有师傅带|师傅带"),
    ]
    .into_iter()
    // Literals of this file; the tests below use each.
    .map(|(code, pattern)| (code, Regex::new(pattern).expect(code)))
    .collect()
});

fn benefits(text: &str) -> Vec<&'static str> {
    let offered = NOT_OFFERED.replace_all(text, "");
    BENEFITS.iter().filter(|(_, pattern)| pattern.is_match(&offered)).map(|(code, _)| *code).collect()
}

fn shift(text: &str) -> Option<&'static str> {
    [(&THREE_SHIFT, "three_shift"), (&DAY_SHIFT, "day"), (&TWO_SHIFT, "two_shift"), (&NIGHT_SHIFT, "night")]
        .into_iter()
        .find(|(pattern, _)| pattern.is_match(text))
        .map(|(_, code)| code)
}

fn ages(sentence: &str, asked: &mut Asked) {
    if AGE_OF_OTHERS.is_match(sentence) {
        return;
    }
    let age = |m: Option<regex::Match>| m.and_then(|m| m.as_str().parse::<u8>().ok());
    if let Some(found) = AGE_RANGE.captures(sentence).or_else(|| AGE_RANGE_NAMED.captures(sentence)) {
        let (from, to) = (age(found.get(1)), age(found.get(2)));
        if from <= to {
            asked.min_age = asked.min_age.or(from);
            asked.max_age = asked.max_age.or(to);
        }
        return;
    }
    if let Some(found) = AGE_FROM.captures(sentence) {
        asked.min_age = asked.min_age.or(age(found.get(1).or(found.get(2))));
    }
    if let Some(found) = AGE_TO.captures(sentence) {
        asked.max_age = asked.max_age.or(age(found.get(1).or(found.get(2))));
    }
}

fn schooling_in(sentence: &str) -> Option<&'static str> {
    if SCHOOLING_OPEN.is_match(sentence) {
        return None;
    }
    let found = SCHOOLING_ASKED
        .captures(sentence)
        .or_else(|| SCHOOLING_NAMED.captures(sentence))
        .or_else(|| SCHOOLING_ALONE.captures(sentence))?;
    schooling_word(&found[1])
}

fn schooling_word(word: &str) -> Option<&'static str> {
    let rank = match word {
        "文盲" | "半文盲" | "不识字" => 0,
        "小学" => 1,
        "初中" => 2,
        "高中" | "中专" | "中职" | "中技" | "职高" | "技校" | "职中" | "中等职业" => 3,
        "大专" | "专科" | "高职" => 4,
        _ => 5,
    };
    SCHOOLING.get(rank).copied()
}

fn experience_years(sentence: &str) -> Option<u8> {
    let found = YEARS.captures(sentence).or_else(|| YEARS_AFTER.captures(sentence))?;
    number(&found[1]).and_then(|n| u8::try_from(n).ok())
}

/// Digits, or Chinese numerals up to 99.
fn number(word: &str) -> Option<u32> {
    if let Ok(n) = word.parse() {
        return Some(n);
    }
    let digit =
        |c| "一二三四五六七八九".chars().position(|d| d == c).map(|i| i as u32 + 1).or((c == '两').then_some(2));
    let chars: Vec<char> = word.chars().collect();
    match chars[..] {
        ['十'] => Some(10),
        ['十', unit] => Some(10 + digit(unit)?),
        [ten, '十'] => Some(digit(ten)? * 10),
        [ten, '十', unit] => Some(digit(ten)? * 10 + digit(unit)?),
        [unit] => digit(unit),
        _ => None,
    }
}

/// Skills of one sentence: 会A、B和C names three.
fn skills(sentence: &str, skills: &mut Vec<String>) {
    let mut in_list = false;
    for item in sentence.split(['、', '/', '和', '及', '与', ' ']) {
        let item = item.trim();
        let lead = SKILL_LEAD.captures(item).filter(|_| !NOT_A_VERB.is_match(item)).map(|found| found[1].to_owned());
        let Some(skill) = lead.or_else(|| in_list.then(|| item.to_owned())) else {
            continue;
        };
        in_list = true;
        let skill = SKILL_TAIL.replace(&skill, "");
        let skill = skill.trim_start_matches(['讲', '说', '用']).trim_end_matches(['者', '的']).trim();
        let length = skill.chars().count();
        if (2..=12).contains(&length) && !NO_SKILL.is_match(skill) && !skills.iter().any(|s| s == skill) {
            skills.push(skill.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(certificates: &[Certificate]) -> Vec<String> {
        certificates.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_requirement_text_becomes_fields() {
        let text = "18-55岁，初中以上，持焊工证，包吃住，两班倒，夫妻房，会讲普通话，有经验优先，男女不限";
        let parsed = parse(text);
        assert_eq!(parsed.text, text);
        assert_eq!((parsed.must.min_age, parsed.must.max_age), (Some(18), Some(55)));
        assert_eq!(parsed.must.schooling, Some("初中"));
        assert_eq!(codes(&parsed.must.certificates), ["welder"]);
        assert_eq!(parsed.must.skills, ["普通话"]);
        assert_eq!(parsed.benefits, ["lodging", "meals", "couple"]);
        assert_eq!(parsed.shift, Some("two_shift"));
        assert!(parsed.nice.experienced && !parsed.must.experienced);
        assert_eq!(parsed.headcount, None);
    }

    #[test]
    fn what_is_preferred_is_not_asked() {
        let parsed = parse("会缝纫优先，熟手优先；有叉车证、C1驾照者优先；大专以上学历优先");
        assert_eq!(parsed.must, Asked::default());
        assert_eq!(parsed.nice.skills, ["缝纫"]);
        assert!(parsed.nice.experienced);
        assert_eq!(codes(&parsed.nice.certificates), ["forklift", "driver_c1"]);
        assert_eq!(parsed.nice.schooling, Some("大专"));
    }

    #[test]
    fn ages_are_read_in_many_forms() {
        for (text, min, max) in [
            ("年龄18－45周岁", Some(18), Some(45)),
            ("18岁到50岁", Some(18), Some(50)),
            ("年龄:20~40", Some(20), Some(40)),
            ("年满18周岁", Some(18), None),
            ("18周岁以上，50岁以下", Some(18), Some(50)),
            ("45岁以下", None, Some(45)),
            ("不超过60周岁", None, Some(60)),
            ("照顾3-12岁儿童", None, None),
            ("月薪4500-6000元", None, None),
            ("年龄不限", None, None),
        ] {
            let parsed = parse(text);
            assert_eq!((parsed.must.min_age, parsed.must.max_age), (min, max), "{text}");
        }
    }

    #[test]
    fn schooling_is_read_only_where_it_is_asked() {
        for (text, expected) in [
            ("初中以上学历", Some("初中")),
            ("高中及以上文化程度", Some("高中")),
            ("中专（含）以上", Some("高中")),
            ("学历：大专", Some("大专")),
            ("本科毕业", Some("本科及以上")),
            ("小学文化", Some("小学")),
            ("初中", Some("初中")),
            ("学历不限", None),
            ("接送小学生", None),
            ("高中以下也可", None),
        ] {
            assert_eq!(parse(text).must.schooling, expected, "{text}");
        }
        for (cell, expected) in [
            ("小学及以下", Some("小学")),
            ("中专技校", Some("高中")),
            ("本科", Some("本科及以上")),
            ("半文盲", Some("文盲或半文盲")),
            ("不限", None),
            ("", None),
        ] {
            assert_eq!(schooling(cell), expected, "{cell}");
        }
    }

    #[test]
    fn years_of_experience_are_read() {
        for (text, years, experienced) in [
            ("两年以上工作经验", Some(2), false),
            ("3年及以上相关经验", Some(3), false),
            ("1-3年焊接经验", Some(1), false),
            ("工作经验五年以上", Some(5), false),
            ("无需工作经验", None, false),
            ("有焊接经验", None, true),
            ("无经验可培训", None, false),
            ("经验不限", None, false),
        ] {
            let parsed = parse(text);
            assert_eq!((parsed.must.experience_years, parsed.must.experienced), (years, experienced), "{text}");
        }
    }

    #[test]
    fn skills_of_a_list_are_read_one_by_one() {
        assert_eq!(parse("要求会平车、看工艺单、熨烫").must.skills, ["平车", "看工艺单", "熨烫"]);
        assert_eq!(parse("能看懂图纸，熟练使用CAD，能吃苦耐劳，能适应两班倒").must.skills, ["图纸", "CAD"]);
    }

    #[test]
    fn benefits_and_shifts_are_read_and_what_is_not_offered_is_left_out() {
        for (text, benefits, shift) in [
            ("包住，不包吃", &["lodging"][..], None),
            ("食宿自理", &[], None),
            ("提供工作餐，五险一金，双休", &["meals", "insurance", "housing_fund", "days_off"], None),
            ("长白班，不上夜班", &[], Some("day")),
            ("三班倒，班车接送", &["transport"], Some("three_shift")),
            ("能上夜班，年终奖", &["bonus"], Some("night")),
            ("不提供住宿", &[], None),
            ("夜班津贴20元", &[], None),
            ("年假，带薪培训", &["paid_leave", "training"], None),
        ] {
            let parsed = parse(text);
            assert_eq!((&parsed.benefits[..], parsed.shift), (benefits, shift), "{text}");
        }
    }

    #[test]
    fn head_counts_are_read_and_vague_ones_are_one_place() {
        for (cell, min, max, vague) in [
            ("30名", 30, 30, false),
            ("8", 8, 8, false),
            ("5人", 5, 5, false),
            ("3-5名", 3, 5, false),
            ("3名至5名", 3, 5, false),
            ("各2名", 2, 2, false),
            ("十余人", 10, 10, false),
            ("二十五名", 25, 25, false),
            ("若干", 1, 1, true),
            ("数名", 1, 1, true),
        ] {
            assert_eq!(headcount(cell), Some(Headcount { min, max, vague }), "{cell}");
        }
        assert_eq!(headcount("面议"), None);
        assert_eq!(headcount("0人"), None);
        assert_eq!(parse("招聘平车工，招5名").headcount.map(|h| h.max), Some(5));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_and_kept(text in "[0-9岁年初中以上会证招名若干包吃住、，/ -]{0,30}") {
            let parsed = parse(&text);
            prop_assert_eq!(&parsed.text, &text);
            for asked in [&parsed.must, &parsed.nice] {
                if let (Some(min), Some(max)) = (asked.min_age, asked.max_age) {
                    prop_assert!((10..80).contains(&min) && (10..80).contains(&max));
                }
            }
        }
    }
}
