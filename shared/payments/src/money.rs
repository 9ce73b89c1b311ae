//! Amounts as the merchant states them. None is ever computed here but as a difference of two of the same order.

/// The largest amount that is believed: a billion dollars. A number of a card has more digits, so none can pass for an amount (AN-22).
const MOST: i64 = 99_999_999_999;

/// So many of a currency's smallest unit: cents of the dollar, whole yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    /// ISO 4217, in capitals.
    pub currency: [u8; 3],
}

impl Money {
    /// An amount with the code of its currency in letters of either case; `None` when it is negative, beyond belief or of no currency.
    #[must_use]
    pub fn of(minor: i64, currency: &str) -> Option<Self> {
        let currency: [u8; 3] = currency.as_bytes().try_into().ok()?;
        let fits = (0..=MOST).contains(&minor) && currency.iter().all(u8::is_ascii_alphabetic);
        fits.then(|| Self { minor, currency: currency.map(|letter| letter.to_ascii_uppercase()) })
    }

    /// The currency as text, such as `USD`.
    #[must_use]
    pub fn currency(&self) -> &str {
        std::str::from_utf8(&self.currency).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_a_currency_and_is_no_number_of_a_card() {
        let money = Money::of(500, "usd").unwrap();
        assert_eq!((money.minor, money.currency()), (500, "USD"));
        assert!(Money::of(0, "JPY").is_some());
        for (minor, currency) in
            [(-1, "usd"), (100_000_000_000, "usd"), (4_242_424_242_424_242, "usd"), (1, ""), (1, "us"), (1, "u$d"), (1, "euro"), (1, "é1")]
        {
            assert_eq!(Money::of(minor, currency), None, "{minor} {currency}");
        }
    }
}
