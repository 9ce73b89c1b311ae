//! Packs of stickers, across the drawings of a generation.

use super::cutout::Cutout;
use super::make::trays;
use super::{Extras, PACKS, PackSpec};
use crate::Limits;
use crate::Messenger;
use crate::decode::decode_png;
use crate::{Deliverable, DigitalSource, Format, Kind, Unreadable};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// The title of a pack whose given title has no visible character
const NO_TITLE: &str = "Stickers";

/// Why the packs could not be made
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The first drawing's cut-out could not be read
    #[error("the pictures of a pack could not be made")]
    Picture(#[from] Unreadable),
    /// An archive could not be written
    #[error("a pack could not be written")]
    Archive(#[from] zip::result::ZipError),
    /// A pack has more bytes than its messenger takes
    #[error("the pack {name} has {bytes} bytes; at most {limit} are allowed")]
    TooManyBytes {
        name: &'static str,
        bytes: usize,
        /// In bytes
        limit: usize,
    },
}

/// Builds the packs of a generation from the files of its drawings
pub struct Packs {
    title: String,
    author: String,
    extras: Extras,
    /// The cut-out of the first drawing, the source of tray, main and tab image
    first: Option<(usize, Vec<u8>, DigitalSource)>,
    /// By the messenger of the pack and the number of the drawing
    stickers: BTreeMap<(Messenger, usize), Vec<u8>>,
}

impl Packs {
    /// Empty packs of the messengers in `extras`. Title and author are cut to the messengers' limits and reduced to visible characters and single
    /// spaces.
    pub fn new(title: &str, author: &str, extras: &Extras) -> Self {
        let title = plain(title, 40);
        let title = if title.is_empty() { NO_TITLE.into() } else { title };
        let extras = Extras { stickers: extras.stickers.clone(), ..Extras::default() };
        Self { title, author: plain(author, 128), extras, first: None, stickers: BTreeMap::new() }
    }

    /// Offers a file of drawing `index`; a file that belongs to no pack is ignored.
    pub fn add(&mut self, index: usize, file: &Deliverable) {
        if self.extras.stickers.is_empty() {
            return;
        }
        if file.kind == Kind::Transparent && file.format == Format::Png && self.first.as_ref().is_none_or(|(first, ..)| index < *first) {
            self.first = Some((index, file.bytes.clone(), file.digital_source));
        }
        let path = &file.path;
        for pack in self.requested() {
            if file.kind == Kind::Sticker && super::table::sticker(pack.sticker).is_some_and(|row| row.path() == *path) {
                self.stickers.insert((pack.messenger, index), file.bytes.clone());
            }
        }
    }

    /// Tray, main and tab images of the requested messengers, made of the first drawing's cut-out; none before a drawing was added.
    ///
    /// # Errors
    /// [`PackError::Picture`] if the cut-out is no picture.
    pub fn pictures(&self) -> Result<Vec<Deliverable>, PackError> {
        let Some((_, transparent, source)) = &self.first else {
            return Ok(Vec::new());
        };
        let cutout = Cutout::of_transparent(&decode_png(transparent, &Limits::DRAWING)?);
        Ok(trays(&cutout, &self.extras, *source)?)
    }

    /// The packs for which there are enough drawings, made of the stickers added and of `pictures` as delivered.
    ///
    /// # Errors
    /// [`PackError`] if a pack cannot be written within its limit.
    pub fn finish(&self, pictures: &[Deliverable]) -> Result<Vec<Deliverable>, PackError> {
        let Some((_, _, source)) = &self.first else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for pack in self.requested() {
            let stickers: Vec<&[u8]> =
                self.stickers.iter().filter(|((messenger, _), _)| *messenger == pack.messenger).map(|(_, file)| &file[..]).collect();
            if !pack.counts.take(stickers.len()) {
                continue;
            }
            let bytes = self.archive(pack, pictures, &stickers)?;
            if bytes.len() > pack.most_bytes {
                return Err(PackError::TooManyBytes { name: pack.name, bytes: bytes.len(), limit: pack.most_bytes });
            }
            files.push(Deliverable::finished(&pack.path(), Kind::Pack, pack.format, (0, 0), *source, bytes));
        }
        Ok(files)
    }

    fn requested(&self) -> impl Iterator<Item = &'static PackSpec> + use<> {
        let messengers = self.extras.stickers.clone();
        PACKS.iter().filter(move |pack| messengers.contains(&pack.messenger))
    }

    fn archive(&self, pack: &PackSpec, trays: &[Deliverable], stickers: &[&[u8]]) -> Result<Vec<u8>, PackError> {
        let tray = |name: &str| trays.iter().find(|tray| tray.path == format!("packs/{name}.png")).map_or(&[][..], |tray| &tray.bytes);
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        if pack.format == Format::Wastickers {
            store(&mut archive, "title.txt", self.title.as_bytes())?;
            store(&mut archive, "author.txt", self.author.as_bytes())?;
            store(&mut archive, "cover.png", tray("whatsapp-tray"))?;
            for (number, sticker) in (1..).zip(stickers) {
                store(&mut archive, &format!("{number}.webp"), sticker)?;
            }
        } else {
            store(&mut archive, "main.png", tray("line-main"))?;
            store(&mut archive, "tab.png", tray("line-tab"))?;
            for (number, sticker) in (1..).zip(stickers) {
                store(&mut archive, &format!("{number:02}.png"), sticker)?;
            }
        }
        Ok(archive.finish()?.into_inner())
    }
}

/// Stores a file uncompressed: pictures are compressed already. Times and permissions are fixed, so that the same pack has the same bytes.
fn store(archive: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) -> Result<(), PackError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    archive.start_file(name, options)?;
    archive.write_all(bytes).map_err(zip::result::ZipError::from)?;
    Ok(())
}

/// `text` without control characters, with single spaces, of at most `most` characters
fn plain(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(most).collect::<String>().trim_end().to_owned()
}
