//! Admission of a request, before any byte of its picture is read.

use kernel::{CallerAddress, Failure, Reason};
use studio::RatedRequest;

use super::Instant;

/// The exact attestation of a caller's age (RT-18).
pub const AGE_ATTESTATION: &str = "13+";

/// Maximum names in one consent.
const MOST_NAMES: usize = 16;

/// The proof that a request was admitted, with the vendors its caller consented to. Nothing is drawn without one (RT-07).
#[derive(Debug)]
pub struct Admitted {
    artists: Vec<&'static str>,
}

impl Admitted {
    #[must_use]
    pub fn may(&self, artist: &str) -> bool {
        self.artists.contains(&artist)
    }
}

impl Instant<'_> {
    /// Admits a request, and counts it.
    ///
    /// `consent` is a list, separated by commas, of the vendors that may see the picture; case is ignored, and so are unknown names. It must include
    /// at least one artist (only those are asked), and every external screener, since each sees every picture. It holds for this request and is not
    /// stored. `age` is [`AGE_ATTESTATION`].
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::ConsentRequired`] or [`Reason::AgeAttestationRequired`]; [`Failure::Busy`] with [`Reason::RateLimited`] or
    /// [`Reason::BudgetSpent`];
    /// and the failures of the store, without which no request is admitted.
    pub async fn admit(&self, consent: Option<&str>, age: Option<&str>, address: CallerAddress) -> Result<Admitted, Failure> {
        let artists = self.consented(consent.unwrap_or_default())?;
        if age.map(str::trim) != Some(AGE_ATTESTATION) {
            let what = "Say by the header `Age-Attestation: 13+` that the caller is at least 13 years old.";
            return Err(Failure::denied(Reason::AgeAttestationRequired, what));
        }
        let request = RatedRequest::new(self.salt, address, self.per_hour, self.clock.now());
        self.rate_keys.count(&request).await?;
        Ok(Admitted { artists })
    }

    fn consented(&self, consent: &str) -> Result<Vec<&'static str>, Failure> {
        let names: Vec<&str> = consent.split(',').take(MOST_NAMES).map(str::trim).collect();
        let named = |name: &str| names.iter().any(|given| given.eq_ignore_ascii_case(name));
        let artists: Vec<_> = self.artists.iter().map(|artist| artist.name()).filter(|name| named(name)).collect();
        if artists.is_empty() || !self.watchers().into_iter().all(named) {
            return Err(Failure::denied(Reason::ConsentRequired, self.who_sees()));
        }
        Ok(artists)
    }

    fn who_sees(&self) -> String {
        let artists: Vec<_> = self.artists.iter().map(|artist| artist.name()).collect();
        let mut what = format!("Name in the header Provider-Consent who may draw from the picture: {}.", artists.join(", "));
        let watchers = self.watchers();
        if !watchers.is_empty() {
            what += &format!(" Who judges it sees it too, and must be named: {}.", watchers.join(", "));
        }
        what
    }

    /// The external screeners: those in the provider ledger. Our own code shows the picture to nobody.
    fn watchers(&self) -> Vec<&'static str> {
        self.moderation.names().filter(|name| policy::inventory().processor(name).is_some()).collect()
    }
}
