//! A row of an import sheet: its cells by field, and what became of them on the way to a checked body.

pub mod offer;
pub mod person;
pub mod register;

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body::{Field, Text};
use super::fault::FieldFault;
use super::region;

/// Which column fills which field, as the header of one sheet says.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Few enough to be looked through: each row asks some seventy times.
    fields: Vec<(&'static str, Vec<usize>)>,
}

impl Layout {
    /// From columns with their fields; several columns of one field are read in order, the first filled one counts.
    pub fn new(columns: impl IntoIterator<Item = (usize, &'static str)>) -> Self {
        let mut layout = Self::default();
        for (column, field) in columns {
            match layout.fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, columns)) => columns.push(column),
                None => layout.fields.push((field, vec![column])),
            }
        }
        layout
    }

    fn columns(&self, field: &str) -> &[usize] {
        self.fields.iter().find(|(known, _)| *known == field).map_or(&[], |(_, columns)| columns)
    }

    /// True if the sheet has the field; a column that is not there is never asked about.
    pub fn has(&self, field: &str) -> bool {
        !self.columns(field).is_empty()
    }

    /// The column that a fault of this field points to: that of the field itself, or of the one it is read from.
    pub fn column(&self, field: &str) -> Option<usize> {
        let bare: String = without_index(field);
        let sources: &[&str] = match bare.as_str() {
            "village.county" => &["county", "prefecture", "province"],
            "village.township" => &["township"],
            "village.village" => &["village"],
            "phone" => &["phone", "household_phone"],
            "household.watch_class" => &["household.watch_class", "household.type"],
            "certificates.name" => &["certificates"],
            "wage" | "wage.min" => &["wage", "wage_min"],
            "wage.max" => &["wage_max", "wage"],
            "requirements.min_age" => &["min_age", "age", "requirements"],
            "requirements.max_age" => &["max_age", "age", "requirements"],
            _ => &[],
        };
        let last = bare.rsplit('.').next().unwrap_or_default();
        std::iter::once(bare.as_str())
            .chain(sources.iter().copied())
            .chain(std::iter::once(last))
            .find_map(|name| self.columns(name).first().copied())
    }
}

/// `certificates[1].name` without its number.
fn without_index(field: &str) -> String {
    let mut depth = 0;
    field
        .chars()
        .filter(|c| {
            match c {
                '[' => depth += 1,
                ']' => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// A row read through a layout.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    /// Which column is which.
    pub layout: &'a Layout,
    /// The texts, column A first.
    pub texts: &'a [String],
}

impl Cells<'_> {
    /// The first filled cell of the field's columns, trimmed; empty if there is none.
    pub fn get(&self, field: &str) -> &str {
        self.layout
            .columns(field)
            .iter()
            .filter_map(|column| self.texts.get(*column))
            .map(|text| text.trim())
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// The cell as a body's field.
    pub fn field(&self, field: &str) -> Field {
        let text = self.get(field);
        (!text.is_empty()).then(|| text.into())
    }

    /// The parts of a cell that lists several things.
    pub fn list(&self, field: &str) -> Vec<String> {
        split_list(self.get(field))
    }
}

/// Takes apart what people list in one cell; what stands in brackets belongs together.
pub fn split_list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, '、' | ',' | '，' | ';' | '；' | '/' | '|' | '\n' | '\r') {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// What a place text came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Code of the deepest division that is certain.
    pub code: Option<String>,
    /// Nothing of it, or not all of it, is a division.
    pub unknown: bool,
}

/// Place texts read before: a sheet names the same few hundred places again and again.
#[derive(Debug, Default)]
pub struct Places(HashMap<String, Place>);

impl Places {
    /// Reads a place text.
    pub fn read(&mut self, text: &str) -> Place {
        /// Enough for every county; beyond it are addresses, which do not come again.
        const MOST: usize = 20_000;
        if let Some(place) = self.0.get(text) {
            return place.clone();
        }
        let read = region::parse_region_text(text);
        let place = Place {
            code: read.code.map(|code| format!("{:06}", code.number())),
            unknown: read.unknown_part.is_some() || read.code.is_none(),
        };
        if self.0.len() < MOST {
            self.0.insert(text.to_owned(), place.clone());
        }
        place
    }
}

/// What is said of an accepted row besides its data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remarks {
    /// A rule is broken; the row counts among those with warnings.
    pub warnings: Vec<FieldFault>,
    /// Shown, counted nowhere.
    pub notes: Vec<FieldFault>,
}

fn some(text: impl Into<String>) -> Field {
    let text = text.into();
    (!text.is_empty()).then_some(Text(text))
}

/// Checks a body; a value that cannot be read is left out with a warning, unless its fault rejects the row.
pub fn settle<B: Serialize + DeserializeOwned, T>(
    body: &mut B,
    check: impl Fn(&B) -> Result<T, Vec<FieldFault>>,
    rejects: impl Fn(&FieldFault) -> bool,
    remarks: &mut Remarks,
) -> Result<T, Vec<FieldFault>> {
    // Each round takes at least one value away.
    loop {
        match check(body) {
            Ok(checked) => return Ok(checked),
            Err(faults) if faults.iter().any(&rejects) => {
                return Err(faults.into_iter().filter(|fault| rejects(fault)).collect());
            }
            Err(faults) => {
                let Some(without) = leave_out(body, &faults) else { return Err(faults) };
                *body = without;
                for fault in faults {
                    // Words that name no occupation are no rule broken.
                    let is_note = fault.code == "occupation.unknown";
                    if is_note { &mut remarks.notes } else { &mut remarks.warnings }.push(fault);
                }
            }
        }
    }
}

/// The body without the fields that the faults name; none if nothing could be taken away.
fn leave_out<B: Serialize + DeserializeOwned>(body: &B, faults: &[FieldFault]) -> Option<B> {
    let mut whole = serde_json::to_value(body).ok()?;
    let before = whole.clone();
    // Items of a list from the last to the first, so that the numbers of the others stay right.
    for fault in faults.iter().rev() {
        let path = format!("/{}", fault.field.replace('[', "/").replace(']', "").replace('.', "/"));
        let (parent, name) = path.rsplit_once('/')?;
        match whole.pointer_mut(parent) {
            Some(Value::Array(list)) => {
                let at: usize = name.parse().ok()?;
                if at < list.len() {
                    list.remove(at);
                }
            }
            Some(Value::Object(map)) => {
                map.remove(name);
            }
            _ => {}
        }
    }
    if whole == before {
        return None;
    }
    serde_json::from_value(whole).ok()
}

/// True for a run of digits that is a date or two sums of money, such as 1987-02-02 or 6500-7000.
fn is_plain(run: &str) -> bool {
    let groups: Vec<usize> = run.split(['-', ' ']).map(str::len).collect();
    match groups[..] {
        [4, 1 | 2, 1 | 2] => run.starts_with("19") || run.starts_with("20"),
        [3..=5, 3..=5] => true,
        _ => false,
    }
}

/// Hides the middle of every long run of digits, so that numbers and phones can be told again and not read.
pub fn masked(text: &str) -> String {
    /// Runs from this length on may be a phone or a number.
    const LONG: usize = 7;
    let letters: Vec<char> = text.chars().take(60).collect();
    let is_digit = |c: &char| c.is_numeric() || matches!(c, 'x' | 'X' | 'Ｘ' | 'ｘ' | ' ' | '-');
    let mut shown = String::new();
    let mut at = 0;
    while at < letters.len() {
        let run = letters[at..].iter().take_while(|c| is_digit(c)).count();
        let digits = letters[at..at + run].iter().filter(|c| c.is_numeric()).count();
        let plain = || is_plain(letters[at..at + run].iter().collect::<String>().trim());
        if digits >= LONG && !plain() {
            let (before, after) = match run {
                15.. => (4, 4),
                11.. => (3, 4),
                _ => (3, 3),
            };
            shown.extend(&letters[at..at + before]);
            shown.extend(std::iter::repeat_n('*', run - before - after));
            shown.extend(&letters[at + run - after..at + run]);
            at += run;
        } else {
            shown.extend(&letters[at..at + run.max(1)]);
            at += run.max(1);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_is_taken_apart_outside_of_brackets() {
        assert_eq!(split_list("健康，残疾"), ["健康", "残疾"]);
        assert_eq!(split_list("特种作业操作证(焊工、电工)、健康证"), ["特种作业操作证(焊工、电工)", "健康证"]);
        assert!(split_list(" 、").is_empty());
    }

    #[test]
    fn a_fault_points_to_the_column_that_its_field_was_read_from() {
        let layout = Layout::new([(0, "name"), (4, "county"), (5, "certificates"), (7, "household_phone")]);
        assert_eq!(layout.column("village.county"), Some(4));
        assert_eq!(layout.column("certificates[2].name"), Some(5));
        assert_eq!(layout.column("phone"), Some(7));
        assert_eq!(layout.column("wage_floor"), None);
    }

    #[test]
    fn the_first_filled_column_of_a_field_counts() {
        let layout = Layout::new([(0, "phone"), (2, "phone")]);
        let texts = [" ".to_owned(), String::new(), " 14600000071 ".to_owned()];
        assert_eq!(Cells { layout: &layout, texts: &texts }.get("phone"), "14600000071");
    }

    #[test]
    fn a_place_that_is_only_half_known_keeps_its_known_half() {
        let mut places = Places::default();
        let half = places.read("广州市不存在区");
        assert_eq!((half.code.as_deref(), half.unknown), (Some("440100"), true));
        assert_eq!(places.read("贵州省毕节市织金县").code.as_deref(), Some("520524"));
    }

    #[test]
    fn dates_and_sums_are_told_and_numbers_hidden() {
        for (text, shown) in [
            ("1987-02-02", "1987-02-02"),
            ("6500-7000", "6500-7000"),
            ("52052419900307996X", "5205**********996X"),
            ("146 0000 0071", "146******0071"),
            ("14600000071", "146****0071"),
            ("520524-19900307-9967", "5205************9967"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    proptest! {
        #[test]
        fn no_number_or_phone_shows_in_full(before in "[a-z号 ]{0,5}", digits in "[0-9]{11,18}", behind in "[a-z号]{0,5}") {
            let shown = masked(&format!("{before}{digits}{behind}"));
            prop_assert!(!shown.contains(&digits));
            prop_assert!(shown.chars().filter(char::is_ascii_digit).count() <= 8);
        }
    }
}
