//! Made-up people: numbers with the reserved sequences 996-999, phones that begin with 146.

use serde_json::{Value, json};

/// Bijie's Zhijin county, whose people most journeys are about.
pub const ZHIJIN: &str = "520524";
/// Anshun's Puding county, in the region of another branch.
pub const PUDING: &str = "520422";

/// The n-th made-up ID number of a county; even n are women, odd n men.
pub fn id_number(county: &str, n: u32) -> String {
    born(county, &format!("19{:02}{:02}{:02}", 70 + n / 300 % 30, 1 + n / 25 % 12, 1 + n % 25), n)
}

/// A made-up ID number with a birth date of eight digits.
pub fn born(county: &str, date: &str, n: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let front = format!("{county}{date}{}", 996 + n % 4);
    let sum: u32 = front.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{front}{}", ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize])
}

/// The n-th made-up phone.
pub fn phone(n: u32) -> String {
    format!("146{:08}", 10_000_000 + n)
}

/// The body of a registration: the n-th made-up person with other fields on top.
pub fn person(name: &str, n: u32, more: Value) -> Value {
    let mut body = json!({"name": name, "id_number": id_number(ZHIJIN, n), "phone": phone(n)});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        for (field, value) in more {
            if value.is_null() {
                body.remove(field);
            } else {
                body.insert(field.clone(), value.clone());
            }
        }
    }
    body
}
