//! `POST /v1/trials/{id}/link`: "save my link" (events/trial-links-create).

use accounts::Pepper;
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, TrialCookie};
use kernel::{Email, Failure, Language, Reason, Recipient, SystemClock, SystemRandomness};
use trials::MailLink;
use via_dynamodb_trials::DynamoTrialLinks;
use via_ses::SesMailer;

struct App {
    links: DynamoTrialLinks,
    mailer: SesMailer,
    pepper: Pepper,
    cookie: TrialCookie,
    locale: LocaleCookie,
    clock: SystemClock,
    mails_per_day: u64,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper) = (settings.aws()?, settings.pepper()?);
    let links = DynamoTrialLinks::new(dynamo::Database::new(&aws), settings.required("FLEETING_TABLE")?);
    let app = &App {
        links: links.with_leads(settings.required("LEADS_TABLE")?),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        pepper,
        cookie: settings.trial_cookie(),
        locale: settings.locale_cookie(),
        clock: settings.clock,
        mails_per_day: settings.number("MAILS_PER_DAY")?.into(),
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let holder = app.cookie.holder(&request, request.path("id", "trial")?)?;
    let body: api_trials::TrialLinkRequest = request.json()?;
    let email: Email = body.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
    let App { links, mailer, pepper, clock, mails_per_day, origin, .. } = app;
    let mail = MailLink { links, mailer, pepper, clock, randomness: &SystemRandomness, mails_per_day: *mails_per_day, origin };
    let recipient = Recipient { email, language: Language::of(&app.locale.locale(&request)) };
    let expires_at = mail.run(holder, &recipient, body.marketing_text_version).await?;
    Reply::accepted(&api_trials::TrialLinkSent { expires_at })
}
