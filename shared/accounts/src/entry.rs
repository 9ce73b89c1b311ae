//! A sign-in code as a person enters it.

use icu_properties::props::{Dash, GeneralCategory, WhiteSpace};
use icu_properties::{CodePointMapData, CodePointSetData};
use kernel::{Failure, Reason};

/// Decimal digits of a code.
pub(crate) const DIGITS: usize = 6;

/// The digits of a code in ASCII, whatever script they were entered in. White space, dashes and signs that nobody sees are left out: mails and keyboards
/// put them there.
///
/// # Errors
/// [`Failure::Invalid`] for anything but six digits.
pub fn digits(entered: &str) -> Result<String, Failure> {
    let refused = || Failure::invalid(Reason::FieldInvalid, "code must be the six digits of the mail.");
    let mut code = String::with_capacity(DIGITS);
    for sign in entered.chars().filter(|sign| !is_between(*sign)) {
        match digit(sign) {
            Some(digit) if code.len() < DIGITS => code.push(digit),
            _ => return Err(refused()),
        }
    }
    if code.len() == DIGITS { Ok(code) } else { Err(refused()) }
}

fn is_between(sign: char) -> bool {
    // The long vowel of Japanese is what the key of a dash types there.
    matches!(sign, 'ー' | 'ｰ')
        || CodePointSetData::new::<WhiteSpace>().contains(sign)
        || CodePointSetData::new::<Dash>().contains(sign)
        || CodePointMapData::<GeneralCategory>::new().get(sign) == GeneralCategory::Format
}

/// The ASCII digit of a decimal digit of any script. Unicode keeps those of a script together, from zero to nine.
fn digit(sign: char) -> Option<char> {
    let is_decimal = |point: u32| CodePointMapData::<GeneralCategory>::new().get32(point) == GeneralCategory::DecimalNumber;
    let point = u32::from(sign);
    let from_first = (0..point).rev().take_while(|before| is_decimal(*before)).count();
    is_decimal(point).then(|| char::from(b'0' + u8::try_from(from_first % 10).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_entered() {
        for entered in [
            "123456",
            " 123 456\r\n",
            "123-456",
            "1 2 3 4 5 6",
            "123\u{2013}456",
            "123\u{2212}456",
            "123\u{2011}456",
            "１２３４５６",
            "１２３－４５６",
            "１２３ー４５６",
            "123\u{a0}456",
            "123\u{3000}456",
            "\u{200b}123\u{ad}456\u{feff}",
            "\u{202a}123456\u{202c}",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "๑๒๓๔๕๖",
            "𝟏𝟐𝟑𝟜𝟝𝟞",
            "1２٣۴५６",
        ] {
            assert_eq!(digits(entered).ok().as_deref(), Some("123456"), "{entered:?}");
        }
        assert_eq!(digits("٠٠٠-٠٠٩").ok().as_deref(), Some("000009"));
    }

    #[test]
    fn what_is_not_six_digits_is_refused() {
        for entered in [
            "",
            "12345",
            "1234567",
            "12345a",
            "123.456",
            "123_456",
            "+123456",
            "①②③④⑤⑥",
            "²³¹²³¹",
            "一二三四五六",
            "ⅠⅡⅢⅣⅤⅥ",
            "-",
            " ",
            "0x1234",
            "1e5000",
        ] {
            assert!(matches!(digits(entered), Err(Failure::Invalid(problem)) if problem.reason == Reason::FieldInvalid), "{entered:?}");
        }
        assert!(digits(&"9".repeat(16_000)).is_err() && digits(&"-".repeat(16_000)).is_err());
    }

    /// What [`digit`] counts on.
    #[test]
    fn decimal_digits_come_in_tens() {
        let all = (0..0x2_0000_u32).filter_map(char::from_u32).filter_map(digit).collect::<String>();
        assert!(all.len() >= 700 && all.len() % 10 == 0, "{}", all.len());
        assert!(all.as_bytes().chunks(10).all(|ten| ten == b"0123456789"));
    }
}
