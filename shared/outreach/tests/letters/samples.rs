//! One mail of each kind, and the files it is compared with.

use accounts::Pepper;
use kernel::{AccountId, ExportId, FixedClock, GenerationId, Language, OrderId, SeededRandomness, Timestamp};
use outreach::{CONSENT_VERSION, Letter, Mail, Marketing, Subscription, Words};
use payments::Money;

const ORIGIN: &str = "https://nigao.example.org";

pub(crate) fn samples() -> Vec<Mail> {
    let at: Timestamp = "2026-12-01T09:30:00Z".parse().unwrap();
    let (clock, randomness) = (FixedClock::at(at), SeededRandomness::new(1));
    let (owner, generation) = (AccountId::new(&clock, &randomness).into(), GenerationId::new(&clock, &randomness));
    let (order, origin) = (OrderId::new(&clock, &randomness), ORIGIN.to_owned());
    let dollars = |minor| Money { minor, currency: *b"USD" };
    let pepper = Pepper::new(b"0123456789abcdef0123456789abcdef");
    let address = pepper.email_key(&"ada@example.org".parse().unwrap());
    let consent = Subscription::given(address, CONSENT_VERSION.to_owned(), at, accounts::MadeBy::Settings).consent().unwrap();
    let words = |subject: &str, text: &str| Words { subject: subject.to_owned(), text: text.to_owned() };
    let decided =
        |overturned, resumed, appealable| Mail::CaseDecided { generation, overturned, resumed, appealable, origin: origin.clone() };
    vec![
        decided(true, true, false),
        decided(true, false, false),
        decided(false, false, true),
        decided(false, false, false),
        Mail::SignInCode { code: "012345".into(), minutes: 10 },
        Mail::EmailChangeOld { code: "012345".into(), hours: 24 },
        Mail::EmailChangeNew { code: "543210".into(), hours: 24 },
        Mail::EmailChanged,
        Mail::Ready { owner, generation, origin: origin.clone() },
        Mail::Receipt {
            order,
            credits: 30,
            total: dollars(1_299),
            at,
            receipt: Some("https://merchant.example.org/receipts/1?a=b&c=d".into()),
            origin: origin.clone(),
        },
        Mail::Refunded { order, credits: 30, net: dollars(1_180), origin: origin.clone() },
        Mail::RefundWaits { order, origin: origin.clone() },
        Mail::TrialLink { link: format!("{ORIGIN}/trial?id=tri_019aa6104c507e32b5d69fa012345678#secret"), hours: 24 },
        Mail::ErasureAsked { link: format!("{ORIGIN}/erasure#key"), until: Some(at) },
        Mail::ExportReady { export: ExportId::new(&clock, &randomness), until: at, origin: origin.clone() },
        Mail::Notice {
            campaign: "policy-2027-01".parse().unwrap(),
            words: words(
                "",
                "Trials without an account are new. What they keep, and for how long, is in the table of the policy.\n\nNothing else changes.",
            ),
            from: "2027-01-01T00:00:00Z".parse().unwrap(),
            origin: origin.clone(),
        },
        Mail::Marketing(Marketing::new(
            consent,
            "winter".parse().unwrap(),
            words("Three new styles", "There are three new styles: <ink>, \"chalk\" & wool.\n\nTry them with the credits you have."),
            &pepper,
            ORIGIN,
        )),
    ]
}

/// The files of a letter: its head and text, and its page.
pub(crate) fn files(mail: &Mail, language: Language) -> [(String, String); 2] {
    let Letter { subject, text, html, headers } = mail.letter(language);
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let name = |end: &str| format!("{}.{}.{end}", mail.kind(), language.tag());
    [(name("txt"), format!("Subject: {subject}\n{headers}\n{text}")), (name("html"), html)]
}
