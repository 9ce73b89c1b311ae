//! The pages of the link that unsubscribes: one with a button, and one that says it is done. Neither loads anything.

use kernel::Language;
use kernel::html::escaped;

const STYLE: &str = include_str!("../templates/page.css");

/// The hash of the pages' one inline style in the Content-Security-Policy. A test compares it with the style.
pub const STYLE_HASH: &str = "sha256-KeA2huZiCkCcPYFLyLYnBNjMYovyAI/shcbqzqmYIjM=";

struct Words {
    title: &'static str,
    text: &'static str,
    button: Option<&'static str>,
}

/// Opening it changes nothing: programs that look at links open them too. Its button posts to the address it has (RFC 8058).
#[must_use]
pub fn unsubscribe_page(language: Language) -> String {
    page(
        language,
        &match language {
            Language::English => Words {
                title: "Unsubscribe",
                text: "You will get no more news and offers by mail. Mails about your account, such as sign-in codes and receipts, go on.",
                button: Some("Unsubscribe"),
            },
            Language::Japanese => Words {
                title: "配信停止",
                text: "お知らせやお得な情報のメールを停止します。サインイン用コードや領収のお知らせなど、アカウントに関するメールは引き続きお送りします。",
                button: Some("配信を停止する"),
            },
        },
    )
}

#[must_use]
pub fn unsubscribed_page(language: Language) -> String {
    page(
        language,
        &match language {
            Language::English => Words { title: "You are unsubscribed", text: "You get no more news and offers by mail.", button: None },
            Language::Japanese => {
                Words {
                    title: "配信を停止しました", text: "お知らせやお得な情報のメールは、今後お送りしません。", button: None
                }
            }
        },
    )
}

fn page(language: Language, words: &Words) -> String {
    let Words { title, text, button } = words;
    let form = button.map(|button| {
        format!(
            "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\"><button>{}</button></form>\n",
            escaped(button)
        )
    });
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n{form}</main>\n</body>\n</html>\n",
        lang = language.tag(),
        title = escaped(title),
        text = escaped(text),
        form = form.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use sha2::{Digest, Sha256};

    #[test]
    fn an_16_the_pages_load_nothing_and_their_one_style_is_named() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
        for page in Language::ALL.into_iter().flat_map(|language| [unsubscribe_page(language), unsubscribed_page(language)]) {
            for loaded in ["http", "src=", "<script", "<img", "<link", "url("] {
                assert!(!page.contains(loaded), "{loaded} in {page}");
            }
        }
    }

    #[test]
    fn an_05_a_button_posts_and_nothing_else_does() {
        for language in Language::ALL {
            let page = unsubscribe_page(language);
            assert!(page.contains("<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">"));
            assert!(!unsubscribed_page(language).contains("<form"));
        }
    }
}
