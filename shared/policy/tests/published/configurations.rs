//! Deployments with a stored hash of their policy. The tests and the examples use them.
#![allow(dead_code, reason = "each of them uses a part")]

use policy::render::listed;
use policy::{Attestations, Deployment, Profile, Published, Rendered, render};
use sha2::{Digest, Sha256};

/// A deployment under the name of its hash.
pub(crate) struct Configuration {
    pub(crate) profile: Profile,
    pub(crate) name: &'static str,
    pub(crate) deployment: Deployment,
}

impl Configuration {
    pub(crate) fn rendered(&self) -> Rendered {
        render(self.profile, &self.deployment).expect("these deployments are allowed")
    }

    /// Whether it names every processor that the profile may use: its data is kept, and shows what changes.
    pub(crate) fn is_widest(&self) -> bool {
        self.name == "providers"
    }

    /// The hash of the page without the lines that name the version, so that it covers the text alone.
    pub(crate) fn hash(&self) -> String {
        let html = self.rendered().html;
        let text: Vec<&str> = html.lines().filter(|line| !line.starts_with("<p>Last updated: ")).collect();
        hex::encode(Sha256::digest(text.join("\n")))
    }
}

/// Offline, and with every provider.
pub(crate) fn configurations() -> Vec<Configuration> {
    let mut all = Vec::new();
    for profile in Profile::ALL {
        all.push(Configuration { profile: *profile, name: "offline", deployment: deployment("palette", "offline", "") });
        let attested = if *profile == Profile::Ephemeral { "openai:REFERENCE,gemini:REFERENCE" } else { "" };
        all.push(Configuration {
            profile: *profile,
            name: "providers",
            deployment: Deployment { others: others(*profile), ..deployment("openai,gemini", "openai,offline", attested) },
        });
    }
    all
}

/// The present version of each profile, by its widest deployment.
pub(crate) fn present() -> Vec<Published> {
    let widest = configurations().into_iter().filter(Configuration::is_widest);
    widest.map(|configuration| Published::from(&configuration.rendered().document)).collect()
}

/// Every processor that sees no picture.
fn others(profile: Profile) -> Vec<String> {
    let other = |processor: &&policy::Processor| processor.is_provider() && !processor.sees_pictures();
    let of = policy::inventory().processors().iter().filter(other).filter(|processor| processor.profiles.contains(&profile));
    of.map(|processor| processor.id.clone()).collect()
}

/// A deployment with these artists, screeners and attestations.
pub(crate) fn deployment(artists: &str, screeners: &str, attested: &str) -> Deployment {
    let sees = screeners.contains("openai");
    Deployment {
        service: "Nigao".into(),
        contact: "privacy@example.com".parse().expect("an address"),
        origin: "https://nigao.example.com".into(),
        region: "ap-northeast-1".into(),
        artists: listed(artists, "palette"),
        screeners: listed(screeners, "offline"),
        others: Vec::new(),
        attestations: attested.parse::<Attestations>().expect("attestations"),
        looked_for: if sees { vec!["Photographs are checked for nudity and sexual content.".into()] } else { Vec::new() },
        not_looked_for: vec!["Nobody looks for children in photographs.".into()],
    }
}
