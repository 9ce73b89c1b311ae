//! The sentences in English.

use jiff::SignedDuration;

use super::{Change, Thing};
use crate::inventory::Category;
use crate::render::words::{and, lasting, lowered, purpose};
use crate::retention::in_words;

pub(super) fn sentence(change: &Change) -> String {
    match change {
        Change::NewData { data, purpose: why, retention } => {
            format!("We begin to keep “{}” {}, {}.", data.en, purpose(*why), lasting(retention))
        }
        Change::NewFields { data, categories, names } => {
            format!("With “{}” we also keep {} ({}).", data.en, all(categories, category), names.join(", "))
        }
        Change::NewProcessor { name, role, region, receives } => {
            format!("{name} is new: it {} (place: {}), and receives {}.", lowered(&role.en), place(&region.en), things(receives))
        }
        Change::ReceivesMore { name, what } => format!("{name} receives more than before: {}.", things(what)),
        Change::NewPurpose { of, purposes } => format!("“{}” serves a new purpose: {}.", of.en, all(purposes, purpose)),
        Change::KeptLonger { data, retention } => format!("“{}” is kept longer than before: {}.", data.en, lasting(retention)),
        Change::FieldsKeptLonger { data, names } => format!("Of “{}” some is kept longer than before ({}).", data.en, names.join(", ")),
        Change::ProcessorKeepsLonger { name, kept } => format!("{name} keeps what it receives longer than before: {}.", kept_there(*kept)),
        Change::BackupLonger { kept } => format!("What was deleted can be restored from a backup for longer: {}.", in_words(*kept)),
        Change::ErasureLater { within } => format!("What you ask us to erase may take longer to be gone: up to {}.", in_words(*within)),
        Change::LostErasure { data } => format!("“{}” is no longer erased as before when you ask us to erase your data.", data.en),
        Change::LostExport { data } => format!("“{}” is no longer in the copy of your data that you may ask for.", data.en),
        Change::NewRegion { region } => format!("Your data is kept in another region: {}.", region.en),
        Change::ProcessorRegion { name, region } => format!("{name} handles your data in another place: {}.", place(&region.en)),
        Change::NewCookie { cookie, lasts } => format!("We set a new cookie, {}: {}.", time(*lasts), cookie.en),
        Change::CookieLonger { cookie, lasts } => format!("A cookie lasts longer than before, {}: {}.", time(*lasts), cookie.en),
        Change::NewOnDevice { what } => format!("Our pages keep something new in your browser: {}.", what.en),
        Change::OnDeviceLonger { what } => format!("Our pages keep something in your browser for longer than before: {}.", what.en),
        Change::NewOperator { service, contact } => {
            format!("Who runs the service, or answers for it, is another than before: it is {service}, and questions go to {contact}.")
        }
        Change::Gone { what } => format!("No more there: “{}”.", what.en),
        Change::Less { what } => format!("Less than before is kept or seen, or for a shorter time: “{}”.", what.en),
        Change::AboutNobody { what } => format!("New, and nothing of a person: “{}”.", what.en),
        Change::Reworded { what } => format!("A detail or the words of it change, and nothing more is kept: “{}”.", what.en),
        Change::Wording => "The page has other words; what is kept, for what, how long and who receives it stays the same.".to_owned(),
    }
}

fn things(things: &[Thing]) -> String {
    let quoted: Vec<String> = things.iter().map(|thing| format!("“{}”", thing.en)).collect();
    and(&quoted.iter().map(String::as_str).collect::<Vec<_>>())
}

fn all<T: Copy>(values: &[T], word: fn(T) -> &'static str) -> String {
    and(&values.iter().map(|value| word(*value)).collect::<Vec<_>>())
}

fn place(region: &str) -> &str {
    if region == "deployment" { "where the service runs" } else { region }
}

fn time(lasts: Option<SignedDuration>) -> String {
    lasts.map_or_else(|| "until you remove it".to_owned(), |lasts| format!("for {}", in_words(lasts)))
}

fn kept_there(kept: Option<SignedDuration>) -> String {
    kept.map_or_else(|| "for a time that it does not say".to_owned(), |kept| format!("for up to {}", in_words(kept)))
}

fn category(category: Category) -> &'static str {
    match category {
        Category::Identifier => "what identifies something or somebody",
        Category::Contact => "a way to reach you",
        Category::Credential => "a secret or its hash",
        Category::Image => "a picture",
        Category::Preference => "a choice of yours",
        Category::Content => "words of yours",
        Category::Financial => "what you paid or own here",
        Category::Moderation => "a result of the screening",
        Category::Usage => "what you did",
        Category::Technical => "technical data",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purpose::Purpose;

    #[test]
    fn a_list_is_read_as_one() {
        let thing = |en: &str| Thing { en: en.to_owned(), ja: String::new() };
        assert_eq!(things(&[thing("a"), thing("b"), thing("c")]), "“a”, “b” and “c”");
        assert_eq!(all(&[Purpose::Wallet, Purpose::SignIn], purpose), "to pay with credits and to sign you in");
    }
}
