//! The challenge before a trial.

use edge::{Settings, Stage};
use egress::Secret;
use trials::{Challenge, NoChallenge};
use via_turnstile::{Sites, Turnstile};

use crate::clients::{Unready, VendorClients};

/// The variables that [`challenge`] may read, beside `STAGE` and `PROFILE`, which every function has.
pub const CHALLENGE_VARIABLES: &[&str] = &["TURNSTILE_SECRET_KEY", "TURNSTILE_BASE_URL", "PUBLIC_ORIGIN"];

/// The challenge of Turnstile for pages of `PUBLIC_ORIGIN`; without a secret nobody meets any, so that there are no trials. The secrets that Cloudflare
/// publishes for tests say nothing of a page, and are taken in the local cloud alone.
///
/// # Errors
/// [`Unready`] when the provider ledger does not admit it, for a wrong variable, and for a secret of tests in production.
pub fn challenge(settings: &Settings) -> Result<Box<dyn Challenge>, Unready> {
    let key = settings.optional("TURNSTILE_SECRET_KEY");
    if key.is_empty() {
        return Ok(Box::new(NoChallenge));
    }
    let clients = VendorClients::of(settings)?;
    let (client, secret) = clients.to(Turnstile::NAME, "TURNSTILE_SECRET_KEY")?;
    let sites = if settings.stage == Stage::Local && Turnstile::is_dummy(&secret) {
        Sites::Any
    } else {
        Sites::Only { hosts: vec![host(&settings.origin("PUBLIC_ORIGIN")?).to_owned()], action: Turnstile::ACTION.to_owned() }
    };
    let base = clients.or("TURNSTILE_BASE_URL", Turnstile::BASE_URL);
    let turnstile = Turnstile::new(&client, &base, &Secret::new(&key), sites);
    Ok(Box::new(turnstile.map_err(|failure| Unready::of(Turnstile::NAME, failure))?))
}

/// The host of an origin, without its port.
fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMMY: &str = "1x0000000000000000000000000000000AA";

    fn start(stage: &'static str, more: &[(&'static str, &str)]) -> Result<(), String> {
        let values = [&[("STAGE", stage), ("PROFILE", "wallet"), ("PUBLIC_ORIGIN", "https://app.example")], more].concat();
        challenge(&Settings::of(&values).unwrap()).map(drop).map_err(|unready| unready.to_string())
    }

    #[test]
    fn an_37_dummy_keys_start_nothing_in_production() {
        assert_eq!(start("production", &[("TURNSTILE_SECRET_KEY", "0xsecret")]), Ok(()));
        assert!(start("production", &[("TURNSTILE_SECRET_KEY", DUMMY)]).unwrap_err().contains("tests"));
        assert_eq!(start("local", &[("TURNSTILE_SECRET_KEY", DUMMY)]), Ok(()));
        assert_eq!(start("production", &[]), Ok(()), "there are no trials");
    }

    #[tokio::test]
    async fn an_37_without_a_secret_nobody_meets_the_challenge() {
        let settings = Settings::of(&[("STAGE", "production"), ("PROFILE", "wallet"), ("PUBLIC_ORIGIN", "https://app.example")]).unwrap();
        let answer = "XXXX.DUMMY.TOKEN.XXXX".parse().unwrap();
        assert!(matches!(challenge(&settings).unwrap().verify(&answer).await, Err(kernel::Failure::Denied(_))));
    }

    #[test]
    fn an_37_the_address_is_cloudflares_or_this_machines() {
        let with = |stage, base| start(stage, &[("TURNSTILE_SECRET_KEY", "0xsecret"), ("TURNSTILE_BASE_URL", base)]);
        assert_eq!(with("local", "http://127.0.0.1:9001/turnstile/v0"), Ok(()));
        for base in
            ["http://127.0.0.1:9001/turnstile/v0", "https://evil.example/turnstile/v0", "http://challenges.cloudflare.com/turnstile/v0"]
        {
            assert!(with("production", base).is_err(), "{base}");
        }
    }

    #[test]
    fn a_page_is_known_by_the_host_of_its_origin() {
        for (origin, of) in [
            ("https://app.example", "app.example"),
            ("http://localhost:8080", "localhost"),
            ("http://[::1]:3000", "::1"),
            ("https://xn--bcher-kva.example:8443", "xn--bcher-kva.example"),
        ] {
            assert_eq!(host(origin), of);
        }
    }
}
