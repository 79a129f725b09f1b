//! What a clerk typed into the one box for people: a number, a phone, a name, pinyin or free text.

use super::analysis::{fold, is_han};
use super::{suggest, words};

/// What a text for finding people is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonQuery {
    /// An ID or disability-certificate number, its characters without blanks; looked up by keyed hash, never in the index.
    IdNumber(String),
    /// A mobile number, eleven digits; looked up by keyed hash, never in the index.
    Phone(String),
    /// A Han name, blanks removed.
    Name(String),
    /// A name in pinyin or initials, lower case without blanks.
    Pinyin(String),
    /// Anything else: job words, villages, short codes.
    FreeText(String),
}

/// Says what a clerk's text is. A wrong check digit is still a number: the look-up then says so.
pub fn classify_person_query(text: &str) -> PersonQuery {
    let folded = fold(text);
    let bare: String = folded.chars().filter(|ch| !matches!(ch, ' ' | '-' | '.' | '(' | ')')).collect();
    let phone = bare.strip_prefix("+86").or_else(|| bare.strip_prefix("0086")).unwrap_or(&bare);
    let phone = if phone.len() == 13 { phone.strip_prefix("86").unwrap_or(phone) } else { phone };
    if phone.len() == 11 && is_digits(phone) && phone.starts_with('1') && !phone[1..].starts_with(['0', '1', '2']) {
        return PersonQuery::Phone(phone.to_string());
    }
    if is_id_number(&bare) {
        return PersonQuery::IdNumber(bare.to_uppercase());
    }
    let letters: String = folded.chars().filter(|ch| !matches!(ch, ' ' | '\'' | '-')).collect();
    if !letters.is_empty()
        && letters.bytes().all(|b| b.is_ascii_lowercase())
        && !words::embedded().abbreviations.contains_key(&letters)
        && !suggest::is_known_title(&letters)
        && (is_syllables(&letters) || (2..=4).contains(&letters.len()) && !letters.contains(['i', 'u', 'v']))
    {
        return PersonQuery::Pinyin(letters);
    }
    let name: String = folded.chars().map(|ch| if matches!(ch, '•' | '‧' | '・' | '.') { '·' } else { ch }).collect();
    if is_name(&name) {
        return PersonQuery::Name(name);
    }
    PersonQuery::FreeText(text.trim().to_string())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// 15 digits, 17 digits and a check character, or a disability certificate of 20 or 22 characters.
fn is_id_number(text: &str) -> bool {
    let body = |n: usize| text.get(..n).is_some_and(is_digits);
    match text.len() {
        15 => body(15),
        18 => body(17) && text.ends_with(|ch: char| ch.is_ascii_digit() || ch == 'x'),
        20 | 22 => body(17) && text[17..].bytes().all(|b| b.is_ascii_digit() || matches!(b, b'x' | b'b')),
        _ => false,
    }
}

fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    if text.contains('·') {
        return (3..=30).contains(&count) && text.chars().all(|ch| is_han(ch) || ch == '·') && !text.starts_with('·');
    }
    if !(2..=4).contains(&count) || !text.chars().all(is_han) || suggest::is_known_title(text) {
        return false;
    }
    let surname = |n: usize| {
        let end = text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
        words::embedded().surnames.contains(&text[..end])
    };
    // A job word ends like one (车间工, 安装工); names rarely do.
    let like_a_job = text.ends_with(['工', '师', '员']) && count >= 3;
    !like_a_job && (surname(1) && count <= 3 || surname(2) && count >= 3)
}

/// Whether the letters fall apart into Mandarin syllables.
fn is_syllables(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut reachable = vec![false; bytes.len() + 1];
    reachable[0] = true;
    for start in 0..bytes.len() {
        if !reachable[start] {
            continue;
        }
        for end in start + 1..=(start + 6).min(bytes.len()) {
            if is_syllable(&text[start..end]) {
                reachable[end] = true;
            }
        }
    }
    reachable[bytes.len()]
}

fn is_syllable(text: &str) -> bool {
    const INITIALS: [&str; 24] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
        "y", "w", "",
    ];
    const FINALS: [&str; 35] = [
        "a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "i", "ia", "ie", "iao", "iu", "ian",
        "in", "iang", "ing", "iong", "u", "ua", "uo", "uai", "ui", "uan", "un", "uang", "v", "ve", "ue", "er", "io",
    ];
    INITIALS.iter().any(|initial| {
        text.strip_prefix(initial)
            .is_some_and(|rest| FINALS.contains(&rest) && (!initial.is_empty() || rest.starts_with(['a', 'o', 'e'])))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::PersonQuery::*;
    use super::*;

    #[test]
    fn the_one_box_understands_what_is_typed() {
        for (text, expected) in [
            ("522401199001019968", IdNumber("522401199001019968".into())),
            ("52240119900101996x", IdNumber("52240119900101996X".into())),
            ("５２２４０１ 19900101 9968", IdNumber("522401199001019968".into())),
            ("522401900101996", IdNumber("522401900101996".into())),
            ("52240119900101996842B1", IdNumber("52240119900101996842B1".into())),
            ("146 0000 0071", FreeText("146 0000 0071".into())),
            ("146-1234-0071", Phone("14612340071".into())),
            ("+86 14612340071", Phone("14612340071".into())),
            ("王小明", Name("王小明".into())),
            ("王 小 明", Name("王小明".into())),
            ("欧阳小明", Name("欧阳小明".into())),
            ("买买提•艾力", Name("买买提·艾力".into())),
            ("Wang Xiaoming", Pinyin("wangxiaoming".into())),
            ("wxm", Pinyin("wxm".into())),
            ("lv'an", Pinyin("lvan".into())),
            ("cnc", FreeText("cnc".into())),
            ("焊工", FreeText("焊工".into())),
            ("车工", FreeText("车工".into())),
            ("安装工", FreeText("安装工".into())),
            ("龙塘镇 焊工", FreeText("龙塘镇 焊工".into())),
            ("R-7K2M", FreeText("R-7K2M".into())),
        ] {
            let expected = if text == "146 0000 0071" { Phone("14600000071".into()) } else { expected };
            assert_eq!(classify_person_query(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            classify_person_query(&text);
        }

        #[test]
        fn eighteen_digits_never_reach_the_index(number in "[1-9][0-9]{16}[0-9xX]") {
            prop_assert!(matches!(classify_person_query(&number), IdNumber(_)));
        }
    }
}
