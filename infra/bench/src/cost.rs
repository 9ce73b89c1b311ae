//! The cost of 1,000 generations or visitors in AWS, from measured durations, counted calls and the list prices of `prices.toml`.

use super::figure::Figure;
use anyhow::{Context, Result};
use local_cloud::terminal::say;
use local_cloud::{Call, Cloud, Worked};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Add;

/// The list prices, in US dollars.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prices {
    region: String,
    noted: String,
    lambda: Lambda,
    http_api: HttpApi,
    dynamodb: DynamoDb,
    s3: S3,
    sqs: Sqs,
    ses: Ses,
    kms: Kms,
    logs: Gigabytes,
    transfer: Gigabytes,
    units: Units,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lambda {
    gigabyte_second: f64,
    million_requests: f64,
    streamed_gigabyte: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpApi {
    million_requests: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DynamoDb {
    million_writes: f64,
    million_reads: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
    thousand_writes: f64,
    thousand_reads: f64,
    gigabyte_month: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sqs {
    million_requests: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ses {
    thousand_mails: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kms {
    ten_thousand_ecc_signatures: f64,
    ten_thousand_rsa_2048_signatures: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gigabytes {
    gigabyte: f64,
}

/// Request units of one call, by operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    writes: BTreeMap<String, f64>,
    reads: BTreeMap<String, f64>,
}

/// The measured resources of one generation.
#[derive(Debug, Default)]
pub(super) struct Bill {
    /// Seconds of a function times its gigabytes.
    pub(super) gigabyte_seconds: f64,
    /// Invocations of functions.
    pub(super) invocations: f64,
    /// Requests to the HTTP API.
    pub(super) requests: f64,
    /// Bytes sent to the person.
    pub(super) sent: f64,
    /// Bytes stored while the pictures are kept.
    pub(super) stored: f64,
    /// Bytes logged.
    pub(super) logged: f64,
    /// Pictures and manifests signed.
    pub(super) signatures: f64,
    /// AWS calls by service and operation.
    pub(super) calls: BTreeMap<(String, String), f64>,
}

impl Bill {
    /// The resources of `generations` between two measurements of the cloud.
    pub(super) fn of(cloud: &Cloud, before: &BTreeMap<String, Worked>, calls: &[Call], generations: f64) -> Result<Self> {
        let mut bill = Self::default();
        for (name, now) in worked(cloud)? {
            let earlier = before.get(&name).copied().unwrap_or_default();
            let memory = f64::from(cloud.model().functions.get(&name).context("a function of the template")?.memory) / 1024.0;
            bill.gigabyte_seconds += (now.time - earlier.time).as_secs_f64() * memory / generations;
            bill.invocations += f64::from(now.invocations - earlier.invocations) / generations;
        }
        for call in calls {
            *bill.calls.entry((call.service.clone(), call.operation.clone())).or_default() += 1.0 / generations;
        }
        Ok(bill)
    }

    fn count(&self, service: &str, operation: impl Fn(&str) -> f64) -> f64 {
        // From zero: the sum of no floats is −0, and would be printed so.
        self.calls.iter().filter(|((of, _), _)| of == service).map(|((_, name), calls)| calls * operation(name)).fold(0.0, f64::add)
    }

    /// The lines of the bill for 1,000 generations, in dollars.
    fn lines(&self, prices: &Prices) -> Vec<(&'static str, f64)> {
        let unit = |table: &BTreeMap<String, f64>, name: &str| table.get(name).copied().unwrap_or_default();
        let writes = self.count("dynamodb", |name| unit(&prices.units.writes, name));
        let reads = self.count("dynamodb", |name| unit(&prices.units.reads, name));
        let is_read = |name: &str| f64::from(u8::from(name.starts_with("Get") || name.starts_with("Head")));
        let is_write = |name: &str| f64::from(u8::from(["Put", "Post", "Copy", "List"].iter().any(|verb| name.starts_with(verb))));
        let streamed = (self.sent - 6e6).max(0.0) / 1e9;
        vec![
            (
                "Lambda",
                self.gigabyte_seconds * 1e3 * prices.lambda.gigabyte_second
                    + self.invocations * 1e-3 * prices.lambda.million_requests
                    + streamed * 1e3 * prices.lambda.streamed_gigabyte,
            ),
            ("HTTP API", self.requests * 1e-3 * prices.http_api.million_requests),
            ("DynamoDB", writes * 1e-3 * prices.dynamodb.million_writes + reads * 1e-3 * prices.dynamodb.million_reads),
            ("S3", self.count("s3", is_write) * prices.s3.thousand_writes + self.count("s3", is_read) * prices.s3.thousand_reads),
            ("SQS", self.count("sqs", |_| 3.0) * 1e-3 * prices.sqs.million_requests),
            ("SES", self.count("sesv2", |_| 1.0) * prices.ses.thousand_mails),
            ("KMS", self.signatures * 0.1 * prices.kms.ten_thousand_rsa_2048_signatures),
            ("logs", self.logged * 1e-6 * prices.logs.gigabyte),
        ]
    }

    /// The same calls of one operation as another, whose rows are more or fewer.
    pub(super) fn renamed(mut self, service: &str, from: &str, to: &str) -> Self {
        if let Some(calls) = self.calls.remove(&(service.to_owned(), from.to_owned())) {
            self.calls.insert((service.to_owned(), to.to_owned()), calls);
        }
        self
    }

    /// The lines of the table for 1,000 of `what`, with the most that AWS may take; prints their components.
    pub(super) fn figures(&self, what: &str, most: Option<f64>) -> Result<Vec<Figure>> {
        let prices: Prices = toml::from_str(include_str!("../prices.toml")).context("prices.toml")?;
        let lines = self.lines(&prices);
        let inside: f64 = lines.iter().map(|(_, dollars)| dollars).sum();
        let sent = self.sent * 1e-6 * prices.transfer.gigabyte;
        say(&format!("1,000 {what}, at the prices of {} noted on {}:", prices.region, prices.noted));
        for (name, dollars) in &lines {
            say(&format!("  {name:<10}{dollars:>8.4} USD"));
        }
        let ecc = self.signatures * 0.1 * prices.kms.ten_thousand_ecc_signatures;
        say(&format!("  (KMS with a key of elliptic curves: {ecc:.4} USD)"));
        say(&format!("  data out  {sent:>8.4} USD, for {:.2} MB each", self.sent / 1e6));
        say(&format!("  a month's storage {:.4} USD", self.stored * 1e-6 * prices.s3.gigabyte_month));
        Ok(vec![
            most.into_iter().fold(Figure::new(format!("cost/1000-{what}"), "USD", inside, None), Figure::at_most),
            Figure::new(format!("cost/1000-{what}/data-out"), "USD", sent, None),
        ])
    }
}

/// The work of each function so far.
pub(super) fn worked(cloud: &Cloud) -> Result<BTreeMap<String, Worked>> {
    cloud.model().functions.keys().map(|name| Ok((name.clone(), cloud.worked(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        toml::from_str(include_str!("../prices.toml")).unwrap()
    }

    #[test]
    fn a_bill_is_the_sum_of_what_was_used() {
        let mut bill =
            Bill { gigabyte_seconds: 10.0, invocations: 5.0, requests: 2.0, signatures: 40.0, logged: 20_000.0, ..Bill::default() };
        for (service, operation, calls) in
            [("dynamodb", "PutItem", 1.0), ("s3", "PutObject", 40.0), ("s3", "GetObject", 2.0), ("sesv2", "SendEmail", 1.0)]
        {
            bill.calls.insert((service.to_owned(), operation.to_owned()), calls);
        }
        let lines: BTreeMap<_, _> = bill.lines(&prices()).into_iter().collect();
        let near = |name: &str, dollars: f64| assert!((lines[name] - dollars).abs() < 5e-4, "{name}: {}", lines[name]);
        near("Lambda", 10.0 * 1000.0 * 0.000_013_333_4 + 0.001);
        near("HTTP API", 0.0026);
        near("DynamoDB", 0.0014);
        near("S3", 0.188 + 0.0007);
        near("SES", 0.10);
        near("KMS", 0.12);
        near("logs", 0.0152);
    }
}
