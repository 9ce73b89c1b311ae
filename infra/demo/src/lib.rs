//! The demonstration: a private cloud, one user's journey through it, and the results in a folder.

mod export;
mod instant;
mod journey;
mod picture;
mod purchase;
mod rights;
mod trial;

pub use journey::{Journey, Results};
pub use picture::Picture;

use anyhow::{Context, Result, anyhow, bail, ensure};
use journey::Catalogue;
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient, Options, StandIns, parameters, stand_ins};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

/// Pause between two checks whether every function starts.
const PAUSE: Duration = Duration::from_millis(200);

/// The options of a demonstration.
#[derive(Debug)]
pub struct DemoOptions {
    /// The picture's file.
    pub image: PathBuf,
    /// Id of the style.
    pub style: String,
    /// Folder for the results.
    pub out: PathBuf,
    pub count: u64,
    /// The seed of repeatable drawings.
    pub seed: Option<u64>,
    pub stickers: Stickers,
    /// The text of the speech bubble.
    pub bubble: Option<String>,
    /// The side of the bubble: `left` or `right`.
    pub side: Option<String>,
    /// Whether the business is shown, from a trial to a refund, in place of one generation.
    pub buys: bool,
    /// Whether a person's rights are shown, to the receipt of an erasure, in place of one generation.
    pub rights: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stickers {
    /// Every one, or none.
    All(bool),
    Some(Vec<String>),
}

impl Stickers {
    /// In the command line's form: `1`, `0`, or names separated by commas.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "1" | "true" | "yes" | "all" => Self::All(true),
            "" | "0" | "false" | "no" | "none" => Self::All(false),
            names => Self::Some(names.split(',').map(|name| name.trim().to_owned()).collect()),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::All(all) => json!(all),
            Self::Some(names) => json!(names),
        }
    }
}

impl DemoOptions {
    /// The body of the request.
    fn body(&self, upload: &str) -> Value {
        let mut body = json!({ "upload_id": upload, "style": self.style, "count": self.count, "stickers": self.stickers.json() });
        if let Some(seed) = self.seed {
            body["seed"] = json!(seed);
        }
        if let Some(text) = &self.bubble {
            body["bubble"] = json!({ "text": text, "side": self.side });
        }
        body
    }

    /// A description of the request.
    fn words(&self) -> String {
        let stickers = match &self.stickers {
            Stickers::All(false) => String::new(),
            Stickers::All(true) => ", stickers for every messenger".to_owned(),
            Stickers::Some(names) => format!(", stickers for {}", names.join(", ")),
        };
        format!("{} drawing(s){stickers}{}", self.count, if self.bubble.is_some() { ", a speech bubble" } else { "" })
    }
}

/// Prints each step with its time.
struct Steps {
    started: Instant,
    last: Instant,
    number: u32,
}

impl Steps {
    fn new() -> Self {
        Self { started: Instant::now(), last: Instant::now(), number: 0 }
    }

    fn done(&mut self, what: &str) {
        self.number += 1;
        say(&format!("{:>3}  {what:<58}{:>7.2} s", self.number, self.last.elapsed().as_secs_f64()));
        self.last = Instant::now();
    }
}

/// Runs the journey in a private cloud with this state folder. The cloud is stopped in any case.
///
/// # Errors
/// When the cloud does not start, or a step of the journey ends otherwise than it should.
pub async fn run(options: &DemoOptions, state_dir: &Path) -> Result<()> {
    let picture = Picture::read(&options.image)?;
    std::fs::create_dir_all(&options.out).with_context(|| format!("cannot make the folder {}", options.out.display()))?;
    let mut steps = Steps::new();
    let mut cloud_options = Options { parameters: parameters::from_environment(), ..Options::new(state_dir)? };
    let of = |name: &str| cloud_options.parameters.get(name).cloned().unwrap_or_default();
    let (at_once, artists) = (of("Profile") == "ephemeral", of("Artist"));
    stand_ins::words(&cloud_options.parameters).iter().for_each(|line| say(line));
    let stand_ins = StandIns::start(&mut cloud_options).await?;
    let cloud = Cloud::start(cloud_options).await.context("the local cloud did not start")?;
    stand_ins.connect(cloud.api_url()).await?;
    steps.done(&format!("cloud up: {} functions behind {}", cloud.model().functions.len(), cloud.api_url()));
    let outcome = if options.buys {
        let mut buyer = Journey::new(HttpClient::default(), cloud.api_url(), &cloud.mail_url());
        purchase::travel(&mut buyer, &stand_ins, options, &picture, &mut steps).await
    } else if options.rights {
        rights::travel(&cloud, options, &picture, &mut steps).await
    } else if at_once {
        let artists = if artists.is_empty() { "palette" } else { &artists };
        instant::travel(&cloud, options, artists, &picture, &mut steps).await
    } else {
        travel(&cloud, options, &picture, &mut steps).await
    };
    cloud.stop().await;
    drop(stand_ins);
    outcome?;
    say(&format!("Done in {:.1} s, and everything is stopped again.", steps.started.elapsed().as_secs_f64()));
    Ok(())
}

async fn travel(cloud: &Cloud, options: &DemoOptions, picture: &Picture, steps: &mut Steps) -> Result<()> {
    let mut user = Journey::new(HttpClient::default(), cloud.api_url(), &cloud.mail_url());
    let price = price(&user.catalogue().await?, options)?;
    steps.done(&format!("styles listed; {} costs {price} credit(s) a drawing", options.style));
    user.sign_in().await?;
    steps.done("signed in with a code from a mail");
    let (credits, costs) = (user.credits().await?, price * options.count);
    ensure!(credits >= i64::try_from(costs)?, "{} cost {costs} credits, but a new account has {credits}", options.words());
    steps.done(&format!("account opened with {credits} credits"));
    let upload = user.upload(picture).await?;
    steps.done(&format!("picture uploaded ({:.0} kB, {})", picture.bytes.len() as f64 / 1e3, picture.content_type));
    let generation = user.place(options.body(&upload)).await?;
    steps.done(&format!("started a generation of {}", options.words()));
    let mut earlier = String::from("queued");
    let waiting = user.wait(&generation, |state, _| {
        if state != "queued" {
            steps.done(&format!("{earlier} → {state}"));
        }
        state.clone_into(&mut earlier);
    });
    let results = tokio::select! {
        results = waiting => results,
        why = unable(cloud) => Err(anyhow!(why)),
    };
    let results = results.map_err(|error| with_last_words(cloud, &earlier, error))?;
    let names = save(&user, &results, &options.out).await?;
    steps.done(&format!(
        "{} files downloaded, {} of them by links of their own, every hash checked",
        names.len() + 1,
        results.files.len() + 1
    ));
    say(&format!("The results are in {}: bundle.zip, manifest.json, contact-sheet.png, and", options.out.display()));
    for line in summary(&names) {
        say(&format!("     {line}"));
    }
    Ok(())
}

/// Waits for a function that does not start; returns it with the reason.
async fn unable(cloud: &Cloud) -> String {
    loop {
        if let Some(why) = cloud.unable() {
            return why;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The error, with the last log line of the function that a generation in this state waits for.
fn with_last_words(cloud: &Cloud, state: &str, error: anyhow::Error) -> anyhow::Error {
    let function = match state {
        "drawing" => "on-screening-passed",
        "finishing" => "on-drawing-ready",
        _ => "on-generation-queued",
    };
    let logs = cloud.logs(function);
    let complains = |line: &&str| line.contains(r#""level":"WARN""#) || line.contains(r#""level":"ERROR""#);
    match logs.lines().rev().find(complains) {
        Some(said) if cloud.unable().is_none() => anyhow!("{error:#}; {function} said: {said}"),
        _ => error,
    }
}

/// The files of each folder in a line: `8 files in 1/stickers: whatsapp.webp, …`.
fn summary(files: &[String]) -> Vec<String> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files {
        let (folder, name) = file.rsplit_once('/').unwrap_or_default();
        folders.entry(folder).or_default().push(name);
    }
    let line = |(folder, names): (&str, Vec<&str>)| format!("{:>3} in {folder}: {}", names.len(), names.join(", "));
    folders.into_iter().map(line).collect()
}

/// Credits a drawing, add-ons included.
fn price(catalogue: &Catalogue, options: &DemoOptions) -> Result<u64> {
    let Some((_, style)) = catalogue.styles.iter().find(|(id, _)| *id == options.style) else {
        let known: Vec<&str> = catalogue.styles.iter().map(|(id, _)| id.as_str()).collect();
        bail!("there is no style named {:?}; there are: {}", options.style, known.join(", "))
    };
    let stickers = if options.stickers == Stickers::All(false) { 0 } else { catalogue.stickers };
    let bubble = if options.bubble.is_some() { catalogue.bubble } else { 0 };
    Ok(style + stickers + bubble)
}

/// Downloads the bundle and unpacks it into the folder; what has a link is fetched by it and compared. Returns the names of all files.
async fn save(user: &Journey, results: &Results, out: &Path) -> Result<Vec<String>> {
    let bundle = user.download(&results.bundle).await?;
    write(out, &results.bundle.name, &bundle)?;
    for name in [imaging::MANIFEST_NAME, imaging::CREDENTIALS_NAME] {
        let bytes = member(&bundle, name).with_context(|| format!("{name} in bundle.zip"))?;
        std::fs::write(out.join(name), bytes).with_context(|| format!("cannot write {name}"))?;
    }
    let manifest: imaging::Manifest = serde_json::from_slice(&member(&bundle, imaging::MANIFEST_NAME)?).context("the bundle's manifest")?;
    let mut pictures: Vec<Vec<u8>> = Vec::new();
    for file in &manifest.files {
        let bytes = member(&bundle, &file.name).with_context(|| format!("{} in bundle.zip", file.name))?;
        if let Some(linked) = results.files.iter().find(|linked| linked.name == file.name) {
            ensure!(user.download(linked).await? == bytes, "{} is another file in the bundle", file.name);
        }
        write(out, &file.name, &bytes)?;
        if file.name.ends_with(".png") {
            pictures.push(bytes);
        }
    }
    let slices: Vec<&[u8]> = pictures.iter().map(Vec::as_slice).collect();
    let sheet = imaging::contact_sheet(&slices).context("cannot make the contact sheet")?;
    std::fs::write(out.join("contact-sheet.png"), sheet).context("cannot write the contact sheet")?;
    Ok(manifest.files.into_iter().map(|file| file.name).collect())
}

fn write(out: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    ensure!(Path::new(name).components().all(|part| matches!(part, Component::Normal(_))), "{name:?} is no plain file name");
    let path = out.join(name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn member(bundle: &[u8], name: &str) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bundle))?;
    let mut bytes = Vec::new();
    archive.by_name(name)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stickers_are_all_none_or_named() {
        for (text, stickers) in [("1", json!(true)), ("0", json!(false)), ("", json!(false)), ("line, discord", json!(["line", "discord"]))]
        {
            assert_eq!(Stickers::parse(text).json(), stickers, "{text}");
        }
    }

    #[test]
    fn the_summary_has_a_line_for_each_folder() {
        let files = ["1/stickers/line.png", "1/stickers/discord.png", "packs/line-tab.png"].map(str::to_owned);
        assert_eq!(summary(&files), ["  2 in 1/stickers: line.png, discord.png", "  1 in packs: line-tab.png"]);
    }
}
