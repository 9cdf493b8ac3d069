//! Money and shares, exactly.

use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use thiserror::Error;

/// Base units in a dollar, and in a share.
const UNIT: i128 = 1_000_000;
const DECIMALS: usize = 6;

/// An amount of base units of 6 decimals: millionths of a dollar or of a share.
///
/// Read from decimal text in whole units, as the listings give it (`"12.5"`); written to JSON as
/// decimal text in base units (`"12500000"`), and for people in whole units (`12.50`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

/// A text that is not a plain decimal number, such as `1e5` or `12,5`, or a number too large to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a decimal number")]
pub struct NotAnAmount;

impl Amount {
    /// In millionths: 12.50 dollars or shares are `12_500_000`.
    pub fn base_units(self) -> i128 {
        self.0
    }

    /// Decimal text or a JSON number, in whole units.
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) if number.is_f64() => format!("{:.6}", number.as_f64()?).parse().ok(),
            Value::Number(number) => number.to_string().parse().ok(),
            _ => None,
        }
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    /// Digits beyond the sixth are cut off: the tokens have none.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) {
            return Err(NotAnAmount);
        }
        let part: String = part.chars().chain(std::iter::repeat('0')).take(DECIMALS).collect();
        let whole: i128 = whole.parse().map_err(|_| NotAnAmount)?;
        let part: i128 = part.parse().map_err(|_| NotAnAmount)?;
        let units = whole.checked_mul(UNIT).and_then(|units| units.checked_add(part)).ok_or(NotAnAmount)?;
        Ok(Self(sign * units))
    }
}

impl fmt::Display for Amount {
    /// Whole units with the decimals that there are, two at least.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / UNIT.unsigned_abs(), self.0.unsigned_abs() % UNIT.unsigned_abs());
        let part = format!("{part:06}");
        let part = format!("{:0<2}", part.trim_end_matches('0'));
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{whole}.{part}"))
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_text_is_read_to_the_base_unit() {
        for (text, units, shown) in [
            ("5", 5_000_000, "5.00"),
            ("0.05", 50_000, "0.05"),
            ("12.500001", 12_500_001, "12.500001"),
            ("0.0000019", 1, "0.000001"),
            ("-3.1", -3_100_000, "-3.10"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!((amount.base_units(), amount.to_string().as_str()), (units, shown));
        }
        for text in ["", "-", ".5", "1e3", "+1", "1,5", "0x1", "1.2.3", &"9".repeat(60)] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
        assert_eq!(Amount::read(&serde_json::json!(0.05)), "0.05".parse().ok());
        assert_eq!(Amount::read(&serde_json::json!(0.000_001)), "0.000001".parse().ok());
        assert_eq!(Amount::read(&serde_json::json!(7)), "7".parse().ok());
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(units in i64::MIN..i64::MAX) {
            let amount = Amount(i128::from(units));
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(&json, &format!("\"{units}\""));
            prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
        }
    }
}
