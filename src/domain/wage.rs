//! Wages as a range of money (fen) per period, and what they come to in a month.

mod normal;
mod text;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize};

pub use text::{WageText, parse_wage_text};

/// What one payment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WagePeriod {
    Hour,
    Day,
    Week,
    Month,
    Year,
    Piece,
}

impl WagePeriod {
    /// The stable code: `hour, day, week, month, year, piece`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Piece => "piece",
        }
    }

    /// Reads a code or the Chinese word for it.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "hour" | "小时" | "时" => Self::Hour,
            "day" | "天" | "日" => Self::Day,
            "week" | "周" | "星期" => Self::Week,
            "month" | "月" => Self::Month,
            "year" | "年" => Self::Year,
            "piece" | "计件" | "件" => Self::Piece,
            _ => return None,
        })
    }

    /// Hundredths of this period in a month: 21.75 working days, 174 hours, 4.35 weeks
    /// (Ministry of Labour notice [2008] No. 3); `None` where it cannot be known.
    fn hundredths_a_month(self) -> Option<i128> {
        match self {
            Self::Hour => Some(17_400),
            Self::Day => Some(2_175),
            Self::Week => Some(435),
            Self::Month => Some(100),
            Self::Year | Self::Piece => None,
        }
    }

    /// What a sum per period comes to in a month, rounded to the fen.
    pub fn monthly_fen(self, fen: i64) -> Option<i64> {
        let fen = i128::from(fen);
        let month = match self {
            Self::Year => (fen + 6).div_euclid(12),
            _ => (fen * self.hundredths_a_month()? + 50).div_euclid(100),
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
    #[error("a wage names at least one end")]
    Empty,
}

impl WageError {
    /// The stable code of field errors.
    pub fn code(self) -> &'static str {
        match self {
            Self::Order => "wage.order",
            Self::Size => "wage.size",
            Self::Empty => "wage.empty",
        }
    }
}

/// A wage range in order, with at least one end or a typical month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wage {
    min_fen: Option<i64>,
    max_fen: Option<i64>,
    period: WagePeriod,
    typical_month_fen: Option<i64>,
}

/// No wage of a single period reaches this (ten million yuan).
const LIMIT_FEN: i64 = 1_000_000_000;

impl Wage {
    /// A range of fen per period; `typical_month_fen` says what piece work comes to.
    pub fn new(
        min_fen: Option<i64>,
        max_fen: Option<i64>,
        period: WagePeriod,
        typical_month_fen: Option<i64>,
    ) -> Result<Self, WageError> {
        let ends = [min_fen, max_fen, typical_month_fen];
        if ends.iter().flatten().next().is_none() {
            return Err(WageError::Empty);
        }
        if ends.iter().flatten().any(|fen| !(1..LIMIT_FEN).contains(fen)) {
            return Err(WageError::Size);
        }
        if let (Some(min), Some(max)) = (min_fen, max_fen)
            && min > max
        {
            return Err(WageError::Order);
        }
        Ok(Self { min_fen, max_fen, period, typical_month_fen })
    }

    /// Lower end in fen per period.
    pub fn min_fen(&self) -> Option<i64> {
        self.min_fen
    }

    /// Upper end in fen per period.
    pub fn max_fen(&self) -> Option<i64> {
        self.max_fen
    }

    /// What the ends are paid for.
    pub fn period(&self) -> WagePeriod {
        self.period
    }

    /// What a month usually comes to, in fen (piece and platform work).
    pub fn typical_month_fen(&self) -> Option<i64> {
        self.typical_month_fen
    }

    /// Lower and upper end in fen a month; piece work and platform work give their typical month.
    pub fn month_fen(&self) -> (Option<i64>, Option<i64>) {
        if let Some(typical) = self.typical_month_fen {
            return (Some(typical), Some(typical));
        }
        let monthly = |end: Option<i64>| end.and_then(|fen| self.period.monthly_fen(fen));
        (monthly(self.min_fen), monthly(self.max_fen))
    }

    /// The end that a wish is measured against, in fen a month: the upper, else the lower.
    pub fn best_month_fen(&self) -> Option<i64> {
        let (min, max) = self.month_fen();
        max.or(min)
    }

    /// Whether it reaches a wished floor in fen a month; `None` = cannot be known.
    pub fn meets(&self, floor_fen: i64) -> Option<bool> {
        self.best_month_fen().map(|best| best >= floor_fen)
    }
}

/// As `{min, max, period, typical_month?}` in yuan.
impl Serialize for Wage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Wage", 4)?;
        object.serialize_field("min", &self.min_fen.map(yuan_json))?;
        object.serialize_field("max", &self.max_fen.map(yuan_json))?;
        object.serialize_field("period", &self.period)?;
        match self.typical_month_fen {
            Some(fen) => object.serialize_field("typical_month", &yuan_json(fen))?,
            None => object.skip_field("typical_month")?,
        }
        object.end()
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

    fn wage(min: i64, max: i64, period: WagePeriod) -> Wage {
        Wage::new(Some(min), Some(max), period, None).unwrap()
    }

    #[test]
    fn a_month_of_each_period() {
        let month = |period| wage(20_000, 20_000, period).best_month_fen();
        assert_eq!(month(WagePeriod::Hour), Some(3_480_000));
        assert_eq!(month(WagePeriod::Day), Some(435_000));
        assert_eq!(month(WagePeriod::Week), Some(87_000));
        assert_eq!(month(WagePeriod::Month), Some(20_000));
        assert_eq!(month(WagePeriod::Year), Some(1_667));
        assert_eq!(month(WagePeriod::Piece), None);
        let piece = Wage::new(Some(50), None, WagePeriod::Piece, Some(550_000)).unwrap();
        assert_eq!(piece.best_month_fen(), Some(550_000));
    }

    #[test]
    fn a_wish_is_measured_against_the_upper_end() {
        assert_eq!(wage(400_000, 600_000, WagePeriod::Month).meets(600_000), Some(true));
        assert_eq!(wage(400_000, 600_000, WagePeriod::Month).meets(600_001), Some(false));
        let open = Wage::new(Some(600_000), None, WagePeriod::Month, None).unwrap();
        assert_eq!(open.meets(600_000), Some(true));
        assert_eq!(wage(50, 60, WagePeriod::Piece).meets(1), None);
    }

    #[test]
    fn a_wage_out_of_order_or_size_is_refused() {
        let new = |min, max| Wage::new(min, max, WagePeriod::Month, None).map_err(WageError::code);
        assert_eq!(new(Some(2), Some(1)), Err("wage.order"));
        assert_eq!(new(Some(0), None), Err("wage.size"));
        assert_eq!(new(None, Some(LIMIT_FEN)), Err("wage.size"));
        assert_eq!(new(None, None), Err("wage.empty"));
        assert!(new(Some(1), Some(1)).is_ok());
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
        let json = |wage: &Wage| serde_json::to_string(wage).unwrap();
        assert_eq!(json(&wage(2_050, 2_200, WagePeriod::Hour)), r#"{"min":20.5,"max":22,"period":"hour"}"#);
        let piece = Wage::new(None, None, WagePeriod::Piece, Some(550_000)).unwrap();
        assert_eq!(json(&piece), r#"{"min":null,"max":null,"period":"piece","typical_month":5500}"#);
    }

    #[test]
    fn periods_read_their_codes_and_words() {
        use WagePeriod::*;
        for period in [Hour, Day, Week, Month, Year, Piece] {
            assert_eq!(WagePeriod::parse(period.code()), Some(period));
        }
        assert_eq!(WagePeriod::parse("月"), Some(Month));
        assert_eq!(WagePeriod::parse("世纪"), None);
    }

    proptest! {
        #[test]
        fn yuan_go_to_json_and_back(fen in 0i64..LIMIT_FEN) {
            prop_assert_eq!(fen_from_json(&yuan_json(fen)), Some(fen));
        }

        #[test]
        fn a_month_keeps_the_order(min in 1i64..1_000_000, more in 0i64..1_000_000, hours in any::<bool>()) {
            let period = if hours { WagePeriod::Hour } else { WagePeriod::Year };
            let (low, high) = wage(min, min + more, period).month_fen();
            prop_assert!(low <= high);
        }
    }
}
