//! Wages as a range of money (fen) per period, and what they come to in a month.

mod normal;
mod text;

use serde::{Deserialize, Serialize};

use super::code::Code as _;
use crate::code_list;

pub use text::{WageText, parse_wage_text};

code_list! {
    /// What a wage is paid for.
    Period {
        Hour = "hour" "小时",
        Day = "day" "天",
        Week = "week" "周",
        Month = "month" "月",
        Year = "year" "年",
        Piece = "piece" "件",
    }
}

impl Period {
    /// Reads a code, the word of the forms, or another word people use for it.
    pub fn of_word(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "时" => Self::Hour,
            "日" => Self::Day,
            "星期" => Self::Week,
            "计件" => Self::Piece,
            other => return Self::parse(other),
        })
    }

    /// What a sum per period comes to in a month, rounded to the fen: 21.75 working days, 174 hours, 4.35 weeks
    /// (Ministry of Labour notice [2008] No. 3); `None` where it cannot be known.
    pub fn monthly_fen(self, fen: i64) -> Option<i64> {
        let fen = i128::from(fen);
        let hundredths = |n: i128| (fen * n + 50).div_euclid(100);
        let month = match self {
            Self::Hour => hundredths(17_400),
            Self::Day => hundredths(2_175),
            Self::Week => hundredths(435),
            Self::Month => fen,
            Self::Year => (fen + 6).div_euclid(12),
            Self::Piece => return None,
        };
        i64::try_from(month).ok()
    }
}

/// Why a wage was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WageError {
    #[error("the lower end of a wage is not above its upper end")]
    Order,
    #[error("a wage is a sum above zero and below ten million yuan")]
    Size,
    #[error("a wage names its period")]
    Period,
}

impl WageError {
    /// The stable code of field errors.
    pub fn code(self) -> &'static str {
        match self {
            Self::Order => "wage.order",
            Self::Size => "wage.size",
            Self::Period => "wage.period",
        }
    }
}

/// No wage of a single period reaches this (ten million yuan).
const LIMIT_FEN: i64 = 1_000_000_000;

/// A wage range in fen and what it is paid for; `None` ends are open, and without any sum the wage is open to talks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pay {
    /// Lower end in fen.
    pub min: Option<i64>,
    /// Upper end in fen; `None` with a lower end = "from".
    pub max: Option<i64>,
    /// What it is paid for.
    pub period: Option<Period>,
    /// What piece or platform work brings in a usual month, in fen.
    pub typical_month: Option<i64>,
}

impl Pay {
    /// The wage if its ends are in order and in size and its period is named.
    pub fn checked(self) -> Result<Self, WageError> {
        let sums = [self.min, self.max, self.typical_month];
        if sums.iter().flatten().any(|fen| !(1..LIMIT_FEN).contains(fen)) {
            return Err(WageError::Size);
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            return Err(WageError::Order);
        }
        if self.period.is_none() && (self.min.is_some() || self.max.is_some()) {
            return Err(WageError::Period);
        }
        Ok(self)
    }

    /// True if a sum is named.
    pub fn is_stated(&self) -> bool {
        self.min.or(self.max).or(self.typical_month).is_some()
    }

    /// Lower and upper end in fen a month; piece and platform work give their typical month.
    pub fn monthly(&self) -> (Option<i64>, Option<i64>) {
        if let Some(typical) = self.typical_month {
            return (Some(typical), Some(typical));
        }
        let monthly = |end: Option<i64>| self.period.zip(end).and_then(|(period, fen)| period.monthly_fen(fen));
        (monthly(self.min), monthly(self.max))
    }

    /// The end that a wish is measured against, in fen a month: the upper, else the lower.
    pub fn best_month(&self) -> Option<i64> {
        let (min, max) = self.monthly();
        max.or(min)
    }

    /// Whether it reaches a wished floor in fen a month; `None` = cannot be known.
    pub fn meets(&self, floor_fen: i64) -> Option<bool> {
        self.best_month().map(|best| best >= floor_fen)
    }

    /// As `{min, max, period, typical_month?}` in yuan.
    pub fn in_yuan(&self) -> serde_json::Value {
        let mut object = serde_json::json!({
            "min": self.min.map(yuan_json), "max": self.max.map(yuan_json), "period": self.period.map(Period::code),
        });
        if let Some(fen) = self.typical_month {
            object["typical_month"] = yuan_json(fen).into();
        }
        object
    }
}

/// Fen as a JSON number in yuan with at most two decimals.
pub fn yuan_json(fen: i64) -> serde_json::Number {
    if fen % 100 == 0 {
        return serde_json::Number::from(fen / 100);
    }
    // A double prints the shortest digits that name it, which for sums below 2^46 yuan are these two decimals.
    serde_json::Number::from_f64(fen as f64 / 100.0).unwrap_or_else(|| serde_json::Number::from(fen / 100))
}

/// Fen of a JSON number in yuan; `None` for more than two decimals.
pub fn fen_from_json(yuan: &serde_json::Number) -> Option<i64> {
    fen_from_yuan(&yuan.to_string())
}

/// Fen of plain decimal digits in yuan (5000, 22.5, 4,500.00); `None` for anything else.
pub fn fen_from_yuan(text: &str) -> Option<i64> {
    let text = text.trim().replace(',', "");
    let (yuan, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0');
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = yuan.strip_prefix('-').unwrap_or(yuan);
    if unsigned.is_empty() || !digits(unsigned) || !digits(decimals) || decimals.len() > 2 {
        return None;
    }
    format!("{yuan}{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wage(min: i64, max: i64, period: Period) -> Pay {
        Pay { min: Some(min), max: Some(max), period: Some(period), typical_month: None }
    }

    #[test]
    fn a_month_of_each_period() {
        let month = |period| wage(20_000, 20_000, period).best_month();
        assert_eq!(month(Period::Hour), Some(3_480_000));
        assert_eq!(month(Period::Day), Some(435_000));
        assert_eq!(month(Period::Week), Some(87_000));
        assert_eq!(month(Period::Month), Some(20_000));
        assert_eq!(month(Period::Year), Some(1_667));
        assert_eq!(month(Period::Piece), None);
        let piece = Pay { typical_month: Some(550_000), ..wage(50, 60, Period::Piece) };
        assert_eq!(piece.best_month(), Some(550_000));
    }

    #[test]
    fn a_wish_is_measured_against_the_upper_end() {
        assert_eq!(wage(400_000, 600_000, Period::Month).meets(600_000), Some(true));
        assert_eq!(wage(400_000, 600_000, Period::Month).meets(600_001), Some(false));
        let open = Pay { max: None, ..wage(600_000, 600_000, Period::Month) };
        assert_eq!(open.meets(600_000), Some(true));
        assert_eq!(wage(50, 60, Period::Piece).meets(1), None);
    }

    #[test]
    fn a_wage_out_of_order_or_size_is_refused() {
        let new = |min, max| {
            let pay = Pay { min, max, period: Some(Period::Month), typical_month: None };
            pay.checked().map_err(WageError::code)
        };
        assert_eq!(new(Some(2), Some(1)), Err("wage.order"));
        assert_eq!(new(Some(0), None), Err("wage.size"));
        assert_eq!(new(None, Some(LIMIT_FEN)), Err("wage.size"));
        assert!(new(Some(1), Some(1)).is_ok() && new(None, None).is_ok());
        let bare = Pay { period: None, ..wage(1, 2, Period::Day) };
        assert_eq!(bare.checked(), Err(WageError::Period));
    }

    #[test]
    fn yuan_are_exact() {
        assert_eq!(yuan_json(550_000).to_string(), "5500");
        assert_eq!(yuan_json(2_250).to_string(), "22.5");
        assert_eq!(yuan_json(1_999).to_string(), "19.99");
        assert_eq!(fen_from_yuan("4,500.50"), Some(450_050));
        for text in ["", "x", "1.234", "1e3", "１", ".5", "--1"] {
            assert_eq!(fen_from_yuan(text), None, "{text}");
        }
    }

    #[test]
    fn a_wage_travels_in_yuan() {
        let hour = wage(2_050, 2_200, Period::Hour).in_yuan();
        assert_eq!(hour, serde_json::json!({"min": 20.5, "max": 22, "period": "hour"}));
        let piece = Pay { period: Some(Period::Piece), typical_month: Some(550_000), ..Pay::default() }.in_yuan();
        assert_eq!(piece, serde_json::json!({"min": null, "max": null, "period": "piece", "typical_month": 5500}));
    }

    #[test]
    fn periods_read_their_codes_and_words() {
        for period in Period::ALL {
            assert_eq!(Period::of_word(period.code()), Some(*period));
        }
        assert_eq!(Period::of_word("月"), Some(Period::Month));
        assert_eq!(Period::of_word("日"), Some(Period::Day));
        assert_eq!(Period::of_word("世纪"), None);
    }

    proptest! {
        #[test]
        fn yuan_go_to_json_and_back(fen in 0i64..LIMIT_FEN) {
            prop_assert_eq!(fen_from_json(&yuan_json(fen)), Some(fen));
        }

        #[test]
        fn a_month_keeps_the_order(min in 1i64..1_000_000, more in 0i64..1_000_000, hours in any::<bool>()) {
            let period = if hours { Period::Hour } else { Period::Year };
            let (low, high) = wage(min, min + more, period).monthly();
            prop_assert!(low <= high);
        }
    }
}
