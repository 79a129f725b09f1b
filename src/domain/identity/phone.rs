//! Mainland mobile numbers.

use std::fmt;

use super::{IdentityError, cell_text};

/// Eleven digits 1[3-9]…; its text comes out only by `expose`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a cell or field; +86, separators and full-width digits are accepted.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        // A number cell may arrive as 14612340071.0.
        let raw = raw.trim();
        let text = cell_text(raw.strip_suffix(".0").unwrap_or(raw), &['-', '—', '–', '.', '(', ')', '/', '_']);
        let local = ["+86", "0086", "86"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix).filter(|rest| rest.len() == 11))
            .unwrap_or(&text);
        match local.as_bytes() {
            [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit) => {
                Ok(Self(local.to_owned()))
            }
            _ => Err(IdentityError::Phone),
        }
    }

    /// The number itself: for sealing, keyed look-up and an audited reveal.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// First three and last four digits: 146****0071.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(******)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_of_writing_gives_eleven_digits() {
        for text in [
            "14612340071",
            " 146 1234 0071 ",
            "146-1234-0071",
            "+86 14612340071",
            "(+86)146-1234-0071",
            "008614612340071",
            "8614612340071",
            "１４６１２３４００７１",
            "=\"14612340071\"",
            "14612340071.0",
        ] {
            assert_eq!(Phone::parse(text).unwrap().expose(), "14612340071", "{text}");
        }
    }

    #[test]
    fn other_lengths_and_land_lines_are_refused() {
        for text in ["1461234007", "146123400711", "0857-1234567", "12612340071", "", "1.46E+10", "146123400七1"] {
            assert_eq!(Phone::parse(text).unwrap_err().code(), "phone.length", "{text}");
        }
    }

    #[test]
    fn the_number_is_never_shown_by_accident() {
        let phone = Phone::parse("14612340071").unwrap();
        assert_eq!(phone.masked(), "146****0071");
        assert!(!format!("{phone:?}").contains("0071"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = Phone::parse(&text).map(|phone| phone.masked());
        }
    }
}
