//! The pages of the site that mails and the merchant lead to.

use crate::{ExportId, GenerationId, OrderId, TrialId};

/// A page, and what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Generation(GenerationId),
    /// What was bought, or is about to be.
    Order(OrderId),
    /// What was made without an account. Its link has a secret behind a `#`, which no browser sends to a server.
    Trial(TrialId),
    Privacy,
    /// What was asked to be erased. Its link has a key behind a `#`, as that of a trial.
    Erasure,
    /// A copy of everything, where its files are fetched.
    Export(ExportId),
}

impl Page {
    /// Their paths. The site has each of them, which a test compares; `/privacy` is answered by the API.
    pub const PATHS: [&str; 6] = ["/generation", "/credits", "/trial", "/privacy", "/erasure", "/data"];

    /// Its address on a site.
    #[must_use]
    pub fn on(self, origin: &str) -> String {
        let [generation, credits, trial, privacy, erasure, data] = Self::PATHS;
        match self {
            Self::Generation(id) => format!("{origin}{generation}?id={id}"),
            Self::Order(id) => format!("{origin}{credits}?order={id}"),
            Self::Trial(id) => format!("{origin}{trial}?id={id}"),
            Self::Privacy => format!("{origin}{privacy}"),
            Self::Erasure => format!("{origin}{erasure}"),
            Self::Export(id) => format!("{origin}{data}?export={id}"),
        }
    }
}
