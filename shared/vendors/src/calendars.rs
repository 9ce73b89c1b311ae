//! The vendors that publish the end dates of their models.

use edge::Settings;
use studio::ModelCalendar;
use via_openai::OpenAi;

use crate::clients::{Unready, VendorClients};

/// The variables that [`calendars`] may read, beside `STAGE` and `PROFILE`, which every function has.
pub const CALENDAR_VARIABLES: &[&str] = &["ARTIST", "SCREENER", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ZERO_RETENTION"];

/// The calendars of the vendors that `ARTIST` or `SCREENER` names and that have one: OpenAI. A vendor that is not named needs no key and is not
/// asked.
///
/// # Errors
/// [`Unready`] when a named vendor is not admitted or incompletely configured.
pub fn calendars(settings: &Settings) -> Result<Vec<Box<dyn ModelCalendar>>, Unready> {
    let named = ["ARTIST", "SCREENER"].map(|variable| settings.optional(variable));
    let used = named.iter().flat_map(|names| names.split(',')).any(|name| name.trim() == OpenAi::NAME);
    Ok(if used { vec![Box::new(VendorClients::of(settings)?.openai()?)] } else { Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_asked_where_it_is_named_and_no_key_is_needed_otherwise() {
        let count = |more: &[(&'static str, &str)]| {
            let values = [&[("STAGE", "production"), ("PROFILE", "wallet")], more].concat();
            calendars(&Settings::of(&values).unwrap()).map(|calendars| calendars.len()).map_err(|unready| unready.to_string())
        };
        assert_eq!(count(&[]), Ok(0));
        assert_eq!(count(&[("ARTIST", "palette"), ("SCREENER", "offline")]), Ok(0));
        assert_eq!(count(&[("ARTIST", "gemini"), ("GEMINI_API_KEY", "k")]), Ok(0));
        assert_eq!(count(&[("ARTIST", "gemini,openai"), ("OPENAI_API_KEY", "k")]), Ok(1));
        assert_eq!(count(&[("SCREENER", "offline, openai"), ("OPENAI_API_KEY", "k")]), Ok(1));
        assert_eq!(count(&[("SCREENER", "openai")]), Err("the environment variable OPENAI_API_KEY is not set".into()));
    }
}
