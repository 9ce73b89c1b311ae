//! Pictures: finishing a drawing beside sharp, and the time of each style, a sticker and a speech bubble.

use super::figure::{Figure, median};
use super::{Group, Plan, npm, one_core};
use anyhow::{Context, Result, anyhow, ensure};
use local_cloud::on_path;
use local_cloud::terminal::say;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const PEER: &[&str] = &["package.json", "package-lock.json", "finish.mjs"];
/// The style of the drawing that is finished.
const STYLE: &str = "soft-anime";
/// A process's printed number and its duration in milliseconds.
type Measured = (f64, f64);

/// Measures the groups of the plan; nothing, if none of them concerns pictures.
pub(super) async fn figures(root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    let wanted = |group: Group| group.is_in(plan.only);
    if ![Group::Finish, Group::Artist, Group::Sticker, Group::Bubble].into_iter().any(wanted) {
        return Ok(Vec::new());
    }
    let fixtures = Fixture::prepare(root, plan)?;
    let mut figures = Vec::new();
    if wanted(Group::Finish) || wanted(Group::Artist) {
        say("preparing sharp");
        let peer = fixtures.sharp(root, plan).await?;
        if wanted(Group::Finish) {
            say(&format!("{} times finishing a drawing, and sharp beside it", plan.runs));
            figures.extend(fixtures.finish(&peer, plan.runs)?);
        }
        for style in studio::CATALOGUE.iter().filter(|_| wanted(Group::Artist)) {
            say(&format!("{} drawings in the style {}, and sharp beside them", plan.runs, style.id));
            figures.push(fixtures.artist(style.id, &peer, plan.runs)?);
        }
    }
    for (group, name, what) in [(Group::Sticker, "sticker/fit", "sticker"), (Group::Bubble, "bubble", "bubble")] {
        if wanted(group) {
            say(&format!("{} times the example {what}", plan.runs));
            figures.push(fixtures.moment(name, what, plan.runs)?);
        }
    }
    Ok(figures)
}

/// The pictures and the programs of the measurements
struct Fixture {
    programs: PathBuf,
    folder: PathBuf,
    selfie: PathBuf,
    drawing: PathBuf,
}

impl Fixture {
    /// The fixture, normalised, and a drawing of it.
    fn prepare(root: &Path, plan: &Plan) -> Result<Self> {
        let folder = std::path::absolute(plan.state_dir.join("bench-pictures"))?;
        std::fs::create_dir_all(&folder)?;
        let (selfie, drawing) = (folder.join("selfie.png"), folder.join("drawing.png"));
        let fixtures = Self { programs: plan.binaries.join("examples"), folder, selfie, drawing };
        let fixture = root.join("shared/testkit/fixtures/selfie.jpg");
        output_of(fixtures.example("normalise").arg(fixture).arg(&fixtures.selfie))?;
        output_of(fixtures.example("draw").arg(&fixtures.selfie).args([STYLE, "1"]).arg(&fixtures.drawing))?;
        Ok(fixtures)
    }

    fn example(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    /// Installs the peer, with the same sizes, formats, quality and effort as ours.
    async fn sharp(&self, root: &Path, plan: &Plan) -> Result<Peer> {
        let cache = std::path::absolute(plan.state_dir.join("bench-sharp"))?;
        npm::install(&root.join("infra/bench/sharp"), &cache, PEER).await?;
        let table = self.folder.join("table.json");
        std::fs::write(&table, serde_json::to_vec(&table_of_rows()?)?)?;
        let node = on_path("node").ok_or_else(|| anyhow!("node is missing"))?;
        Ok(Peer { node, program: cache.join("finish.mjs"), table })
    }

    /// Both take turns, so that a busy moment affects both; the first turn warms the page cache and does not count.
    fn finish(&self, peer: &Peer, runs: usize) -> Result<[Figure; 2]> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for run in 0..=runs {
            let mine = number(self.example("finish").arg(&self.drawing).arg(self.folder.join("ours.zip")))?;
            let sharp = peer.finish(self)?;
            if run > 0 {
                ours.push(mine);
                theirs.push(sharp);
            }
        }
        let middle = |times: &[Measured], of: fn(&Measured) -> f64| median(times.iter().map(of).collect());
        let wall = |times: &[Measured]| middle(times, |(_, time)| *time);
        let memory = |times: &[Measured]| middle(times, |(kibibytes, _)| kibibytes / 1024.0);
        Ok([
            Figure::new("finish/wall", "ms", wall(&ours), Some(wall(&theirs))).at_most(0.5),
            Figure::new("finish/peak-memory", "MiB", memory(&ours), None).at_most(80.0),
        ])
    }

    /// A style by its own clock, without reading and writing files, and sharp finishing a drawing beside it, in turns. Both have every core, of which
    /// the function that draws has two.
    fn artist(&self, style: &str, peer: &Peer, runs: usize) -> Result<Figure> {
        let drawing = self.folder.join(format!("{style}.png"));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for run in 0..=runs {
            let printed = output_of(self.example("draw").arg(&self.selfie).args([style, "1"]).arg(&drawing))?.0;
            let words: Vec<&str> = printed.split_whitespace().collect();
            let at = words.iter().position(|word| *word == "ms").and_then(|unit| unit.checked_sub(1));
            let time = at.and_then(|at| words[at].parse::<f64>().ok());
            let time = time.with_context(|| format!("the example draw printed {printed:?}, no milliseconds"))?;
            let (_, sharp) = peer.finish(self)?;
            if run > 0 {
                ours.push(time);
                theirs.push(sharp);
            }
        }
        Ok(Figure::new(format!("artist/{style}"), "ms", median(ours), Some(median(theirs))).at_most(1.0))
    }

    /// The time of `what` in the example `moments`, on one core.
    fn moment(&self, name: &str, what: &str, runs: usize) -> Result<Figure> {
        let times = (0..runs).map(|_| {
            let printed = output_with(self.example("moments").arg(what).arg(&self.drawing), one_core::spawn)?.0;
            printed.trim().parse::<f64>().with_context(|| format!("the example moments printed {printed:?}"))
        });
        Ok(Figure::new(name, "ms", median(times.collect::<Result<_>>()?), None))
    }
}

/// Sharp in Node
struct Peer {
    node: PathBuf,
    program: PathBuf,
    table: PathBuf,
}

impl Peer {
    fn finish(&self, fixture: &Fixture) -> Result<Measured> {
        let out = fixture.folder.join("sharp.zip");
        number(Command::new(&self.node).arg(&self.program).arg(&fixture.drawing).arg(out).arg(&self.table))
    }
}

/// The avatar table and the sticker in the peer's format
fn table_of_rows() -> Result<Value> {
    let rows = imaging::AVATARS.iter().map(|row| {
        let path = row.path(picture_files::Format::Png);
        let path = path.strip_suffix(".png").unwrap_or(&path);
        json!({"path": path, "width": row.width, "height": row.height, "transparent": row.fit == imaging::Fit::Cutout})
    });
    let sticker = imaging::STICKERS.iter().find(|row| row.name == "whatsapp").context("there is no sticker for WhatsApp")?;
    // The peer's edge is of whole pixels.
    let inner = (f64::from(sticker.width) - 2.0 * (f64::from(sticker.margin) + f64::from(sticker.stroke).ceil())) as u32;
    let sticker = json!({"side": sticker.width, "inner": inner, "stroke": sticker.stroke as u32, "bytes": sticker.target_bytes()});
    let (quality, effort) = (imaging::WEBP_QUALITY, imaging::WEBP_EFFORT);
    Ok(json!({"rows": rows.collect::<Vec<_>>(), "quality": quality, "effort": effort, "sticker": sticker}))
}

/// The printed number of a process, and its duration.
fn number(command: &mut Command) -> Result<Measured> {
    let (printed, time) = output_of(command)?;
    let number = printed.trim().parse().with_context(|| format!("{command:?} printed {printed:?}"))?;
    Ok((number, time))
}

fn output_of(command: &mut Command) -> Result<(String, f64)> {
    output_with(command, |command| Ok(command.spawn()?))
}

/// The output of a process, and its duration in milliseconds.
fn output_with(command: &mut Command, spawn: impl FnOnce(&mut Command) -> Result<Child>) -> Result<(String, f64)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let child = spawn(command).with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let output = child.wait_with_output()?;
    let time = started.elapsed().as_secs_f64() * 1e3;
    ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok((String::from_utf8(output.stdout)?, time))
}
