//! Sections of text and their HTML: one page, readable without styles, without scripts and without external resources.

use std::fmt::Write;

use kernel::html::escaped;

/// The page's style. It is inline, so that nothing is fetched; the Content-Security-Policy names its hash.
pub(super) const STYLE: &str = include_str!("style.css");

/// The hash of the page's one inline style in the Content-Security-Policy. A test compares it with the style.
pub const STYLE_HASH: &str = "sha256-lugT1OQJImqQpvmWbmQJ0n33RO0QadbjQqZIXon4LTc=";

pub(super) struct Section {
    pub(super) heading: &'static str,
    pub(super) blocks: Vec<Block>,
}

pub(super) enum Block {
    Text(Words),
    List(Vec<Words>),
    Heading(String),
    /// Terms, and a sentence on each: unlike a table, as narrow as any screen.
    Rows(Vec<(String, String)>),
}

/// Text with links.
pub(super) struct Words(pub(super) Vec<Part>);

pub(super) enum Part {
    Plain(String),
    Link { href: String, shown: String },
}

impl<T: Into<String>> From<T> for Words {
    fn from(text: T) -> Self {
        Self(vec![Part::Plain(text.into())])
    }
}

impl Words {
    /// Appends a link.
    pub(super) fn link(mut self, href: impl Into<String>, shown: impl Into<String>) -> Self {
        self.0.push(Part::Link { href: href.into(), shown: shown.into() });
        self
    }

    /// Appends text.
    pub(super) fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Plain(text.into()));
        self
    }
}

pub(super) fn html(service: &str, updated: &[String], sections: &[Section]) -> String {
    let mut html = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html +=
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n";
    let service = escaped(service);
    let _ = write!(html, "<title>Privacy policy of {service}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n");
    let _ = write!(html, "<header><a href=\"/\">{service}</a></header>\n<main>\n<h1>Privacy policy of {service}</h1>\n");
    updated.iter().for_each(|line| html += &format!("<p>{}</p>\n", escaped(line)));
    for section in sections {
        let _ = writeln!(html, "<section>\n<h2>{}</h2>", escaped(section.heading));
        section.blocks.iter().for_each(|block| put_block(&mut html, block));
        html += "</section>\n";
    }
    html + "</main>\n</body>\n</html>\n"
}

pub(super) fn put_block(html: &mut String, block: &Block) {
    let _ = match block {
        Block::Text(words) => writeln!(html, "<p>{}</p>", inline(words)),
        Block::Heading(text) => writeln!(html, "<h3>{}</h3>", escaped(text)),
        Block::List(points) => {
            let points: String = points.iter().map(|point| format!("<li>{}</li>\n", inline(point))).collect();
            writeln!(html, "<ul>\n{points}</ul>")
        }
        Block::Rows(rows) => {
            let rows: String = rows.iter().map(|(term, said)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(term), escaped(said))).collect();
            writeln!(html, "<dl>\n{rows}</dl>")
        }
    };
}

fn inline(words: &Words) -> String {
    let part = |part: &Part| match part {
        Part::Plain(text) => escaped(text),
        Part::Link { href, shown } => format!("<a rel=\"noopener noreferrer\" href=\"{}\">{}</a>", escaped(href), escaped(shown)),
    };
    words.0.iter().map(part).collect()
}
