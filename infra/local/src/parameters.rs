//! Template parameters from the caller's environment: the profile, the artists, the screeners, and their keys.
//!
//! `make up ARTIST=openai OPENAI_API_KEY=…` sets them once; the template passes them to the functions that need them and to no other.

use std::collections::BTreeMap;

/// A variable of the environment and the parameter it sets.
const PASSED: &[(&str, &str)] = &[
    ("PROFILE", "Profile"),
    ("INSTANT_STREAMING", "InstantStreaming"),
    ("ARTIST", "Artist"),
    ("SCREENER", "Screener"),
    ("OPENAI_API_KEY", "OpenAiApiKey"),
    ("OPENAI_BASE_URL", "OpenAiBaseUrl"),
    ("OPENAI_IMAGE_MODEL", "OpenAiImageModel"),
    ("OPENAI_IMAGE_QUALITY", "OpenAiImageQuality"),
    ("OPENAI_MODERATION_MODEL", "OpenAiModerationModel"),
    ("GEMINI_API_KEY", "GeminiApiKey"),
    ("GEMINI_BASE_URL", "GeminiBaseUrl"),
    ("GEMINI_IMAGE_MODEL", "GeminiImageModel"),
    ("ZERO_RETENTION", "ZeroRetention"),
    ("POLAR_ACCESS_TOKEN", "PolarAccessToken"),
    ("POLAR_BASE_URL", "PolarBaseUrl"),
    ("POLAR_SERVER", "PolarServer"),
    ("POLAR_WEBHOOK_SECRET", "PolarWebhookSecret"),
    ("TURNSTILE_SITE_KEY", "TurnstileSiteKey"),
    ("TURNSTILE_SECRET_KEY", "TurnstileSecretKey"),
    ("TURNSTILE_BASE_URL", "TurnstileBaseUrl"),
];

/// The parameters that the environment of this process sets. An absent or empty variable sets none: the template's default applies.
#[must_use]
pub fn from_environment() -> BTreeMap<String, String> {
    set_by(|name| std::env::var(name).ok())
}

fn set_by(read: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let set = |(variable, parameter): &(&str, &str)| Some(((*parameter).to_owned(), read(variable).filter(|value| !value.is_empty())?));
    PASSED.iter().filter_map(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_and_not_empty_is_passed_on() {
        let read = |name: &str| match name {
            "ARTIST" => Some("openai,gemini".to_owned()),
            "OPENAI_API_KEY" => Some(String::new()),
            _ => None,
        };
        assert_eq!(set_by(read), BTreeMap::from([("Artist".to_owned(), "openai,gemini".to_owned())]));
    }

    #[test]
    fn every_parameter_is_one_of_the_template() {
        let template = std::fs::read_to_string(crate::repository().unwrap().join("template.yaml")).unwrap();
        for (variable, parameter) in PASSED {
            assert!(template.contains(&format!("\n  {parameter}: {{ Type: ")), "{variable} sets {parameter}, which is no parameter");
        }
    }
}
