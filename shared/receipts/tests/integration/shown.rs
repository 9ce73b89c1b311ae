use receipts::{Erasure, Keeps, Residue, Statement, Vendor, verify};

use crate::support::{Held, erasure};

/// The text of the sample, to be read by whoever changes a word of it.
#[tokio::test]
async fn the_text_of_a_receipt_is_the_reviewed_one() {
    let held = Held::sample().await;
    let text = verify(held.receipt.as_bytes(), &held.statement, &held.key).unwrap().text();
    assert_eq!(text, include_str!("../sample/receipt.txt"), "\n{text}");
}

/// A receipt is good for as long as somebody has it: what was handed out is not made anew here.
#[test]
fn a_receipt_that_was_handed_out_still_verifies() {
    let (receipt, statement) = (include_bytes!("../sample/receipt.tlog-proof"), include_bytes!("../sample/statement.json"));
    assert!(verify(receipt, statement, include_str!("../sample/key.txt").trim_end()).is_ok());
}

#[tokio::test]
async fn text_and_page_print_what_is_proven_and_what_cannot_be() {
    let held = Held::sample().await;
    let verified = verify(held.receipt.as_bytes(), &held.statement, &held.key).unwrap();
    for shown in [verified.text(), verified.html()] {
        for sentence in
            ["What this receipt proves", "That it was not withdrawn", "What it cannot prove", "That the bytes are gone", "earlier copies"]
        {
            assert!(shown.contains(sentence), "{sentence}");
        }
    }
}

#[tokio::test]
async fn whatever_a_statement_says_is_text_in_the_page() {
    let hostile = "<script>alert('1')</script>\"&</pre>";
    let residue = vec![Residue { what: hostile.into(), why: hostile.into(), until: None }];
    let keeps = Keeps::Until { at: erasure().times.done, longer: hostile.into() };
    let vendors = vec![Vendor { name: hostile.into(), last_call: erasure().times.asked, keeps }];
    let erased = [(hostile.to_owned(), 1)].into();
    let held = Held::of(&Statement::Erasure(Erasure { policy: hostile.into(), erased, residue, vendors, ..erasure() })).await;
    let html = verify(held.receipt.as_bytes(), &held.statement, &held.key).unwrap().html();
    assert!(!html.contains("<script") && !html.contains("alert('"));
    assert_eq!((html.matches("<pre>").count(), html.matches("</pre>").count()), (4, 4));
    assert_eq!(html.matches("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;").count(), 12);
}

/// Who keeps the page alone can verify it.
#[tokio::test]
async fn the_page_holds_receipt_statement_and_key_to_the_byte() {
    let held = Held::sample().await;
    let html = verify(held.receipt.as_bytes(), &held.statement, &held.key).unwrap().html();
    let whole: Vec<String> = html.split("<pre>\n").skip(1).map(|part| unescaped(part.split("</pre>").next().unwrap())).collect();
    let [key, _, receipt, statement] = whole.as_slice() else { panic!("four texts to copy") };
    assert!(verify(receipt.as_bytes(), statement.as_bytes(), key).is_ok());
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}
