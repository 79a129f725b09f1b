//! What a saved search looks for, and what its name may be.

use super::fault::FieldFault;
use crate::code_list;

code_list! {
    /// What a saved search looks for.
    SearchKind {
        Workers = "workers" "人员",
        Vacancies = "vacancies" "岗位",
    }
}

/// Longest name, in characters.
const LONGEST: usize = 60;
/// Digits in a row, whatever stands between them, that may be a phone or an identity number.
const NUMBER: usize = 8;

/// The name without blanks around it: not empty, not long, no number in it.
pub fn check_name(name: &str) -> Result<String, FieldFault> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let fault = |code| Err(FieldFault::new("name", code));
    match name.chars().count() {
        0 => fault("field.missing"),
        n if n > LONGEST => fault("field.too_long"),
        _ if holds_number(&name) => fault("saved_search.number"),
        _ => Ok(name),
    }
}

/// True if the text may hold somebody's phone or identity number: a saved search is kept and shown to the whole station.
pub fn holds_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        run = match c {
            c if c.is_numeric() => run + 1,
            ' ' | '-' | '.' | '(' | ')' | '　' => run,
            _ => 0,
        };
        run >= NUMBER
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_words_without_anybodys_number() {
        assert_eq!(check_name("  会 焊工的人 ").unwrap(), "会 焊工的人");
        let code = |name: &str| check_name(name).unwrap_err().code;
        assert_eq!(code(" "), "field.missing");
        assert_eq!(code(&"焊".repeat(61)), "field.too_long");
        for name in ["14600000071", "146 0000 0071", "找１４６００００００７１", "52052419900101999X"] {
            assert_eq!(code(name), "saved_search.number", "{name}");
        }
        assert!(check_name("4500 以上，2026 年").is_ok());
    }
}
