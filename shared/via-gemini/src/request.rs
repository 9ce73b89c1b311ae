//! The request of `generateContent`.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

/// Maximum bytes of a request: the vendor takes less than 20 MB with pictures in it
/// (<https://ai.google.dev/gemini-api/docs/image-understanding>, read 2026-11-21).
const LARGEST: usize = 19_000_000;

/// The body of `generateContent`. The API refuses fields of Vertex AI such as `outputMimeType`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    contents: [Content<'a>; 1],
    generation_config: GenerationConfig,
    safety_settings: [SafetySetting; 4],
    /// Absent means true for projects made since 2026-10-26 (<https://ai.google.dev/gemini-api/docs/logs-datasets>).
    store: bool,
}

#[derive(Serialize)]
struct Content<'a> {
    role: &'static str,
    parts: [Part<'a>; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Part<'a> {
    Text(&'a str),
    #[serde(rename_all = "camelCase")]
    InlineData {
        mime_type: &'static str,
        data: Encoded<'a>,
    },
}

/// Bytes that are written as Base64 piece by piece, without a copy beside the body.
struct Encoded<'a>(&'a [u8]);

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &STANDARD))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig {
    response_modalities: [&'static str; 1],
    image_config: ImageConfig,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageConfig {
    aspect_ratio: &'static str,
    image_size: &'static str,
}

#[derive(Serialize)]
struct SafetySetting {
    category: &'static str,
    threshold: &'static str,
}

/// The strictest thresholds for the categories in which a person's likeness could do the most harm.
const SAFETY: [SafetySetting; 4] = [
    SafetySetting { category: "HARM_CATEGORY_SEXUALLY_EXPLICIT", threshold: "BLOCK_LOW_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_HATE_SPEECH", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_DANGEROUS_CONTENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
];

/// The body for one drawing; `None` when it would be larger than the vendor takes.
pub(crate) fn body(prompt: &str, selfie: &[u8]) -> Option<Vec<u8>> {
    let parts = [Part::Text(prompt), Part::InlineData { mime_type: "image/png", data: Encoded(selfie) }];
    let body = Body {
        contents: [Content { role: "user", parts }],
        generation_config: GenerationConfig {
            response_modalities: ["IMAGE"],
            image_config: ImageConfig { aspect_ratio: "1:1", image_size: "1K" },
        },
        safety_settings: SAFETY,
        store: false,
    };
    // Four characters for three bytes; the rest is the prompt, whose escapes are few, and the settings.
    let estimate = selfie.len() / 3 * 4 + 2 * prompt.len() + 2048;
    if estimate > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(estimate);
    serde_json::to_writer(&mut bytes, &body).ok()?;
    (bytes.len() <= LARGEST).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_31_the_request_holds_the_picture_the_prompt_and_settings_and_nothing_else() {
        let sent = String::from_utf8(body("Draw \"this\".", b"\x89PNG").unwrap()).unwrap();
        assert_eq!(
            sent,
            concat!(
                r#"{"contents":[{"role":"user","parts":[{"text":"Draw \"this\"."},{"inlineData":{"mimeType":"image/png","data":"iVBORw=="}}]}],"#,
                r#""generationConfig":{"responseModalities":["IMAGE"],"imageConfig":{"aspectRatio":"1:1","imageSize":"1K"}},"#,
                r#""safetySettings":[{"category":"HARM_CATEGORY_SEXUALLY_EXPLICIT","threshold":"BLOCK_LOW_AND_ABOVE"},"#,
                r#"{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_MEDIUM_AND_ABOVE"},"#,
                r#"{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_MEDIUM_AND_ABOVE"},"#,
                r#"{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_MEDIUM_AND_ABOVE"}],"store":false}"#,
            )
        );
    }

    #[test]
    fn a_request_is_never_larger_than_the_vendor_takes() {
        assert!(body("", &vec![0; 14_000_000]).is_some_and(|body| body.len() <= LARGEST));
        assert!(body("", &vec![0; 15_000_000]).is_none());
        assert!(body(&"\u{1}".repeat(4_000_000), &[]).is_none(), "escapes count");
    }
}
