//! The price of drawings, by the vendors' lists.

use serde::Deserialize;
use serde::de::Error;

/// Tokens of a call, by the vendors' price classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Sent as text.
    pub text_input: u64,
    /// Sent as pictures.
    pub image_input: u64,
    /// Received as text, thoughts included.
    pub text_output: u64,
    /// Received as pictures.
    pub image_output: u64,
}

/// The prices of a vendor's models.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    models: Vec<Price>,
}

/// Prices of one model, or with a `*` at the end of all models with this prefix, in US dollars for a million tokens, which is micro-dollars for one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    model: String,
    text_input: f64,
    image_input: f64,
    text_output: f64,
    image_output: f64,
    source: String,
    read: String,
}

impl PriceList {
    /// Reads a list in TOML: `[[models]]` with `model` (an id, or a prefix and `*`), the four prices, the `source`'s URL and the day it was `read`.
    ///
    /// # Errors
    /// When the list is malformed, a price is not above zero, or one has no source or no day.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let list: Self = toml::from_str(text)?;
        match list.models.iter().find(|price| !price.is_sound()) {
            None => Ok(list),
            Some(price) => {
                Err(toml::de::Error::custom(format!("the price of {} is not above zero, or without source or day", price.model)))
            }
        }
    }

    /// The price of a call in micro-dollars, rounded up; `None` for a model that is not listed. Of several matching entries the longest counts.
    #[must_use]
    pub fn micro_dollars(&self, model: &str, tokens: Tokens) -> Option<u64> {
        let listed = self.models.iter().filter(|price| price.is_of(model));
        let price = listed.max_by_key(|price| price.model.len())?;
        let charged = [
            (tokens.text_input, price.text_input),
            (tokens.image_input, price.image_input),
            (tokens.text_output, price.text_output),
            (tokens.image_output, price.image_output),
        ];
        let sum: f64 = charged.into_iter().map(|(tokens, each)| tokens as f64 * each).sum();
        // A float beyond the type's range becomes its largest value.
        Some(sum.ceil() as u64)
    }
}

impl Price {
    fn is_of(&self, model: &str) -> bool {
        self.model.strip_suffix('*').map_or(self.model == model, |prefix| model.starts_with(prefix))
    }

    fn is_sound(&self) -> bool {
        let prices = [self.text_input, self.image_input, self.text_output, self.image_output];
        let day = self.read.parse::<jiff::civil::Date>().is_ok();
        prices.iter().all(|each| *each > 0.0 && each.is_finite()) && self.source.starts_with("https://") && day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
        [[models]]
        model = "draw-2*"
        text_input = 5.0
        image_input = 8.0
        text_output = 10.0
        image_output = 30.0
        source = "https://vendor.example/prices"
        read = "2026-11-21"

        [[models]]
        model = "draw-2.5"
        text_input = 1.0
        image_input = 1.0
        text_output = 1.0
        image_output = 0.5
        source = "https://vendor.example/prices"
        read = "2026-11-21"
    "#;

    #[test]
    fn a_call_costs_what_its_tokens_cost_by_the_longest_entry_and_is_rounded_up() {
        let list = PriceList::parse(LIST).unwrap();
        let tokens = Tokens { text_input: 65, image_input: 323, text_output: 7, image_output: 1056 };
        assert_eq!(list.micro_dollars("draw-2-2026-09-08", tokens), Some(65 * 5 + 323 * 8 + 7 * 10 + 1056 * 30));
        assert_eq!(list.micro_dollars("draw-2.5", Tokens { image_output: 3, ..Tokens::default() }), Some(2));
        assert_eq!(
            list.micro_dollars("draw-2.5-pro", Tokens { image_output: 3, ..Tokens::default() }),
            Some(90),
            "draw-2.5 is that model alone"
        );
        assert_eq!(list.micro_dollars("draw-3", tokens), None);
        let absurd = Tokens { image_output: u64::MAX, ..tokens };
        assert_eq!(list.micro_dollars("draw-2", absurd), Some(u64::MAX));
    }

    #[test]
    fn a_price_that_nobody_can_check_is_refused() {
        for (sound, flawed) in [("30.0", "0.0"), ("30.0", "-1.0"), ("30.0", "nan"), ("https://", "ftp://"), ("2026-11-21", "2026-11-31")] {
            let flawed = LIST.replacen(sound, flawed, 1);
            assert!(PriceList::parse(&flawed).is_err(), "{flawed}");
        }
        assert!(PriceList::parse("models = [{}]").is_err());
    }
}
