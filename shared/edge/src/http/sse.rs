//! Server-sent events (WHATWG HTML, 9.2.6) in their wire format.

use std::time::Duration;

use zeroize::Zeroizing;

use super::parameters::preference;

pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// A comment, which clients ignore; it keeps intermediaries from closing an idle connection.
pub(super) const HEARTBEAT: &[u8] = b": still here\n\n";

/// Silence before a heartbeat.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// One event. Each line of `data` is a line of its own, as the format requires; JSON has one.
pub(super) fn event(name: &str, data: &str) -> Zeroizing<Vec<u8>> {
    let lines = || data.split(['\n', '\r']);
    // Allocated at its final size: growing would leave copies behind.
    let length = name.len() + data.len() + 7 * lines().count() + 16;
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    let mut write = |parts: &[&str]| parts.iter().for_each(|part| bytes.extend_from_slice(part.as_bytes()));
    write(&["event: ", name, "\n"]);
    lines().for_each(|line| write(&["data: ", line, "\n"]));
    write(&["\n"]);
    bytes
}

/// Whether an `Accept` header names the stream, and does not refuse it by `q=0`.
pub(super) fn is_accepted(accept: &str) -> bool {
    preference(accept, MEDIA_TYPE) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_framed_as_the_standard_says() {
        let text = |name: &str, data: &str| String::from_utf8(event(name, data).to_vec()).unwrap();
        assert_eq!(text("progress", "{\"progress\":5}"), "event: progress\ndata: {\"progress\":5}\n\n");
        // No line of data can end the event, or begin another.
        assert_eq!(text("error", "a\n\nevent: b\rc"), "event: error\ndata: a\ndata: \ndata: event: b\ndata: c\n\n");
        assert!(event("a", &"\n".repeat(1000)).capacity() >= event("a", &"\n".repeat(1000)).len());
    }

    #[test]
    fn a_stream_must_be_asked_for() {
        assert!(is_accepted("text/event-stream") && is_accepted("image/png, Text/Event-Stream;q=0.5"));
        assert!(
            !is_accepted("") && !is_accepted("*/*") && !is_accepted("text/event-stream;q=0") && !is_accepted("text/event-stream; q=0.0")
        );
    }
}
