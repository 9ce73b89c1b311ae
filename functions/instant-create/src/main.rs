//! `POST /v1/instant`: one picture in, the drawing out, and nothing kept (events/instant-create).

use edge::http::multipart::{Shape, Text};
use edge::http::stream::{Answer, Events, Media, serve};
use edge::{Stage, http::Request};
use kernel::{Failure, SystemClock, SystemRandomness, limits};
use processing::instant::{Admitted, Instant, InstantEvent, InstantRequest, Marked};
use screening::Moderation;
use studio::{Artist, Brief, RateSalt};
use via_dynamodb_rates::DynamoRateKeys;
use via_palette::PaletteArtist;

/// Clears all freed memory, so that no buffer of any library outlives its request with a picture in it (RT-10).
#[global_allocator]
static MEMORY: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

const TEXTS: &[Text] = &[Text::anywhere("style", 64), Text::anywhere("seed", 20), Text::in_form("prompt", 4 * Brief::WORDS)];
const FORM: Shape = Shape { picture: "picture", most_bytes: limits::INSTANT_BODY_BYTES, texts: TEXTS };

struct App {
    artists: Vec<Box<dyn Artist>>,
    moderation: Moderation,
    finisher: Marked,
    rate_keys: DynamoRateKeys,
    salt: RateSalt,
    per_hour: u32,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    // Neither is made of a vendor whose entry in the ledger attests no zero retention: the function then does not start (RT-09).
    let (artists, moderation) = (vendors::artists(&settings, || Box::new(PaletteArtist))?, vendors::moderation(&settings)?);
    let aws = settings.aws()?;
    let signer = via_kms_provenance::signer(&aws, settings.stage == Stage::Production, &|name| settings.required(name).ok())?;
    let rate_keys = DynamoRateKeys::new(dynamo::Database::new(&aws), settings.required("RATE_KEYS_TABLE")?);
    let (salt, per_hour) = (RateSalt::new(settings.secret("RATE_SALT_SECRET")?.as_bytes()), settings.number("INSTANT_PER_HOUR")?);
    // A stream outlives the call that begins it: its dependencies are made once and live as long as the process.
    let app: &'static App =
        Box::leak(Box::new(App { artists, moderation, finisher: Marked { signer }, rate_keys, salt, per_hour, clock: settings.clock }));
    serve(settings.delivery()?, "POST", "/v1/instant", move |request| handle(app, request)).await
}

async fn handle(app: &'static App, mut request: Request) -> Result<Answer, Failure> {
    let App { artists, moderation, finisher, rate_keys, salt, per_hour, clock } = app;
    let timeout = request.timeout(std::time::Duration::from_secs(150));
    let instant = Instant { artists, moderation, rate_keys, salt, per_hour: *per_hour, finisher, clock, timeout };
    let admitted = instant.admit(request.header("provider-consent"), request.header("age-attestation"), request.address()).await?;
    let mut form = request.form(&FORM).await?;
    let (style, prompt, seed) = (form.text("style"), form.text("prompt"), form.text("seed"));
    let wanted = InstantRequest::new(form.picture(), style, prompt, seed, &SystemRandomness)?;
    Ok(Answer::made(&request, move |events| draw(instant, admitted, wanted, events)))
}

async fn draw(instant: Instant<'static>, admitted: Admitted, request: InstantRequest, events: Events) -> Result<Media, Failure> {
    let emit = |event: InstantEvent<'_>| events.send(api_instant::event_name(&event), || api_instant::event_data(&event));
    let portrait = instant.draw(admitted, request, events.sketches(), &emit).await?;
    Ok(Media::new(portrait.bytes, portrait.media_type).with("digital-source-type", portrait.source.uri()))
}
