//! How often something may be done, and what is said of that on the wire.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use crate::{Failure, Reach, Window};

/// So many of something in an hour or a day, for each of those it is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What is counted, in kebab case: part of the counter's key.
    pub what: &'static str,
    pub by: Counted,
    pub most: u32,
    pub window: Window,
}

/// By whom something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Account,
    Trial,
    /// An address of mail, by its keyed hash.
    Address,
    /// A browser, by the id that it gave itself.
    Device,
    /// A network of this reach, by its hash of the day. Of a caller, wider networks are counted as well, and may do more.
    Network(Reach),
    /// An address of mail and the block of the network that names it, together.
    BlockAndAddress,
}

/// What a caller is told of a limit: its name and number, as the header fields `RateLimit-Policy` and `RateLimit` say them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    pub name: Cow<'static, str>,
    pub most: u32,
    /// `None` for what is done at once.
    pub window: Option<Window>,
}

impl Counted {
    /// In kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Trial => "trial",
            Self::Address => "address",
            Self::Device => "device",
            Self::Network(Reach::Line) => "line",
            Self::Network(Reach::Site) => "site",
            Self::Network(Reach::Block) => "block",
            Self::BlockAndAddress => "block-and-address",
        }
    }
}

impl Limit {
    /// Such as `codes-address-hour`.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}-{}-{}", self.what, self.by.name(), self.window.unit())
    }

    /// The same for a network of another reach, where this is a limit of lines.
    #[must_use]
    pub fn of(self, reach: Reach) -> Self {
        Self { by: Counted::Network(reach), most: reach.allows(self.most), ..self }
    }

    /// Each limit that this line of the table stands for: a network is counted by every reach it may have.
    pub fn each(self) -> impl Iterator<Item = Self> {
        let reaches: &[Reach] = if self.by == Counted::Network(Reach::Line) { &[Reach::Line, Reach::Site, Reach::Block] } else { &[] };
        let own = reaches.is_empty().then_some(self);
        own.into_iter().chain(reaches.iter().map(move |reach| self.of(*reach)))
    }

    #[must_use]
    pub fn quota(self) -> Quota {
        Quota { name: self.name().into(), most: self.most, window: Some(self.window) }
    }

    /// The refusal of one more before the window ends.
    #[must_use]
    pub fn refusal(self, now: Timestamp) -> Failure {
        let detail = format!("Too many requests: at most {} of these in {}. Please try again later.", self.most, self.window.in_words());
        Failure::rate_limited(detail, self.quota(), self.window.left(now))
    }
}

impl Quota {
    /// One item of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11, 3.1).
    #[must_use]
    pub fn policy(&self) -> String {
        let window = self.window.map_or_else(String::new, |window| format!(";w={}", window.seconds()));
        format!("\"{}\";q={}{window}", self.name, self.most)
    }

    /// The item of `RateLimit` when nothing is left of it (the same, 4.1).
    #[must_use]
    pub fn exhausted(&self, until: Duration) -> String {
        format!("\"{}\";r=0;t={}", self.name, until.as_secs().max(1))
    }
}

impl std::fmt::Display for Quota {
    /// Such as "20 in an hour (`codes-address-hour`)".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} (`{}`)", self.most, self.window.map_or("at once", Window::in_words), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    #[test]
    fn every_limit_has_a_name_of_its_own_that_a_header_can_hold() {
        let all: Vec<Limit> = limits::COUNTED.iter().flat_map(|limit| limit.each()).collect();
        let mut names: Vec<String> = all.iter().map(|limit| limit.name()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all.len(), "two limits of one name would share a counter");
    }

    #[test]
    fn an_69_a_wider_network_has_a_limit_of_its_own() {
        let each: Vec<String> = limits::CODES_PER_HOUR_FROM_A_LINE.each().map(|limit| limit.quota().policy()).collect();
        assert_eq!(each, [r#""codes-line-hour";q=30;w=3600"#, r#""codes-site-hour";q=60;w=3600"#, r#""codes-block-hour";q=120;w=3600"#]);
        assert_eq!(limits::UPLOADS_PER_HOUR.each().map(Limit::name).collect::<Vec<_>>(), ["uploads-account-hour"]);
    }

    #[test]
    fn an_69_a_refusal_says_which_limit_and_until_when() {
        let now = "2026-11-26T10:59:30.5Z".parse().unwrap();
        let Failure::Busy { problem, retry_after, quota: Some(quota) } = limits::UPLOADS_PER_HOUR.refusal(now) else { panic!("no quota") };
        assert!(problem.detail.contains("at most 120 of these in an hour"), "{}", problem.detail);
        assert_eq!((quota.exhausted(retry_after).as_str(), retry_after.as_secs()), (r#""uploads-account-hour";r=0;t=30"#, 30));
        let at_once = Quota { name: "things".into(), most: 3, window: None };
        assert_eq!((at_once.policy(), at_once.exhausted(Duration::ZERO)), (r#""things";q=3"#.into(), r#""things";r=0;t=1"#.into()));
    }
}
