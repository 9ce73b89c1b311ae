//! The work on an export: first the plan, then each volume by itself (on-export-due).
//!
//! Any step may be repeated, killed or overtaken at any line. The plan that was stored first is the plan; a volume is no object before it is complete, and
//! the first that is complete is the volume.

use std::sync::Arc;
use std::time::Duration;

use accounts::{Pepper, Recipients};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::message::Queue;
use kernel::{Clock, Failure, Recipient, SignedDuration, Timestamp};
use outreach::{Mail, Mailer};
use policy::Deployment;

use crate::export::{Export, ExportDue, State, Volume, account_of, plan_key, volume_key};
use crate::layout::{Whose, folders};
use crate::plan::Plan;
use crate::ports::{Exports, Files, ReadyMails, Sink};
use crate::rows::Rows;
use crate::write::WriteVolume;

/// Messages that are sent at the same time.
const AT_ONCE: usize = 16;

/// What a worker leaves of its time: to store the last parts and to note that.
pub(crate) const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// Works on exports.
pub struct RunExport<'a> {
    pub exports: &'a dyn Exports,
    pub mails: &'a dyn ReadyMails,
    pub rows: &'a dyn Rows,
    pub files: &'a dyn Files,
    pub sink: &'a Arc<dyn Sink>,
    pub queue: &'a dyn Queue<ExportDue>,
    pub recipients: &'a dyn Recipients,
    pub mailer: &'a dyn Mailer,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    /// What a copy says of the service.
    pub deployment: &'a Deployment,
    /// The end of this worker's time.
    pub until: Timestamp,
}

impl RunExport<'_> {
    /// Does what the message asks for. An export that is gone, or whose time is over, asks for nothing.
    ///
    /// # Errors
    /// [`Failure::Busy`] when a store throttles or the time is up, and [`Failure::Broken`]: the message comes again.
    pub async fn run(&self, due: ExportDue) -> Result<(), Failure> {
        let account = account_of(due.owner_id)?;
        let Some(export) = self.exports.load(account, due.export_id).await? else { return Ok(()) };
        if export.available_until() <= self.clock.now() {
            return Ok(());
        }
        if due.volume == 0 {
            return self.plan(&export).await;
        }
        match export.volumes.iter().find(|volume| volume.number == due.volume) {
            Some(Volume { bytes: Some(_), .. }) => self.conclude(&export).await,
            Some(volume) => self.finish(&export, *volume).await,
            None => Err(Failure::broken("an export has no such volume")),
        }
    }

    /// Plans, and tells every volume that is not there yet.
    async fn plan(&self, export: &Export) -> Result<(), Failure> {
        let mut numbers: Vec<u16> = export.volumes.iter().filter(|volume| volume.bytes.is_none()).map(|volume| volume.number).collect();
        if export.state == State::Queued {
            let volumes = self.planned(export).await?.volumes();
            self.exports.plan(export, &volumes).await?;
            numbers = volumes.iter().map(|volume| volume.number).collect();
            tracing::info!(about = %export.id, volumes = volumes.len(), "export planned");
        }
        let told = stream::iter(numbers).map(|number| async move { self.queue.send(&export.due(number), Duration::ZERO).await });
        told.buffer_unordered(AT_ONCE).try_collect().await
    }

    /// The plan that is stored, made now if there is none.
    async fn planned(&self, export: &Export) -> Result<Plan, Failure> {
        let key = plan_key(export.account, export.id);
        let mut found = Vec::new();
        for folder in folders(export.account) {
            loop {
                let after = found.last().map(|found: &crate::plan::Found| found.key.clone()).filter(|key| key.starts_with(&folder));
                let page = self.files.page(&folder, after.as_deref()).await?;
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
        }
        let text = Plan::of(found).text().to_owned();
        self.files.keep(&key, "text/plain", text.into()).await?;
        self.plan_of(export).await
    }

    async fn plan_of(&self, export: &Export) -> Result<Plan, Failure> {
        let stored = self.files.read(&plan_key(export.account, export.id), None).await?;
        let text = stored.ok_or_else(|| Failure::broken("an export without its plan"))?;
        Plan::read(String::from_utf8(text.into()).map_err(Failure::broken)?)
    }

    /// Writes a volume, unless a worker did and died before it could note that.
    async fn finish(&self, export: &Export, volume: Volume) -> Result<(), Failure> {
        let key = volume_key(export.account, export.id, volume.number);
        let mut stored = self.stored(&key).await?;
        if stored.is_none() {
            if !self.write(export, volume).await? {
                return Ok(());
            }
            stored = self.stored(&key).await?;
        }
        let bytes = stored.ok_or_else(|| Failure::unavailable(Duration::from_secs(1)))?;
        self.exports.finish(export, volume.number, bytes).await?;
        tracing::info!(about = %export.id, bytes, "volume written");
        match self.exports.load(export.account, export.id).await? {
            Some(export) => self.conclude(&export).await,
            None => Ok(()),
        }
    }

    /// The size of a volume that is there.
    async fn stored(&self, key: &str) -> Result<Option<u64>, Failure> {
        Ok(self.files.page(key, None).await?.into_iter().find(|found| found.key == key).map(|found| found.bytes))
    }

    /// `false` where the account, or the export, is gone meanwhile.
    async fn write(&self, export: &Export, volume: Volume) -> Result<bool, Failure> {
        let Some(recipient) = self.recipients.recipient_of(export.owner()).await? else { return Ok(false) };
        let plan = self.plan_of(export).await?;
        let whose = Whose { account: export.account, address: self.pepper.email_key(&recipient.email) };
        let Self { exports, rows, files, sink, clock, deployment, until, .. } = *self;
        let language = recipient.language;
        WriteVolume { exports, rows, files, sink, clock, deployment, until, export, plan: &plan, whose: &whose, language }.run(volume).await
    }

    /// Says that the export is ready, once every volume is there.
    async fn conclude(&self, export: &Export) -> Result<(), Failure> {
        if !export.is_complete() || !self.mails.claim(export, self.clock.now()).await? {
            return Ok(());
        }
        let Some(recipient) = self.recipients.recipient_of(export.owner()).await? else { return Ok(()) };
        self.mail(export, &recipient).await
    }

    /// The mail that was claimed. One that was throttled certainly did not go: it is given back, and the message comes again.
    async fn mail(&self, export: &Export, recipient: &Recipient) -> Result<(), Failure> {
        let mail = Mail::ExportReady { export: export.id, until: export.available_until(), origin: self.deployment.origin.clone() };
        match self.mailer.send(recipient, &mail).await {
            // Its page says the same, also to an address that gets no mail.
            Ok(()) | Err(Failure::Invalid(_)) => Ok(()),
            Err(busy @ Failure::Busy { .. }) => {
                self.mails.release(export).await?;
                Err(busy)
            }
            Err(failure) => Err(failure),
        }
    }
}
