//! The price of a drawing, by the vendor's list.

use std::sync::OnceLock;

use studio::prices::{PriceList, Tokens};

/// The price of a call in micro-dollars, rounded up; `None` for a model whose price is not listed.
pub(crate) fn of(model: &str, tokens: Tokens) -> Option<u64> {
    static PRICES: OnceLock<PriceList> = OnceLock::new();
    // The text is part of the binary, and a test parses it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    let prices = PRICES.get_or_init(|| PriceList::parse(include_str!("../prices.toml")).expect("the embedded prices are sound"));
    prices.micro_dollars(model, tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artist::MODEL;

    #[test]
    fn the_default_model_has_a_price() {
        let tokens = Tokens { text_input: 12, image_input: 258, text_output: 0, image_output: 1120 };
        assert_eq!(of(MODEL, tokens), Some(34_005), "270 × 1.50 + 1120 × 30");
        assert_eq!(of(MODEL, Tokens { text_output: 100, ..tokens }), Some(34_755));
        assert_eq!(of("gemini-of-tomorrow", tokens), None);
        assert_eq!(of(&format!("{MODEL}-pro"), tokens), None, "another model may have another price");
    }
}
