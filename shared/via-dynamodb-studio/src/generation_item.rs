//! A generation as an item.

use dynamo::{Attributes, DueIndex, Item, Read, name_of, parse_name};
use kernel::{Failure, Owner, Timestamp};
use policy::Class;
use studio::{Bubble, BubbleText, Generation, Lane, TrialFiles};
use wallet::{Charge, Quota};

use crate::keys;

/// Generations by their deadline.
pub(crate) const DEADLINE: DueIndex = DueIndex { name: "deadline", shard: "deadline_shard", instant: "deadline" };

/// The item of a generation. `deadline` and its shard exist only while something is left to do, so that the index holds nothing else.
pub fn write(generation: &Generation) -> Item {
    let item = Item::new(class(generation.owner).id(), keys::generation(generation.owner, generation.id))
        .text("upload_id", generation.upload.to_string())
        .text("style", &generation.style)
        .number("count", generation.count)
        .number("seed", generation.seed)
        .maybe_texts("stickers", generation.stickers.iter().map(name_of))
        .maybe_text("bubble_text", generation.bubble.as_ref().map(|bubble| bubble.text.as_str()))
        .maybe_text("bubble_side", generation.bubble.as_ref().and_then(|bubble| bubble.side.as_ref()).map(name_of))
        .text("state", generation.state.name())
        .number("version", generation.version)
        .number("drawn", generation.drawn)
        .number("sketched", generation.sketched)
        .maybe_text("reason", generation.reason.as_ref().map(name_of))
        .text("created_at", generation.created_at.to_string())
        .text("updated_at", generation.updated_at.to_string())
        .number("revivals", generation.revivals)
        .number("revivals_in_state", generation.revivals_in_state)
        .maybe_text("held_until", generation.held_until.map(|until| until.to_string()))
        .maybe_text("held_by", generation.held_by.clone())
        .maybe_text("retold", generation.retold.then_some("yes"))
        .maybe_text("mail", generation.mail.as_ref().map(name_of))
        .maybe_text("cleared", generation.cleared.then_some("yes"))
        .maybe_text("trial_id", generation.claimed_from.map(|from| from.trial.to_string()))
        .maybe_text("trial_generation_id", generation.claimed_from.map(|from| from.generation.to_string()));
    let item = match generation.charge {
        Charge::Credits(credits) => item.number("credits", credits),
        Charge::Quota(quota) => item.number("quota_per_hour", quota.per_hour),
        // The owner says it.
        Charge::Trial | Charge::Nothing => item,
    };
    match generation.deadline {
        Some(deadline) => item.due_among(DEADLINE, lane(Lane::of(generation.state)), deadline),
        None => item,
    }
}

/// What is a trial's ends with the trial.
fn class(owner: Owner) -> Class {
    match owner {
        Owner::Account(_) | Owner::Install(_) => Class::Generation,
        Owner::Trial(_) => Class::TrialGeneration,
    }
}

/// What the shards of a lane are named for.
pub(crate) fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Running => Class::Generation.id(),
        Lane::Ended => "generation-ended",
    }
}

/// Reads the item of a generation.
///
/// # Errors
/// [`Failure::Broken`] where it is none.
pub fn read(row: &Attributes) -> Result<Generation, Failure> {
    let owner = keys::owner_of(row.required_text("pk")?)?;
    let id = row.required_text("sk")?.trim_start_matches(keys::GENERATIONS).parse().map_err(Failure::broken)?;
    let deadline = row.maybe_number::<i64>("deadline").map(Timestamp::from_second).transpose().map_err(Failure::broken)?;
    Ok(Generation {
        id,
        owner,
        upload: row.parsed("upload_id")?,
        style: row.required_text("style")?.to_owned(),
        count: row.required_number("count")?,
        seed: row.required_number("seed")?,
        stickers: row.texts("stickers").into_iter().map(parse_name).collect::<Result<_, _>>()?,
        bubble: row.maybe_text("bubble_text").map(|text| bubble(text, row)).transpose()?,
        charge: charge(owner, row),
        state: row.named("state")?,
        version: row.required_number("version")?,
        drawn: row.required_number("drawn")?,
        sketched: row.maybe_number("sketched").unwrap_or_default(),
        reason: row.maybe_text("reason").map(|_| row.named("reason")).transpose()?,
        created_at: row.parsed("created_at")?,
        updated_at: row.parsed("updated_at")?,
        deadline,
        revivals: row.required_number("revivals")?,
        revivals_in_state: row.maybe_number("revivals_in_state").unwrap_or_default(),
        held_until: row.maybe_text("held_until").map(|_| row.parsed("held_until")).transpose()?,
        held_by: row.maybe_text("held_by").map(str::to_owned),
        retold: row.maybe_text("retold").is_some(),
        mail: row.maybe_text("mail").map(|_| row.named("mail")).transpose()?,
        cleared: row.maybe_text("cleared").is_some(),
        claimed_from: row.maybe_text("trial_id").map(|_| trial_files(row)).transpose()?,
    })
}

fn charge(owner: Owner, row: &Attributes) -> Charge {
    if let Owner::Trial(_) = owner {
        return Charge::Trial;
    }
    let credits = row.maybe_number("credits").map(Charge::Credits);
    let quota = || row.maybe_number("quota_per_hour").map(|per_hour| Charge::Quota(Quota { per_hour }));
    credits.or_else(quota).unwrap_or(Charge::Nothing)
}

fn trial_files(row: &Attributes) -> Result<TrialFiles, Failure> {
    Ok(TrialFiles { trial: row.parsed("trial_id")?, generation: row.parsed("trial_generation_id")? })
}

fn bubble(text: &str, row: &Attributes) -> Result<Bubble, Failure> {
    Ok(Bubble { text: BubbleText::stored(text.to_owned()), side: row.maybe_text("bubble_side").map(parse_name).transpose()? })
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, FixedClock, GenerationId, SeededRandomness, UploadId};
    use studio::{EndReason, State};
    use testkit::builders::{WORDS, generation, midnight};

    use super::*;

    #[test]
    fn an_73_the_generation_of_a_trial_is_of_a_class_that_ends_and_is_read_as_it_was_written() {
        let (clock, randomness) = (FixedClock::at(midnight()), SeededRandomness::new(1));
        let trial = kernel::TrialId::new(&clock, &randomness);
        let started = Generation { owner: trial.into(), charge: Charge::Trial, stickers: Vec::new(), bubble: None, ..queued() };
        let item = write(&started).attributes();
        assert_eq!(item.required_text("class").unwrap(), "trial-generation");
        assert_eq!(read(&item).unwrap(), started);
        let names = item.keys().map(String::as_str);
        assert_eq!(policy::undeclared(Class::TrialGeneration, names), [""; 0]);
        let now = midnight();
        let done = started.begin_screening(now, now).unwrap().pass(now).unwrap().finish_drawing(now).unwrap().deliver(now).unwrap();
        let claimed = done.claimed_by(AccountId::new(&clock, &randomness), GenerationId::new(&clock, &randomness), now).unwrap();
        assert_eq!(read(&write(&claimed).attributes()).unwrap(), claimed);
    }

    fn queued() -> Generation {
        let (clock, randomness) = (FixedClock::at(midnight()), SeededRandomness::new(1));
        let (account, upload) = (AccountId::new(&clock, &randomness), UploadId::new(&clock, &randomness));
        generation(account.into(), upload, 2, midnight(), GenerationId::new(&clock, &randomness))
    }

    /// The names of the attributes that hold the bubble's text.
    fn holders(generation: &Generation) -> Vec<String> {
        let item = write(generation).attributes();
        item.into_iter().filter(|(_, value)| format!("{value:?}").contains(WORDS)).map(|(name, _)| name).collect()
    }

    /// Invariant: The words of a bubble end with their generation.
    #[test]
    fn an_07_the_words_are_in_one_attribute_while_it_runs_and_in_none_when_it_ended() {
        let now = midnight();
        let screening = queued().begin_screening(now, now).unwrap();
        let drawing = screening.pass(now).unwrap();
        let finishing = drawing.finish_drawing(now).unwrap();
        for running in [&queued(), &screening, &drawing, &finishing] {
            assert_eq!(holders(running), ["bubble_text"], "{:?}", running.state);
        }
        let mut ends = vec![screening.block(now), finishing.deliver(now)];
        for running in [queued(), screening, drawing, finishing] {
            ends.extend([running.cancel(now), running.fail(EndReason::TimedOut, now)]);
        }
        for ended in ends.into_iter().map(Result::unwrap) {
            let item = write(&ended).attributes();
            let short_lived = Class::Generation.entry().fields().iter().filter(|field| field.retention.is_some());
            for field in short_lived {
                assert!(!item.contains_key(&field.name), "{} of {:?}", field.name, ended.state);
            }
            assert_eq!(holders(&ended), [""; 0], "{:?}", ended.state);
            assert_eq!(read(&item).unwrap(), ended);
        }
    }

    #[test]
    fn a_row_of_before_there_were_stickers_bubbles_and_sketches_is_read() {
        let mut item = write(&queued()).attributes();
        for name in ["stickers", "bubble_text", "bubble_side", "sketched", "revivals_in_state"] {
            assert!(item.remove(name).is_some());
        }
        let old = read(&item).unwrap();
        assert_eq!((old.state, old.stickers, old.bubble, old.sketched), (State::Queued, Vec::new(), None, 0));
    }
}
