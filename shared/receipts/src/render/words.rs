//! What a receipt says, in sentences.

use kernel::Timestamp;

use super::{Block, Section};
use crate::{Erasure, Keeps, Objects, Residue, Statement, Vendor, Verified};

pub(super) const TITLE: &str = "Receipt of an erasure";

pub(super) fn sections(verified: &Verified) -> Vec<Section> {
    let Statement::Erasure(erasure) = &verified.statement;
    vec![
        Section { heading: "What was done", blocks: done(erasure, verified.key.name()) },
        Section { heading: "What stays", blocks: vec![listed(erasure.residue.iter().map(residue).collect(), "Nothing stays.")] },
        Section { heading: "What others may still have", blocks: others(&erasure.vendors) },
        Section { heading: "What this receipt proves", blocks: vec![Block::List(proves(verified))] },
        Section { heading: "What it cannot prove", blocks: vec![Block::List(CANNOT_PROVE.map(str::to_owned).to_vec())] },
        Section { heading: "How to verify it", blocks: how(verified) },
    ]
}

fn done(erasure: &Erasure, operator: &str) -> Vec<Block> {
    let times = &erasure.times;
    let steps = [
        ("Asked for", times.asked),
        ("Proven to come from the person", times.proven),
        ("Closed to sign-ins and orders", times.closed),
        ("Deleted", times.purged),
        ("Listed twice and found empty", times.verified),
        ("Gone from backups as well", times.done),
    ];
    let counts: Vec<_> = erasure.erased.iter().map(|(class, count)| (class.clone(), count.to_string())).collect();
    vec![
        Block::Text(format!("The operator of {operator} states that it erased what it held of one person.")),
        Block::Table(steps.map(|(step, at)| (step.to_owned(), date(at))).to_vec()),
        Block::Text(format!("So many were deleted of each class, as the privacy policy of version {} calls them:", erasure.policy)),
        if counts.is_empty() { Block::Text("Nothing was counted.".into()) } else { Block::Table(counts) },
        Block::Text(files(&erasure.objects)),
    ]
}

fn files(objects: &Objects) -> String {
    match objects.count {
        0 => "No file was among them.".into(),
        count => format!(
            "Files among them: {count}. Their names are summed up in the hash {}: who has the names, and the salt that came with this receipt, can compute it.",
            objects.root
        ),
    }
}

fn residue(residue: &Residue) -> String {
    let until = residue.until.map_or_else(|| "without an end".into(), |until| format!("until {}", date(until)));
    format!("{}, {until}, because {}.", residue.what, residue.why)
}

fn others(vendors: &[Vendor]) -> Vec<Block> {
    let names = vendors.iter().map(vendor).collect();
    let said = "Whatever is deleted here, a third party keeps what it was sent for as long as it says.";
    vec![Block::Text(said.into()), listed(names, "The statement names no third party.")]
}

fn vendor(vendor: &Vendor) -> String {
    let keeps = match &vendor.keeps {
        Keeps::Nothing => "it keeps nothing".into(),
        Keeps::Until { at, longer } if longer.is_empty() => format!("it keeps it until {}", date(*at)),
        Keeps::Until { at, longer } => format!("it keeps it until {}, longer {longer}", date(*at)),
        Keeps::Unsaid => "it does not say for how long it keeps it".into(),
    };
    format!("{}, last called {}: {keeps}.", vendor.name, date(vendor.last_call))
}

fn proves(verified: &Verified) -> Vec<String> {
    let (origin, index, size) = (verified.key.name(), verified.index(), verified.checkpoint.size);
    vec![
        format!("What was stated: the operator of {origin} said exactly what is above, and signed a log of {size} entries that has it as entry {index}, counted from 0."),
        "When: the times are those of the statement, and none of them was changed after it was signed.".into(),
        "That it was not withdrawn: the log can only be added to. If this entry were taken out or changed, no later checkpoint of the log would agree with the one in this receipt.".into(),
    ]
}

const CANNOT_PROVE: [&str; 5] = [
    "That the bytes are gone: no text can. It holds the operator to its word.",
    "That third parties deleted their copies: the dates are those that they promise.",
    "That there are no earlier copies, such as a picture that somebody downloaded or was sent before.",
    "That the operator's clock was right.",
    "That everybody is shown the same log: no signature of a witness was verified here.",
];

fn how(verified: &Verified) -> Vec<Block> {
    let file = "Keep the receipt (receipt.tlog-proof) and the statement (statement.json) as they are, byte for byte.";
    let key =
        "This is the key that verified it. Compare it with the one that the operator publishes: a receipt is worth as much as its key.";
    vec![
        Block::Text(file.into()),
        Block::Text(key.into()),
        Block::Verbatim(verified.key.to_string()),
        Block::Text("With the source of the service, this verifies it without a network:".into()),
        Block::Verbatim("cargo run -p receipts --example verify -- receipt.tlog-proof statement.json KEY".into()),
    ]
}

fn listed(points: Vec<String>, nothing: &str) -> Block {
    if points.is_empty() { Block::Text(nothing.into()) } else { Block::List(points) }
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
