//! The properties of a deployment in the policy's text.

use std::str::FromStr;

use serde::Serialize;

use crate::admission::Attestations;

/// A deployment as the policy describes it. Nothing of it is constant in the code: the service's name and contact are its operator's (RT-20).
#[derive(Debug, Clone)]
pub struct Deployment {
    /// 1 to 80 characters.
    pub service: String,
    pub contact: Contact,
    /// The site's origin, such as `https://example.com`.
    pub origin: String,
    /// The AWS region of the data.
    pub region: String,
    pub artists: Vec<String>,
    pub screeners: Vec<String>,
    /// The processors in use that see no picture.
    pub others: Vec<String>,
    pub attestations: Attestations,
    /// The concerns that the configured screeners cover, a sentence each.
    pub looked_for: Vec<String>,
    /// The concerns that no configured screener covers, a sentence each.
    pub not_looked_for: Vec<String>,
}

/// The names in a list such as `openai,gemini`, in its order; `built_in` when there is none.
#[must_use]
pub fn listed(names: &str, built_in: &str) -> Vec<String> {
    let named: Vec<String> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if named.is_empty() { vec![built_in.to_owned()] } else { named }
}

/// The contact for questions: an e-mail address, or a page behind https.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    Mail(String),
    Page(String),
}

impl Contact {
    #[must_use]
    pub fn href(&self) -> String {
        match self {
            Self::Mail(address) => format!("mailto:{address}"),
            Self::Page(url) => url.clone(),
        }
    }

    /// The text of the link.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Mail(address) => address,
            Self::Page(url) => url.trim_start_matches("https://"),
        }
    }
}

/// A policy needs a contact (IM-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the policy needs a contact: an e-mail address, or a page that begins with https://")]
pub struct NoContact;

impl FromStr for Contact {
    type Err = NoContact;

    fn from_str(text: &str) -> Result<Self, NoContact> {
        let fit = (3..=254).contains(&text.len()) && text.bytes().all(|byte| (0x21..0x7f).contains(&byte) && !b"\"'<>`".contains(&byte));
        let page = text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
        let mail = text.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(['/', '?', '&', ':', ','])
        });
        match () {
            () if fit && page => Ok(Self::Page(text.to_owned())),
            () if fit && mail => Ok(Self::Mail(text.to_owned())),
            () => Err(NoContact),
        }
    }
}
