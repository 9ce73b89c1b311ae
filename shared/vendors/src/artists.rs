//! The artists of `ARTIST`.

use edge::Settings;
use studio::Artist;
use via_gemini::GeminiArtist;
use via_openai::OpenAi;

use crate::clients::{Unready, VendorClients};

/// The variables that [`artists`] may read, beside `STAGE` and `PROFILE`, which every function has.
pub const ARTIST_VARIABLES: &[&str] = &[
    "ARTIST",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_IMAGE_MODEL",
    "OPENAI_IMAGE_QUALITY",
    "GEMINI_API_KEY",
    "GEMINI_BASE_URL",
    "GEMINI_IMAGE_MODEL",
    "ZERO_RETENTION",
];

/// The name of the offline artist.
const OFFLINE: &str = "palette";

/// All artists, the offline one first.
const KNOWN: &[&str] = &[OFFLINE, OpenAi::NAME, GeminiArtist::NAME];

/// The artists that `ARTIST` names, in the order in which they are asked; the offline one by default in the local cloud.
///
/// The function that draws brings the offline artist with it: no other links the code that moves pixels.
///
/// # Errors
/// [`Unready`] when one is unknown, not admitted or incompletely configured, and in production when none is named.
pub fn artists(settings: &Settings, offline: fn() -> Box<dyn Artist>) -> Result<Vec<Box<dyn Artist>>, Unready> {
    let clients = VendorClients::of(settings)?;
    settings.choices("ARTIST", KNOWN)?.into_iter().map(|name| artist(&clients, name, offline)).collect()
}

fn artist(clients: &VendorClients<'_>, name: &'static str, offline: fn() -> Box<dyn Artist>) -> Result<Box<dyn Artist>, Unready> {
    let misconfigured = |failure| Unready::of(name, failure);
    Ok(match name {
        OpenAi::NAME => {
            let (model, quality) =
                (clients.or("OPENAI_IMAGE_MODEL", OpenAi::IMAGE_MODEL), clients.or("OPENAI_IMAGE_QUALITY", OpenAi::IMAGE_QUALITY));
            Box::new(clients.openai()?.artist(&model, &quality).map_err(misconfigured)?)
        }
        GeminiArtist::NAME => {
            let (client, key) = clients.to(name, "GEMINI_API_KEY")?;
            let (base, model) =
                (clients.or("GEMINI_BASE_URL", GeminiArtist::BASE_URL), clients.or("GEMINI_IMAGE_MODEL", GeminiArtist::MODEL));
            Box::new(GeminiArtist::new(&client, &base, &key, &model).map_err(misconfigured)?)
        }
        _ => offline(),
    })
}

#[cfg(test)]
mod tests {
    use via_palette::PaletteArtist;

    use super::*;

    const PRODUCTION: [(&str, &str); 2] = [("STAGE", "production"), ("PROFILE", "wallet")];

    fn made(values: &[(&'static str, &str)]) -> Result<Vec<Box<dyn Artist>>, Unready> {
        artists(&Settings::of(values).unwrap(), || Box::new(PaletteArtist))
    }

    fn named(values: &[(&'static str, &str)]) -> Result<Vec<(&'static str, String)>, String> {
        let values: Vec<_> = PRODUCTION.iter().chain(values).copied().collect();
        let made = made(&values).map_err(|unready| unready.to_string())?;
        Ok(made.iter().map(|artist| (artist.name(), artist.model().to_owned())).collect())
    }

    #[test]
    fn artists_are_made_in_the_order_in_which_they_are_named() {
        let keys = [("OPENAI_API_KEY", "sk-test"), ("GEMINI_API_KEY", "AIza-test")];
        let made = named(&[&keys[..], &[("ARTIST", "gemini,openai,palette"), ("OPENAI_IMAGE_MODEL", "gpt-image-9")]].concat()).unwrap();
        let models = [("gemini", GeminiArtist::MODEL), ("openai", "gpt-image-9"), ("palette", "palette")];
        assert_eq!(made, models.map(|(name, model)| (name, model.to_owned())));
    }

    #[test]
    fn a_key_is_needed_where_its_vendor_is_named_and_nowhere_else() {
        assert_eq!(named(&[("ARTIST", "palette")]).unwrap().len(), 1);
        assert_eq!(named(&[("ARTIST", "openai")]), Err("the environment variable OPENAI_API_KEY is not set".into()));
        assert_eq!(
            named(&[("ARTIST", "openai,gemini"), ("OPENAI_API_KEY", "k")]),
            Err("the environment variable GEMINI_API_KEY is not set".into())
        );
    }

    #[test]
    fn who_is_unknown_is_named_beside_those_who_are_known() {
        let said = named(&[("ARTIST", "openai,dalle"), ("OPENAI_API_KEY", "k")]).unwrap_err();
        assert!(said.contains("\"dalle\"") && said.contains("palette, openai, gemini"), "{said}");
        assert_eq!(named(&[]), Err("the environment variable ARTIST is not set".into()));
    }

    #[test]
    fn im_09_a_base_url_leads_to_the_vendor_or_nowhere() {
        for url in ["https://api.example.com/v1", "http://api.openai.com/v1", "http://127.0.0.1:9001/v1", "https://api.openai.com:444/v1"] {
            let values = [("ARTIST", "openai"), ("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", url)];
            assert!(named(&values).unwrap_err().contains("openai: "), "{url}");
        }
        let local = [("STAGE", "local"), ("PROFILE", "wallet"), ("ARTIST", "openai"), ("OPENAI_API_KEY", "k")];
        let local: Vec<_> = local.into_iter().chain([("OPENAI_BASE_URL", "http://127.0.0.1:9001/v1")]).collect();
        assert!(made(&local).is_ok(), "a stand-in of the local cloud");
    }

    /// Invariant: Nobody gets data whom the profile does not allow.
    #[test]
    fn rt_09_the_ledger_decides_who_may_draw_in_a_profile() {
        let start = |more: &[(&'static str, &str)]| {
            let values = [&[("STAGE", "production"), ("PROFILE", "ephemeral"), ("OPENAI_API_KEY", "k")], more].concat();
            made(&values).map(drop)
        };
        assert!(matches!(start(&[("ARTIST", "openai")]), Err(Unready::NotAdmitted(_))));
        assert!(start(&[("ARTIST", "openai"), ("ZERO_RETENTION", "openai:ZDR-2026-114")]).is_ok());
        assert!(start(&[("ARTIST", "palette")]).is_ok());
        assert!(matches!(start(&[("ARTIST", "palette"), ("ZERO_RETENTION", "nobody")]), Err(Unready::NotAttested(_))));
    }
}
