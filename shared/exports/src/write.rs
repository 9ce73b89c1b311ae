//! Writing one volume.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use kernel::{Clock, Failure, Language, Timestamp};
use policy::{Access, Deployment, inventory};

use crate::export::{Export, Volume, volume_key};
use crate::layout::{Whose, documents, name_of_object};
use crate::manifest::{Manifest, SCHEMA_VERSION, left_out};
use crate::plan::{Plan, PlannedFile};
use crate::ports::{Exports, Files, Sink};
use crate::rows::{Rows, RowsOf, schema};
use crate::run::RESERVE;
use crate::volume::{Measure, VolumeWriter};

/// The page that explains a copy, and its facts as data.
const ABOUT_PAGE: &str = "about.html";
const ABOUT_DATA: &str = "about.json";

/// The most bytes that are read at once. A larger file is read twice, since its checksum goes before it.
const PIECE: u64 = 2 << 20;

/// Pieces that are read ahead: enough for files of some kilobytes to come as fast as they are written.
const AHEAD: usize = 32;

pub(crate) struct WriteVolume<'a> {
    pub(crate) exports: &'a dyn Exports,
    pub(crate) rows: &'a dyn Rows,
    pub(crate) files: &'a dyn Files,
    pub(crate) sink: &'a Arc<dyn Sink>,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) deployment: &'a Deployment,
    pub(crate) until: Timestamp,
    pub(crate) export: &'a Export,
    pub(crate) plan: &'a Plan,
    pub(crate) whose: &'a Whose,
    pub(crate) language: Language,
}

/// Why a piece is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// The file is no longer than a piece.
    Whole,
    Measure,
    Write,
}

#[derive(Debug, Clone)]
struct Piece<'p> {
    file: PlannedFile<'p>,
    purpose: Purpose,
    range: Range<u64>,
}

impl WriteVolume<'_> {
    /// Writes the volume, all of it or nothing. `false` when its export is gone meanwhile.
    pub(crate) async fn run(&self, volume: Volume) -> Result<bool, Failure> {
        let key = volume_key(self.export.account, self.export.id, volume.number);
        let mut writer = VolumeWriter::begin(self.sink, key.clone()).await?;
        let attempt = writer.attempt().to_owned();
        let filled = self.fill(&mut writer, volume).await;
        let outcome = match filled {
            Ok(()) => self.complete(writer, volume).await,
            Err(failure) => Err(failure),
        };
        if !matches!(outcome, Ok(true)) {
            // What cannot be ended now is ended by the next attempt, and by the lifecycle at last.
            let _ = self.sink.abandon(&key, &attempt).await;
        }
        outcome
    }

    async fn fill(&self, writer: &mut VolumeWriter, volume: Volume) -> Result<(), Failure> {
        if volume.number == 1 {
            self.add_about(writer).await?;
            self.add_rows(writer).await?;
        }
        self.add_files(writer, volume).await
    }

    async fn complete(&self, writer: VolumeWriter, volume: Volume) -> Result<bool, Failure> {
        let first = if volume.number == 1 { ABOUT_PAGE.to_owned() } else { Manifest::name(volume.number) };
        let written = writer.end(self.manifest(volume), &first).await?;
        // Whose account went while this was written gets no object any more.
        if self.exports.load(self.export.account, self.export.id).await?.is_none() {
            return Ok(false);
        }
        written.complete().await.map(|()| true)
    }

    fn manifest(&self, volume: Volume) -> Manifest {
        Manifest {
            schema_version: SCHEMA_VERSION,
            export_id: self.export.id,
            policy_version: inventory().version().to_owned(),
            asked_at: self.export.asked_at,
            written_at: self.clock.now(),
            volume: volume.number,
            volumes: self.plan.volumes().into_iter().map(Into::into).collect(),
            files: Vec::new(),
            gone: Vec::new(),
            left_out: if volume.number == 1 { left_out() } else { Vec::new() },
        }
    }

    /// Art. 15 of the GDPR: what is held, why, for how long, from where and who else has it.
    async fn add_about(&self, writer: &mut VolumeWriter) -> Result<(), Failure> {
        let about = Access::of(self.deployment, self.language);
        writer.add(ABOUT_PAGE, about.html().as_bytes(), None).await?;
        writer.add(ABOUT_DATA, &serde_json::to_vec_pretty(&about).map_err(Failure::broken)?, None).await
    }

    /// Art. 20: the rows, each kind with its schema.
    async fn add_rows(&self, writer: &mut VolumeWriter) -> Result<(), Failure> {
        let rows = RowsOf { rows: self.rows, whose: self.whose, now: self.clock.now() };
        for document in documents()? {
            let schema_name = document.schema_name();
            writer.add(&schema_name, &serde_json::to_vec_pretty(&schema(&document)).map_err(Failure::broken)?, None).await?;
            if document.of_each().is_none() {
                writer.add(&document.name(""), &rows.file(&document).await?, Some(schema_name)).await?;
                continue;
            }
            let mut each = rows.each(&document);
            while let Some((name, bytes)) = each.next().await? {
                self.check_time()?;
                writer.add(&name, &bytes, Some(schema_name.clone())).await?;
            }
        }
        Ok(())
    }

    /// The objects as they are, read ahead of what is written.
    async fn add_files(&self, writer: &mut VolumeWriter, volume: Volume) -> Result<(), Failure> {
        let pieces = self.plan.files(volume.number).flat_map(pieces);
        let mut read = stream::iter(pieces).map(|piece| self.read(piece)).buffered(AHEAD);
        // The measure of the file that is read, none when it is gone.
        let mut measure = Some(Measure::default());
        let mut written = 0;
        while let Some(next) = read.next().await {
            self.check_time()?;
            let (piece, bytes) = next?;
            let name = name_of_object(piece.file.key).unwrap_or_default();
            let begins = piece.range.start == 0;
            match (piece.purpose, bytes) {
                (Purpose::Whole, Some(bytes)) => writer.add(&name, &bytes, None).await?,
                (Purpose::Whole, None) => writer.note_gone(name, piece.file.bytes),
                (Purpose::Measure, bytes) => {
                    if begins {
                        measure = Some(Measure::default());
                    }
                    match (&mut measure, bytes) {
                        (Some(measure), Some(bytes)) => measure.add(&bytes),
                        (measure, _) => *measure = None,
                    }
                }
                (Purpose::Write, bytes) => {
                    if begins {
                        written = 0;
                        match measure.take().map(Measure::end) {
                            Some(measured) if measured.bytes == piece.file.bytes => {
                                writer.open(&name, measured, None)?;
                                written = piece.file.bytes;
                            }
                            Some(_) => return Err(changed()),
                            None => writer.note_gone(name, piece.file.bytes),
                        }
                    }
                    if written > 0 {
                        // It is announced in the archive: if it went just now, the volume begins anew without it.
                        writer.write(&bytes.ok_or_else(changed)?).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn read<'p>(&self, piece: Piece<'p>) -> Result<(Piece<'p>, Option<Bytes>), Failure> {
        let part = (piece.purpose != Purpose::Whole).then(|| piece.range.clone());
        let wanted = part.as_ref().map(|part| part.end - part.start);
        let bytes = self.files.read(piece.file.key, part).await?;
        match (&bytes, wanted) {
            (Some(bytes), Some(wanted)) if bytes.len() as u64 != wanted => Err(changed()),
            _ => Ok((piece, bytes)),
        }
    }

    /// # Errors
    /// [`Failure::Busy`] when this worker's time is up: the volume begins anew.
    fn check_time(&self) -> Result<(), Failure> {
        let in_time = self.clock.now().checked_add(RESERVE).is_ok_and(|end| end <= self.until);
        if in_time { Ok(()) } else { Err(Failure::unavailable(Duration::from_secs(1))) }
    }
}

/// The pieces of a file, in the order in which they are needed.
fn pieces(file: PlannedFile<'_>) -> Vec<Piece<'_>> {
    if file.bytes <= PIECE {
        return vec![Piece { file, purpose: Purpose::Whole, range: 0..file.bytes }];
    }
    let ranges = || (0..file.bytes.div_ceil(PIECE)).map(|number| number * PIECE..((number + 1) * PIECE).min(file.bytes));
    let pass = |purpose| ranges().map(move |range| Piece { file, purpose, range });
    pass(Purpose::Measure).chain(pass(Purpose::Write)).collect()
}

/// An object is not what it was a moment ago.
fn changed() -> Failure {
    Failure::unavailable(Duration::from_secs(1))
}
