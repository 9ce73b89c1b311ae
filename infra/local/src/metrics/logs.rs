//! Metrics made of lines: each function's log is read on from where it was read to.

use super::Metrics;
use crate::inner::log_file;
use crate::template::{MetricFilter, Model};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The log of one function, with the filters on it.
#[derive(Debug)]
struct Log {
    file: PathBuf,
    filters: Vec<MetricFilter>,
    /// Bytes that were read.
    read: u64,
}

/// The logs that have filters.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    logs: Mutex<Vec<Log>>,
}

impl Logs {
    /// The logs of the model's functions, in this folder. What is in them already is of an earlier cloud.
    ///
    /// # Errors
    /// When a filter is on a log that no function writes.
    pub(crate) fn new(model: &Model, folder: &Path) -> Result<Self> {
        let mut logs: Vec<Log> = Vec::new();
        for filter in &model.metric_filters {
            let function = model.functions.values().find(|function| function.log_group == filter.log_group);
            let function = function.with_context(|| format!("a metric is made of {}, which no function writes", filter.log_group))?;
            let file = log_file(folder, &function.name);
            match logs.iter_mut().find(|log| log.file == file) {
                Some(log) => log.filters.push(filter.clone()),
                None => logs.push(Log { read: std::fs::metadata(&file).map_or(0, |file| file.len()), file, filters: vec![filter.clone()] }),
            }
        }
        Ok(Self { logs: Mutex::new(logs) })
    }

    /// Counts the lines since the last time, as lines of now: they say no time of their own.
    pub(crate) fn count(&self, metrics: &Metrics) {
        for log in self.logs.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            // A function that never ran has no log.
            let Ok(text) = log.more() else { continue };
            for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                for filter in &log.filters {
                    if let Some(value) = filter.value_of(&line) {
                        metrics.add(&filter.metric, value);
                    }
                }
            }
        }
    }
}

impl Log {
    /// The whole lines since the last time.
    fn more(&mut self) -> Result<String> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        bytes.truncate(whole);
        self.read += u64::try_from(whole)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
