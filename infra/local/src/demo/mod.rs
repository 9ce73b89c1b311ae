//! The demonstration: a private cloud, one user's journey through it, and the results in a folder.

pub(crate) mod journey;
pub(crate) mod picture;

use crate::command::say;
use crate::http_client::HttpClient;
use crate::{Cloud, Options};
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use journey::{File, Journey, Results};
use picture::Picture;
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};
use std::time::Instant;

/// What the user asked for.
#[derive(Debug)]
pub(crate) struct Wish {
    /// The picture's file.
    pub(crate) image: PathBuf,
    /// Id of the style.
    pub(crate) style: String,
    /// Folder for the results.
    pub(crate) out: PathBuf,
    /// How many drawings.
    pub(crate) count: u64,
    /// For repeatable drawings.
    pub(crate) seed: Option<u64>,
}

/// Tells each step with its time.
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

/// Runs the journey in a private cloud with this state folder. The cloud is stopped whatever happens.
pub(crate) async fn run(wish: &Wish, state_dir: &Path) -> Result<()> {
    let picture = picture::read(&wish.image)?;
    std::fs::create_dir_all(&wish.out).with_context(|| format!("cannot make the folder {}", wish.out.display()))?;
    let mut steps = Steps::new();
    let cloud = Cloud::start(Options::new(state_dir)?).await.context("the local cloud did not start")?;
    steps.done(&format!("cloud up: {} functions behind {}", cloud.model().functions.len(), cloud.api_url()));
    let outcome = travel(&cloud, wish, &picture, &mut steps).await;
    cloud.stop().await;
    outcome?;
    say(&format!("Done in {:.1} s, and everything is stopped again.", steps.started.elapsed().as_secs_f64()));
    Ok(())
}

async fn travel(cloud: &Cloud, wish: &Wish, picture: &Picture, steps: &mut Steps) -> Result<()> {
    let mut user = Journey::new(HttpClient::default(), cloud.api_url(), &cloud.mail_url());
    let price = price(&user, &wish.style).await?;
    steps.done(&format!("styles listed; {} costs {price} credit(s) a drawing", wish.style));
    user.sign_in().await?;
    steps.done("signed in with a code from a mail");
    let credits = user.credits().await?;
    ensure!(
        credits >= price * wish.count,
        "{} drawing(s) cost {}, but a new account has {credits} credits",
        wish.count,
        price * wish.count
    );
    steps.done(&format!("account opened with {credits} credits"));
    let upload = user.upload(picture).await?;
    steps.done(&format!("picture uploaded ({:.0} kB, {})", picture.bytes.len() as f64 / 1e3, picture.content_type));
    let generation = user.order(&upload, &wish.style, wish.count, wish.seed).await?;
    steps.done(&format!("ordered {} drawing(s)", wish.count));
    let mut earlier = String::from("queued");
    let results = user
        .wait(&generation, |state, _| {
            if state != "queued" {
                steps.done(&format!("{earlier} → {state}"));
            }
            state.clone_into(&mut earlier);
        })
        .await?;
    let files = save(&user, &results, &wish.out).await?;
    steps.done(&format!("{files} files downloaded, every hash checked"));
    say(&format!(
        "The results are in {}: bundle.zip, manifest.json, contact-sheet.png and {} pictures.",
        wish.out.display(),
        results.files.len()
    ));
    Ok(())
}

async fn price(user: &Journey, style: &str) -> Result<u64> {
    let styles = user.styles().await?;
    match styles.iter().find(|(id, _)| id == style) {
        Some((_, credits)) => Ok(*credits),
        None => {
            let known: Vec<&str> = styles.iter().map(|(id, _)| id.as_str()).collect();
            bail!("there is no style named {style:?}; there are: {}", known.join(", "))
        }
    }
}

/// Downloads everything into the folder; answers how many files are there.
async fn save(user: &Journey, results: &Results, out: &Path) -> Result<usize> {
    let mut pictures: Vec<Bytes> = Vec::new();
    for file in &results.files {
        let bytes = user.download(file).await?;
        write(out, file, &bytes)?;
        if file.format == "png" {
            pictures.push(bytes);
        }
    }
    let bundle = user.download(&results.bundle).await?;
    write(out, &results.bundle, &bundle)?;
    let manifest = manifest(&bundle).context("in bundle.zip")?;
    std::fs::write(out.join(imaging::MANIFEST_NAME), manifest).context("cannot write the manifest")?;
    let slices: Vec<&[u8]> = pictures.iter().map(Bytes::as_ref).collect();
    let sheet = imaging::contact_sheet(&slices).context("cannot make the contact sheet")?;
    std::fs::write(out.join("contact-sheet.png"), sheet).context("cannot write the contact sheet")?;
    Ok(results.files.len() + 1)
}

fn write(out: &Path, file: &File, bytes: &[u8]) -> Result<()> {
    let name = Path::new(&file.name);
    ensure!(name.components().all(|part| matches!(part, Component::Normal(_))), "{:?} is no plain file name", file.name);
    let path = out.join(name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn manifest(bundle: &[u8]) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bundle))?;
    let mut text = Vec::new();
    archive.by_name(imaging::MANIFEST_NAME)?.read_to_end(&mut text)?;
    Ok(text)
}
