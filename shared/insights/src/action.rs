//! What can be told of, all of it: a closed list of words, so that no picture, no address and no balance has a place in it (AN-21).

use std::fmt;
use std::str::FromStr;

/// Each action with the contexts it may have; one without any has none.
pub const ACTIONS: &[(&str, &[&str])] = &[
    ("app-started", &["browser", "installed"]),
    ("page-viewed", &["home", "new", "order", "gallery", "credits", "trial", "privacy", "verify", "feedback"]),
    // AN-75: that prices were looked at, and where.
    ("pricing-viewed", &["home", "new", "credits", "wallet-short"]),
    ("picture-chosen", &["camera", "library", "drop", "paste"]),
    ("style-chosen", &["soft-anime", "bold-cel", "ink-manga", "watercolour", "pop-poster", "pixel"]),
    ("generation-begun", &[]),
    ("generation-ended", &["done", "blocked", "failed", "cancelled"]),
    ("files-saved", &["bundle", "avatar", "sticker"]),
    ("pack-opened", &["whatsapp", "telegram", "signal", "imessage", "line", "discord"]),
    ("trial-begun", &[]),
    ("trial-ended", &["done", "refused"]),
    ("trial-link-asked", &[]),
    ("sign-in-begun", &[]),
    ("signed-in", &[]),
    ("checkout-begun", &[]),
    ("checkout-returned", &["credited", "pending", "abandoned"]),
    ("refund-asked", &[]),
    ("locale-chosen", &["en", "ja"]),
    ("theme-chosen", &["light", "dark", "system"]),
    ("problem-shown", &["offline", "rate-limited", "wallet-short", "picture", "challenge", "internal", "other"]),
];

/// One action in one context. It can be made of the list alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action {
    name: &'static str,
    context: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no action of the list, or no context of it")]
pub struct NotAnAction;

impl Action {
    /// # Errors
    /// [`NotAnAction`] for what is not in the list, an action without the context that it needs, and one with a context where it has none.
    pub fn new(name: &str, context: Option<&str>) -> Result<Self, NotAnAction> {
        let (name, contexts) = ACTIONS.iter().find(|(known, _)| *known == name).ok_or(NotAnAction)?;
        match context {
            None if contexts.is_empty() => Ok(Self { name, context: None }),
            None => Err(NotAnAction),
            Some(context) => {
                let context = contexts.iter().find(|known| **known == context).ok_or(NotAnAction)?;
                Ok(Self { name, context: Some(context) })
            }
        }
    }

    /// Every action in every context, in the order of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        ACTIONS.iter().flat_map(|(name, contexts)| {
            let bare = contexts.is_empty().then_some(Self { name, context: None });
            bare.into_iter().chain(contexts.iter().map(|context| Self { name, context: Some(context) }))
        })
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Action {
    /// `page-viewed/home`, the form in which it is stored.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.context {
            Some(context) => write!(f, "{}/{context}", self.name),
            None => f.write_str(self.name),
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Action {
    type Err = NotAnAction;

    fn from_str(text: &str) -> Result<Self, NotAnAction> {
        let (name, context) = text.split_once('/').map_or((text, None), |(name, context)| (name, Some(context)));
        Self::new(name, context)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_17_every_action_is_its_own_word_and_few_bytes() {
        let all: BTreeSet<String> = Action::all().map(|action| action.to_string()).collect();
        assert_eq!(all.len(), Action::all().count());
        for action in Action::all() {
            let text = action.to_string();
            assert_eq!(text.parse(), Ok(action));
            assert!(text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || b"-/".contains(&byte)), "{text}");
        }
    }

    #[test]
    fn an_75_looking_at_prices_is_an_action() {
        assert!(Action::new("pricing-viewed", Some("credits")).is_ok());
    }

    #[test]
    fn an_17_the_list_knows_every_style_messenger_and_locale() {
        let contexts = |of: &str| ACTIONS.iter().find(|(name, _)| *name == of).unwrap().1.to_vec();
        assert_eq!(contexts("style-chosen"), studio::CATALOGUE.iter().map(|style| style.id).collect::<Vec<_>>());
        let messengers: Vec<String> = picture_files::Messenger::ALL.iter().map(|messenger| messenger.id().to_owned()).collect();
        assert_eq!(contexts("pack-opened"), messengers);
    }

    #[test]
    fn an_action_has_the_context_that_the_list_gives_it() {
        for (name, context) in [
            ("page-viewed", None),
            ("page-viewed", Some("")),
            ("page-viewed", Some("https://example.org/")),
            ("page-viewed", Some("Home")),
            ("signed-in", Some("ada@example.org")),
            ("signed-in", Some("")),
            ("", None),
            ("balance", Some("3")),
            ("page-viewed/home", None),
        ] {
            assert_eq!(Action::new(name, context), Err(NotAnAction), "{name} {context:?}");
        }
    }

    proptest! {
        /// Whatever is thrown at it, what comes out is one of the words: no selfie, no picture, no balance and no address has a place (AN-21).
        #[test]
        fn an_21_nothing_but_a_word_of_the_list_is_an_action(
            name in prop_oneof![any::<String>(), "[a-z-]{0,20}", Just("page-viewed".to_owned()), Just("signed-in".to_owned())],
            context in proptest::option::of(prop_oneof![
                any::<String>(), "[0-9]{1,12}", "data:image/png;base64,[A-Za-z0-9+/]{0,200}", "[a-z]{1,8}@[a-z]{1,8}\\.com", Just("home".to_owned()),
            ]),
        ) {
            if let Ok(action) = Action::new(&name, context.as_deref()) {
                prop_assert!(Action::all().any(|known| known == action));
                let said = action.to_string();
                prop_assert!(!said.chars().any(|c| c.is_ascii_digit()) && said.len() <= 40);
            }
        }
    }
}
