//! Amounts as people read them.

use std::fmt;

use crate::Money;

/// Currencies whose smallest unit is not a hundredth (ISO 4217), with the digits behind the point.
const DIGITS: [(usize, &[&str]); 2] = [
    (0, &["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
];

/// `USD 12.00`, `JPY 1200`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let currency = std::str::from_utf8(&self.currency).unwrap_or("???");
        let digits = DIGITS.iter().find(|(_, all)| all.contains(&currency)).map_or(2, |(digits, _)| *digits);
        let (sign, minor) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        if digits == 0 {
            return write!(f, "{currency} {sign}{minor}");
        }
        let unit = if digits == 3 { 1000 } else { 100 };
        write!(f, "{currency} {sign}{}.{:0digits$}", minor / unit, minor % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_digits_of_its_currency() {
        let said = |minor, currency: &[u8; 3]| Money { minor, currency: *currency }.to_string();
        for (minor, currency, words) in [
            (1200, b"USD", "USD 12.00"),
            (5, b"EUR", "EUR 0.05"),
            (1200, b"JPY", "JPY 1200"),
            (1200, b"KWD", "KWD 1.200"),
            (-105, b"USD", "USD -1.05"),
            (0, b"USD", "USD 0.00"),
            (i64::MIN, b"JPY", "JPY -9223372036854775808"),
        ] {
            assert_eq!(said(minor, currency), words);
        }
    }
}
