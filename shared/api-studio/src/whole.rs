//! Whole numbers as JSON Schema means them: `1` and `1.0` are the same number, however a client writes it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// Whole numbers up to here, 2^50, are read exactly from a float. `serde_json` may be off by a unit in the last place, which is less than one half here, so
/// that an inexact number is not whole and is refused; further up it could become another whole number.
const EXACT: f64 = 1_125_899_906_842_624.0;

struct Whole<T>(T);

struct WholeVisitor<T>(PhantomData<T>);

impl<'de, T: TryFrom<u64>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(WholeVisitor(PhantomData))
    }
}

impl<T: TryFrom<u64>> Visitor<'_> for WholeVisitor<T> {
    type Value = Whole<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number of the type {}", std::any::type_name::<T>())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole<T>, E> {
        T::try_from(number).map(Whole).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    // A whole number up to `EXACT` is a `u64` without a loss.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Whole<T>, E> {
        if number.fract() == 0.0 && (0.0..=EXACT).contains(&number) {
            self.visit_u64(number as u64)
        } else {
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }
}

/// Reads a whole number.
pub(crate) fn whole<'de, D: Deserializer<'de>, T: TryFrom<u64>>(deserializer: D) -> Result<T, D::Error> {
    Whole::deserialize(deserializer).map(|whole| whole.0)
}

/// Reads a whole number or `null`.
pub(crate) fn whole_or_null<'de, D: Deserializer<'de>, T: TryFrom<u64>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<Whole<T>>::deserialize(deserializer).map(|whole| whole.map(|whole| whole.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<u8> {
        whole(&mut serde_json::Deserializer::from_str(json)).ok()
    }

    #[test]
    fn a_number_is_whole_however_it_is_written() {
        for (json, number) in [("1", Some(1)), ("1.0", Some(1)), ("2e2", Some(200)), ("-0.0", Some(0)), ("255", Some(255))] {
            assert_eq!(read(json), number, "{json}");
        }
        for json in ["1.5", "-1", "-1.0", "256", "256.0", "1e300", "\"1\"", "null", "true"] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn a_number_that_may_be_null_is_exact_or_refused() {
        let read = |json: &str| whole_or_null::<_, u64>(&mut serde_json::Deserializer::from_str(json)).ok();
        assert_eq!(read("null"), Some(None));
        assert_eq!(read("9007199254740991"), Some(Some(9_007_199_254_740_991)));
        assert_eq!(read("1125899906842624.0"), Some(Some(1_125_899_906_842_624)));
        assert_eq!(read("9007199254740991.0"), None);
    }
}
