//! Third parties that refuse, break off and damage: one or two scenarios of each outcome through the real binaries, with stand-ins that check every
//! request as the vendors do. The suite of each adapter (`via-openai`, `via-gemini`) tests what every scenario of a contract means.

mod fallback;
mod gemini;
mod moderation;
mod openai;

use std::sync::Arc;

use local_cloud::Cloud;
use serde_json::Value;
use stand_ins::{GeminiStandIn, OpenAiStandIn, Request};

use crate::harness::pictures::small;
use crate::harness::store::{self, rows_of};
use crate::harness::{Person, TestCloud, ledger_and_inventory, until};

/// A cloud whose vendors are stand-ins. Finishing is tested elsewhere: that queue is paused.
struct Studio {
    cloud: TestCloud,
    openai: OpenAiStandIn,
    gemini: GeminiStandIn,
}

/// The end of a generation, as far as the vendors are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Drawn,
    /// Failed for this reason.
    Failed(&'static str),
}

/// Refused by a vendor's safety system.
const REFUSED: End = End::Failed("drawing-refused");
/// Tried as often as sensible.
const GIVEN_UP: End = End::Failed("drawing-failed");

impl Studio {
    async fn of(artist: &str, screener: &str) -> Self {
        let parameters = [("Artist", artist), ("Screener", screener), ("StarterCredits", "1000")];
        let (cloud, openai, gemini) = TestCloud::with_vendors(&parameters).await;
        cloud.pause_queue("DrawingReady").await.unwrap();
        Self { cloud, openai, gemini }
    }

    /// Starts a generation of one drawing and waits for its drawing or its end. Meanwhile the step is queued again, as the queue does after a delay
    /// that no test waits for.
    async fn start(&self, person: &Person<'_>) -> (String, End) {
        let generation = person.start(&person.upload(&small()).await).await;
        let what = format!("{generation} being drawn or ended");
        let end = until(&what, async || {
            let now = person.generation(&generation).await;
            match now["state"].as_str().unwrap_or_default() {
                "finishing" | "done" => Some(End::Drawn),
                "failed" | "blocked" => Some(End::Failed(reason(&now))),
                "drawing" => {
                    self.mend_when_idle().await;
                    self.tell_again(person, &generation).await;
                    None
                }
                _ => None,
            }
        });
        let end = end.await;
        ledger_and_inventory::assert_ledger_and_inventory(&self.cloud).await;
        (generation, end)
    }

    /// Closes every circuit when no worker is busy: the cause of the opening is corrected.
    async fn mend_when_idle(&self) {
        if self.cloud.busy("on-screening-passed").unwrap() == 0 {
            self.close_circuits().await;
        }
    }

    /// Queues the artist's step again when no worker is busy.
    async fn tell_again(&self, person: &Person<'_>, generation: &str) {
        if self.cloud.busy("on-screening-passed").unwrap() == 0 {
            self.cloud.deliver("ScreeningPassed", &[store::message(&person.account, generation)]).await.unwrap();
        }
    }

    /// Closes every circuit, so that tests do not affect each other.
    async fn close_circuits(&self) {
        let table = self.cloud.tables()["FleetingTable"].to_owned();
        for row in rows_of(&self.cloud, "FleetingTable", "circuit").await {
            let key = |name: &str| aws_sdk_dynamodb::types::AttributeValue::S(row.text(name).to_owned());
            let delete = self.cloud.clients().dynamodb.delete_item().table_name(&table);
            delete.key("pk", key("pk")).key("sk", key("sk")).send().await.unwrap();
        }
    }

    /// The attempts of a generation of one drawing, in order.
    async fn attempts(&self, generation: &str) -> Vec<Value> {
        attempts(&self.cloud, generation).await
    }

    async fn stop(self) {
        self.cloud.stop().await;
    }
}

/// A generation from a vendor that hangs; the worker is killed during each call. Its turn and its claim outlive it: no other worker asks until they have run
/// out, then one more call may be made, and when that is lost as well the generation is given up.
async fn worker_dies_twice(studio: &Studio, has_been_asked: impl AsyncFn(usize)) {
    let person = Person::signed_in(&studio.cloud).await;
    let generation = person.start(&person.upload(&small()).await).await;
    for calls in [1, 2] {
        has_been_asked(calls).await;
        studio.cloud.kill("on-screening-passed").await.unwrap();
        for _ in 0..2 {
            // Nobody waits for this run: a worker that broke the claim would hang as well.
            let seen = studio.cloud.worked("on-screening-passed").unwrap().invocations;
            store::tell(&studio.cloud, "ScreeningPassed", &person.account, &generation).await;
            until("the claim being respected", async || {
                let worked = studio.cloud.worked("on-screening-passed").unwrap();
                (worked.invocations > seen && studio.cloud.busy("on-screening-passed").unwrap() == 0).then_some(())
            })
            .await;
            assert_eq!(person.generation(&generation).await["state"], "drawing");
        }
        studio.cloud.set_clock_offset(300 * i64::try_from(calls).unwrap());
        store::tell(&studio.cloud, "ScreeningPassed", &person.account, &generation).await;
    }
    let ended = person.reaches(&generation, &["failed"]).await;
    assert_eq!(reason(&ended), "drawing-failed");
    assert_eq!(outcomes(&studio.attempts(&generation).await), ["unclear", ""], "of the last, nobody lived to note an outcome");
    assert_eq!(person.wallet().await, (1000, 0), "what could not be drawn costs nothing");
    ledger_and_inventory::assert_ledger_and_inventory(&studio.cloud).await;
}

/// The reason of an ended generation, as one of the tests' constants.
fn reason(generation: &Value) -> &'static str {
    let reason = generation["reason"].as_str().unwrap_or_default();
    let known = ["drawing-refused", "drawing-failed", "not-accepted", "timed-out"];
    known.into_iter().find(|known| *known == reason).unwrap_or_else(|| panic!("no reason that is known: {generation}"))
}

async fn attempts(cloud: &Cloud, generation: &str) -> Vec<Value> {
    let rows = rows_of(cloud, "StudioTable", "attempt").await;
    let own = rows.into_iter().filter(|row| row.text("sk").contains(generation));
    own.flat_map(|row| serde_json::from_str::<Vec<Value>>(row.text("attempts")).unwrap()).collect()
}

fn outcomes(attempts: &[Value]) -> Vec<&str> {
    attempts.iter().map(|attempt| attempt["outcome"].as_str().unwrap_or_default()).collect()
}

/// The requests to a vendor, as one text: head, fields and raw bytes that are text.
fn everything(requests: &[Arc<Request>]) -> String {
    let mut all = String::new();
    for request in requests {
        all.push_str(&format!("{} {} {:?} {:?}\n", request.method, request.path, request.query, request.headers));
        all.push_str(&String::from_utf8_lossy(&request.raw));
    }
    all
}
