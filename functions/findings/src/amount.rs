//! Amounts of money as people write them: `12.50`, `12,50`, `1.234,50`, `1 234.50`, `1'234.50`, `€12`, `12 EUR`.

use model::Currency;

/// Why a text is not taken for an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// One point or comma before three digits: thousands to some, fractions to others.
    #[error(
        "This can be read in two ways. Write it without a thousands separator and with two decimals, such as 1234.00."
    )]
    Ambiguous,
    /// More decimals than the currency has.
    #[error("Write at most two decimals.")]
    TooPrecise,
    /// Below zero.
    #[error("A price is not below zero.")]
    Negative,
    /// More than a seat can cost.
    #[error("That is more than a licence can cost a month. Give the price of one licence.")]
    TooLarge,
    /// The sign or code of another currency.
    #[error("That is another currency than your company's. Nothing is converted.")]
    OtherCurrency,
    /// No number.
    #[error("Write a number, such as 12.50.")]
    NotAnAmount,
}

impl AmountError {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ambiguous => "ambiguous",
            Self::TooPrecise => "too_precise",
            Self::Negative => "negative",
            Self::TooLarge => "too_large",
            Self::OtherCurrency => "other_currency",
            Self::NotAnAmount => "not_an_amount",
        }
    }
}

/// Minor units of an amount in `currency`.
///
/// # Errors
/// When it is not an amount of this currency that can be read in one way only.
pub fn amount(text: &str, currency: Currency) -> Result<i64, AmountError> {
    let number = without_currency(text.trim(), currency)?;
    let number = match number.strip_prefix(['-', '\u{2212}']) {
        Some(_) => return Err(AmountError::Negative),
        None => number.strip_prefix('+').unwrap_or(number),
    };
    let (whole, decimals) = split(number)?;
    let decimals = match decimals.len() {
        0 => 0,
        1 => digits(decimals)? * 10,
        2 => digits(decimals)?,
        _ => return Err(AmountError::TooPrecise),
    };
    let whole = digits(&ungrouped(whole)?)?;
    whole.checked_mul(100).and_then(|minor| minor.checked_add(decimals)).ok_or(AmountError::TooLarge)
}

/// The number without the sign or code of its currency, before or behind it.
fn without_currency(text: &str, currency: Currency) -> Result<&str, AmountError> {
    for known in [Currency::Usd, Currency::Eur, Currency::Gbp] {
        for mark in [known.sign(), known.code()] {
            let Some(number) = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)) else { continue };
            return if known == currency { Ok(number.trim()) } else { Err(AmountError::OtherCurrency) };
        }
    }
    Ok(text)
}

/// What is before and behind the decimal point.
fn split(number: &str) -> Result<(&str, &str), AmountError> {
    let marks: Vec<(usize, char)> = number.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let Some(&(at, last)) = marks.last() else { return Ok((number, "")) };
    let behind = &number[at + 1..];
    let others = marks.iter().filter(|(_, mark)| *mark != last).count();
    let same = marks.len() - others;
    match (others, same) {
        // The only mark: three digits behind it make it thousands or thousandths.
        (0, 1) if behind.len() == 3 => Err(AmountError::Ambiguous),
        (0, 1) if behind.is_empty() => Err(AmountError::NotAnAmount),
        (0, 1) => Ok((&number[..at], behind)),
        // The same mark again and again separates thousands.
        (0, _) => Ok((number, "")),
        // Two marks: the last is the decimal point, and stands once.
        (_, 1) => Ok((&number[..at], behind)),
        _ => Err(AmountError::NotAnAmount),
    }
}

/// Digits without what separates their thousands, which is the same throughout and in its place.
fn ungrouped(whole: &str) -> Result<String, AmountError> {
    let Some(mark) = whole.chars().find(|c| !c.is_ascii_digit()) else { return Ok(whole.to_owned()) };
    if !matches!(mark, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}') {
        return Err(AmountError::NotAnAmount);
    }
    let groups: Vec<&str> = whole.split(mark).collect();
    let (first, rest) = groups.split_first().ok_or(AmountError::NotAnAmount)?;
    let in_place = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    if in_place { Ok(groups.concat()) } else { Err(AmountError::NotAnAmount) }
}

fn digits(text: &str) -> Result<i64, AmountError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountError::NotAnAmount);
    }
    // All digits: what does not parse is too many of them.
    text.parse().map_err(|_| AmountError::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_read_as_it_is_written_in_many_places() {
        for (text, minor) in [
            ("12", 1200),
            ("0", 0),
            ("12.5", 1250),
            ("12.50", 1250),
            ("12,50", 1250),
            ("0,05", 5),
            ("1.234,50", 123_450),
            ("1,234.50", 123_450),
            ("1 234,50", 123_450),
            ("1\u{a0}234,50", 123_450),
            ("1\u{202f}234,5", 123_450),
            ("1'234.50", 123_450),
            ("1’234", 123_400),
            ("1.234.567", 123_456_700),
            ("1,234,567.89", 123_456_789),
            ("€12.50", 1250),
            ("12,50 €", 1250),
            ("EUR 12", 1200),
            ("12 EUR", 1200),
            ("+3", 300),
        ] {
            assert_eq!(amount(text, Currency::Eur), Ok(minor), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_none_is_refused() {
        use AmountError::{Ambiguous, Negative, NotAnAmount, OtherCurrency, TooLarge, TooPrecise};
        for (text, error) in [
            ("1,234", Ambiguous),
            ("1.234", Ambiguous),
            ("0.123", Ambiguous),
            ("€ 12.345", Ambiguous),
            ("12.3456", TooPrecise),
            ("1,234.567", TooPrecise),
            ("-5", Negative),
            ("\u{2212}5", Negative),
            ("$5", OtherCurrency),
            ("5 GBP", OtherCurrency),
            ("", NotAnAmount),
            ("free", NotAnAmount),
            ("12.", NotAnAmount),
            (".50", NotAnAmount),
            ("1 2", NotAnAmount),
            ("12,34,56", NotAnAmount),
            ("1.23,456.7", NotAnAmount),
            ("1,234.56.78", NotAnAmount),
            ("=1+1", NotAnAmount),
            ("5%", NotAnAmount),
            ("1e3", NotAnAmount),
            ("１２", NotAnAmount),
            ("99999999999999999999", TooLarge),
        ] {
            assert_eq!(amount(text, Currency::Eur), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
            let read = amount(&text, Currency::Usd);
            prop_assert!(read.is_err() || read.is_ok_and(|minor| minor >= 0), "{text}");
        }

        #[test]
        fn what_we_write_reads_back(minor in 0i64..100_000_000) {
            let (units, cents) = (minor / 100, minor % 100);
            for text in [format!("{units}.{cents:02}"), format!("{units},{cents:02}")] {
                prop_assert_eq!(amount(&text, Currency::Gbp), Ok(minor));
            }
        }
    }
}
