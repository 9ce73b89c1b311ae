//! Mails as they are written in files: `templates/<language>/<kind>.mail`, of which both the text and the HTML are made.
//!
//! The first line is the subject. Blocks follow, with an empty line between them: a paragraph, whose lines stay lines, or small print where it begins
//! with `> `. In a block `{name}` is a value, `**…**` is large, and `[words](target)` is a link: a button where it is all of the block. A block with a
//! value that is not there is left out. Values are put in last, so nothing in them is taken for a sign of the template.

use kernel::Language;
use kernel::html::escaped;

use crate::Letter;

const FRAME: &str = include_str!("../templates/frame.html");

/// The values of a mail by their names.
pub(crate) type Values<'v> = &'v [(&'v str, String)];

/// The mail of a template.
pub(crate) fn letter(template: &str, values: Values<'_>, language: Language) -> Letter {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, cleaned(value))).collect();
    let (subject, body) = template.split_once('\n').unwrap_or((template, ""));
    let subject = one_line(&filled(subject, &values).unwrap_or_default());
    let blocks: Vec<Block> = body.split("\n\n").map(str::trim).filter_map(|block| Block::read(block, &values)).collect();
    let text = blocks.iter().map(Block::text).collect::<Vec<_>>().join("\n\n") + "\n";
    let blocks = blocks.iter().map(Block::html).collect::<Vec<_>>().join("\n");
    let framed = [("lang", language.tag().to_owned()), ("subject", escaped(&subject)), ("blocks", blocks)];
    Letter { html: filled(FRAME, &framed).unwrap_or_default(), subject, text, headers: Vec::new() }
}

struct Block {
    spans: Vec<Span>,
    is_small: bool,
}

enum Span {
    Plain(String),
    Strong(String),
    Link { words: String, target: String },
}

impl Block {
    /// `None` for an empty block, and where a value is not there.
    fn read(block: &str, values: Values<'_>) -> Option<Self> {
        let (is_small, block) = block.strip_prefix("> ").map_or((false, block), |rest| (true, rest));
        let spans = spans(block, values)?;
        (!block.is_empty()).then_some(Self { spans, is_small })
    }

    fn text(&self) -> String {
        let span = |span: &Span| match span {
            Span::Plain(text) | Span::Strong(text) => text.clone(),
            Span::Link { words, target } => format!("{words}: {target}"),
        };
        self.spans.iter().map(span).collect()
    }

    fn html(&self) -> String {
        if let [Span::Link { words, target }] = &self.spans[..] {
            return format!("<p><a class=\"button\" style=\"{BUTTON}\" href=\"{}\">{}</a></p>", escaped(target), escaped(words));
        }
        let span = |span: &Span| match span {
            Span::Plain(text) => escaped(text),
            Span::Strong(text) => format!("<strong style=\"{STRONG}\">{}</strong>", escaped(text)),
            Span::Link { words, target } => format!("<a href=\"{}\">{}</a>", escaped(target), escaped(words)),
        };
        let open = if self.is_small { "<p class=\"small\" style=\"font-size:14px\">" } else { "<p>" };
        let inner: String = self.spans.iter().map(span).collect();
        let paragraphs = inner.split("\n\n").map(|lines| format!("{open}{}</p>", lines.trim().replace('\n', "<br>\n")));
        paragraphs.collect::<Vec<_>>().join("\n")
    }
}

/// Styles that clients keep which drop a mail's style sheet. They name no colour, so a dark client shows its own.
const BUTTON: &str = "display:inline-block;padding:10px 18px;border:2px solid currentColor;border-radius:8px;color:inherit;font-weight:600;text-decoration:none";
const STRONG: &str = "font-size:24px;letter-spacing:2px;white-space:nowrap";

/// `None` where a value is not there, or leads anywhere but into the web.
fn spans(mut text: &str, values: Values<'_>) -> Option<Vec<Span>> {
    let mut spans = Vec::new();
    while !text.is_empty() {
        let next = text.find(['*', '[']).unwrap_or(text.len());
        let (before, sign) = text.split_at(next);
        if !before.is_empty() {
            spans.push(Span::Plain(filled(before, values)?));
        }
        text = match strong(sign).or_else(|| link(sign)) {
            Some((Written::Strong(inner), rest)) => {
                spans.push(Span::Strong(filled(inner, values)?));
                rest
            }
            Some((Written::Link(words, target), rest)) => {
                let target = filled(target, values).filter(|target| is_web(target))?;
                spans.push(Span::Link { words: filled(words, values)?, target });
                rest
            }
            None => {
                let (sign, rest) = sign.split_at(sign.chars().next().map_or(0, char::len_utf8));
                spans.extend((!sign.is_empty()).then(|| Span::Plain(sign.to_owned())));
                rest
            }
        };
    }
    Some(spans)
}

enum Written<'t> {
    Strong(&'t str),
    Link(&'t str, &'t str),
}

fn strong(text: &str) -> Option<(Written<'_>, &str)> {
    let (inner, rest) = text.strip_prefix("**")?.split_once("**")?;
    Some((Written::Strong(inner), rest))
}

fn link(text: &str) -> Option<(Written<'_>, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, rest) = rest.split_once(')')?;
    Some((Written::Link(words, target), rest))
}

fn is_web(target: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| target.starts_with(scheme)) && !target.contains(char::is_whitespace)
}

/// The text with each `{name}` replaced; `None` where there is no such value.
fn filled(text: &str, values: Values<'_>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        match after.split_once('}').filter(|(name, _)| is_name(name)) {
            Some((name, behind)) => {
                out += &values.iter().find(|(known, _)| *known == name)?.1;
                rest = behind;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    Some(out + rest)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Without signs that a person cannot see; lines end with `\n`.
fn cleaned(value: &str) -> String {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    value.chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect::<String>().trim().to_owned()
}

/// In one line, as a header must be: a line break in a value would begin another header.
fn one_line(text: &str) -> String {
    text.split(|sign: char| sign.is_control() || sign.is_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(template: &str, values: Values<'_>) -> Letter {
        letter(template, values, Language::English)
    }

    #[test]
    fn a_template_becomes_a_text_and_a_page() {
        let values = [("code", "012345".to_owned()), ("link", "https://nigao.example.org/a?b&c".to_owned())];
        let mail = of("Code {code}\n\nIt is **{code}**\nnow.\n\n[See it]({link})\n\n> Small, [more]({link}).\n", &values);
        assert_eq!(mail.subject, "Code 012345");
        assert_eq!(
            mail.text,
            "It is 012345\nnow.\n\nSee it: https://nigao.example.org/a?b&c\n\nSmall, more: https://nigao.example.org/a?b&c.\n"
        );
        for part in
            ["<br>\nnow.</p>", "href=\"https://nigao.example.org/a?b&amp;c\">See it</a></p>", "class=\"small\"", "<html lang=\"en\">"]
        {
            assert!(mail.html.contains(part), "{part} in {}", mail.html);
        }
    }

    #[test]
    fn a_block_without_its_value_is_left_out() {
        let mail = of("A\n\nHere.\n\n[See]({link})\n\nThere: {order}\n", &[]);
        assert_eq!(mail.text, "Here.\n");
    }

    #[test]
    fn nothing_in_a_value_is_a_sign_of_a_template() {
        for value in ["{subject}", "**bold**", "[a](https://evil.example)", "<b>&\"'", "> small", "{blocks}", "\u{202e}abc"] {
            let mail = of("S {a}\n\nBefore {a} after.\n", &[("a", value.to_owned())]);
            assert!(mail.text.contains(value) && !mail.html.contains("evil.example\"") && !mail.html.contains("<b>"), "{}", mail.html);
            assert_eq!(mail.subject, format!("S {value}"));
        }
    }

    #[test]
    fn a_subject_is_one_line_whatever_is_in_it() {
        for value in ["a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\rBcc: eve@example.org", "a\u{2028}Bcc: eve@example.org"] {
            assert_eq!(of("{a}\n\nB\n", &[("a", value.to_owned())]).subject, "a Bcc: eve@example.org");
        }
    }

    #[test]
    fn a_link_leads_into_the_web_or_is_left_out() {
        for target in ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", "https://a b"] {
            let mail = of("S\n\nA\n\n[See]({link})\n", &[("link", target.to_owned())]);
            assert_eq!(mail.text, "A\n", "{target}");
            assert!(!mail.html.contains("<a "), "{target}");
        }
    }

    #[test]
    fn paragraphs_of_a_value_are_paragraphs() {
        let mail = of("S\n\n{words}\n", &[("words", "One\nstill one.\r\n\r\nTwo <b>.\0".to_owned())]);
        assert_eq!(mail.text, "One\nstill one.\n\nTwo <b>.\n");
        assert!(mail.html.contains("<p>One<br>\nstill one.</p>\n<p>Two &lt;b&gt;.</p>"), "{}", mail.html);
    }

    proptest! {
        #[test]
        fn any_value_and_any_template_is_a_letter(template in "\\PC{0,80}[\\[\\]()*{}> \n]{0,40}", value in "(?s).{0,80}") {
            let mail = of(&template, &[("a", value.clone())]);
            prop_assert!(!mail.subject.contains(['\r', '\n']));
            let mail = of("{a}\n\n{a}\n\n**{a}** [{a}]({a})\n", &[("a", value)]);
            prop_assert!(!mail.subject.contains(['\r', '\n']) && !mail.html.contains("<script"));
        }
    }
}
