//! The price of a drawing, by the vendor's list.

use std::sync::OnceLock;

use studio::prices::{self, PriceList};

use crate::answer::Tokens;

/// The price of a call in micro-dollars, rounded up; `None` for a model whose price is not listed, and for an answer without output tokens. Input
/// tokens of no stated class count as picture, which is dearer.
pub(crate) fn of(model: &str, tokens: &Tokens) -> Option<u64> {
    static PRICES: OnceLock<PriceList> = OnceLock::new();
    // The text is part of the binary, and a test parses it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    let prices = PRICES.get_or_init(|| PriceList::parse(include_str!("../prices.toml")).expect("the embedded prices are sound"));
    let details = tokens.input_tokens_details.unwrap_or_default();
    let input = tokens.input_tokens.or_else(|| details.text_tokens?.checked_add(details.image_tokens?))?;
    let text_input = details.text_tokens.unwrap_or(0).min(input);
    let charged = prices::Tokens { text_input, image_input: input - text_input, text_output: 0, image_output: tokens.output_tokens? };
    prices.micro_dollars(model, charged)
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
}
