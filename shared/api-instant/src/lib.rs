//! The JSON of pictures that are drawn at once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use processing::instant::InstantEvent;
use serde::Serialize;
use zeroize::Zeroizing;

/// The progress of a drawing
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgressEvent {
    /// Percent
    pub progress: u8,
    pub stage: &'static str,
}

/// An unfinished drawing; not every artist makes sketches
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SketchEvent<'a> {
    /// Counted from 0
    pub index: u8,
    pub media_type: &'a str,
    /// Base64
    pub picture: &'a str,
}

/// The finished drawing, the last event
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PictureEvent<'a> {
    pub media_type: &'a str,
    /// Base64
    pub picture: &'a str,
    /// The digital source type, a term of the IPTC's vocabulary, as in the picture's own metadata
    pub digital_source_type: &'a str,
    /// The artist who drew it
    pub artist: &'a str,
}

/// The name of the event that tells of `event`.
#[must_use]
pub fn event_name(event: &InstantEvent<'_>) -> &'static str {
    match event {
        InstantEvent::Progress(..) => "progress",
        InstantEvent::Sketch { .. } => "sketch",
        InstantEvent::Finished(_) => "picture",
    }
}

/// The data of the event; zeroed on drop, since it may hold a picture.
#[must_use]
pub fn event_data(event: &InstantEvent<'_>) -> Zeroizing<String> {
    match event {
        InstantEvent::Progress(stage, progress) => json(&ProgressEvent { progress: *progress, stage: stage.name() }, 0),
        InstantEvent::Sketch { index, media_type, picture } => {
            let picture = base64(picture);
            json(&SketchEvent { index: *index, media_type, picture: &picture }, picture.len())
        }
        InstantEvent::Finished(portrait) => {
            let picture = base64(&portrait.bytes);
            let (media_type, artist) = (portrait.media_type, portrait.artist);
            let event = PictureEvent { media_type, picture: &picture, digital_source_type: portrait.source.uri(), artist };
            json(&event, picture.len())
        }
    }
}

fn base64(picture: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(picture.len().div_ceil(3) * 4));
    STANDARD.encode_string(picture, &mut text);
    text
}

/// As JSON, in a buffer of the final capacity: growing would leave copies behind.
fn json(event: &impl Serialize, picture: usize) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(picture + 512));
    // Writing numbers and texts to memory cannot fail, and JSON is UTF-8.
    serde_json::to_writer(&mut *bytes, event).unwrap_or_default();
    Zeroizing::new(String::from_utf8(std::mem::take(&mut *bytes)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use picture_files::DigitalSource;
    use processing::instant::{Portrait, Stage};

    #[test]
    fn an_event_is_named_and_written_as_documented() {
        let progress = InstantEvent::Progress(Stage::Drawing, 20);
        assert_eq!((event_name(&progress), event_data(&progress).as_str()), ("progress", r#"{"progress":20,"stage":"drawing"}"#));
        let sketch = InstantEvent::Sketch { index: 1, media_type: "image/png", picture: b"abc" };
        assert_eq!(event_name(&sketch), "sketch");
        assert_eq!(event_data(&sketch).as_str(), r#"{"index":1,"media_type":"image/png","picture":"YWJj"}"#);
        let bytes = Zeroizing::new(b"abc".to_vec());
        let portrait = Portrait { bytes, media_type: "image/png", source: DigitalSource::AlgorithmicallyEnhanced, artist: "palette" };
        let wanted = concat!(
            r#"{"media_type":"image/png","picture":"YWJj","digital_source_type":"#,
            r#""http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced","artist":"palette"}"#
        );
        let finished = InstantEvent::Finished(&portrait);
        assert_eq!((event_name(&finished), event_data(&finished).as_str()), ("picture", wanted));
    }
}
