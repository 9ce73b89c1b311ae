//! The event bus: what SES tells of mails, and the functions that receive it. At least once, like the real one.

use crate::cloud::ACCOUNT;
use crate::metrics::Metrics;
use crate::pool::{Answer, Pool, request_id};
use crate::runtime_api::Pools;
use crate::template::{Announced, EventRule, Model};
use anyhow::Result;
use aws_sdk_sqs::Client;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Maximum invocations of a function for one event.
const ATTEMPTS: u32 = 3;

/// The default bus with its rules.
#[derive(Debug)]
pub(crate) struct Bus {
    rules: Vec<EventRule>,
    announced: Vec<Announced>,
    pools: Pools,
    region: String,
    /// How long a failed event waits; the real one waits a minute, then two.
    redelivery: Duration,
    /// Events held back for a test; `None` when they are delivered at once.
    held: Mutex<Option<Vec<Value>>>,
    in_flight: AtomicUsize,
    metrics: Arc<Metrics>,
    mails: Mutex<Mails>,
    sqs: Client,
    /// The address of the queue for the events that a function failed on for good, by its name.
    given_up: BTreeMap<String, String>,
}

/// The mails so far, and those of them that SES's simulator was sent for their end.
#[derive(Debug, Default)]
struct Mails {
    sent: f64,
    bounced: f64,
    complained: f64,
}

/// SES's simulator takes mails at `bounce@…` and `complaint@…`, with a label behind a `+` if one likes.
const SIMULATOR: &str = "@simulator.amazonses.com";

impl Bus {
    /// The bus with the template's rules.
    pub(crate) fn new(model: &Model, pools: Pools, region: &str, redelivery: Duration, metrics: Arc<Metrics>, sqs: Client) -> Arc<Self> {
        let url = |arn: &String| model.queues.iter().find(|queue| queue.arn == *arn).map(|queue| queue.url.clone());
        Arc::new(Self {
            rules: model.rules.clone(),
            announced: model.announced.clone(),
            pools,
            region: region.to_owned(),
            redelivery,
            held: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            metrics,
            mails: Mutex::default(),
            sqs,
            given_up: model.given_up.iter().filter_map(|(function, arn)| Some((function.clone(), url(arn)?))).collect(),
        })
    }

    /// SES accepted this `SendEmail` with this answer.
    pub(crate) fn accepted(self: &Arc<Self>, mail: &Value, answer: &Value) {
        self.judge(mail);
        let Some(announced) = self.announced.iter().find(|announced| mail["ConfigurationSetName"] == announced.set.as_str()) else {
            return;
        };
        for happened in HAPPENED.iter().filter(|happened| happened.is_of(mail) && announced.types.iter().any(|kind| kind == happened.kind))
        {
            self.publish(event(happened, mail, &answer["MessageId"], &self.region, Timestamp::now()));
        }
    }

    /// SES's opinion of the account after this mail. The real one takes no notice of its simulator.
    fn judge(&self, mail: &Value) {
        let is = |kind: &str| if simulated(mail) == Some(kind) { 1.0 } else { 0.0 };
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.sent += 1.0;
        mails.bounced += is("bounce");
        mails.complained += is("complaint");
        self.metrics.record("AWS/SES", "Reputation.BounceRate", None, mails.bounced / mails.sent);
        self.metrics.record("AWS/SES", "Reputation.ComplaintRate", None, mails.complained / mails.sent);
    }

    fn publish(self: &Arc<Self>, event: Value) {
        if let Some(held) = self.held.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            held.push(event);
            return;
        }
        let pools = self.pools.get();
        for rule in self.rules.iter().filter(|rule| rule.matches(&event)) {
            let Some(pool) = pools.and_then(|pools| pools.get(&rule.function)) else { continue };
            let (bus, pool, input) = (Arc::clone(self), Arc::clone(pool), Bytes::from(rule.input(&event).to_string()));
            bus.in_flight.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                bus.deliver(&pool, input).await;
                bus.in_flight.fetch_sub(1, Ordering::SeqCst);
            });
        }
    }

    /// Holds back every event from now on.
    pub(crate) fn hold(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
    }

    /// Whole.
    pub(crate) fn held(&self) -> Vec<Value> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    /// Delivers the held events, and from now on every event at once; returns their number.
    pub(crate) fn release(self: &Arc<Self>) -> usize {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        let count = held.len();
        held.into_iter().for_each(|event| self.publish(event));
        count
    }

    /// The number of events being delivered, held ones excluded.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }
}

impl Bus {
    /// An asynchronous invocation: a failure is retried a few times, and then put aside.
    async fn deliver(&self, pool: &Arc<Pool>, input: Bytes) {
        for attempt in 1..=ATTEMPTS {
            let error = match pool.invoke(input.clone()).await {
                Answer::Failed(error) => String::from_utf8_lossy(&error).into_owned(),
                Answer::Throttled => "throttled".to_owned(),
                Answer::Reply(_) | Answer::Stream(_) => return,
            };
            if attempt == ATTEMPTS {
                eprintln!("{}: an event failed for good: {error}", pool.name());
            } else {
                tokio::time::sleep(self.redelivery).await;
            }
        }
        if let Err(error) = self.give_up(pool.name(), &input).await {
            eprintln!("{}: the event is lost: {error:#}", pool.name());
        }
    }

    /// What Lambda sends to the destination of failed events, without the function's answer.
    async fn give_up(&self, function: &str, input: &[u8]) -> Result<()> {
        let Some(queue) = self.given_up.get(function) else { return Ok(()) };
        let payload: Value = serde_json::from_slice(input)?;
        let context = json!({ "condition": "RetriesExhausted", "approximateInvokeCount": ATTEMPTS, "requestId": request_id() });
        let body =
            json!({ "version": "1.0", "timestamp": Timestamp::now().to_string(), "requestContext": context, "requestPayload": payload });
        self.sqs.send_message().queue_url(queue).message_body(body.to_string()).send().await?;
        Ok(())
    }
}

/// What may happen to a mail.
struct Happened {
    /// As a destination of events names it.
    kind: &'static str,
    /// As an event names it, in its two places.
    detail_type: &'static str,
    event_type: &'static str,
    /// To which of the simulator's mailboxes it happens; to every mail where there is none.
    mailbox: Option<&'static str>,
}

const HAPPENED: [Happened; 3] = [
    Happened { kind: "send", detail_type: "Email Sent", event_type: "Send", mailbox: None },
    Happened { kind: "bounce", detail_type: "Email Bounced", event_type: "Bounce", mailbox: Some("bounce") },
    Happened { kind: "complaint", detail_type: "Email Complaint Received", event_type: "Complaint", mailbox: Some("complaint") },
];

impl Happened {
    fn is_of(&self, mail: &Value) -> bool {
        self.mailbox.is_none_or(|mailbox| simulated(mail) == Some(mailbox))
    }

    /// What the event says beside the mail, addresses included.
    fn says(&self, to: &Value, now: Timestamp) -> Value {
        let recipients = |more: Value| {
            let mut recipient = json!({ "emailAddress": to });
            recipient.as_object_mut().into_iter().for_each(|recipient| recipient.extend(more.as_object().cloned().unwrap_or_default()));
            json!([recipient])
        };
        match self.kind {
            "bounce" => json!({
                "bounceType": "Permanent", "bounceSubType": "General", "timestamp": now.to_string(), "feedbackId": request_id(),
                "bouncedRecipients": recipients(json!({ "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown" })),
                "reportingMTA": "dns; amazonses.com",
            }),
            "complaint" => json!({
                "complainedRecipients": recipients(json!({})), "timestamp": now.to_string(), "feedbackId": request_id(),
                "complaintFeedbackType": "abuse", "userAgent": "Amazon SES Mailbox Simulator",
            }),
            _ => json!({}),
        }
    }
}

/// The simulator's mailbox that a mail goes to.
fn simulated(mail: &Value) -> Option<&str> {
    mail["Destination"]["ToAddresses"][0].as_str()?.strip_suffix(SIMULATOR)?.split('+').next()
}

/// SES's event of a mail, whole.
fn event(happened: &Happened, mail: &Value, message_id: &Value, region: &str, now: Timestamp) -> Value {
    let time = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let from = mail["FromEmailAddress"].as_str().unwrap_or_default();
    let set = mail["ConfigurationSetName"].as_str().unwrap_or_default();
    let destination = &mail["Destination"];
    let lists = ["ToAddresses", "CcAddresses", "BccAddresses"].into_iter().filter_map(|list| destination[list].as_array());
    let destinations: Vec<&Value> = lists.flatten().collect();
    let about = happened.event_type.to_lowercase();
    json!({
        "version": "0", "id": request_id(), "detail-type": happened.detail_type, "source": "aws.ses", "account": ACCOUNT, "time": time,
        "region": region, "resources": [format!("arn:aws:ses:{region}:{ACCOUNT}:configuration-set/{set}")],
        "detail": {
            "eventType": happened.event_type,
            "mail": {
                "timestamp": now.to_string(), "source": from, "sendingAccountId": ACCOUNT, "messageId": message_id,
                "destination": destinations, "headersTruncated": false,
                "commonHeaders": { "from": [from], "to": destination["ToAddresses"], "messageId": message_id, "subject": mail["Content"]["Simple"]["Subject"]["Data"] },
                "tags": tags(mail, from, set),
            },
            about: happened.says(&destination["ToAddresses"][0], now),
        },
    })
}

/// The sender's tags, each with a list of values, and SES's own.
fn tags(mail: &Value, from: &str, set: &str) -> Map<String, Value> {
    let given = mail["EmailTags"].as_array().into_iter().flatten();
    let mut tags: Map<String, Value> =
        given.filter_map(|tag| Some((tag["Name"].as_str()?.to_owned(), json!([tag["Value"].as_str()?])))).collect();
    let domain = from.rsplit('@').next().unwrap_or_default().trim_end_matches('>');
    for (name, value) in [
        ("ses:operation", "SendEmail"),
        ("ses:configuration-set", set),
        ("ses:source-ip", "127.0.0.1"),
        ("ses:from-domain", domain),
        ("ses:caller-identity", "local"),
    ] {
        tags.insert(name.to_owned(), json!([value]));
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Clients;
    use crate::clock::CloudClock;

    fn mail() -> Value {
        json!({
            "FromEmailAddress": "nigao@example.com",
            "Destination": { "ToAddresses": ["ada@example.org"] },
            "Content": { "Simple": { "Subject": { "Data": "Ready" } } },
            "ConfigurationSetName": "ready-mails",
            "EmailTags": [{ "Name": "kind", "Value": "ready" }, { "Name": "generation_id", "Value": "gen_1" }],
        })
    }

    #[test]
    fn an_accepted_mail_is_the_event_ses_makes_of_it() {
        let event = event(&HAPPENED[0], &mail(), &json!("m-1"), "eu-west-1", Timestamp::UNIX_EPOCH);
        assert_eq!(
            (&event["source"], &event["detail-type"], &event["time"]),
            (&json!("aws.ses"), &json!("Email Sent"), &json!("1970-01-01T00:00:00Z"))
        );
        assert_eq!(event["detail"]["eventType"], "Send");
        let mail = &event["detail"]["mail"];
        assert_eq!((&mail["messageId"], &mail["destination"]), (&json!("m-1"), &json!(["ada@example.org"])));
        assert_eq!((&mail["tags"]["kind"], &mail["tags"]["generation_id"]), (&json!(["ready"]), &json!(["gen_1"])));
        assert_eq!(
            (&mail["tags"]["ses:configuration-set"], &mail["tags"]["ses:from-domain"]),
            (&json!(["ready-mails"]), &json!(["example.com"]))
        );
    }

    #[test]
    fn only_mails_of_an_announced_configuration_set_make_events() {
        let announced = Announced { set: "ready-mails".into(), types: vec!["send".into(), "bounce".into()] };
        let model = Model { announced: vec![announced], ..Model::default() };
        let bus = Bus::new(
            &model,
            Pools::default(),
            "eu-west-1",
            Duration::ZERO,
            Arc::new(Metrics::new(CloudClock::default())),
            Clients::new("http://127.0.0.1:1", "eu-west-1").sqs,
        );
        bus.hold();
        let mut other = mail();
        other["ConfigurationSetName"] = json!("other");
        let mut none = mail();
        none["ConfigurationSetName"].take();
        for mail in [mail(), other, none] {
            bus.accepted(&mail, &json!({ "MessageId": "m-1" }));
        }
        assert_eq!((bus.release(), bus.release(), bus.in_flight()), (1, 0, 0));
        bus.hold();
        for to in ["bounce+a@simulator.amazonses.com", "complaint@simulator.amazonses.com", "bounce@example.org"] {
            let mut to_simulator = mail();
            to_simulator["Destination"]["ToAddresses"] = json!([to]);
            bus.accepted(&to_simulator, &json!({ "MessageId": "m-2" }));
        }
        let kinds: Vec<_> = bus.held().iter().map(|event| event["detail"]["eventType"].clone()).collect();
        assert_eq!(kinds, ["Send", "Bounce", "Send", "Send"], "complaints are not told of this set");
        let bounce = &bus.held()[1]["detail"]["bounce"];
        assert_eq!(
            (&bounce["bounceType"], &bounce["bouncedRecipients"][0]["emailAddress"]),
            (&json!("Permanent"), &json!("bounce+a@simulator.amazonses.com"))
        );
    }
}
