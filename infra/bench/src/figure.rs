//! Measurements: lines of the table and of `bench.json`.

use anyhow::{Context, Result};
use local_cloud::terminal::say;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A line of the table and of `bench.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Figure {
    name: String,
    unit: String,
    pub(super) median: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peer: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    /// The most that the ratio may be where there is a peer, else the median
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<f64>,
}

impl Figure {
    pub(super) fn new(name: impl Into<String>, unit: &str, median: f64, peer: Option<f64>) -> Self {
        let round = |value: f64| (value * 100.0).round() / 100.0;
        let ratio = peer.map(|peer| round(median / peer));
        Self { name: name.into(), unit: unit.to_owned(), median: round(median), peer: peer.map(round), ratio, goal: None }
    }

    /// The same, with the most that its ratio may be where there is a peer, else its median
    pub(super) fn at_most(self, goal: f64) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// The goal, and whether the figure misses it
    fn verdict(&self) -> String {
        let Some(goal) = self.goal else { return String::new() };
        let missed = self.ratio.unwrap_or(self.median) > goal;
        format!("≤{goal:.2}{}", if missed { " missed" } else { "" })
    }
}

/// The middle value; `NaN` of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => f64::midpoint(values[even / 2 - 1], values[even / 2]),
    }
}

/// The value that `of` of a hundred values do not exceed; `NaN` of none.
pub(super) fn percentile(mut values: Vec<f64>, of: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() * of).div_ceil(100).saturating_sub(1);
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// Prints the table.
pub(super) fn print(figures: &[Figure]) {
    say(&format!("{:<38}{:>6}{:>12}{:>12}{:>8}  {}", "", "unit", "median", "peer", "ratio", "goal of the ratio, or of the median"));
    for figure in figures {
        let optional = |value: Option<f64>| value.map(|value| format!("{value:.2}")).unwrap_or_default();
        let (peer, ratio) = (optional(figure.peer), optional(figure.ratio));
        let row = format!("{:<38}{:>6}{:>12.2}{:>12}{:>8}  {}", figure.name, figure.unit, figure.median, peer, ratio, figure.verdict());
        say(row.trim_end());
    }
    say(
        "peer of cold starts: the empty function with the same clients; of Node: the slowest function; of finishing and of styles: sharp, finishing",
    );
}

/// Writes `bench.json`; a run of one group keeps the file's other groups.
pub(super) fn write(path: &Path, figures: Vec<Figure>, all: bool) -> Result<()> {
    let known = if all { Vec::new() } else { std::fs::read(path).unwrap_or_default() };
    let mut kept: Vec<Figure> = serde_json::from_slice(&known).unwrap_or_default();
    kept.retain(|old| figures.iter().all(|new| new.name != old.name));
    kept.extend(figures);
    std::fs::write(path, serde_json::to_vec_pretty(&kept)?).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        assert_eq!(percentile((1..=200).rev().map(f64::from).collect(), 99), 198.0);
        assert_eq!(percentile(vec![3.0, 1.0], 99), 3.0);
        assert!(percentile(Vec::new(), 99).is_nan());
    }

    #[test]
    fn a_run_of_one_group_keeps_the_figures_of_the_others() {
        let folder = std::env::temp_dir().join(format!("nigao-figures-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("bench.json");
        write(&path, vec![Figure::new("a", "ms", 1.0, Some(4.0)), Figure::new("b", "ms", 2.0, None)], true).unwrap();
        write(&path, vec![Figure::new("a", "ms", 3.0, None)], false).unwrap();
        let found: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(found, serde_json::json!([{"name": "b", "unit": "ms", "median": 2.0}, {"name": "a", "unit": "ms", "median": 3.0}]));
        write(&path, vec![Figure::new("c", "ms", 1.0, Some(3.0))], true).unwrap();
        let found: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(found, serde_json::json!([{"name": "c", "unit": "ms", "median": 1.0, "peer": 3.0, "ratio": 0.33}]));
        std::fs::remove_dir_all(folder).unwrap();
        let missed = |median, peer| Figure::new("d", "ms", median, peer).at_most(1.3).verdict();
        assert_eq!((missed(1.2, None), missed(9.0, Some(7.0))), ("≤1.30".to_owned(), "≤1.30".to_owned()));
        assert_eq!((missed(1.4, None), missed(1.2, Some(0.8))), ("≤1.30 missed".to_owned(), "≤1.30 missed".to_owned()));
        assert_eq!((median(vec![3.0, 1.0, 2.0]), median(vec![1.0, 2.0])), (2.0, 1.5));
    }
}
