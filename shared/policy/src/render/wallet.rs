//! The policy of the profile with accounts and credits.

use super::facts::Facts;
use super::page::{Block, Section, Words};
use super::words;
use crate::Class;
use crate::inventory::{Table, inventory};
use crate::retention::in_words;

/// In the order of the page.
pub(super) fn sections(facts: &Facts<'_>) -> Vec<Section> {
    vec![
        in_short(facts),
        stored(facts),
        providers(facts),
        Section { heading: "Where it runs", blocks: facts.cloud() },
        Section { heading: "What is looked for", blocks: facts.looked_for() },
        facts.transfers(),
        cookies(),
        erasure(facts),
        rights(facts),
        children(facts),
        security(),
        changes(),
        facts.contact_section(),
    ]
}

/// The duration of an entry, in words.
fn kept(class: Class) -> String {
    class.entry().kept().map_or_else(|| "the life of the account".into(), |kept| in_words(kept.duration))
}

fn in_short(facts: &Facts<'_>) -> Section {
    let names: Vec<&str> = facts.providers().map(|processor| processor.name.as_str()).collect();
    let seen = match facts.is_offline() {
        true => "Our own code draws and judges. Your selfie goes to nobody but the cloud that stores it.".to_owned(),
        false => format!("Your selfie goes to {}, and to nobody else but the cloud that stores it.", words::and(&names)),
    };
    let points = [
        format!(
            "A selfie is kept for at most {}, one that was blocked for at most {}.",
            kept(Class::UploadObject),
            kept(Class::QuarantineObject)
        ),
        "Your finished pictures are kept as long as you want them.".into(),
        seen,
        "We store an e-mail address to sign you in with, and no name, no telephone number and no network address.".into(),
        "We sell nothing of yours, show no advertising, and nobody else counts your visits.".into(),
    ];
    Section { heading: "In short", blocks: vec![Block::List(points.map(Words::from).into())] }
}

fn stored(facts: &Facts<'_>) -> Section {
    let text = "This is everything that is stored, with nothing left out: a field that is not declared here fails our tests. A selfie loses its metadata (place, \
                time, device) as soon as it is read. Software finds where in it the person is, to draw and to cut the background away. That software is a \
                small neural network which tells people from what is behind them. It runs in our own functions, learns nothing from your selfie, and cannot \
                tell one person from another. No measurements of a face are kept, and nobody is recognised, identified or followed by it.";
    Section { heading: "What is stored", blocks: vec![Block::Text(text.into()), facts.stored("Everything that is stored")] }
}

fn providers(facts: &Facts<'_>) -> Section {
    let mut blocks = Vec::new();
    if facts.is_offline() {
        blocks.push(Block::Text("Nobody but the cloud below. It is drawn from and judged by our own code.".into()));
    } else {
        let never = "No provider receives your e-mail address, your network address, your balance or a file name. Data travels encrypted (TLS 1.2 or newer).";
        blocks.push(Block::Text(never.into()));
        facts.providers().for_each(|processor| blocks.extend(facts.provider(processor)));
    }
    Section { heading: "Who else sees your selfie", blocks }
}

fn cookies() -> Section {
    let text = format!(
        "One cookie keeps you signed in, for at most {}. It is signed, closed to scripts, and dead at once when you sign out. While you wait for a code, a \
         second one, closed to scripts as well, says that it was this browser that asked, for at most {}. There is no other: none that follows you, none \
         of anybody else's.",
        kept(Class::Session),
        kept(Class::SignInCode)
    );
    Section { heading: "Cookies", blocks: vec![Block::Text(text.into())] }
}

fn erasure(facts: &Facts<'_>) -> Section {
    let within = in_words(inventory().erasure().within());
    let removed = "You can remove any generation and its pictures yourself, at any time; they go at once.".into();
    let account = facts
        .contact("To have your account and everything of it erased, write from its address to ", &format!(". It is gone within {within}."));
    let backup = inventory().backup(Table::Accounts).map(|kept| {
        format!("The table of accounts and credits can be restored for {}, so a deleted row lives on there for as long. No picture is in any backup.", in_words(kept))
    });
    let mut points = vec![removed, account];
    points.extend(backup.map(Words::from));
    points.push(
        format!(
            "That your mailbox had its first credits stays for {} from the day it had them, as a keyed hash that names neither you nor an account: else \
             they could be had again and again.",
            kept(Class::MailboxGrant)
        )
        .into(),
    );
    points.push("A law may make us keep what a purchase leaves behind for longer, without your address.".into());
    Section { heading: "Erasing", blocks: vec![Block::List(points)] }
}

fn rights(facts: &Facts<'_>) -> Section {
    let points = [
        "see what we hold of you, and have a copy of it that programs can read",
        "have it corrected",
        "have it erased",
        "have its use restricted, or object to a use",
        "withdraw a consent, at any time and as easily as you gave it",
    ];
    let how = facts.contact("Write from the address of your account to ", ". We answer within 30 days.");
    let blocks = vec![
        Block::Text("Wherever you live, you may:".into()),
        Block::List(points.map(Words::from).into()),
        Block::Text(how),
        Facts::regulator(),
    ];
    Section { heading: "Your rights", blocks }
}

fn children(facts: &Facts<'_>) -> Section {
    let text = "The service is not for children under 13, nor for those under 16 in the European Economic Area and the United Kingdom. If you know of a child \
                who has used it, tell us, and we erase what there is without delay: ";
    Section { heading: "Children", blocks: vec![Block::Text(facts.contact(text, "."))] }
}

fn security() -> Section {
    let text = "Everything travels encrypted, and is stored encrypted. Sessions are signed and can be ended at once; what can be asked for is limited; every \
                selfie is judged before it is drawn from. Each part of the service may touch what it needs and no more. No system is perfect: if you find a \
                weakness, tell us before you tell others.";
    Section { heading: "Security", blocks: vec![Block::Text(text.into())] }
}

fn changes() -> Section {
    let text = "A changed policy gets a new date and version at its top. When a change matters to you, we also write to your address where we can.";
    Section { heading: "Changes", blocks: vec![Block::Text(text.into())] }
}
