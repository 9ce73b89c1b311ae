//! Every mail in every language, as it is sent. After a change of words: `cargo run -p outreach --example mails`, and a look at the pages it writes.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod samples;

use std::collections::BTreeSet;
use std::path::Path;

use kernel::Language;
use outreach::{Letter, Mail};

fn all() -> impl Iterator<Item = (Mail, Language)> {
    samples::samples().into_iter().flat_map(|mail| Language::ALL.map(|language| (mail.clone(), language)))
}

#[test]
fn an_02_every_mail_is_as_it_was_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/letters");
    let mut known = BTreeSet::new();
    for (mail, language) in all() {
        for (name, now) in samples::files(&mail, language) {
            let before = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
            assert_eq!(before, now, "{name} changed: `cargo run -p outreach --example mails` writes it anew");
            known.insert(name);
        }
    }
    let there = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> = there.filter(|name| !name.ends_with(".rs")).collect();
    assert_eq!(there, known, "a file of no mail");
}

/// No picture that tells its sender of a reader, and nothing else from elsewhere.
#[test]
fn an_16_no_mail_loads_anything_or_runs_anything() {
    for (mail, language) in all() {
        let html = mail.letter(language).html.to_lowercase();
        for loaded in ["<img", "src=", "url(", "<link", "@import", "<script", "<iframe", "background", "javascript:", "<form", "<object"] {
            assert!(!html.contains(loaded), "{}: {loaded}", mail.kind());
        }
    }
}

#[test]
fn every_mail_reads_in_a_dark_client() {
    for (mail, language) in all() {
        let html = mail.letter(language).html;
        assert!(html.contains("<meta name=\"color-scheme\" content=\"light dark\">"));
        let body = html.split("<body").nth(1).unwrap();
        for fixed in ["color:#", "color: #", "color:black", "color:white", "bgcolor"] {
            assert!(!body.contains(fixed), "{}: {fixed} is one for light clients or for dark ones", mail.kind());
        }
    }
}

#[test]
fn nothing_is_left_of_the_templates_and_no_block_is_missing_in_a_language() {
    for mail in samples::samples() {
        let blocks = Language::ALL.map(|language| {
            let Letter { subject, text, .. } = mail.letter(language);
            assert!(
                !subject.is_empty() && !subject.contains(['{', '\n']) && !text.contains(['{', '}']) && !text.contains("**"),
                "{subject}\n{text}"
            );
            assert!(text.ends_with('\n') && !text.contains("\n\n\n"), "{text:?}");
            text.split("\n\n").count()
        });
        assert_eq!(blocks[0], blocks[1], "{}", mail.kind());
    }
}

/// A mail that wants nothing but to be read has the same links in its text and on its page, and they lead to our site alone, or to the merchant's receipt.
#[test]
fn every_link_leads_to_the_site_or_to_the_merchant() {
    for (mail, language) in all() {
        let Letter { text, html, .. } = mail.letter(language);
        let links: Vec<&str> = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        for link in &links {
            let link = link.replace("&amp;", "&");
            assert!(link.starts_with("https://nigao.example.org/") || link.starts_with("https://merchant.example.org/"), "{link}");
            assert!(text.contains(&link), "{link} is not in the text of {}", mail.kind());
        }
        assert_eq!(links.len(), text.matches("https://").count(), "{}", mail.kind());
    }
}
