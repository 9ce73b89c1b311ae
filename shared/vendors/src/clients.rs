//! The checks of every vendor before its use: the provider ledger, its key, and the HTTP client.

use edge::{Settings, SettingsError, Stage};
use egress::{Client, Reach, Secret};
use kernel::Failure;
use policy::{Attestations, NotAdmitted, NotAttested, Profile, UnknownProfile};
use via_openai::OpenAi;

/// Why a function cannot start with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// A variable is absent or wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Profile(#[from] UnknownProfile),
    /// `ZERO_RETENTION` cannot be parsed.
    #[error(transparent)]
    NotAttested(#[from] NotAttested),
    /// The provider ledger does not admit the vendor.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
    /// A base URL, a key or a model is not valid.
    #[error("{0}: {source}", source = .1.as_ref())]
    Misconfigured(&'static str, Box<dyn std::error::Error + Send + Sync>),
}

impl Unready {
    /// An adapter's refusal of its configuration.
    pub(crate) fn of(vendor: &'static str, failure: Failure) -> Self {
        match failure {
            Failure::Broken(source) => Self::Misconfigured(vendor, source),
            other => Self::Misconfigured(vendor, other.into()),
        }
    }
}

pub(crate) struct VendorClients<'a> {
    settings: &'a Settings,
    profile: Profile,
    attestations: Attestations,
}

impl<'a> VendorClients<'a> {
    pub(crate) fn of(settings: &'a Settings) -> Result<Self, Unready> {
        let profile = settings.required("PROFILE")?.parse()?;
        Ok(Self { settings, profile, attestations: settings.optional("ZERO_RETENTION").parse()? })
    }

    /// A client and the key, if the ledger admits the vendor in this deployment. The client reaches the hosts of the ledger alone.
    pub(crate) fn to(&self, vendor: &'static str, key: &'static str) -> Result<(Client, Secret), Unready> {
        policy::admit(self.profile, vendor, &self.attestations)?;
        let reach = if self.settings.stage == Stage::Local { Reach::ListedAndLoopback } else { Reach::Listed };
        let client = Client::new(reach).map_err(|failure| Unready::of(vendor, failure))?;
        Ok((client, Secret::new(&self.settings.required(key)?)))
    }

    /// The value of a variable, or the default for an empty one.
    pub(crate) fn or(&self, variable: &'static str, default: &str) -> String {
        Some(self.settings.optional(variable)).filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
    }

    pub(crate) fn openai(&self) -> Result<OpenAi, Unready> {
        let (client, key) = self.to(OpenAi::NAME, "OPENAI_API_KEY")?;
        OpenAi::new(&client, &self.or("OPENAI_BASE_URL", OpenAi::BASE_URL), &key).map_err(|failure| Unready::of(OpenAi::NAME, failure))
    }
}
