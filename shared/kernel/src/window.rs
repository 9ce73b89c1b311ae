//! The windows in which things are counted.

use std::time::Duration;

use jiff::Timestamp;

/// An hour or a day in UTC. A count holds for its window, and the next window begins with none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    Hour,
    Day,
}

impl Window {
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// `hour` or `day`.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// `an hour` or `a day`.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Hour => "an hour",
            Self::Day => "a day",
        }
    }

    /// The beginning of the window that `now` is in, in epoch seconds.
    #[must_use]
    pub fn start(self, now: Timestamp) -> i64 {
        now.as_second() - now.as_second().rem_euclid(self.seconds())
    }

    /// The window that `now` is in, as it is told from others in a key.
    #[must_use]
    pub fn name(self, now: Timestamp) -> String {
        format!("{}-{}", self.unit(), self.start(now))
    }

    /// The end of the window that `now` is in.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Timestamp {
        Timestamp::from_second(self.start(now).saturating_add(self.seconds())).unwrap_or(Timestamp::MAX)
    }

    /// The rest of the window that `now` is in: at least a second.
    #[must_use]
    pub fn left(self, now: Timestamp) -> Duration {
        Duration::from_secs((self.start(now) + self.seconds() - now.as_second()).unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_where_the_next_begins() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-26T10:59:30.5Z");
        assert_eq!((Window::Hour.end(now), Window::Hour.left(now)), (at("2026-11-26T11:00:00Z"), Duration::from_secs(30)));
        assert_ne!(Window::Day.name(at("2026-11-26T00:00:00Z")), Window::Hour.name(at("2026-11-26T00:00:00Z")));
        assert_eq!(Window::Day.end(now), at("2026-11-27T00:00:00Z"));
        for window in [Window::Hour, Window::Day] {
            let next = window.end(now);
            assert_eq!(window.start(next), next.as_second());
            assert_ne!(window.name(now), window.name(next));
            assert_eq!(window.end(at("1969-12-31T23:59:59Z")), Timestamp::UNIX_EPOCH);
            assert_eq!(window.end(Timestamp::MAX), Timestamp::MAX);
        }
    }
}
