//! Unified social credit codes of organisations (GB 32100-2015).

use std::fmt;

use serde::Serialize;

use super::{IdentityError, cell_text};

/// A valid code of 18 characters; public data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CreditCode(String);

/// The alphabet: no I, O, S, V, Z; a character's place is its value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// MOD 31 over the first 17 characters with weights 3^(i-1); `None` if one is outside the alphabet.
fn check_character(text: &[u8]) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for character in text.iter().take(17) {
        sum += weight * ALPHABET.iter().position(|known| known == character)?;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).copied()
}

impl CreditCode {
    /// Reads a cell or field; spaces, hyphens, lower case and full-width forms are accepted.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        let text = cell_text(raw, &['-']).to_uppercase();
        let bytes = text.as_bytes();
        // Places 3 to 8 are the division code of the registering office.
        let valid = bytes.len() == 18
            && bytes[2..8].iter().all(u8::is_ascii_digit)
            && check_character(bytes) == bytes.last().copied();
        if valid { Ok(Self(text)) } else { Err(IdentityError::CreditCode) }
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_codes_are_accepted_however_written() {
        let plain = CreditCode::parse("91440101MA52518873").unwrap();
        for text in ["91 440101 MA5251887 3", "91440101ma52518873", "９１440101MA52518873", "=\"91440101MA52518873\""]
        {
            assert_eq!(CreditCode::parse(text).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn wrong_check_length_and_alphabet_are_refused() {
        for text in ["91440101MA52518874", "91440101MA5251887", "9144O101MA52518873", "914401I1MA52518873", "", "企业"]
        {
            assert_eq!(CreditCode::parse(text).unwrap_err().code(), "employer.code", "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_made_code_reads_back(text in "[159][1-39][0-9]{6}[0-9ABCDEFGHJKLMNPQRTUWXY]{9}") {
            let mut text = text;
            text.push(char::from(check_character(text.as_bytes()).unwrap()));
            let code = CreditCode::parse(&text).unwrap();
            prop_assert_eq!(code.as_str(), text);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = CreditCode::parse(&text);
        }
    }
}
