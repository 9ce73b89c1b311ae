//! The inventory's and the ledger's facts about a deployment, as blocks of text for both profiles.

use super::deployment::Deployment;
use super::page::{Block, Section, Words};
use super::words;
use crate::admission::leaves;
use crate::inventory::{Entry, Inventory};
use crate::on_device::OnDevice;
use crate::processor::{Keeps, Processor, ZeroRetention};
use crate::profile::Profile;
use crate::purpose::Purpose;
use crate::retention::in_words;

/// A deployment and its facts in the inventory.
pub(super) struct Facts<'a> {
    pub(super) inventory: &'static Inventory,
    pub(super) profile: Profile,
    pub(super) deployment: &'a Deployment,
}

impl Facts<'_> {
    /// The processors of this deployment: the cloud services of the profile, those that are configured, and no others (IM-16).
    pub(super) fn processors(&self) -> impl Iterator<Item = &'static Processor> {
        self.inventory.processors().iter().filter(|processor| processor.profiles.contains(&self.profile)).filter(|processor| {
            let named = |names: &[String]| names.contains(&processor.id);
            let configured = [&self.deployment.artists, &self.deployment.screeners, &self.deployment.others];
            !processor.is_provider() || configured.into_iter().any(|names| named(names))
        })
    }

    /// Those who draw or judge.
    pub(super) fn providers(&self) -> impl Iterator<Item = &'static Processor> {
        self.processors().filter(|processor| processor.sees_pictures())
    }

    /// Those with hosts of their own who see no picture.
    pub(super) fn others(&self) -> impl Iterator<Item = &'static Processor> {
        self.processors().filter(|processor| processor.is_provider() && !processor.sees_pictures())
    }

    /// Whether it retains nothing because of an agreement.
    pub(super) fn keeps_nothing_by_agreement(&self, processor: &Processor) -> bool {
        let attested = self.deployment.attestations.reference(&processor.id).is_some();
        matches!(processor.zero_retention, ZeroRetention::Attested(_)) || attested
    }

    /// Whether no picture leaves the service: our own code draws and judges.
    pub(super) fn is_offline(&self) -> bool {
        self.providers().next().is_none()
    }

    /// What the site keeps in a browser, beside cookies.
    pub(super) fn on_device(&self) -> Section {
        let kept = self.inventory.on_device().iter().filter(|kept| kept.profiles.contains(&self.profile));
        let point = |kept: &OnDevice| {
            let until = match (kept.lasts(), kept.ends_with_sign_out) {
                (Some(lasts), true) => format!("for at most {}, or until you sign out", in_words(lasts)),
                (Some(lasts), false) => format!("for at most {}", in_words(lasts)),
                (None, true) => "until you sign out".to_owned(),
                (None, false) if kept.ends_with_tab() => "until you close the tab".to_owned(),
                (None, false) => "until you forget it".to_owned(),
            };
            format!("{}, {until} ({}).", words::capital(&kept.what), kept.place).into()
        };
        let text = "Our pages keep some things in your own browser, and nothing else. The page \u{201c}What is kept on this device\u{201d} shows them, and \
                    forgets all of them at once when you ask. The words in brackets are where your browser has them.";
        Section { heading: "On your device", blocks: vec![Block::Text(text.into()), Block::List(kept.map(point).collect())] }
    }

    /// All stored data, grouped by what it is for: a sentence each.
    pub(super) fn stored(&self) -> Vec<Block> {
        let mut groups: Vec<(Purpose, Vec<(String, String)>)> = Vec::new();
        for entry in self.inventory.of(self.profile) {
            let row = (entry.what.clone(), self.kept(entry));
            match groups.iter_mut().find(|(purpose, _)| *purpose == entry.purpose) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((entry.purpose, vec![row])),
            }
        }
        let blocks = groups.into_iter().map(|(purpose, rows)| [Block::Heading(words::capital(words::purpose(purpose))), Block::Rows(rows)]);
        blocks.flatten().collect()
    }

    /// How long and where an entry is kept, and who sees it.
    fn kept(&self, entry: &Entry) -> String {
        let seen = match self.seen_by(entry)[..] {
            [] => "nobody but us and our cloud sees it".to_owned(),
            ref names => format!("beside us and our cloud, it goes to {}", words::and(names)),
        };
        format!("Kept {}, in {}; {seen}.", words::how_long(entry), words::place(entry))
    }

    /// Those beside the cloud.
    fn seen_by(&self, entry: &Entry) -> Vec<&'static str> {
        let stores = |processor: &&Processor| entry.processors.contains(&processor.id);
        let receives = |processor: &&Processor| processor.received(self.profile).any(|received| received.class == Some(entry.class()));
        let seeing = self.processors().filter(|one| one.is_provider() && (stores(one) || receives(one)));
        seeing.map(|processor| processor.name.as_str()).collect()
    }

    /// The cloud services, each once.
    pub(super) fn cloud(&self) -> Vec<Block> {
        let services = self.processors().filter(|processor| !processor.is_provider());
        let row = |processor: &'static Processor| {
            let abroad = if leaves(processor.transfer.basis) { format!(" {}.", processor.transfer.why) } else { String::new() };
            (processor.name.clone(), format!("{}.{}{abroad}", processor.role, self.handled_by(processor)))
        };
        let region = format!(
            "The service runs in the cloud of Amazon Web Services, in the region {}. Amazon Web Services works for us under a data processing agreement, \
             uses what it stores for nothing else, and keeps nothing on its own account. What is stored there stays in that region.",
            self.deployment.region
        );
        vec![Block::Text(region.into()), Block::Rows(services.map(row).collect())]
    }

    /// What a service of the cloud receives of what is stored, by what that is for.
    fn handled_by(&self, processor: &Processor) -> String {
        let sent = processor.received(self.profile).map(|received| format!(" It receives: {}.", words::lowered(&received.what)));
        let mut said: String = sent.collect();
        let all = purposes(self.inventory.of(self.profile));
        let own = purposes(self.inventory.of(self.profile).filter(|entry| entry.processors.contains(&processor.id)));
        match own.len() {
            0 => {}
            some if some == all.len() => said += " It receives what it needs for that, for every purpose above.",
            _ => said += &format!(" It receives what it needs for that of what is stored {}.", words::and(&own)),
        }
        said
    }

    /// A provider: the data it receives, its retention and use, the place and the agreement.
    pub(super) fn provider(&self, processor: &Processor) -> Vec<Block> {
        let mut blocks = vec![Block::Heading(processor.name.clone())];
        for (names, purpose) in [(&self.deployment.artists, Purpose::Generation), (&self.deployment.screeners, Purpose::Moderation)] {
            if names.contains(&processor.id) {
                let sent = processor.received(self.profile).filter(|received| received.r#for == purpose);
                blocks.push(Block::Text(format!("{} it receives:", words::capital(words::purpose(purpose))).into()));
                blocks.push(Block::List(sent.map(|received| format!("{}.", received.what).into()).collect()));
            }
        }
        blocks.extend(self.terms(processor));
        blocks
    }

    /// Somebody who sees no picture: the same facts.
    pub(super) fn other(&self, processor: &Processor) -> Vec<Block> {
        let sent = processor.received(self.profile).map(|received| format!("{}.", received.what).into());
        let mut blocks = vec![
            Block::Heading(processor.name.clone()),
            Block::Text(format!("{}. It receives:", processor.role).into()),
            Block::List(sent.collect()),
        ];
        blocks.extend(self.terms(processor));
        blocks
    }

    /// What it keeps, whether it trains where it sees pictures, and under which agreement.
    fn terms(&self, processor: &Processor) -> Vec<Block> {
        let training = processor.sees_pictures().then(|| Self::training(processor));
        std::iter::once(Block::Text(self.kept_there(processor))).chain(training).chain([Self::agreement(processor)]).collect()
    }

    fn training(processor: &Processor) -> Block {
        let unless = |what: &String| format!(" It would only if we chose to {what}, and this policy forbids that.");
        let training =
            format!("It does not train its models on any of this.{} ", processor.training.unless.as_ref().map_or_else(String::new, unless));
        Block::Text(Words::from(training).link(&processor.training.source, "Its word on training").and("."))
    }

    fn agreement(processor: &Processor) -> Block {
        let (agreement, transfer) = (words::agreement(processor.agreement.kind), words::basis(processor.transfer.basis));
        let terms = format!(
            "It works under {agreement} ({}) and may use the data to serve us and for nothing else. Place of processing: {}. The data goes there on the basis of \
             {transfer}: ",
            processor.agreement.concluded, processor.region
        );
        Block::Text(Words::from(terms).link(&processor.agreement.source, "the agreement").and("."))
    }

    fn kept_there(&self, processor: &Processor) -> Words {
        let kept = match &processor.keeps {
            Keeps::Nothing => return "It keeps nothing of it on its own account.".into(),
            Keeps::Unsaid(kept) => {
                let text = format!("It keeps of it what it needs {}, and does not say for how long. ", kept.why);
                return Words::from(text).link(&kept.source, "Its word on that").and(".");
            }
            Keeps::Logs(kept) => kept,
        };
        let days = in_words(kept.duration());
        if self.keeps_nothing_by_agreement(processor) {
            let except = match &processor.zero_retention {
                ZeroRetention::OnRequest(offer) => offer.except.as_ref().map_or(String::new(), |except| format!(", except {except}")),
                _ => String::new(),
            };
            let text = format!(
                "We have agreed with it that it keeps nothing of this once it has answered{except}. Without that agreement it would keep what it \
                 receives and what it answers for up to {days}, {}: ",
                kept.why
            );
            return Words::from(text).link(&kept.source, "its word on that").and(".");
        }
        let offered = match processor.zero_retention {
            ZeroRetention::OnRequest(_) => {
                " It keeps nothing only where that was agreed with it, and this deployment has no such agreement."
            }
            _ => "",
        };
        let text =
            format!("It keeps what it receives and what it answers for up to {days}, {}, and longer {}.{offered} ", kept.why, kept.longer);
        Words::from(text).link(&kept.source, "Its word on that").and(".")
    }

    /// The concerns that screening covers, and those that it does not.
    pub(super) fn looked_for(&self) -> Vec<Block> {
        let list = |sentences: &[String]| Block::List(sentences.iter().map(|sentence| sentence.as_str().into()).collect());
        let mut blocks = Vec::new();
        let judges = self.providers().filter(|processor| self.deployment.screeners.contains(&processor.id));
        let judges: Vec<&str> = judges.map(|processor| processor.name.as_str()).collect();
        match judges.is_empty() && self.deployment.looked_for.is_empty() {
            true => blocks.push(Block::Text("Beside size and format, nothing is looked for by a machine before a picture is made.".into())),
            false => {
                let by = if judges.is_empty() { String::new() } else { format!(" (with the help of {})", words::and(&judges)) };
                let text =
                    format!("Before a picture is made, a machine{by} looks at what you send. It decides by scores, and may be wrong.");
                blocks.push(Block::Text(text.into()));
            }
        }
        if !self.deployment.looked_for.is_empty() {
            blocks.push(list(&self.deployment.looked_for));
        }
        if !self.deployment.not_looked_for.is_empty() {
            blocks.push(Block::Text("So that nobody relies on what is not there:".into()));
            blocks.push(list(&self.deployment.not_looked_for));
        }
        blocks
    }

    /// Transfers, as a section (AN-39).
    pub(super) fn transfers(&self) -> Section {
        let abroad = self.processors().filter(|processor| leaves(processor.transfer.basis));
        let abroad: Vec<&str> = abroad.map(|processor| processor.name.as_str()).collect();
        let text = match abroad.is_empty() {
            true => format!("Nothing leaves the region {}.", self.deployment.region),
            false => format!(
                "What passes through or is sent to {} leaves the region {}. The basis of each transfer is named with the provider; you may ask us for a copy of \
                 the safeguards.",
                words::and(&abroad),
                self.deployment.region
            ),
        };
        Section { heading: "Transfers to other countries", blocks: vec![Block::Text(text.into())] }
    }

    /// The link to the contact.
    pub(super) fn contact(&self, before: &str, after: &str) -> Words {
        Words::from(before).link(self.deployment.contact.href(), self.deployment.contact.shown()).and(after)
    }

    /// The contact, and the link to the data behind the page.
    pub(super) fn contact_section(&self) -> Section {
        let site = format!("This is the policy of {} at {}. ", self.deployment.service, self.deployment.origin);
        let data = "Programs get the inventory behind this page by asking this address for application/json: every stored field, its kind, its retention and \
                    its processors.";
        Section {
            heading: "Contact",
            blocks: vec![
                Block::Text(self.contact(&format!("{site}Questions, wishes and reports of weaknesses go to "), ".")),
                Block::Text(data.into()),
            ],
        }
    }

    /// The notice on complaints (AN-61).
    pub(super) fn regulator() -> Block {
        let text = "If you think that we handle your data wrongly, you may complain to a data protection authority: in the European Union and the United \
                    Kingdom to the one where you live or work, in Japan to the Personal Information Protection Commission. You need not ask us first.";
        Block::Text(text.into())
    }
}

/// What entries are for, each purpose once.
fn purposes<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<&'static str> {
    entries.fold(Vec::new(), |mut seen, entry| {
        let purpose = words::purpose(entry.purpose);
        if !seen.contains(&purpose) {
            seen.push(purpose);
        }
        seen
    })
}
