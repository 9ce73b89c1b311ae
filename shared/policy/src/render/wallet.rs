//! The policy of the profile with accounts and credits.

use super::facts::Facts;
use super::page::{Block, Section, Words};
use super::words;
use crate::inventory::{Table, inventory};
use crate::retention::in_words;
use crate::{Basis, Class, Cookie, Purpose};

/// In the order of the page.
pub(super) fn sections(facts: &Facts<'_>) -> Vec<Section> {
    vec![
        in_short(facts),
        stored(facts),
        providers(facts),
        others(facts),
        Section { heading: "Where it runs", blocks: facts.cloud() },
        Section { heading: "What is looked for", blocks: facts.looked_for() },
        facts.transfers(),
        cookies(facts),
        facts.on_device(),
        counted(),
        mail(),
        why(facts),
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
        format!("What you try without an account is gone after {}, unless you take it into one.", kept(Class::Trial)),
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
    let how = "Each line says what it is, how long and where it is kept, and who sees it. Our cloud is Amazon Web Services: see \u{201c}Where it runs\u{201d}.";
    let blocks = [text, how].map(|text| Block::Text(text.into())).into_iter().chain(facts.stored());
    Section { heading: "What is stored", blocks: blocks.collect() }
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

/// Those who see no picture.
fn others(facts: &Facts<'_>) -> Section {
    let mut blocks = vec![Block::Text(if facts.others().next().is_some() { "These see no picture of yours." } else { "Nobody." }.into())];
    facts.others().for_each(|processor| blocks.extend(facts.other(processor)));
    Section { heading: "Who else is involved", blocks }
}

fn cookies(facts: &Facts<'_>) -> Section {
    let ours = inventory().cookies().iter().filter(|cookie| cookie.profiles.contains(&facts.profile));
    let point = |cookie: &Cookie| format!("{}: it {}. It lasts at most {}.", cookie.name, cookie.what, in_words(cookie.lasts())).into();
    let blocks = vec![
        Block::Text("These are all the cookies we set, each for this service alone:".into()),
        Block::List(ours.map(point).collect()),
        Block::Text("There is no other: none that follows you, none that counts your visits, none of anybody else's.".into()),
    ];
    Section { heading: "Cookies", blocks }
}

fn mail() -> Section {
    let points = [
        "We write to you about your account: sign-in codes, finished pictures, receipts, refunds, and changes of this policy that matter to you.".to_owned(),
        "News and offers come only if you asked for them yourself. We keep which words you agreed to and when. Every such mail has a link that stops them \
         with one click, without signing in, for as long as you keep the mail."
            .to_owned(),
        "No mail has a picture or anything else in it that tells us that you read it.".to_owned(),
        format!(
            "If mail to you comes back, or you mark ours as spam, your address gets none for {}, codes included: write to us if that was a mistake. It is kept \
             as a keyed hash.",
            kept(Class::MailSuppression)
        ),
    ];
    Section { heading: "Mail", blocks: vec![Block::List(points.map(Words::from).into())] }
}

fn counted() -> Section {
    let browser = format!(
        "To know what the service is used for, your browser tells us words of a list: that a page was looked at, prices were looked at, a picture was begun or \
         saved. No picture, no text, no address and no balance has a place in that list. It tells them under a random name that it gave itself, which you may \
         change at any time in \u{201c}On this device\u{201d}. Of a day we keep which words there were, not how often or when, for {}.",
        kept(Class::DeviceDay)
    );
    let person = format!(
        "Once you are signed in, one more row says that the browser is yours, so that two browsers of yours count as one person. It goes with your account, \
         and after {} at the latest. From then on nothing leads from what was done to you.",
        kept(Class::DeviceLink)
    );
    let refusal = "If your browser sends \u{201c}Global Privacy Control\u{201d} or \u{201c}Do Not Track\u{201d}, or if you object, nothing of this is stored.";
    let numbers = format!("Every day it becomes numbers, of which none below five is kept, for {}.", kept(Class::DailyCounts));
    let feedback = format!("What you write to us with the form for feedback is kept for {}.", kept(Class::Feedback));
    let points = [browser, person, refusal.to_owned(), numbers, feedback];
    Section { heading: "What is counted, and what you tell us", blocks: vec![Block::List(points.map(Words::from).into())] }
}

fn erasure(facts: &Facts<'_>) -> Section {
    let within = in_words(inventory().erasure().within());
    let removed = "You can remove any generation and its pictures yourself, at any time; they go at once.".into();
    let regret = in_words(inventory().erasure().regret());
    let account = format!(
        "On the page “Your data” you can have your account and everything of it erased. From that moment nobody can use it; for {regret} you may take it back; \
         and all of it is gone within {within}. You get a receipt that anybody can verify."
    );
    let by_mail = facts.contact("Or write from your address to ", ".");
    let backup = inventory().backup(Table::Accounts).map(|kept| {
        format!("The table of accounts and credits can be restored for {}, so a deleted row lives on there for as long. No picture is in any backup.", in_words(kept))
    });
    let address = "An address that you left without having an account (to have a link sent, or to ask for a refund) is kept until you have it erased, on the \
                   same page or by mail.";
    let mut points = vec![removed, account.into(), address.into(), by_mail];
    points.extend(backup.map(Words::from));
    points.push(
        format!(
            "That your mailbox had its first credits stays for {} from the day it had them, as a keyed hash that names neither you nor an account: else \
             they could be had again and again.",
            kept(Class::MailboxGrant)
        )
        .into(),
    );
    points.push(
        format!("That your address gets no mail, because mail to it came back, stays for {} as such a hash.", kept(Class::MailSuppression))
            .into(),
    );
    points.push("A law may make us keep what a purchase leaves behind for longer, without your address.".into());
    Section { heading: "Erasing", blocks: vec![Block::List(points)] }
}

/// What each purpose of the page rests on.
fn why(facts: &Facts<'_>) -> Section {
    let purposes = |basis: Basis| {
        let of = |purpose: &&Purpose| purpose.basis() == basis && inventory().of(facts.profile).any(|entry| entry.purpose == **purpose);
        let names: Vec<_> = Purpose::ALL.iter().filter(of).map(|purpose| words::purpose(*purpose)).collect();
        format!("{}: {}.", words::legal_basis(basis), words::and(&names)).into()
    };
    let choices = "What leaves you a choice is on the page \u{201c}Privacy\u{201d} of your account: it holds from your next request on, in every browser of \
                   yours. There you can also restrict the use of everything: then nothing more is drawn or counted, and no offers come, until you take that back. \
                   What is deleted at its time is deleted nevertheless.";
    let blocks = vec![Block::List(Basis::ALL.iter().map(|basis| purposes(*basis)).collect()), Block::Text(choices.into())];
    Section { heading: "Why we may", blocks }
}

fn rights(facts: &Facts<'_>) -> Section {
    let points = [
        "see what we hold of you, and have a copy of it that programs can read",
        "have it corrected",
        "have it erased",
        "have its use restricted, or object to a use",
        "withdraw a consent, at any time and as easily as you gave it",
    ];
    let how = facts
        .contact("The page “Your data” is where you do so. Or write from the address of your account to ", ". We answer within 30 days.");
    let blocks = vec![
        Block::Text("Wherever you live, you may:".into()),
        Block::List(points.map(Words::from).into()),
        Block::Text(how),
        Facts::regulator(),
    ];
    Section { heading: "Your rights", blocks }
}

fn children(facts: &Facts<'_>) -> Section {
    let text = "The service is not for children under 13, nor for those under 16 in the European Economic Area and the United Kingdom. Whoever tries it or signs in for \
                the first time has to say that they are old enough; from which country they ask is looked at for the answer, and kept nowhere. If you know of a child \
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
    let text = format!(
        "A changed policy gets a new date and version at its top. When a change matters to you, we also write to your address where we can, at least {} before it \
         applies. It does when more is kept, for longer, for more purposes or by more others, in another region, or with less that you may erase or have a copy of.",
        in_words(inventory().notice().ahead())
    );
    Section { heading: "Changes", blocks: vec![Block::Text(text.into())] }
}
