//! The policy of the profile `ephemeral`.

use super::facts::Facts;
use super::page::{Block, Section, Words};
use super::words;

/// In the order of the page.
pub(super) fn sections(facts: &Facts<'_>) -> Vec<Section> {
    vec![
        in_short(facts),
        pictures(),
        providers(facts),
        Section {
            heading: "What is stored",
            blocks: std::iter::once(Block::Text(
                "Two things are stored, and neither holds a picture, a word of yours or a name. Your network address is stored nowhere. Our cloud is Amazon Web Services."
                    .into(),
            ))
            .chain(facts.stored())
            .collect(),
        },
        Section { heading: "Where it runs", blocks: facts.cloud() },
        Section { heading: "What is looked for", blocks: facts.looked_for() },
        facts.transfers(),
        facts.on_device(),
        children(),
        rights(facts),
        security(),
        changes(),
        facts.contact_section(),
    ]
}

fn in_short(facts: &Facts<'_>) -> Section {
    let names: Vec<&str> = facts.providers().map(|processor| processor.name.as_str()).collect();
    let drawn = match facts.is_offline() {
        true => "Our own code makes the new picture. Your picture goes to nobody else.".to_owned(),
        false => format!(
            "The new picture is made with the help of {}. Your picture goes there only if your request says, that time, that it may.",
            words::and(&names)
        ),
    };
    let points = [
        "You send a picture and get a new one in the same answer. We keep neither.",
        &drawn,
        "There is no account. We do not ask who you are, and do not try to find out.",
        "We sell nothing of yours, show no advertising, set no cookie and count no visits.",
        "You must be 13 or older.",
    ];
    Section { heading: "In short", blocks: vec![Block::List(points.map(Words::from).into())] }
}

fn pictures() -> Section {
    let points = [
        "It is held in memory for as long as the new picture takes, and in no file, database, queue or log.",
        "As soon as the answer has gone, or the attempt has failed, the memory that held the picture is overwritten.",
        "The place, the time and the device that a photograph names in its metadata are dropped before anything else is done with it.",
        "Software may find where in the picture the person is, to draw or to cut the background away. That software is a small neural network which tells \
         people from what is behind them. It runs in our own functions, learns nothing from your picture, and cannot tell one person from another. What it \
         finds goes with the picture. No measurements of a face are kept, and nobody is recognised, identified or followed.",
        "The answer carries the new picture itself, tells every cache not to keep it, and has no link under which it could be fetched again.",
        "If you save the new picture, it is on your device. We cannot see it there, and have no copy.",
    ];
    Section { heading: "What happens to your picture", blocks: vec![Block::List(points.map(Words::from).into())] }
}

fn providers(facts: &Facts<'_>) -> Section {
    let mut blocks = Vec::new();
    if facts.is_offline() {
        blocks.push(Block::Text("Nobody. It is worked on by our own code, in the memory of the function that answers you.".into()));
    } else {
        let consent = "Each request must name the provider that may receive its picture; one that names none, or another, is refused before the picture is \
                       looked at. Your consent holds for that one request and is not stored. You withdraw it by not giving it again.";
        blocks.push(Block::Text(consent.into()));
        blocks.push(Block::Text("Data travels encrypted (TLS 1.2 or newer) to the provider's own address and nowhere else.".into()));
        facts.providers().for_each(|processor| blocks.extend(facts.provider(processor)));
    }
    Section { heading: "Who else sees your picture", blocks }
}

fn children() -> Section {
    let text = "The service is not for children under 13. Each request states that its sender is 13 or older; the statement is not stored. As no picture is \
                stored either, there is nothing of a child's that we could have kept; if you know of misuse, tell us.";
    Section { heading: "Children", blocks: vec![Block::Text(text.into())] }
}

fn rights(facts: &Facts<'_>) -> Section {
    let text = "Laws give you rights to see, correct, move, restrict and erase what is kept of you, and to object. Here nothing is kept that could be looked up \
                as yours, so there is nothing to send or erase; the counters end by themselves, as is said above. We answer every question within 30 days: ";
    Section { heading: "Your rights", blocks: vec![Block::Text(facts.contact(text, ".")), Facts::regulator()] }
}

fn security() -> Section {
    let text = "Everything travels encrypted. The function that handles your picture has no permission to write anything but its log and the counters, so an error in \
                it could not store a picture either. No system is perfect.";
    Section { heading: "Security", blocks: vec![Block::Text(text.into())] }
}

fn changes() -> Section {
    let text = "A changed policy is published on this page, with a new date and version at its top, before it takes effect. There is nobody we could write to.";
    Section { heading: "Changes", blocks: vec![Block::Text(text.into())] }
}
