//! A service in memory with an account in it.

use std::io::{Cursor, Read};
use std::sync::Arc;

use exports::{AskForExport, Export, ExportDue, Manifest, Row, RunExport, Sink, plan_key, volume_key};
use kernel::{AccountSession, Clock, Failure, FixedClock, SeededRandomness, SignedDuration};
use policy::{Attestations, Deployment};
use serde_json::{Value, json};
use testkit::fakes::{
    FakeBucket, FakeDatabase, FakeExportFiles, FakeExportQueue, FakeExportRows, FakeExports, FakeMailer, FakeRecipients, SessionRow,
};
use testkit::{Crashed, Faults, builders, survive};
use zip::ZipArchive;

pub(crate) struct World {
    pub(crate) faults: Faults,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) database: FakeDatabase,
    pub(crate) exports: FakeExports,
    pub(crate) rows: FakeExportRows,
    pub(crate) files: FakeExportFiles,
    pub(crate) queue: FakeExportQueue,
    pub(crate) mailer: FakeMailer,
    pub(crate) caller: AccountSession,
    randomness: SeededRandomness,
}

impl World {
    pub(crate) fn new() -> Self {
        let (faults, clock) = (Faults::default(), Arc::new(FixedClock::at(builders::midnight())));
        let database = FakeDatabase::new(clock.clone(), faults.clone());
        let randomness = SeededRandomness::new(1);
        let caller = builders::caller(&*clock, &randomness);
        let expires_at = clock.now().checked_add(SignedDuration::from_hours(24 * 30)).unwrap();
        {
            let mut rows = database.rows();
            rows.sessions.insert(caller.session, SessionRow { account: caller.account, expires_at, flags: Default::default() });
            rows.profiles.insert(caller.account, (builders::email("ada"), "ja".into(), clock.now()));
        }
        let bucket = FakeBucket::new(faults.clone());
        let world = Self {
            exports: FakeExports(database.clone()),
            rows: FakeExportRows::new(faults.clone()),
            files: FakeExportFiles::new(bucket, faults.clone()),
            queue: FakeExportQueue::new(faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            faults,
            clock,
            database,
            caller,
            randomness,
        };
        world.row("account", "PROFILE", json!({ "email": "ada@example.org" }));
        world
    }

    /// A row in the account's own partition.
    pub(crate) fn row(&self, class: &str, sk: &str, more: Value) {
        let pk = format!("ACC#{}", self.caller.account);
        let mut row = json!({ "pk": pk, "sk": sk, "class": class });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.rows.rows().insert((pk, sk.to_owned()), Row(row.as_object().unwrap().clone()));
    }

    /// An object below the account's folder of this prefix.
    pub(crate) fn object(&self, prefix: &str, rest: &str, bytes: Vec<u8>) -> String {
        let key = format!("{prefix}/{}/{rest}", self.caller.account);
        self.files.bucket.objects().insert(key.clone(), bytes);
        key
    }

    pub(crate) async fn ask(&self, key: &str) -> Result<Export, Failure> {
        let (clock, randomness) = (&*self.clock, &self.randomness);
        AskForExport { requests: &self.exports, exports: &self.exports, queue: &self.queue, clock, randomness }.run(self.caller, key).await
    }

    /// Handles one message, with this much time.
    pub(crate) async fn handle_within(&self, due: ExportDue, time: SignedDuration) -> Result<(), Failure> {
        let (sink, pepper): (Arc<dyn Sink>, _) = (Arc::new(self.files.clone()), builders::pepper());
        let deployment = deployment();
        let run = RunExport {
            exports: &self.exports,
            mails: &self.exports,
            rows: &self.rows,
            files: &self.files,
            sink: &sink,
            queue: &self.queue,
            recipients: &FakeRecipients(self.database.clone()),
            mailer: &self.mailer,
            pepper: &pepper,
            clock: &*self.clock,
            deployment: &deployment,
            until: self.clock.now().checked_add(time).unwrap(),
        };
        run.run(due).await
    }

    pub(crate) async fn handle(&self, due: ExportDue) -> Result<(), Failure> {
        self.handle_within(due, SignedDuration::from_mins(5)).await
    }

    /// The same by a worker that a fault may kill.
    pub(crate) async fn handle_or_die(&self, due: ExportDue) -> Result<Result<(), Failure>, Crashed> {
        survive(self.handle(due)).await
    }

    /// Handles messages until there are none; one that failed comes again.
    pub(crate) async fn settle(&self) {
        for _ in 0..1000 {
            let Some(due) = self.queue.queue().pop_front() else { return };
            if !matches!(self.handle_or_die(due).await, Ok(Ok(()))) {
                self.queue.queue().push_back(due);
            }
        }
        panic!("messages without an end");
    }

    pub(crate) fn export(&self) -> Export {
        self.database.rows().exports.values().next().unwrap().0.clone()
    }

    /// The files of a volume.
    pub(crate) fn volume(&self, number: u16) -> ZipArchive<Cursor<Vec<u8>>> {
        let export = self.export();
        let bytes = self.files.bucket.objects()[&volume_key(export.account, export.id, number)].clone();
        assert_eq!(Some(bytes.len() as u64), export.volumes[usize::from(number) - 1].bytes);
        ZipArchive::new(Cursor::new(bytes)).unwrap()
    }

    pub(crate) fn manifest(&self, number: u16) -> Manifest {
        serde_json::from_slice(&file(&mut self.volume(number), &Manifest::name(number))).unwrap()
    }

    /// Asserts that the export is ready, each volume is there once and nothing else is, and that one mail went at most.
    pub(crate) fn assert_one_copy(&self, volumes: u16) {
        let export = self.export();
        assert!(export.is_complete() && export.ready_at.is_some(), "{export:?}");
        let mut expected: Vec<_> = (1..=volumes).map(|number| volume_key(export.account, export.id, number)).collect();
        expected.push(plan_key(export.account, export.id));
        expected.sort();
        assert_eq!(self.files.bucket.keys("exports/"), expected);
        assert!(self.files.attempts().is_empty(), "nothing that was begun is open");
        assert!(self.mailer.sent().len() <= 1);
    }
}

pub(crate) fn file(volume: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    volume.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_end(&mut bytes).unwrap();
    bytes
}

fn deployment() -> Deployment {
    Deployment {
        service: "Nigao".into(),
        contact: "privacy@example.org".parse().unwrap(),
        origin: "https://nigao.example.org".into(),
        region: "ap-northeast-1".into(),
        artists: vec!["palette".into()],
        screeners: Vec::new(),
        others: Vec::new(),
        attestations: Attestations::default(),
        looked_for: Vec::new(),
        not_looked_for: Vec::new(),
    }
}
