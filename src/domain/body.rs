//! A body as it is typed or sent: every field a scalar of any kind, read one by one with all faults at their places.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::date_text::parse_date;
use super::fault::{Faults, FieldFault};
use super::region::{self, RegionCode};
use super::wage::fen_from_yuan;

/// A scalar as people send it: text, number, truth value, or an earlier answer's `{code, name}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(pub String);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Scalar {
            Text(String),
            Truth(bool),
            Number(serde_json::Number),
            Code { code: String },
        }
        Ok(Self(match Scalar::deserialize(d)? {
            Scalar::Text(text) | Scalar::Code { code: text } => text,
            Scalar::Truth(truth) => truth.to_string(),
            Scalar::Number(number) => number.to_string(),
        }))
    }
}

impl schemars::JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"anyOf": [
            {"type": "string"}, {"type": "number"}, {"type": "boolean"},
            {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}}
        ]})
    }
}

/// One field; null and absent both mean unknown.
pub type Field = Option<Text>;

/// Defines a body: every field may be missing, none may be unknown.
macro_rules! body {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$field_meta])* #[allow(missing_docs)] pub $field: $type),+ }
    };
}

pub(super) use body;

/// The text with asterisks for every run of eleven digits or more: the length of a phone.
pub fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        let end = run.find(|c: char| !c.is_ascii_digit() && !matches!(c, 'x' | 'X' | ' ' | '-')).unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        out.push_str(before);
        let long = run.chars().filter(char::is_ascii_digit).count() >= 11;
        out.push_str(if long { "***" } else { run });
        rest = after;
    }
    out + rest
}

/// What the check needs from outside the body.
pub struct Context<'a> {
    /// Today.
    pub today: Date,
    /// The occupation code of a title, if it is certain enough.
    pub occupation: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The code of a certificate's name.
    pub certificate: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

/// What a field says, if anything.
pub(super) fn text(field: &Field) -> Option<&str> {
    field.as_ref().map(|t| t.0.trim()).filter(|t| !t.is_empty())
}

/// Reads fields one by one and notes what is wrong with each.
pub struct Reader<'a> {
    /// Faults so far.
    pub faults: Faults,
    /// What the check needs.
    pub context: &'a Context<'a>,
}

impl Reader<'_> {
    /// A plain text of at most so many characters, without control characters.
    pub fn words(&mut self, name: &str, field: &Field, most: usize) -> Option<String> {
        let value = text(field)?;
        if value.chars().count() > most {
            self.faults.add(FieldFault::new(name, "text.long").with("most", most));
            return None;
        }
        if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.faults.at(name, "text.control");
            return None;
        }
        Some(value.to_owned())
    }

    /// Free words without an ID number or a phone: those are kept sealed, in fields of their own.
    pub fn remark(&mut self, name: &str, field: &Field, most: usize) -> Option<String> {
        let words = self.words(name, field, most)?;
        if without_numbers(&words) != words {
            self.faults.at(name, "text.number");
            return None;
        }
        Some(words)
    }

    /// A code of a list.
    pub fn code<C: Code>(&mut self, name: &str, field: &Field) -> Option<C> {
        let value = text(field)?;
        let found = C::parse(value);
        if found.is_none() {
            let list: Vec<&str> = C::ALL.iter().map(|c| c.name()).collect();
            self.faults.add(FieldFault::new(name, "code.unknown").with("list", list.join("、")));
        }
        found
    }

    /// Codes of a list.
    pub fn codes<C: Code>(&mut self, name: &str, fields: &[Text]) -> Vec<C> {
        let mut out = Vec::new();
        for (i, field) in fields.iter().enumerate() {
            if let Some(code) = self.code::<C>(&format!("{name}[{i}]"), &Some(field.clone()))
                && !out.contains(&code)
            {
                out.push(code);
            }
        }
        out
    }

    /// A day.
    pub fn day(&mut self, name: &str, field: &Field) -> Option<Date> {
        let value = text(field)?;
        parse_date(value).map_err(|e| self.faults.at(name, e.code())).ok()
    }

    /// Yes or no.
    pub fn truth(&mut self, name: &str, field: &Field) -> Option<bool> {
        match text(field)? {
            "true" | "是" | "1" | "yes" | "on" | "有" => Some(true),
            "false" | "否" | "0" | "no" | "无" => Some(false),
            _ => {
                self.faults.at(name, "truth.wrong");
                None
            }
        }
    }

    /// A number between two bounds.
    pub fn number(&mut self, name: &str, field: &Field, least: f64, most: f64) -> Option<f64> {
        let value = text(field)?;
        match value.parse::<f64>() {
            Ok(n) if n.is_finite() && n >= least && n <= most => Some(n),
            Ok(_) => {
                self.faults.add(FieldFault::new(name, "number.range").with("least", least).with("most", most));
                None
            }
            Err(_) => {
                self.faults.at(name, "number.wrong");
                None
            }
        }
    }

    /// A whole number between two bounds.
    pub fn whole(&mut self, name: &str, field: &Field, least: u32, most: u32) -> Option<u32> {
        let n = self.number(name, field, f64::from(least), f64::from(most))?;
        if n.fract() != 0.0 {
            self.faults.at(name, "number.whole");
            return None;
        }
        Some(n as u32)
    }

    /// Money in yuan with at most two decimals, as fen.
    pub fn money(&mut self, name: &str, field: &Field) -> Option<i64> {
        let value = text(field)?;
        match fen_from_yuan(value) {
            Some(fen) if (0..=100_000_000).contains(&fen) => Some(fen),
            _ => {
                self.faults.at(name, "money.wrong");
                None
            }
        }
    }

    /// A region by code or by name.
    pub fn region(&mut self, name: &str, field: &Field) -> Option<String> {
        let value = text(field)?;
        if let Some(code) = RegionCode::parse(value)
            && region::find(code).is_some()
        {
            return Some(format!("{:06}", code.number()));
        }
        let read = region::parse_region_text(value);
        if read.code.is_none() {
            self.faults.at(name, "region.unknown");
        }
        read.code.map(|code| format!("{:06}", code.number()))
    }

    /// An occupation by code or title.
    pub fn occupation(&mut self, name: &str, field: &Field) -> Option<String> {
        let value = text(field)?;
        let found = (self.context.occupation)(value);
        if found.is_none() {
            self.faults.at(name, "occupation.unknown");
        }
        found
    }
}

/// Entries of a list, each once; more than `most` are a fault of the whole.
pub(super) fn list<T: PartialEq>(
    r: &mut Reader<'_>,
    name: &str,
    fields: &[Text],
    most: usize,
    read: impl Fn(&mut Reader<'_>, &str, &Field) -> Option<T>,
) -> Vec<T> {
    if fields.len() > most {
        r.faults.add(FieldFault::new(name, "list.long").with("most", most));
        return Vec::new();
    }
    let mut out = Vec::new();
    for (i, field) in fields.iter().enumerate() {
        if let Some(value) = read(r, &format!("{name}[{i}]"), &Some(field.clone()))
            && !out.contains(&value)
        {
            out.push(value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_keeps_its_words_and_short_numbers_but_no_phone_and_no_id_number() {
        assert_eq!(without_numbers("家有5口人，2026年后返岗"), "家有5口人，2026年后返岗");
        assert_eq!(without_numbers("妻子 146 0000 0071，二组"), "妻子 ***，二组");
        assert_eq!(without_numbers("52052419900101999X"), "***");
        assert_eq!(without_numbers("班车 7-8 点"), "班车 7-8 点");
    }
}
