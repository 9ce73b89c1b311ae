//! The wait that the vendor asks for, by its headers.

use std::time::Duration;

use egress::LONGEST_WAIT;
use egress::header::HeaderMap;

/// `retry-after-ms`, else `retry-after`, else the `x-ratelimit-reset-…` of the exhausted limits.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let milliseconds = || {
        let text = headers.get("retry-after-ms")?.to_str().ok()?.trim();
        Duration::try_from_secs_f64(text.parse::<f64>().ok()? * 0.001).ok().filter(|wait| *wait <= LONGEST_WAIT)
    };
    milliseconds().or_else(|| egress::retry_after(headers)).or_else(|| resets(headers)).filter(|wait| !wait.is_zero())
}

/// The longest reset of the exhausted limits; of all limits when none is marked as exhausted.
fn resets(headers: &HeaderMap) -> Option<Duration> {
    let mut resets = Vec::new();
    for (name, value) in headers {
        let Some(what) = name.as_str().strip_prefix("x-ratelimit-reset-") else { continue };
        let Some(reset) = value.to_str().ok().and_then(go_duration) else { continue };
        let left = headers.get(format!("x-ratelimit-remaining-{what}"));
        resets.push((left.is_some_and(|left| left.as_bytes() == b"0"), reset));
    }
    let used_up = resets.iter().any(|(used_up, _)| *used_up);
    resets.iter().filter(|(this, _)| *this || !used_up).map(|(_, reset)| *reset).max()
}

/// A duration as Go writes it: `1s`, `6m0s`, `20ms`, `1h2m3.5s`.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..number].parse().ok()?;
        rest = &rest[number..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let seconds = match &rest[..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        sum = sum.checked_add(Duration::try_from_secs_f64(value * seconds).ok()?)?;
        rest = &rest[unit..];
    }
    (!text.is_empty() && sum <= LONGEST_WAIT).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egress::header::HeaderName;

    fn wait(headers: &[(&'static str, &str)]) -> Option<u128> {
        let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        retry_after(&pairs.collect()).map(|wait| wait.as_millis())
    }

    #[test]
    fn durations_of_go_are_read() {
        for (text, milliseconds) in [("1s", 1000), ("6m0s", 360_000), ("20ms", 20), ("1h2m3.5s", 3_723_500), ("0s", 0), ("900µs", 0)] {
            assert_eq!(go_duration(text).map(|wait| wait.as_millis()), Some(milliseconds), "{text}");
        }
        for text in ["", "s", "5", "1x", "-1s", "1s2", "999999999h", "1.2.3s", "µ", "soon"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_finest_hint_counts() {
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", "7")]), Some(7000));
        assert_eq!(wait(&[("retry-after", "2"), ("retry-after-ms", "1500")]), Some(1500));
        assert_eq!(wait(&[("retry-after", "0")]), None);
        for nonsense in ["-1", "nan", "inf", "1e300", "soon", "999999999999"] {
            assert_eq!(wait(&[("retry-after-ms", nonsense)]), None, "{nonsense}");
        }
    }

    #[test]
    fn what_is_used_up_says_how_long() {
        let requests = ("x-ratelimit-reset-requests", "9m");
        let tokens = ("x-ratelimit-reset-tokens", "2s");
        assert_eq!(wait(&[requests, tokens]), Some(540_000));
        assert_eq!(wait(&[requests, ("x-ratelimit-remaining-requests", "3"), tokens, ("x-ratelimit-remaining-tokens", "0")]), Some(2000));
    }
}
