//! Identity numbers of GB 11643-1999 and the documents that share their form.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::{IdentityError, Sex, cell_text};
use crate::domain::region::{self, RegionCode};

/// A valid identity number of 18 characters; its text comes out only by `expose`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    text: String,
    birth_date: Date,
}

/// Which document a number was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    Resident,
    /// A number of before 1999, converted to 18 characters.
    #[serde(rename = "resident_15")]
    Resident15,
    DisabilityCertificate,
    /// Residence permit of people from Hong Kong (81), Macao (82), Taiwan (83).
    ResidencePermit,
    /// Permanent residence card for foreigners, form of 2023 (leading 9).
    PermanentResidence,
}

/// What a disability certificate adds to the number (GB/T 26341: category 1-7, grade 1-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Disability {
    pub category: u8,
    pub grade: u8,
}

/// A number with what its form tells besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedId {
    pub number: IdNumber,
    pub kind: IdKind,
    pub disability: Option<Disability>,
    /// `region.unknown`.
    pub warnings: Vec<&'static str>,
    /// `region.retired`, `region.test`: shown, counted nowhere.
    pub notes: Vec<&'static str>,
}

/// What the rules say of a number, for `check-id`; it never holds the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdReport {
    pub ok: bool,
    pub kind: Option<IdKind>,
    pub birth_date: Option<Date>,
    pub sex: Option<Sex>,
    pub region: Option<RegionCode>,
    pub warnings: Vec<&'static str>,
    pub notes: Vec<&'static str>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// ISO 7064 MOD 11-2 over the first 17 digits; `None` if one is no digit.
fn check_character(text: &str) -> Option<char> {
    let mut sum = 0;
    let mut digits = text.chars();
    for weight in WEIGHTS {
        sum += weight * digits.next()?.to_digit(10)?;
    }
    CHECKS.get(sum as usize % 11).copied()
}

/// The date of eight digits, if the calendar has it.
fn date_of(digits: &str) -> Option<Date> {
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Whether a cell shows what Excel makes of a long number: 5.22E+17.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(&mantissa.replacen('.', "", 1)) && digits(exponent.trim_start_matches('+'))
}

impl IdNumber {
    /// Reads a cell or field; `today` decides whether the age is 0 to 120.
    pub fn parse(raw: &str, today: Date) -> Result<ParsedId, IdentityError> {
        let text = cell_text(raw, &['-', '—', '–']).to_uppercase();
        if is_scientific(&text) {
            return Err(IdentityError::Scientific);
        }
        if !text.is_ascii() {
            return Err(IdentityError::Check);
        }
        let (number, disability, old) = match text.len() {
            18 => (text, None, false),
            15 => (convert_15(&text)?, None, true),
            20 | 22 => {
                let (number, tail) = text.split_at(18);
                (number.to_owned(), Some(read_disability(tail)?), false)
            }
            _ => return Err(IdentityError::Length),
        };
        let number = Self::restore(&number)?;
        let age = age_on(number.birth_date, today);
        if number.birth_date > today || age > 120 {
            return Err(IdentityError::BirthDate);
        }
        let kind = if disability.is_some() {
            IdKind::DisabilityCertificate
        } else if old {
            IdKind::Resident15
        } else {
            number.document()
        };
        let (warnings, notes) = number.region_findings();
        Ok(ParsedId { number, kind, disability, warnings, notes })
    }

    /// Takes back a normalised number that was valid when stored; the age is not looked at again.
    pub fn restore(text: &str) -> Result<Self, IdentityError> {
        if !text.is_ascii() || text.len() != 18 {
            return Err(IdentityError::Length);
        }
        let check = check_character(text).ok_or(IdentityError::Check)?;
        let birth_date = date_of(&text[6..14]).ok_or(IdentityError::BirthDate)?;
        if !text.ends_with(check) {
            return Err(IdentityError::Check);
        }
        Ok(Self { text: text.to_owned(), birth_date })
    }

    /// The number itself: for sealing, keyed look-up and an audited reveal.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// First and last four characters: 5205**********1234.
    pub fn masked(&self) -> String {
        format!("{}**********{}", &self.text[..4], &self.text[14..])
    }

    /// Birth date in the number.
    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Sex by the parity of the sequence number.
    pub fn sex(&self) -> Sex {
        if matches!(self.text.as_bytes()[16], b'1' | b'3' | b'5' | b'7' | b'9') { Sex::Male } else { Sex::Female }
    }

    /// The region the number was given in; `None` for a permanent residence card, which names province and nationality there.
    pub fn region_code(&self) -> Option<RegionCode> {
        match self.document() {
            IdKind::PermanentResidence => None,
            _ => RegionCode::parse(&self.text[..6]),
        }
    }

    fn document(&self) -> IdKind {
        match self.text.as_bytes() {
            [b'8', b'1' | b'2' | b'3', b'0', b'0', b'0', b'0', ..] => IdKind::ResidencePermit,
            [b'9', b'9', ..] => IdKind::Resident,
            [b'9', ..] => IdKind::PermanentResidence,
            _ => IdKind::Resident,
        }
    }

    fn region_findings(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let unknown = (vec!["region.unknown"], vec![]);
        match self.document() {
            IdKind::ResidencePermit => (vec![], vec![]),
            // 9, province of issue (2 digits), nationality (ISO 3166-1 numeric).
            IdKind::PermanentResidence => {
                let province = RegionCode::parse(&format!("{}0000", &self.text[1..3]));
                match province.and_then(region::find) {
                    Some(_) => (vec![], vec![]),
                    None => unknown,
                }
            }
            _ if self.text.starts_with("99") => (vec![], vec!["region.test"]),
            _ => match self.region_code().and_then(region::find) {
                Some(division) if division.retired() => (vec![], vec!["region.retired"]),
                Some(_) => (vec![], vec![]),
                None => unknown,
            },
        }
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(******)")
    }
}

/// Numbers of before 1999 leave out the century, which is the twentieth, and the check character.
fn convert_15(text: &str) -> Result<String, IdentityError> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IdentityError::Check);
    }
    let mut number = format!("{}19{}", &text[..6], &text[6..]);
    number.push(check_character(&number).ok_or(IdentityError::Check)?);
    Ok(number)
}

/// Category and grade, and for a re-issued certificate B and a digit.
fn read_disability(tail: &str) -> Result<Disability, IdentityError> {
    match tail.as_bytes() {
        [category @ b'1'..=b'7', grade @ b'1'..=b'4']
        | [category @ b'1'..=b'7', grade @ b'1'..=b'4', b'B', b'0'..=b'9'] => {
            Ok(Disability { category: category - b'0', grade: grade - b'0' })
        }
        _ => Err(IdentityError::Length),
    }
}

/// Age in whole years; born on 29 February one is a year older on 1 March.
pub fn age_on(birth: Date, today: Date) -> i16 {
    let not_yet = (today.month(), today.day()) < (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(not_yet)
}

/// What the rules say of a text, valid or not.
pub fn check_id(raw: &str, today: Date) -> IdReport {
    match IdNumber::parse(raw, today) {
        Ok(parsed) => IdReport {
            ok: true,
            kind: Some(parsed.kind),
            birth_date: Some(parsed.number.birth_date()),
            sex: Some(parsed.number.sex()),
            region: parsed.number.region_code(),
            warnings: parsed.warnings,
            notes: parsed.notes,
            code: None,
        },
        Err(error) => IdReport {
            ok: false,
            kind: None,
            birth_date: None,
            sex: None,
            region: None,
            warnings: Vec::new(),
            notes: Vec::new(),
            code: Some(error.code()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 24);

    /// A number of a made-up person: the check character is worked out.
    fn made_up(region: &str, birth: &str, sequence: &str) -> String {
        let mut text = format!("{region}{birth}{sequence}");
        text.push(check_character(&text).unwrap());
        text
    }

    fn parse(text: &str) -> Result<ParsedId, IdentityError> {
        IdNumber::parse(text, TODAY)
    }

    fn code(text: &str) -> &'static str {
        parse(text).unwrap_err().code()
    }

    #[test]
    fn the_example_of_the_standard_is_valid() {
        // GB 11643-1999, annex: 11010519491231002X.
        let parsed = parse("11010519491231002X").unwrap();
        assert_eq!(parsed.number.birth_date(), date(1949, 12, 31));
        assert_eq!(parsed.number.sex(), Sex::Female);
        assert_eq!(parsed.number.region_code(), RegionCode::parse("110105"));
        assert_eq!(parsed.kind, IdKind::Resident);
        assert!(parsed.warnings.is_empty() && parsed.notes.is_empty());
    }

    #[test]
    fn every_way_of_writing_gives_the_same_number() {
        let plain = parse("11010519491231002X").unwrap();
        for text in [
            "11010519491231002x",
            " 110105 19491231 002x ",
            "１１０１０５１９４９１２３１００２Ｘ",
            "=\"11010519491231002X\"",
            "＝“11010519491231002X”",
            "'11010519491231002X",
            "110105-19491231-002X",
            "\u{feff}11010519491231002X\u{200b}",
        ] {
            assert_eq!(parse(text).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn refusals_carry_their_code() {
        assert_eq!(code("110105194912310021"), "identity.check");
        assert_eq!(code("T10105194912310021"), "identity.check");
        assert_eq!(code("一10105194912310021"), "identity.check");
        assert_eq!(code("11010519491231002"), "identity.length");
        assert_eq!(code(""), "identity.length");
        assert_eq!(code("5.22E+17"), "identity.scientific");
        assert_eq!(code("５.２２401Ｅ+17"), "identity.scientific");
        assert_eq!(code("5.22e17"), "identity.scientific");
        assert_eq!(code(&made_up("520524", "19990231", "998")), "identity.birth_date");
        assert_eq!(code(&made_up("520524", "20261125", "998")), "identity.birth_date");
        assert_eq!(code(&made_up("520524", "19051124", "998")), "identity.birth_date");
        assert!(parse(&made_up("520524", "19051125", "998")).is_ok());
        assert!(parse(&made_up("520524", "20261124", "998")).is_ok());
    }

    #[test]
    fn fifteen_digits_become_eighteen() {
        let parsed = parse("520524620927997").unwrap();
        let number = parsed.number.expose();
        assert!(number.starts_with("52052419620927997"));
        assert_eq!(parsed.kind, IdKind::Resident15);
        assert_eq!(parse(number).unwrap().number, parsed.number);
        assert_eq!(code("52052462092799X"), "identity.check");
        assert_eq!(code("520524621327997"), "identity.birth_date");
    }

    #[test]
    fn a_disability_certificate_gives_number_category_and_grade() {
        let number = made_up("520524", "19700209", "998");
        for tail in ["43", "43B1", "43b2"] {
            let parsed = parse(&format!("{number}{tail}")).unwrap();
            assert_eq!(parsed.number.expose(), number);
            assert_eq!(parsed.kind, IdKind::DisabilityCertificate);
            let disability = Disability { category: 4, grade: 3 };
            assert_eq!(parsed.disability, Some(disability));
        }
        for tail in ["83", "45", "43C1", "43BB", "4X"] {
            assert_eq!(code(&format!("{number}{tail}")), "identity.length", "{tail}");
        }
    }

    #[test]
    fn other_documents_are_told_by_their_first_digits() {
        let kind = |region| parse(&made_up(region, "19900101", "997")).unwrap().kind;
        assert_eq!(kind("810000"), IdKind::ResidencePermit);
        assert_eq!(kind("820000"), IdKind::ResidencePermit);
        assert_eq!(kind("830000"), IdKind::ResidencePermit);
        assert_eq!(kind("911840"), IdKind::PermanentResidence);
        assert_eq!(kind("990000"), IdKind::Resident);
        let card = parse(&made_up("911840", "19900101", "997")).unwrap();
        assert_eq!(card.number.region_code(), None);
        assert!(card.warnings.is_empty());
    }

    #[test]
    fn retired_and_test_regions_are_notes_and_unknown_ones_a_warning() {
        let parsed = |region| parse(&made_up(region, "19900101", "997")).unwrap();
        assert_eq!(parsed("522401").notes, ["region.retired"]);
        assert_eq!(parsed("990101").notes, ["region.test"]);
        assert_eq!(parsed("431389").warnings, ["region.unknown"]);
        assert_eq!(parsed("978840").warnings, ["region.unknown"]);
        assert!(parsed("522401").warnings.is_empty());
        assert!(parsed("440111").notes.is_empty());
    }

    #[test]
    fn the_number_is_never_shown_by_accident() {
        let parsed = parse(&made_up("520524", "19700209", "998")).unwrap();
        let shown = format!("{parsed:?}");
        assert!(!shown.contains("19700209998"), "{shown}");
        assert_eq!(parsed.number.masked().len(), 18);
        assert!(parsed.number.masked().starts_with("5205**********998"));
    }

    #[test]
    fn the_report_has_the_contract_s_shape() {
        let report = check_id("11010519491231002X", TODAY);
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"ok":true,"kind":"resident","birth_date":"1949-12-31","sex":"female","region":"110105","warnings":[],"notes":[]}"#
        );
        let refused = check_id("5.22E+17", TODAY);
        assert!(!refused.ok);
        assert_eq!(refused.code, Some("identity.scientific"));
    }

    proptest! {
        #[test]
        fn a_made_number_reads_back(
            region in 110_000u32..660_000, days in 0i64..40_000, sequence in 0u32..1000
        ) {
            let birth = TODAY.checked_sub(jiff::Span::new().days(days)).unwrap();
            let text = made_up(
                &region.to_string(), &birth.strftime("%Y%m%d").to_string(), &format!("{sequence:03}"),
            );
            let parsed = parse(&text).unwrap();
            prop_assert_eq!(parsed.number.expose(), &text);
            prop_assert_eq!(parsed.number.birth_date(), birth);
            prop_assert_eq!(parsed.number.sex() == Sex::Male, sequence % 2 == 1);
            prop_assert_eq!(IdNumber::restore(&text).unwrap(), parsed.number);
        }

        #[test]
        fn one_wrong_character_is_noticed(at in 0usize..17, other in 0u8..10) {
            let text = made_up("520524", "19700209", "998");
            let mut wrong = text.clone().into_bytes();
            wrong[at] = b'0' + other;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(parse(&wrong).is_ok(), wrong == text);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,24}", digits in "[0-9xXeEbB.+]{0,24}") {
            let _ = check_id(&text, TODAY);
            let _ = check_id(&digits, TODAY);
        }
    }
}
