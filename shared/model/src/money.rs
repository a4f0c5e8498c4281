//! Money: whole minor units and an ISO 4217 code. Never added across currencies, never a float.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency Steward has list prices in, or a tenant has set prices in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(example = "USD")]
pub enum Currency {
    /// US dollar.
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
}

impl Currency {
    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
        }
    }
    /// The sign used in sentences.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Usd => "$",
            Self::Eur => "€",
            Self::Gbp => "£",
        }
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        [Self::Usd, Self::Eur, Self::Gbp].into_iter().find(|c| c.code() == text).ok_or(UnknownCurrency)
    }
}

/// A currency Steward does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a currency Steward knows: USD, EUR or GBP")]
pub struct UnknownCurrency;

/// An amount in minor units (cents) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Money {
    /// Minor units: 1250 is 12.50.
    #[schema(example = 1250)]
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }
    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }
    /// `1250.50`: for programs and spreadsheets, the currency beside it.
    pub fn decimal(self) -> String {
        let (units, cents) = (self.amount_minor.unsigned_abs() / 100, self.amount_minor.unsigned_abs() % 100);
        let minus = if self.amount_minor < 0 { "-" } else { "" };
        format!("{minus}{units}.{cents:02}")
    }
    /// `self * factor`, or `None` when it leaves the range of an i64.
    pub fn times(self, factor: i64) -> Option<Self> {
        Some(Self { amount_minor: self.amount_minor.checked_mul(factor)?, ..self })
    }
    /// The sum, or `None` when the currencies differ or the sum leaves the range.
    pub fn plus(self, other: Self) -> Option<Self> {
        (self.currency == other.currency).then_some(())?;
        Some(Self { amount_minor: self.amount_minor.checked_add(other.amount_minor)?, ..self })
    }
}

impl fmt::Display for Money {
    /// `$1,250` or `$12.50`: minor units only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, cents) = (self.amount_minor.unsigned_abs() / 100, self.amount_minor.unsigned_abs() % 100);
        let digits = units.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let minus = if self.amount_minor < 0 { "-" } else { "" };
        let text = match cents {
            0 => format!("{minus}{}{grouped}", self.currency.sign()),
            _ => format!("{minus}{}{grouped}.{cents:02}", self.currency.sign()),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_people_write_it() {
        assert_eq!(Money::new(123_456_700, Currency::Usd).to_string(), "$1,234,567");
        assert_eq!(Money::new(1250, Currency::Gbp).to_string(), "£12.50");
        assert_eq!(Money::new(-5, Currency::Eur).to_string(), "-€0.05");
    }

    #[test]
    fn a_decimal_has_two_places_and_no_grouping() {
        let decimal = |minor| Money::new(minor, Currency::Usd).decimal();
        assert_eq!([decimal(123_456_700), decimal(1250), decimal(-5)], ["1234567.00", "12.50", "-0.05"]);
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(Money::new(1, Currency::Usd).plus(Money::new(1, Currency::Eur)), None);
    }
}
