//! AN-23: nobody is known again by what their browser says of itself.

use super::{before_tests, sources};

/// The one place that asks who called the distribution, by a header that it alone can send: a caller's network is counted, and not stored.
const FORWARDED: (&str, &str) = ("shared/edge/src/http/distribution.rs", "x-forwarded");

/// What tells browsers and machines apart, or says where somebody came from. `Sec-GPC` and `DNT` are read: they say what a person wants.
const TELLING: [&str; 10] = [
    "user-agent",
    "user_agent",
    "referer",
    "sec-ch-",
    "accept-encoding",
    "x-forwarded",
    "device-memory",
    "viewport-width",
    "downlink",
    "save-data",
];

#[test]
fn an_23_nothing_that_tells_browsers_apart_is_read_of_a_request() {
    let reads =
        |path: &str| path.starts_with("shared/edge/src/") || path.starts_with("functions/") || path.starts_with("shared/insights/src/");
    let reads = |path: &str| reads(path) && !path.ends_with("/tests.rs");
    let mut looked = 0;
    for (path, text) in sources().into_iter().filter(|(path, _)| reads(path)) {
        looked += 1;
        let text = before_tests(&text).to_lowercase();
        for word in TELLING.into_iter().filter(|word| (path.as_str(), *word) != FORWARDED) {
            assert!(!text.contains(word), "{path} reads {word}");
        }
    }
    assert!(looked > 30, "{looked}");
}
