//! What a copy of somebody's data says of it (GDPR art. 15): purposes, bases, recipients, retention, sources and automated decisions. All of it is
//! from the inventory and the provider ledger; the words around are here, in each language.

use kernel::Language;
use kernel::html::escaped;
use serde::Serialize;

use super::deployment::Deployment;
use super::facts::Facts;
use super::page::{Block, STYLE, Words, put_block};
use crate::diff;
use crate::inventory::{Category, Entry, Export, Subject, inventory};
use crate::processor::{Keeps, Processor};
use crate::profile::Profile;
use crate::purpose::Purpose;

/// The facts about the data of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// A BCP 47 language tag.
    pub language: &'static str,
    pub service: String,
    /// Whom to write to.
    pub contact: String,
    /// The whole policy.
    pub policy: String,
    pub policy_version: String,
    pub data: Vec<Data>,
    pub recipients: Vec<RecipientOfData>,
    /// What machines decide, and how to object.
    pub automated_decisions: Vec<&'static str>,
    pub rights: Vec<&'static str>,
}

/// One class of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Data {
    pub class: &'static str,
    pub what: String,
    pub purpose: &'static str,
    pub basis: &'static str,
    pub kept: String,
    pub sources: Vec<&'static str>,
    /// Ids of [`Access::recipients`].
    pub recipients: Vec<String>,
    /// Where it is in the copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Why it is not in the copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// Who else has some of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecipientOfData {
    pub id: String,
    pub name: String,
    pub role: String,
    pub region: String,
    pub keeps: String,
}

impl Access {
    /// The facts of a deployment with accounts.
    #[must_use]
    pub fn of(deployment: &Deployment, language: Language) -> Self {
        let facts = Facts { inventory: inventory(), profile: Profile::Wallet, deployment };
        let recipients: Vec<_> = facts.processors().collect();
        let of_person = inventory().of(Profile::Wallet).filter(|entry| entry.subject == Subject::User);
        let said = Said::of(language);
        Self {
            language: language.tag(),
            service: deployment.service.clone(),
            contact: deployment.contact.href(),
            policy: format!("{}/privacy", deployment.origin),
            policy_version: inventory().version().to_owned(),
            data: of_person.map(|entry| data(entry, &recipients, language)).collect(),
            recipients: recipients.into_iter().map(|processor| recipient(processor, language)).collect(),
            automated_decisions: said.decisions.to_vec(),
            rights: said.rights.to_vec(),
        }
    }

    /// As a page, readable without a network.
    #[must_use]
    pub fn html(&self) -> String {
        let said = Said::of(Language::of(self.language));
        let title = format!("{} {}", said.title, escaped(&self.service));
        let mut html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
            self.language
        );
        let policy = Words::from(said.intro).link(&self.policy, &self.policy).and(format!(" ({})", self.policy_version));
        put_block(&mut html, &Block::Text(policy));
        let list = |points: &[&'static str]| Block::List(points.iter().map(|point| Words::from(*point)).collect());
        put_section(&mut html, said.data, self.data.iter().flat_map(|data| self.about(data, said)));
        put_section(&mut html, said.recipients, self.recipients.iter().flat_map(|recipient| of_recipient(recipient, said)));
        put_section(&mut html, said.automated, [list(&self.automated_decisions)]);
        let contact = Block::Text(Words::from(said.contact).link(&self.contact, self.contact.trim_start_matches("mailto:")));
        put_section(&mut html, said.your_rights, [list(&self.rights), contact]);
        html + "</main>\n</body>\n</html>\n"
    }

    fn about(&self, data: &Data, said: &Said) -> [Block; 2] {
        let names =
            self.recipients.iter().filter(|recipient| data.recipients.contains(&recipient.id)).map(|recipient| recipient.name.as_str());
        let mut rows = vec![
            (said.purpose, data.purpose.to_owned()),
            (said.basis, data.basis.to_owned()),
            (said.kept, data.kept.clone()),
            (said.source, data.sources.join(said.comma)),
            (said.recipient, names.collect::<Vec<_>>().join(said.comma)),
        ];
        rows.extend(data.file.clone().map(|file| (said.file, file)));
        rows.extend(data.left_out.clone().map(|why| (said.left_out, why)));
        [Block::Heading(data.what.clone()), Block::Rows(rows.into_iter().map(|(term, text)| (term.to_owned(), text)).collect())]
    }
}

fn put_section(html: &mut String, heading: &str, blocks: impl IntoIterator<Item = Block>) {
    *html += &format!("<section>\n<h2>{}</h2>\n", escaped(heading));
    blocks.into_iter().for_each(|block| put_block(html, &block));
    *html += "</section>\n";
}

fn of_recipient(recipient: &RecipientOfData, said: &Said) -> [Block; 2] {
    let rows = [(said.role, &recipient.role), (said.region, &recipient.region), (said.keeps, &recipient.keeps)];
    [Block::Heading(recipient.name.clone()), Block::Rows(rows.map(|(term, text)| (term.to_owned(), text.clone())).into())]
}

fn data(entry: &'static Entry, recipients: &[&'static Processor], language: Language) -> Data {
    let (file, left_out) = match &entry.export {
        Export::Included(file) => (Some(file.clone()), None),
        Export::Excluded(why) => (None, Some(why.clone())),
    };
    let class = entry.class();
    let given = |processor: &&&Processor| {
        entry.processors.contains(&processor.id) || processor.received(Profile::Wallet).any(|received| received.class == Some(class))
    };
    Data {
        class: class.id(),
        what: diff::name_of(entry, language),
        purpose: diff::purpose(entry.purpose, language),
        basis: basis(entry.purpose, language),
        kept: diff::lasting(entry.retention(), language),
        sources: sources(entry, language),
        recipients: recipients.iter().filter(given).map(|processor| processor.id.clone()).collect(),
        file,
        left_out,
    }
}

fn recipient(processor: &'static Processor, language: Language) -> RecipientOfData {
    let days = |kept: &crate::processor::KeptThere| kept.duration().as_hours() / 24;
    let keeps = match (&processor.keeps, language) {
        (Keeps::Nothing, Language::English) => "nothing on its own account".to_owned(),
        (Keeps::Nothing, Language::Japanese) => "独自には保持しません".to_owned(),
        (Keeps::Logs(kept), Language::English) => format!("up to {} days, {}; longer {}", days(kept), kept.why, kept.longer),
        (Keeps::Logs(kept), Language::Japanese) => format!("最長{}日（法令などによりそれより長くなることがあります）", days(kept)),
        (Keeps::Unsaid(kept), Language::English) => format!("what it needs {}; it does not say for how long", kept.why),
        (Keeps::Unsaid(_), Language::Japanese) => "必要なものを保持します（期間は公表されていません）".to_owned(),
    };
    let (role, region) = diff::role_and_region(processor, language);
    RecipientOfData { id: processor.id.clone(), name: processor.name.clone(), role, region, keeps }
}

/// The basis of a purpose in the GDPR.
fn basis(purpose: Purpose, language: Language) -> &'static str {
    let (english, japanese) = match purpose {
        Purpose::Account | Purpose::SignIn | Purpose::Wallet | Purpose::Generation | Purpose::Delivery => {
            ("contract (art. 6(1)(b) GDPR)", "契約の履行（GDPR第6条1項b）")
        }
        Purpose::Moderation | Purpose::Analytics | Purpose::Feedback | Purpose::AbusePrevention | Purpose::Operation | Purpose::Contact => {
            ("legitimate interest (art. 6(1)(f) GDPR)", "正当な利益（GDPR第6条1項f）")
        }
        Purpose::Marketing => ("your consent (art. 6(1)(a) GDPR)", "ご本人の同意（GDPR第6条1項a）"),
        Purpose::Rights => ("a duty of ours by law (art. 6(1)(c) GDPR)", "法令上の義務（GDPR第6条1項c）"),
    };
    if language == Language::English { english } else { japanese }
}

/// Where data comes from, by the kinds of its fields.
fn sources(entry: &Entry, language: Language) -> Vec<&'static str> {
    let mut sources = Vec::new();
    for field in entry.fields_of(Profile::Wallet).filter(|field| field.personal) {
        let (english, japanese) = match field.category {
            Category::Contact | Category::Content | Category::Preference => ("you", "ご本人"),
            Category::Image => ("you, and what we made of it", "ご本人、およびそれをもとに作成したもの"),
            Category::Usage => ("your browser", "お使いのブラウザー"),
            Category::Financial => ("what you did with credits, and the merchant of record", "クレジットのご利用と販売事業者"),
            Category::Moderation => ("our check of what you sent", "お送りいただいたものの審査"),
            Category::Identifier | Category::Credential | Category::Technical => ("our own systems", "当方のシステム"),
        };
        let source = if language == Language::English { english } else { japanese };
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// The words of the page.
struct Said {
    title: &'static str,
    intro: &'static str,
    data: &'static str,
    recipients: &'static str,
    automated: &'static str,
    your_rights: &'static str,
    contact: &'static str,
    purpose: &'static str,
    basis: &'static str,
    kept: &'static str,
    source: &'static str,
    recipient: &'static str,
    file: &'static str,
    left_out: &'static str,
    role: &'static str,
    region: &'static str,
    keeps: &'static str,
    comma: &'static str,
    decisions: &'static [&'static str],
    rights: &'static [&'static str],
}

impl Said {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        }
    }
}

static ENGLISH: Said = Said {
    title: "Your data at",
    intro: "This copy has everything that is stored of you, but for what is named below with the reason. The whole policy is at ",
    data: "What is stored",
    recipients: "Who else has some of it",
    automated: "What machines decide",
    your_rights: "Your rights",
    contact: "Write to ",
    purpose: "Purpose",
    basis: "Basis",
    kept: "Kept",
    source: "Comes from",
    recipient: "Who has it",
    file: "In this copy",
    left_out: "Not in this copy, because",
    role: "What for",
    region: "Where",
    keeps: "Keeps",
    comma: ", ",
    decisions: &[
        "Before a picture is made, software scores the selfie, and the words of a speech bubble, for forbidden content. Above a threshold they are refused and nothing is drawn; the credits go back.",
        "moderation.json has each decision with its scores. Nobody is recognised, and nothing else is decided by them.",
        "You may have a person look at a refusal, say what you think of it, and contest it.",
        "No profile of you is made.",
    ],
    rights: &[
        "have what is wrong corrected",
        "have everything erased",
        "have a use restricted, or object to it",
        "withdraw a consent, as easily as you gave it",
        "take this copy elsewhere",
        "complain to the data protection authority where you live or work; in Japan to the Personal Information Protection Commission",
    ],
};

static JAPANESE: Said = Said {
    title: "あなたのデータ：",
    intro: "この写しには、あなたについて保存されているすべてのものが含まれます。含まれないものは、下に理由とともに示します。プライバシーポリシーの全文：",
    data: "保存しているもの",
    recipients: "ほかに受け取る者",
    automated: "機械による判断",
    your_rights: "あなたの権利",
    contact: "お問い合わせ先：",
    purpose: "目的",
    basis: "根拠",
    kept: "期間",
    source: "取得元",
    recipient: "受け取る者",
    file: "この写しの中の場所",
    left_out: "この写しに含まれない理由（英語）",
    role: "役割",
    region: "場所",
    keeps: "保持",
    comma: "、",
    decisions: &[
        "画像を作成する前に、禁止された内容がないか、写真と吹き出しの言葉をソフトウェアが点数で判定します。基準を超えると受け付けず、描画も行いません。クレジットは戻ります。",
        "判定と点数はmoderation.jsonにあります。人物の識別は行わず、ほかの判断にも使いません。",
        "受け付けられなかった場合は、人による確認を求め、意見を述べ、異議を申し立てることができます。",
        "プロファイリングは行いません。",
    ],
    rights: &[
        "誤りを訂正すること",
        "すべてを消去すること",
        "利用を制限すること、または利用に異議を述べること",
        "同意を、与えたときと同じように簡単に撤回すること",
        "この写しをほかで利用すること",
        "お住まいまたはお勤めの地域のデータ保護機関（日本では個人情報保護委員会）に申し立てること",
    ],
};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::admission::Attestations;

    fn deployment() -> Deployment {
        Deployment {
            service: "Nigao <test>".into(),
            contact: "privacy@example.org".parse().unwrap(),
            origin: "https://nigao.example.org".into(),
            region: "ap-northeast-1".into(),
            artists: vec!["openai".into()],
            screeners: vec!["openai".into()],
            others: Vec::new(),
            attestations: Attestations::default(),
            looked_for: Vec::new(),
            not_looked_for: Vec::new(),
        }
    }

    #[test]
    fn an_54_every_kind_of_data_of_a_person_is_explained_in_both_languages() {
        for language in Language::ALL {
            let access = Access::of(&deployment(), language);
            let of_person = inventory().of(Profile::Wallet).filter(|entry| entry.subject == Subject::User).count();
            assert_eq!(access.data.len(), of_person);
            for data in &access.data {
                let said = [data.what.as_str(), data.purpose, data.basis, &data.kept];
                assert!(said.iter().all(|text| !text.is_empty()) && !data.sources.is_empty() && !data.recipients.is_empty(), "{data:?}");
                assert_ne!(data.file.is_some(), data.left_out.is_some(), "{data:?}");
            }
            let html = access.html();
            assert!(html.contains("Nigao &lt;test&gt;") && html.contains(&format!("lang=\"{}\"", language.tag())));
            assert!(!html.contains("<script") && !html.contains("src="), "it opens without a network");
        }
    }

    #[test]
    fn who_is_not_configured_received_nothing() {
        let access = Access::of(&deployment(), Language::English);
        let known = |id: &str| access.recipients.iter().any(|recipient| recipient.id == id);
        assert!(known("openai") && known("aws-s3") && !known("gemini") && !known("polar"));
        let selfie = access.data.iter().find(|data| data.class == "upload-object").unwrap();
        assert!(selfie.recipients.contains(&"openai".to_owned()));
        assert_eq!(selfie.file.as_deref(), Some("selfies/<upload>.png"));
    }
}
