//! What a drawing costs, by the vendor's list.

use std::sync::OnceLock;

use serde::Deserialize;

/// Prices of one model in US dollars for a million tokens, which is micro-dollars for one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    model: String,
    input: f64,
    text_output: f64,
    image_output: f64,
    #[allow(dead_code, reason = "for who keeps the table")]
    source: String,
    #[allow(dead_code, reason = "for who keeps the table")]
    read: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prices {
    models: Vec<Price>,
}

/// Tokens of a call, as they are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// Sent, text and picture.
    pub(crate) input: u64,
    /// Received as text, thoughts included.
    pub(crate) text: u64,
    /// Received as pictures.
    pub(crate) image: u64,
}

/// The price of a call in micro-dollars, rounded up; `None` for a model whose price is not listed.
pub(crate) fn of(model: &str, tokens: Tokens) -> Option<u64> {
    let price = prices().iter().find(|price| price.model == model)?;
    let charged = |tokens: u64, each: f64| tokens as f64 * each;
    let sum = charged(tokens.input, price.input) + charged(tokens.text, price.text_output) + charged(tokens.image, price.image_output);
    // A float that is too large for the type becomes its largest value.
    Some(sum.ceil() as u64)
}

fn prices() -> &'static [Price] {
    static PRICES: OnceLock<Vec<Price>> = OnceLock::new();
    // The text is part of the binary, and a test parses it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    PRICES.get_or_init(|| toml::from_str::<Prices>(include_str!("../prices.toml")).expect("the embedded prices are sound").models)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artist::MODEL;

    #[test]
    fn the_default_model_has_a_price() {
        let tokens = Tokens { input: 270, text: 0, image: 1120 };
        assert_eq!(of(MODEL, tokens), Some(34_005), "270 × 1.50 + 1120 × 30");
        assert_eq!(of(MODEL, Tokens { text: 100, ..tokens }), Some(34_755));
        assert_eq!(of("gemini-of-tomorrow", tokens), None);
    }

    #[test]
    fn every_price_has_its_source_and_day_and_is_above_zero() {
        for price in prices() {
            assert!(price.source.starts_with("https://") && price.read.len() == 10, "{}", price.model);
            assert!([price.input, price.text_output, price.image_output].iter().all(|each| *each > 0.0 && each.is_finite()));
        }
    }
}
