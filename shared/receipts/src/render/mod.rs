//! A verified receipt as text and as a page: what happened, what the receipt proves and what it cannot.

mod words;

use std::fmt::Write;

use kernel::html::escaped;

use crate::Verified;
use words::{TITLE, sections};

struct Section {
    heading: &'static str,
    blocks: Vec<Block>,
}

enum Block {
    Text(String),
    List(Vec<String>),
    /// Rows of a heading and its value.
    Table(Vec<(String, String)>),
    /// What is copied as it is.
    Verbatim(String),
}

impl Verified {
    /// The receipt in words, without the receipt's and the statement's own text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{TITLE}\n{}\n", "=".repeat(TITLE.len()));
        for section in sections(self) {
            let _ = write!(text, "\n{}\n{}\n", section.heading, "-".repeat(section.heading.len()));
            section.blocks.iter().for_each(|block| put_text(&mut text, block));
        }
        text
    }

    /// The same as a page that loads nothing, with the receipt's and the statement's own text, so that the page is all that has to be kept.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
        html += "<meta name=\"color-scheme\" content=\"light dark\">\n";
        let _ = write!(html, "<title>{TITLE}</title>\n</head>\n<body>\n<main>\n<h1>{TITLE}</h1>\n");
        let own = |heading, text: String| Section { heading, blocks: vec![Block::Verbatim(text)] };
        let enclosed = [own("The receipt", self.receipt.to_string()), own("The statement", self.entry.clone())];
        for section in sections(self).into_iter().chain(enclosed) {
            let _ = writeln!(html, "<section>\n<h2>{}</h2>", escaped(section.heading));
            section.blocks.iter().for_each(|block| put_html(&mut html, block));
            html += "</section>\n";
        }
        html + "</main>\n</body>\n</html>\n"
    }
}

fn put_text(text: &mut String, block: &Block) {
    text.push('\n');
    let _ = match block {
        Block::Text(words) => writeln!(text, "{words}"),
        Block::List(points) => points.iter().try_for_each(|point| writeln!(text, "- {point}")),
        Block::Table(rows) => rows.iter().try_for_each(|(heading, value)| writeln!(text, "- {heading}: {value}")),
        Block::Verbatim(words) => writeln!(text, "    {words}"),
    };
}

fn put_html(html: &mut String, block: &Block) {
    let _ = match block {
        Block::Text(words) => writeln!(html, "<p>{}</p>", escaped(words)),
        Block::List(points) => {
            let points: String = points.iter().map(|point| format!("<li>{}</li>\n", escaped(point))).collect();
            writeln!(html, "<ul>\n{points}</ul>")
        }
        Block::Table(rows) => {
            let row = |(heading, value): &(String, String)| {
                format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(heading), escaped(value))
            };
            writeln!(html, "<table>\n{}</table>", rows.iter().map(row).collect::<String>())
        }
        // A parser drops the first end of line within `pre`.
        Block::Verbatim(words) => writeln!(html, "<pre>\n{}</pre>", escaped(words)),
    };
}
