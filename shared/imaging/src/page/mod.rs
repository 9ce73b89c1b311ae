//! `index.html`: the content of a bundle, shown to a person.
//!
//! One file without scripts and without network access: it looks the same wherever the bundle is unpacked. Its content comes from the manifest, in
//! which nothing is personal; the words of a speech bubble are in its picture alone.

mod hints;

use crate::{AVATARS, FileEntry, Format, Kind, Manifest, Messenger, STICKERS};
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// A picture in all formats it has
struct Shown<'a> {
    /// Path without its ending
    stem: &'a str,
    /// Its files, the displayed one last
    files: Vec<&'a FileEntry>,
}

/// The page of a bundle with these files, in their order
pub(crate) fn of(manifest: &Manifest) -> String {
    let pictures = pictures(&manifest.files);
    let drawings = drawings(&pictures);
    let style = escaped(&spoken(&manifest.generation.style));
    let date = escaped(manifest.generation.created_at.get(..10).unwrap_or_default());
    let files = manifest.files.len();
    let mut page = String::with_capacity(16 << 10);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Your avatars · {style} · {date}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>Your avatars</h1>\n\
         <p class=\"quiet\">Style: {style} · <time datetime=\"{date}\">{date}</time> · {} · {files} files</p>\n\
         <p>Every picture is here as PNG, which keeps each pixel, and as WebP, which is smaller; stickers come in the format of their \
         messenger. Choose a link to open the file.</p>\n</header>\n<main>\n",
        counted(drawings.len(), "drawing"),
    );
    for drawing in &drawings {
        section(&mut page, drawing, &pictures, drawings.len() > 1);
    }
    hints::section(&mut page, &pictures, drawings.len());
    page.push_str(
        "</main>\n<footer>\n<p>Every picture says in its metadata how it was made, and nothing else. \
         <a href=\"manifest.json\"><bdi>manifest.json</bdi></a> lists all files with their sizes and checksums, for programs.</p>\n\
         </footer>\n</body>\n</html>\n",
    );
    page
}

/// Groups the files that are one picture in several formats
fn pictures(files: &[FileEntry]) -> Vec<Shown<'_>> {
    let mut pictures: Vec<Shown<'_>> = Vec::new();
    for file in files {
        let stem = file.name.strip_suffix(file.format.extension()).and_then(|name| name.strip_suffix('.')).unwrap_or(&file.name);
        match pictures.iter_mut().find(|shown| shown.stem == stem && shown.files[0].kind == file.kind) {
            Some(shown) => shown.files.push(file),
            None => pictures.push(Shown { stem, files: vec![file] }),
        }
    }
    pictures
}

/// The folders of the drawings, in their order
fn drawings<'a>(pictures: &'a [Shown<'a>]) -> Vec<&'a str> {
    let mut folders: Vec<&str> = Vec::new();
    for shown in pictures {
        match shown.folder() {
            "packs" | "" => {}
            folder if folders.contains(&folder) => {}
            folder => folders.push(folder),
        }
    }
    folders
}

/// A part of a drawing's section: its title, its purpose, the class of its grid, and its kinds
type Part = (&'static str, &'static str, &'static str, &'static [Kind]);

const PARTS: [Part; 4] = [
    ("", "", "large", &[Kind::Master, Kind::SpeechBubble, Kind::Transparent]),
    ("Profile pictures", "Square files, also shown as a round profile shows them.", "small", &[Kind::Avatar, Kind::Favicon]),
    (
        "Covers and backgrounds",
        "For links, the top of profiles, stories and screens.",
        "large covers",
        &[Kind::OpenGraph, Kind::Banner, Kind::Story, Kind::Wallpaper],
    ),
    ("Stickers", "Each within the size its messenger takes. How to get them there stands below.", "small", &[Kind::Sticker]),
];

fn section(page: &mut String, folder: &str, pictures: &[Shown<'_>], several: bool) {
    let name = if several { format!("Drawing {}", escaped(folder)) } else { "Your drawing".to_owned() };
    let _ = write!(page, "<section>\n<h2>{name}</h2>\n");
    for (title, purpose, class, kinds) in PARTS {
        let of_part = |shown: &&Shown<'_>| shown.folder() == folder && kinds.contains(&shown.kind());
        let mut shown = pictures.iter().filter(of_part).peekable();
        if shown.peek().is_none() {
            continue;
        }
        if !title.is_empty() {
            let _ = write!(page, "<h3>{title}</h3>\n<p class=\"quiet\">{purpose}</p>\n");
        }
        let _ = writeln!(page, "<ul class=\"grid {class}\">");
        shown.for_each(|shown| shown.card(page, &name));
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

impl Shown<'_> {
    fn folder(&self) -> &str {
        self.stem.split_once('/').map_or("", |(folder, _)| folder)
    }

    fn kind(&self) -> Kind {
        self.files[0].kind
    }

    /// The last part of the path, without its ending
    fn row(&self) -> &str {
        self.stem.rsplit('/').next().unwrap_or_default()
    }

    fn title(&self) -> String {
        let avatar = || AVATARS.iter().find(|row| row.name == self.row()).map(|row| row.platforms.join(", "));
        match self.kind() {
            Kind::Master => "The drawing".into(),
            Kind::SpeechBubble => "With its speech bubble".into(),
            Kind::Transparent => "Cut out, without background".into(),
            Kind::Favicon => "Icon of a browser tab".into(),
            Kind::OpenGraph => "Preview of a shared link".into(),
            Kind::Banner => "Banner of a profile".into(),
            Kind::Story => "Story, or background of a phone".into(),
            Kind::Wallpaper => "Background of a desktop".into(),
            Kind::Sticker => self.messenger().map_or_else(|| spoken(self.row()), |messenger| messenger.name().to_owned()),
            Kind::Avatar | Kind::Tray | Kind::Pack => avatar().unwrap_or_else(|| spoken(self.row())),
        }
    }

    fn messenger(&self) -> Option<Messenger> {
        STICKERS.iter().find(|row| row.name == self.row()).map(|row| row.messenger)
    }

    /// The picture with its title, its size and its files
    fn card(&self, page: &mut String, drawing: &str) {
        let title = escaped(&self.title());
        let class = match self.kind() {
            Kind::Transparent => "stage full clear",
            Kind::Master | Kind::SpeechBubble => "stage full",
            Kind::Sticker => "stage clear",
            _ => "stage",
        };
        let alt = format!("{drawing}: {title}");
        let _ = write!(page, "<li><figure>\n<div class=\"{class}\">");
        match self.kind() {
            Kind::Avatar => {
                self.image(page, "round", &format!("{alt}, in a circle"));
                self.image(page, "square", &alt);
            }
            _ => self.image(page, "", &alt),
        }
        let _ = write!(page, "</div>\n<figcaption><strong>{title}</strong>\n<span class=\"quiet\">{}</span>\n<span>", self.size());
        self.links(page);
        page.push_str("</span></figcaption>\n</figure></li>\n");
    }

    fn size(&self) -> String {
        format!("{} × {} pixels", self.files[0].width, self.files[0].height)
    }

    /// The smallest file as an image of this class
    fn image(&self, page: &mut String, class: &str, alt: &str) {
        let Some(file) = self.files.iter().filter(|file| matches!(file.format, Format::Png | Format::Webp)).min_by_key(|file| file.bytes)
        else {
            return;
        };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let (name, width, height) = (escaped(&file.name), file.width, file.height);
        let _ = write!(page, "<img{class} src=\"{name}\" width=\"{width}\" height=\"{height}\" alt=\"{alt}\" loading=\"lazy\">");
    }

    /// Links to all its files, with their formats and lengths
    fn links(&self, page: &mut String) {
        for (at, file) in self.files.iter().enumerate() {
            let (between, name) = (if at > 0 { " · " } else { "" }, escaped(&file.name));
            let format = match file.format {
                Format::Png => "PNG",
                Format::Webp => "WebP",
                Format::Wastickers => "pack for WhatsApp",
                Format::Zip => "zip",
            };
            let _ = write!(page, "{between}<span class=\"file\"><a href=\"{name}\">{format}</a> {}</span>", kilobytes(file.bytes));
        }
    }
}

fn kilobytes(bytes: u64) -> String {
    if bytes >= 1_000_000 { format!("{:.1} MB", bytes as f64 / 1e6) } else { format!("{} kB", bytes.div_ceil(1000)) }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// An identifier as words: `soft-anime` is "Soft anime"
fn spoken(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Text for HTML, in elements and in quoted attributes
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
