//! Sent mails.

use http::Method;
use local_cloud::{Cloud, HttpClient};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// Every mail this cloud sent, in the order of sending.
pub(crate) async fn all(cloud: &Cloud) -> Vec<Mail> {
    let mails = HttpClient::default().send(Method::GET, &cloud.mail_url(), &[], "").await.unwrap().json();
    let accounts = mails["messages"].as_object().cloned().unwrap_or_default();
    accounts.values().filter_map(Value::as_array).flatten().map(read).collect()
}

fn read(mail: &Value) -> Mail {
    let text = |name: &str| mail[name].as_str().unwrap_or_default().to_owned();
    let to = mail["To"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Mail { to, subject: text("Subject"), text: text("BodyText") }
}

/// The newest code mailed to this address.
pub(crate) async fn code(cloud: &Cloud, email: &str) -> Option<String> {
    let mails = all(cloud).await;
    let mine = mails.iter().rev().filter(|mail| mail.to == [email]);
    mine.filter_map(|mail| six_digits(&mail.text)).next()
}

/// The newest code mailed to this address with these words in the subject.
pub(crate) async fn code_about(cloud: &Cloud, email: &str, subject: &str) -> Option<String> {
    let mails = all(cloud).await;
    let mine = mails.iter().rev().filter(|mail| mail.to == [email] && mail.subject.contains(subject));
    mine.filter_map(|mail| six_digits(&mail.text)).next()
}

/// The newest link of a trial that was mailed to this address.
pub(crate) async fn link(cloud: &Cloud, email: &str) -> Option<String> {
    let mails = all(cloud).await;
    let mine = mails.iter().rev().filter(|mail| mail.to == [email]);
    mine.filter_map(|mail| mail.text.split_whitespace().find(|word| word.contains("/trial?id=tri_")).map(str::to_owned)).next()
}

/// The number of "ready" mails of this generation.
pub(crate) async fn ready(cloud: &Cloud, generation: &str) -> usize {
    all(cloud).await.iter().filter(|mail| mail.text.contains(generation)).count()
}

fn six_digits(text: &str) -> Option<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.into_iter().find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned)
}
