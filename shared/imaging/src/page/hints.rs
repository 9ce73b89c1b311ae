//! How to add stickers to each messenger, in a line each.

use super::{Shown, counted, escaped};
use crate::{Counts, DigitalSource, Kind, Messenger, PACKS, PackSpec};
use std::fmt::Write;

/// A section with the messengers of these stickers, each with its picture, its packs and a line of instructions
pub(super) fn section(page: &mut String, pictures: &[Shown<'_>], drawings: usize) {
    let requested =
        |messenger: &Messenger| pictures.iter().any(|shown| shown.kind() == Kind::Sticker && shown.messenger() == Some(*messenger));
    let mut messengers = Messenger::ALL.iter().copied().filter(requested).peekable();
    if messengers.peek().is_none() {
        return;
    }
    page.push_str("<section>\n<h2>Getting the stickers into your messengers</h2>\n<dl>\n");
    for messenger in messengers {
        let packed: Vec<&Shown<'_>> = pictures.iter().filter(|shown| of_pack(shown, messenger)).collect();
        let sticker = pictures.iter().find(|shown| shown.kind() == Kind::Sticker && shown.messenger() == Some(messenger));
        let name = messenger.name();
        page.push_str("<div><div class=\"stage clear\">");
        if let Some(shown) = packed.iter().copied().find(|shown| shown.kind() == Kind::Tray).or(sticker) {
            shown.image(page, "", &format!("Icon of the stickers for {name}"));
        }
        let _ = write!(page, "</div>\n<dt>{name}</dt>\n<dd>{}", hint(messenger, pictures, drawings));
        let mut files = packed.into_iter().peekable();
        if files.peek().is_some() {
            page.push_str("<br>\n<span class=\"quiet\">Of the pack: ");
            while let Some(shown) = files.next() {
                let _ = write!(page, "{}, ", escaped(&label(shown)));
                shown.links(page);
                page.push_str(if files.peek().is_some() { "; " } else { "" });
            }
            page.push_str("</span>");
        }
        page.push_str("</dd></div>\n");
    }
    page.push_str("</dl>\n</section>\n");
}

/// Whether a picture or file belongs to a pack of this messenger as a whole
fn of_pack(shown: &Shown<'_>, messenger: Messenger) -> bool {
    match shown.kind() {
        Kind::Tray => shown.messenger() == Some(messenger),
        Kind::Pack => PACKS.iter().any(|pack| pack.name == shown.row() && pack.messenger == messenger),
        _ => false,
    }
}

fn label(shown: &Shown<'_>) -> String {
    match shown.row() {
        _ if shown.kind() == Kind::Pack => "all stickers".into(),
        "whatsapp-tray" => "tray icon".into(),
        "line-main" => "main image".into(),
        "line-tab" => "tab image".into(),
        other => super::spoken(other),
    }
}

/// The instructions, in a line
fn hint(messenger: Messenger, pictures: &[Shown<'_>], drawings: usize) -> String {
    let pack = PACKS.iter().find(|pack| pack.messenger == messenger);
    let packed = pictures.iter().any(|shown| shown.kind() == Kind::Pack && of_pack(shown, messenger));
    match (messenger, pack) {
        (Messenger::Whatsapp, _) if packed => {
            "On your phone, open <bdi>whatsapp.wastickers</bdi> with an app that imports sticker packs, and add the pack to WhatsApp.".into()
        }
        (Messenger::Whatsapp, pack) => format!(
            "A pack takes {}; here {}. A single one you make in a chat: open the stickers, choose Create, and pick the cut-out drawing.",
            counts(pack),
            is_or_are(drawings),
        ),
        (Messenger::Telegram, _) => {
            "Write <bdi>/newpack</bdi> to <bdi>@Stickers</bdi> in Telegram and send it <bdi>telegram.webp</bdi> as a file, with an emoji.".into()
        }
        (Messenger::Signal, _) => "In Signal on a computer, choose File and then Create sticker pack, and add <bdi>signal.webp</bdi>.".into(),
        (Messenger::Imessage, _) => {
            "On an iPhone, save <bdi>imessage-618.png</bdi> to Photos, hold the subject and choose Add Sticker. The three sizes are the small, \
             regular and large ones of a sticker app."
                .into()
        }
        (Messenger::Line, pack) => {
            let set = if packed {
                "Upload <bdi>line.zip</bdi> at the LINE Creators Market".to_owned()
            } else {
                format!("The LINE Creators Market takes sets of {}; here {}. Collect more, then upload them", counts(pack), is_or_are(drawings))
            };
            format!("{set}; where it asks how they were made, {}.", ai(pictures))
        }
        (Messenger::Discord, _) => {
            "In the settings of your server, open Stickers, upload <bdi>discord.png</bdi>, and give it a name and an emoji.".into()
        }
    }
}

/// The number of stickers a pack takes, in words
fn counts(pack: Option<&PackSpec>) -> String {
    match pack.map(|pack| pack.counts) {
        Some(Counts::Between(least, most)) => format!("{least} to {most} stickers"),
        Some(Counts::OneOf([first, .., last])) => format!("{first} to {last} stickers in steps of {first}"),
        Some(Counts::OneOf(_)) | None => "several stickers".into(),
    }
}

fn is_or_are(drawings: usize) -> String {
    format!("{} {}", if drawings == 1 { "is" } else { "are" }, counted(drawings, "drawing"))
}

/// The answer to the shop's question about the use of AI
fn ai(pictures: &[Shown<'_>]) -> &'static str {
    let filtered = |shown: &Shown<'_>| shown.files[0].digital_source_type == DigitalSource::AlgorithmicallyEnhanced;
    if pictures.iter().all(filtered) {
        "say that a filter drew them from your picture; “AI used” is for generative models, and none took part"
    } else {
        "tick “AI used”"
    }
}
