//! Who a mail is for.

use crate::Email;

/// An address of mail, and the language its owner reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub email: Email,
    pub language: Language,
}

/// The languages that mails and our own pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    English,
    Japanese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// The one for a BCP 47 language tag; English where there is none for it.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary)).unwrap_or_default()
    }

    /// As a BCP 47 language tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_chosen_by_the_first_part_of_its_tag() {
        for (tag, language) in [
            ("ja", Language::Japanese),
            ("JA-jp", Language::Japanese),
            ("ja-Latn-hepburn", Language::Japanese),
            ("en-GB", Language::English),
            ("jam", Language::English),
            ("de", Language::English),
            ("", Language::English),
            ("日本語", Language::English),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }
}
