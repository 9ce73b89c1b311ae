//! What `siteverify` says.

use serde::Deserialize;

/// An answer of `siteverify`. Fields that are not known are ignored; what is not said is not so.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reply {
    pub(crate) success: bool,
    /// The host of the page that the challenge was met on.
    pub(crate) hostname: Option<String>,
    /// What the widget on it is for.
    pub(crate) action: Option<String>,
    #[serde(rename = "error-codes")]
    pub(crate) error_codes: Vec<String>,
}

/// What a refusal means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The answer is none, is too old, or was used.
    Refused,
    /// Cloudflare cannot say now.
    Later,
    /// Our secret or our request is wrong.
    Ours,
}

impl Reply {
    pub(crate) fn meaning(&self) -> Meaning {
        let says = |code: &str| self.error_codes.iter().any(|said| said == code);
        if says("missing-input-secret") || says("invalid-input-secret") || says("bad-request") {
            Meaning::Ours
        } else if says("internal-error") {
            Meaning::Later
        } else {
            Meaning::Refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Option<Reply> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn an_37_what_is_not_clearly_a_yes_is_a_no() {
        let yes =
            reply(r#"{"success":true,"hostname":"a.example","action":"trial","error-codes":[],"cdata":"","metadata":{"x":[1]},"new":1}"#)
                .unwrap();
        assert!(yes.success && yes.hostname.as_deref() == Some("a.example") && yes.action.as_deref() == Some("trial"));
        for text in ["{}", r#"{"success":false}"#, r#"{"error-codes":["timeout-or-duplicate"]}"#] {
            assert!(!reply(text).unwrap().success, "{text}");
        }
        for text in ["", "null", "true", "[]", "<html>", r#"{"success":"true"}"#, r#"{"success":1}"#, r#"{"success":null}"#] {
            assert!(reply(text).is_none_or(|reply| !reply.success), "{text}");
        }
    }

    #[test]
    fn a_refusal_says_whose_fault_it_is() {
        for (code, meaning) in [
            ("missing-input-secret", Meaning::Ours),
            ("invalid-input-secret", Meaning::Ours),
            ("bad-request", Meaning::Ours),
            ("missing-input-response", Meaning::Refused),
            ("invalid-input-response", Meaning::Refused),
            ("timeout-or-duplicate", Meaning::Refused),
            ("internal-error", Meaning::Later),
            ("something-new", Meaning::Refused),
        ] {
            assert_eq!(reply(&format!(r#"{{"success":false,"error-codes":["{code}"]}}"#)).unwrap().meaning(), meaning, "{code}");
        }
    }
}
