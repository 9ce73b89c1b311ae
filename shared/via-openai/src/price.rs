//! What a drawing costs, by the vendor's list.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::answer::Tokens;

/// Prices of the models with one prefix, in US dollars for a million tokens, which is micro-dollars for one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    prefix: String,
    text_input: f64,
    image_input: f64,
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

/// The price of a call in micro-dollars, rounded up; `None` for a model whose price is not listed, and when the answer does not tell what came out. Input
/// that is not told apart counts as picture, which is dearer.
pub(crate) fn of(model: &str, tokens: &Tokens) -> Option<u64> {
    let listed = prices().iter().filter(|price| model.starts_with(&price.prefix));
    let price = listed.max_by_key(|price| price.prefix.len())?;
    let details = tokens.input_tokens_details.unwrap_or_default();
    let input = tokens.input_tokens.or_else(|| details.text_tokens?.checked_add(details.image_tokens?))?;
    let text = details.text_tokens.unwrap_or(0).min(input);
    let charged = |tokens: u64, each: f64| tokens as f64 * each;
    let sum =
        charged(text, price.text_input) + charged(input - text, price.image_input) + charged(tokens.output_tokens?, price.image_output);
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
    use crate::OpenAi;
    use crate::answer::Details;

    #[test]
    fn a_drawing_costs_what_its_tokens_cost() {
        let details = Details { text_tokens: Some(65), image_tokens: Some(323) };
        let tokens = Tokens { input_tokens: Some(388), output_tokens: Some(1056), input_tokens_details: Some(details) };
        assert_eq!(of(OpenAi::IMAGE_MODEL, &tokens), Some(34_589), "65 × 5 + 323 × 8 + 1056 × 30");
        assert_eq!(of("gpt-image-2.6-flare-2026-11-04", &tokens), Some(34_589));
        assert_eq!(of("gpt-image-3", &tokens), None);
        assert_eq!(of(OpenAi::IMAGE_MODEL, &Tokens { input_tokens_details: None, ..tokens }), Some(34_784), "388 × 8 + 1056 × 30");
        assert_eq!(of(OpenAi::IMAGE_MODEL, &Tokens { output_tokens: None, ..tokens }), None);
        let absurd = Tokens { input_tokens: Some(u64::MAX), output_tokens: Some(u64::MAX), input_tokens_details: None };
        assert_eq!(of(OpenAi::IMAGE_MODEL, &absurd), Some(u64::MAX));
    }

    #[test]
    fn every_price_has_its_source_and_day() {
        for price in prices() {
            assert!(price.source.starts_with("https://") && price.read.len() == 10, "{}", price.prefix);
            assert!([price.text_input, price.image_input, price.image_output].iter().all(|each| *each > 0.0 && each.is_finite()));
        }
    }
}
