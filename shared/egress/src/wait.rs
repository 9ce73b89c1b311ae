//! The wait that a vendor asks for.

use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The longest believable wait: a longer one counts as none.
pub const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// `Retry-After`: seconds, or a date, which is compared with the answer's own. `None` where it is absent, zero or beyond belief.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let after = text(RETRY_AFTER)?;
    let seconds = |text: &str| Duration::try_from_secs_f64(text.parse().ok()?).ok();
    let wait = seconds(after).or_else(|| until(after, text(DATE)?))?;
    (!wait.is_zero() && wait <= LONGEST_WAIT).then_some(wait)
}

fn until(then: &str, now: &str) -> Option<Duration> {
    // HTTP writes GMT where RFC 2822 has a zone of its own with the same meaning.
    let read = |text: &str| rfc2822::parse(text).ok().map(|time| time.timestamp());
    Duration::try_from(read(then)?.duration_since(read(now)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderName;

    fn wait(headers: &[(&'static str, &str)]) -> Option<u128> {
        let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        retry_after(&pairs.collect()).map(|wait| wait.as_millis())
    }

    #[test]
    fn seconds_are_waited_and_nonsense_is_not() {
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", " 7 ")]), Some(7000));
        for nonsense in ["0", "-1", "nan", "inf", "1e300", "soon", "999999999", ""] {
            assert_eq!(wait(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
    }

    #[test]
    fn a_date_is_compared_with_the_answers_own() {
        let then = "Thu, 26 Nov 2026 21:00:30 GMT";
        assert_eq!(wait(&[("date", "Thu, 26 Nov 2026 21:00:00 GMT"), ("retry-after", then)]), Some(30_000));
        assert_eq!(wait(&[("date", "Thu, 26 Nov 2026 22:00:00 GMT"), ("retry-after", then)]), None);
        assert_eq!(wait(&[("retry-after", then)]), None);
    }
}
