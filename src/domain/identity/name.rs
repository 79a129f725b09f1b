//! Names of people: stored form, comparison, pinyin.

use std::fmt;

use pinyin::ToPinyin as _;
use unicode_normalization::UnicodeNormalization as _;

use super::{IdentityError, is_invisible};

/// A name of 1 to 50 characters; its text comes out only by `expose`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

const LONGEST: usize = 50;

fn is_interpunct(c: char) -> bool {
    matches!(c, '·' | '•' | '．' | '‧' | '・' | '･' | '∙' | '⋅' | '⸱' | '●' | '᛫')
}

/// Han characters, those of old systems in the private use areas included.
fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '〇'
        | '\u{e000}'..='\u{f8ff}' | '\u{20000}'..='\u{323af}')
}

impl Name {
    /// Reads a cell or field: interpunct as U+00B7, no spaces inside Han names, single spaces in others.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        // A tab or line break at the ends comes from the cell and is no part of the name.
        let raw: String = raw.chars().filter(|c| !is_invisible(*c)).collect();
        let raw = raw.trim();
        let bidi = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        if raw.chars().any(|c| (c.is_control() && !c.is_whitespace()) || bidi(c)) {
            return Err(IdentityError::NameControl);
        }
        let han = raw.chars().any(is_han);
        let dotted = |c: char| {
            if is_interpunct(c) || (han && c == '.') { '·' } else { c }
        };
        let spaced: Vec<String> = raw.split_whitespace().map(|part| part.chars().map(dotted).collect()).collect();
        let name = spaced.join(if han { "" } else { " " });
        if !name.chars().any(|c| c.is_alphabetic() || is_han(c)) {
            return Err(IdentityError::NameEmpty);
        }
        if name.chars().count() > LONGEST {
            return Err(IdentityError::NameLong);
        }
        Ok(Self(name))
    }

    /// The name as it is stored and shown to those who may see it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What two spellings of the same name share: NFKC, lower case, no interpunct, no spaces.
    pub fn compare_key(&self) -> String {
        compare_key(&self.0)
    }
}

/// A name as those see it who may not know it: the surname and a star, 王* and 欧阳*; a star alone where it begins with no letter.
pub fn masked_name(name: &str) -> String {
    let name = name.trim();
    let letters: Vec<char> = name.chars().take(3).collect();
    // Two characters are a surname and a given name, whatever they spell.
    let compound = letters.len() > 2 && COMPOUND_SURNAMES.iter().any(|surname| name.starts_with(surname));
    let shown = letters.iter().take(if compound { 2 } else { 1 }).filter(|c| c.is_alphabetic() || is_han(**c));
    shown.chain(&['*']).collect()
}

/// Surnames of two characters that people bear today.
const COMPOUND_SURNAMES: [&str; 44] = [
    "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "令狐", "皇甫", "夏侯", "慕容", "尉迟", "公孙", "长孙", "宇文",
    "司空", "端木", "申屠", "南宫", "轩辕", "独孤", "呼延", "澹台", "淳于", "太史", "公冶", "宗政", "濮阳", "单于",
    "仲孙", "钟离", "鲜于", "闾丘", "赫连", "拓跋", "百里", "东郭", "西门", "万俟", "闻人", "左丘", "梁丘", "即墨",
    "第五", "公羊",
];

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(******)")
    }
}

fn compare_key(name: &str) -> String {
    // The common characters of Chinese names are their own key.
    if name.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}')) {
        return name.to_owned();
    }
    name.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !is_interpunct(*c) && *c != '.' && !c.is_whitespace() && !is_invisible(*c))
        .collect()
}

/// Surnames that are read otherwise than the character is in general.
const SURNAMES: [(char, &str); 22] = [
    ('单', "shan"),
    ('曾', "zeng"),
    ('解', "xie"),
    ('仇', "qiu"),
    ('区', "ou"),
    ('朴', "piao"),
    ('查', "zha"),
    ('盖', "ge"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('任', "ren"),
    ('华', "hua"),
    ('折', "she"),
    ('黑', "he"),
    ('繁', "po"),
    ('缪', "miao"),
    ('乐', "yue"),
    ('种', "chong"),
    ('员', "yun"),
    ('冼', "xian"),
    ('逄', "pang"),
    ('召', "shao"),
];

/// Pinyin without tones, whole and as initials: 王小明 → (wangxiaoming, wxm); characters without a reading are left out.
pub fn name_pinyin(name: &str) -> (String, String) {
    let (mut full, mut initials) = (String::new(), String::new());
    let key = compare_key(name);
    for (at, c) in key.chars().enumerate() {
        let surname = SURNAMES.iter().find(|(known, _)| at == 0 && *known == c);
        if let Some((_, reading)) = surname {
            full.push_str(reading);
            initials.extend(reading.chars().next());
        } else if let Some(reading) = c.to_pinyin() {
            // The letter ü is typed as v.
            full.push_str(&reading.plain().replace('ü', "v"));
            initials.push_str(reading.first_letter());
        } else if c.is_ascii_alphanumeric() {
            full.push(c);
            initials.push(c);
        }
    }
    (full, initials)
}

/// Whether two names may be one: at most one character apart, or the same pinyin.
pub fn similar_names(a: &str, b: &str) -> bool {
    let (a, b) = (compare_key(a), compare_key(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    one_character_apart(&a, &b) || {
        let (pinyin_a, _) = name_pinyin(&a);
        let (pinyin_b, _) = name_pinyin(&b);
        !pinyin_a.is_empty() && pinyin_a == pinyin_b && a.chars().count() == b.chars().count()
    }
}

/// Same, or one character changed, missing or added, with at least one in common.
fn one_character_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 || long.len() < 2 {
        return short == long;
    }
    let front = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let back = short[front..].iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    front + back + 1 >= long.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stored(text: &str) -> String {
        Name::parse(text).unwrap().expose().to_owned()
    }

    #[test]
    fn every_interpunct_becomes_one() {
        for text in [
            "买买提·吐尔逊",
            "买买提•吐尔逊",
            "买买提．吐尔逊",
            "买买提.吐尔逊",
            "买买提‧吐尔逊",
            "买买提・吐尔逊",
            "买买提 · 吐尔逊",
        ] {
            assert_eq!(stored(text), "买买提\u{b7}吐尔逊", "{text}");
        }
        assert_eq!(stored("J. Smith"), "J. Smith");
    }

    #[test]
    fn spaces_inside_han_names_go_and_others_stay_single() {
        assert_eq!(stored(" 王　小 明\n"), "王小明");
        assert_eq!(stored("王\u{200b}芳"), "王芳");
        assert_eq!(stored("  Anna   Smith "), "Anna Smith");
    }

    #[test]
    fn rare_characters_and_lengths() {
        assert_eq!(stored("𠮷田"), "𠮷田");
        assert_eq!(stored("\u{e863}某"), "\u{e863}某");
        assert_eq!(stored(&"王".repeat(50)).chars().count(), 50);
        let code = |text: &str| Name::parse(text).unwrap_err().code();
        assert_eq!(code(&"王".repeat(51)), "name.long");
        for text in ["", "  ", "-", "/", "·", "123"] {
            assert_eq!(code(text), "name.empty", "{text}");
        }
        assert_eq!(code("王\u{0}芳"), "name.control");
        assert_eq!(code("王\u{202e}芳"), "name.control");
    }

    #[test]
    fn a_masked_name_shows_the_surname_one_of_two_characters_whole() {
        for (name, masked) in [
            ("王小明", "王*"),
            ("𠮷田", "𠮷*"),
            ("欧阳小明", "欧阳*"),
            ("令狐 冲", "令狐*"),
            ("欧阳", "欧*"),
            ("欧小阳", "欧*"),
            ("买买提·吐尔逊", "买*"),
        ] {
            assert_eq!(masked_name(name), masked, "{name}");
        }
        assert!(COMPOUND_SURNAMES.iter().all(|surname| surname.chars().count() == 2));
        assert!(!format!("{:?}", Name::parse("王小明").unwrap()).contains('王'));
    }

    #[test]
    fn spellings_of_one_name_compare_equal() {
        let key = |text| Name::parse(text).unwrap().compare_key();
        assert_eq!(key("买买提•吐尔逊"), key("买买提吐尔逊"));
        assert_eq!(key("ＡＮＮＡ Smith"), key("anna smith"));
        assert_eq!(key("\u{f9d1}某"), key("六某"));
    }

    #[test]
    fn pinyin_knows_the_readings_of_surnames() {
        let pinyin = |text| name_pinyin(text);
        assert_eq!(pinyin("王小明"), ("wangxiaoming".into(), "wxm".into()));
        assert_eq!(pinyin("单芳").0, "shanfang");
        assert_eq!(pinyin("曾国").1, "zg");
        assert_eq!(pinyin("吕布").0, "lvbu");
        assert_eq!(pinyin("☆芳").0, "fang");
    }

    #[test]
    fn similar_is_one_character_or_the_same_sound() {
        assert!(similar_names("王小明", "王晓明"));
        assert!(similar_names("王小明", "王小敏"));
        assert!(similar_names("王晓铭", "王小明"));
        assert!(similar_names("买买提·吐尔逊", "买买提吐尔逊"));
        assert!(similar_names("王明", "王小明"));
        assert!(!similar_names("王小明", "李大明"));
        assert!(!similar_names("王", "李"));
        assert!(!similar_names("", "王"));
    }

    proptest! {
        #[test]
        fn a_stored_name_is_stored_unchanged(text in "\\PC{0,60}", han in "[王李·• .小明𠮷]{0,8}") {
            for raw in [text, han] {
                if let Ok(name) = Name::parse(&raw) {
                    prop_assert_eq!(&Name::parse(name.expose()).unwrap(), &name);
                    let _ = name_pinyin(name.expose());
                }
            }
        }

        #[test]
        fn similarity_is_mutual(a in "[王李小晓明敏]{0,4}", b in "[王李小晓明敏]{0,4}") {
            prop_assert_eq!(similar_names(&a, &b), similar_names(&b, &a));
            prop_assert!(a.is_empty() || similar_names(&a, &a));
        }
    }
}
