//! The screeners of `SCREENER`.

use edge::Settings;
use screening::{LimitsOnly, Moderation, Screener};
use via_openai::OpenAi;

use crate::clients::{Unready, VendorClients};

/// The variables that [`moderation`] may read, beside `STAGE` and `PROFILE`, which every function has.
pub const SCREENER_VARIABLES: &[&str] = &["SCREENER", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODERATION_MODEL", "ZERO_RETENTION"];

/// All screeners, the offline one first.
const KNOWN: &[&str] = &[LimitsOnly::NAME, OpenAi::NAME];

/// The screeners that `SCREENER` names; the offline one by default in the local cloud. The concerns that none of them covers are logged, once.
///
/// # Errors
/// [`Unready`] when one is unknown, not admitted or incompletely configured, and in production when none is named.
pub fn moderation(settings: &Settings) -> Result<Moderation, Unready> {
    let clients = VendorClients::of(settings)?;
    let screeners = settings.choices("SCREENER", KNOWN)?.into_iter().map(|name| screener(&clients, name));
    let moderation = Moderation::of(screeners.collect::<Result<_, _>>()?);
    moderation.coverage().warn();
    Ok(moderation)
}

fn screener(clients: &VendorClients<'_>, name: &'static str) -> Result<Box<dyn Screener>, Unready> {
    Ok(match name {
        OpenAi::NAME => {
            let model = clients.or("OPENAI_MODERATION_MODEL", OpenAi::MODERATION_MODEL);
            Box::new(clients.openai()?.screener(&model).map_err(|failure| Unready::of(name, failure))?)
        }
        _ => Box::new(LimitsOnly),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_has_who_is_named_and_no_key_is_needed_for_others() {
        let start = |more: &[(&'static str, &str)]| {
            let values = [&[("STAGE", "production"), ("PROFILE", "wallet")], more].concat();
            moderation(&Settings::of(&values).unwrap()).map(drop).map_err(|unready| unready.to_string())
        };
        assert_eq!(start(&[("SCREENER", "offline")]), Ok(()));
        assert_eq!(start(&[("SCREENER", "offline,openai"), ("OPENAI_API_KEY", "k")]), Ok(()));
        assert_eq!(start(&[("SCREENER", "openai")]), Err("the environment variable OPENAI_API_KEY is not set".into()));
        assert_eq!(start(&[]), Err("the environment variable SCREENER is not set".into()));
        assert!(start(&[("SCREENER", "nobody")]).unwrap_err().contains("offline, openai"));
    }
}
