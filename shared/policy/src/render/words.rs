//! The inventory's terms in a reader's words.

use crate::inventory::{Entry, Store};
use crate::processor::{AgreementKind, TransferBasis};
use crate::purpose::{Basis, Purpose};
use crate::retention::{Kept, Mechanism, Owner, Retention, Since, in_words};

/// The purpose, as the rest of a sentence.
pub(crate) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Account => "to have an account",
        Purpose::SignIn => "to sign you in",
        Purpose::Wallet => "to pay with credits",
        Purpose::Generation => "to make your pictures",
        Purpose::Delivery => "to hand them over",
        Purpose::Moderation => "to keep forbidden content out",
        Purpose::Analytics => "to know what is used, in numbers",
        Purpose::Feedback => "to hear what you tell us",
        Purpose::AbusePrevention => "to keep the service usable for all",
        Purpose::Marketing => "to send you news and offers, if you asked for them",
        Purpose::Operation => "to run the service",
        Purpose::Contact => "to write to you",
        Purpose::Rights => "to answer what you ask about your data",
    }
}

pub(super) fn place(entry: &Entry) -> String {
    match &entry.store {
        Store::DynamoDb { table, .. } => format!("DynamoDB, table {}", table.id()),
        Store::S3 { prefix, .. } => format!("S3, files below {prefix}"),
        Store::Sqs { .. } => "SQS, queues between the steps".into(),
        Store::Log { .. } => "CloudWatch, logs".into(),
    }
}

/// The retention of an entry, with its fields of a shorter one, as the rest of "it is kept …".
pub(super) fn how_long(entry: &Entry) -> String {
    let early: Vec<&str> = entry.fields().iter().filter(|field| field.retention.is_some()).map(|field| field.name.as_str()).collect();
    let first = lasting(entry.retention());
    match entry.fields().iter().find_map(|field| field.retention.as_ref()) {
        Some(own) => format!("{first}, and a part of it ({}) {}", early.join(", "), lasting(own)),
        None => first,
    }
}

/// A retention, as the rest of "it is kept …".
pub(crate) fn lasting(retention: &Retention) -> String {
    match retention {
        Retention::For(kept) if kept.from == Since::Window => {
            let windows: Vec<String> = kept.windows.iter().map(|window| in_words(*window)).collect();
            format!("while it counts ({}) and for {} after that{}", windows.join(" or "), in_words(kept.duration), late(kept))
        }
        Retention::For(kept) => {
            let from = match kept.from {
                Since::Created | Since::Window => "",
                Since::Decided => " from the decision",
            };
            format!("for {}{from}{}", in_words(kept.duration), late(kept))
        }
        Retention::While(life) => match life.owner {
            Owner::Account => "as long as the account lives, or until you remove it".into(),
            Owner::Generation => "until the work on the generation ends".into(),
            Owner::Trial => "until the trial ends, a day after it began".into(),
            Owner::Address => "until you ask us to erase it".into(),
            Owner::Service => "as long as the service runs".into(),
            Owner::Operator => "as long as they run the service".into(),
        },
    }
}

/// The notice for entries that the database alone removes, which may be late.
fn late(kept: &Kept) -> &'static str {
    match kept.mechanisms[..] {
        [Mechanism::Ttl] => "; then it counts for nothing, and the database removes it, mostly within two days",
        _ => "",
    }
}

pub(super) fn agreement(kind: AgreementKind) -> &'static str {
    match kind {
        AgreementKind::Dpa => "a data processing agreement",
        AgreementKind::None => "no agreement",
    }
}

/// What a purpose rests on, as a sentence before the list of purposes.
pub(super) fn legal_basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Contract => "Because you asked for it, and it cannot be had without (a contract)",
        Basis::LegalDuty => "Because the law asks it of us",
        Basis::LegitimateInterest => "Because we have an interest in it that weighs no more than yours: you may object, and it stops",
        Basis::Consent => "Because you said yes, and only until you say no",
    }
}

/// A safeguard of a transfer, as the end of "on the basis of …".
pub(super) fn basis(basis: TransferBasis) -> &'static str {
    match basis {
        TransferBasis::None => "nothing, because nothing is transferred",
        TransferBasis::StandardContractualClauses => "standard contractual clauses",
        TransferBasis::Adequacy => "an adequacy decision",
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and(names: &[&str]) -> String {
    match names {
        [] => "nobody".into(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The sentence with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// The sentence with a small letter at its beginning.
pub(crate) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}
