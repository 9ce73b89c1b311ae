//! The merchant of record.

use edge::{Settings, Stage};
use payments::{Merchant, NothingForSale};
use via_polar::{Polar, Server, WebhookVerifier};

use crate::clients::{Unready, VendorClients};

/// The variables that [`merchant`] may read, beside `STAGE` and `PROFILE`, which every function has.
pub const MERCHANT_VARIABLES: &[&str] = &["POLAR_ACCESS_TOKEN", "POLAR_BASE_URL", "POLAR_SERVER", "ZERO_RETENTION"];

/// The variable that [`webhook_verifier`] reads.
pub const WEBHOOK_VARIABLES: &[&str] = &["POLAR_WEBHOOK_SECRET"];

/// Polar, or [`NothingForSale`] where there is no token of it. Outside the local cloud its server must be named: in the sandbox nobody pays.
///
/// # Errors
/// [`Unready`] when it is not admitted or incompletely configured.
pub fn merchant(settings: &Settings) -> Result<Box<dyn Merchant>, Unready> {
    if settings.optional("POLAR_ACCESS_TOKEN").is_empty() {
        return Ok(Box::new(NothingForSale));
    }
    let clients = VendorClients::of(settings)?;
    let (client, token) = clients.to(Polar::NAME, "POLAR_ACCESS_TOKEN")?;
    let base = clients.or("POLAR_BASE_URL", server(settings)?.base_url());
    Ok(Box::new(Polar::new(&client, &base, &token).map_err(|failure| Unready::of(Polar::NAME, failure))?))
}

fn server(settings: &Settings) -> Result<Server, Unready> {
    match settings.required("POLAR_SERVER") {
        Err(_) if settings.stage == Stage::Local => Ok(Server::Sandbox),
        named => named?.parse().map_err(|failure| Unready::of(Polar::NAME, failure)),
    }
}

/// Checks the merchant's notices by `POLAR_WEBHOOK_SECRET`: one secret, or several with spaces between them while one is replaced. Without one, no notice
/// is believed.
///
/// # Errors
/// [`Unready`] when a secret is too short.
pub fn webhook_verifier(settings: &Settings) -> Result<WebhookVerifier, Unready> {
    WebhookVerifier::new(&settings.optional("POLAR_WEBHOOK_SECRET")).map_err(|failure| Unready::of(Polar::NAME, failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(stage: &'static str, more: &[(&'static str, &str)]) -> Result<(), String> {
        let values = [&[("STAGE", stage), ("PROFILE", "wallet")], more].concat();
        merchant(&Settings::of(&values).unwrap()).map(drop).map_err(|unready| unready.to_string())
    }

    const TOKEN: (&str, &str) = ("POLAR_ACCESS_TOKEN", "polar_oat_x");

    #[test]
    fn without_a_token_nothing_is_for_sale_and_with_one_its_server_is_named() {
        assert_eq!(start("production", &[]), Ok(()));
        for server in ["sandbox", "production"] {
            assert_eq!(start("production", &[TOKEN, ("POLAR_SERVER", server)]), Ok(()));
        }
        assert_eq!(start("production", &[TOKEN]), Err("the environment variable POLAR_SERVER is not set".into()));
        assert!(start("production", &[TOKEN, ("POLAR_SERVER", "staging")]).unwrap_err().starts_with("polar: "));
    }

    #[test]
    fn a_stand_in_is_for_the_local_cloud_alone() {
        let stand_in = ("POLAR_BASE_URL", "http://127.0.0.1:9001/v1");
        assert_eq!(start("local", &[TOKEN, stand_in]), Ok(()));
        let sells = [TOKEN, ("POLAR_SERVER", "production")];
        for base in [stand_in, ("POLAR_BASE_URL", "https://polar.example.com/v1")] {
            assert!(start("production", &[&sells[..], &[base]].concat()).unwrap_err().starts_with("polar: "), "{base:?}");
        }
    }

    #[test]
    fn a_weak_secret_does_not_start() {
        let verifier = |secret| webhook_verifier(&Settings::of(&[("STAGE", "local"), ("POLAR_WEBHOOK_SECRET", secret)]).unwrap());
        assert!(verifier("").is_ok() && verifier("whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK").is_ok());
        assert!(verifier("whsec_short").is_err());
    }
}
