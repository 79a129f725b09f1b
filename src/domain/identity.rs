//! Who someone is: identity number, name, phone, and an employer's credit code, each valid by construction.

mod credit_code;
mod name;
mod number;
mod phone;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

pub use credit_code::CreditCode;
pub use name::{Name, masked_name, name_pinyin, similar_names};
pub use number::{Disability, IdKind, IdNumber, IdReport, ParsedId, age_on, check_id};
pub use phone::Phone;

/// Why a value was refused; the message never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error("the check character does not agree, or a character cannot stand there")]
    Check,
    #[error("an identity number has 18 or 15 characters, a disability certificate 20 or 22")]
    Length,
    #[error("the birth date in the number does not exist or gives an age beyond 0 to 120")]
    BirthDate,
    #[error("the spreadsheet has cut the number off; it must be entered as text")]
    Scientific,
    #[error("a name is needed")]
    NameEmpty,
    #[error("a name has at most 50 characters")]
    NameLong,
    #[error("a name holds no control characters")]
    NameControl,
    #[error("a mobile number has 11 digits")]
    Phone,
    #[error("the unified social credit code is wrong")]
    CreditCode,
}

impl IdentityError {
    /// The stable code of import outcomes and field errors.
    pub fn code(self) -> &'static str {
        match self {
            Self::Check => "identity.check",
            Self::Length => "identity.length",
            Self::BirthDate => "identity.birth_date",
            Self::Scientific => "identity.scientific",
            Self::NameEmpty => "name.empty",
            Self::NameLong => "name.long",
            Self::NameControl => "name.control",
            Self::Phone => "phone.length",
            Self::CreditCode => "employer.code",
        }
    }
}

/// Sex as the card states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Male,
    Female,
}

impl super::code::Code for Sex {
    const ALL: &'static [Self] = &[Self::Male, Self::Female];
    fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }
    fn name(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// The content of a cell: ="…", quotes and a leading apostrophe taken off, full-width forms narrowed,
/// white space and the given separators dropped.
fn cell_text(raw: &str, separators: &[char]) -> String {
    // What most cells hold.
    if !raw.is_empty() && raw.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return raw.to_owned();
    }
    let narrow: String = raw.nfkc().collect();
    let text = narrow.trim();
    text.strip_prefix('=')
        .unwrap_or(text)
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’'))
        .chars()
        .filter(|c| !is_invisible(*c) && !c.is_whitespace() && !separators.contains(c))
        .collect()
}

/// Zero-width characters that copying from a page leaves behind.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}
