//! A whole message (RFC 5322), for mails whose headers matter.

use kernel::Recipient;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use outreach::Letter;

/// The message of a letter. SES sets `Message-ID` and `Date`, whatever is there, and signs the headers (DKIM).
pub(crate) fn message(letter: Letter, from: &str, to: &Recipient) -> Vec<u8> {
    let Letter { subject, text, html, headers } = letter;
    let message = MessageBuilder::new()
        .from(single(from))
        .to(to.email.as_str())
        .subject(single(&subject))
        .header("Content-Language", Raw::new(to.language.tag()))
        .text_body(text)
        .html_body(html);
    let headers = headers.into_iter().map(|(name, value)| (name, single(&value)));
    let message = headers.fold(message, |message, (name, value)| message.header(name, Raw::new(value)));
    let mut written = Vec::new();
    message.serialize(&mut written);
    written
}

/// In one line: a line break in a value would begin another header. Letters have none; a header is the wrong place to trust that.
fn single(value: &str) -> String {
    value.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Language;

    fn recipient() -> Recipient {
        Recipient { email: "ada@example.org".parse().unwrap(), language: Language::Japanese }
    }

    fn written(subject: &str, header: &str) -> (String, String) {
        let headers = vec![("List-Unsubscribe", header.to_owned()), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())];
        let letter = Letter { subject: subject.to_owned(), text: "やあ\n".to_owned(), html: "<p>やあ</p>".to_owned(), headers };
        let message = String::from_utf8(message(letter, "nigao@example.com", &recipient())).unwrap();
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        (head.replace("\r\n ", " ").replace("\r\n\t", " "), body.to_owned())
    }

    #[test]
    fn an_05_the_headers_of_one_click_are_whole_and_the_body_is_both_text_and_page() {
        let link = format!("<https://nigao.example.org/unsubscribe/{}>", "0123456789abcdef".repeat(6));
        let (head, body) = written("お知らせ", &link);
        let line = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::trim);
        assert_eq!(line("List-Unsubscribe"), Some(link.as_str()));
        assert_eq!(line("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        assert_eq!((line("Content-Language"), line("MIME-Version")), (Some("ja"), Some("1.0")));
        assert!(
            line("To").is_some_and(|to| to.contains("ada@example.org"))
                && line("From").is_some_and(|from| from.contains("nigao@example.com"))
        );
        assert!(line("Subject").is_some_and(|subject| subject.starts_with("=?")), "{head}");
        assert!(head.contains("multipart/alternative") || body.contains("multipart/alternative"), "{head}\n{body}");
        assert!(body.contains("text/plain") && body.contains("text/html"));
    }

    #[test]
    fn nothing_in_a_value_begins_a_header() {
        for end in ["\r\n", "\n", "\r", "\r\n\r\n", "\n\t", "\0", "\u{85}", "\u{b}"] {
            let evil = format!("News{end}Bcc: eve@example.org{end}X-Evil: 1");
            let (head, _) = written(&evil, &format!("<https://nigao.example.org/{evil}>"));
            for name in ["Bcc", "X-Evil", "bcc", "x-evil"] {
                assert!(!head.lines().any(|line| line.trim_start().starts_with(&format!("{name}:"))), "{end:?}: {head}");
            }
        }
    }
}
