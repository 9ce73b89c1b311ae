//! From what browsers did on a day to numbers without persons.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use kernel::{AccountId, DeviceId, SignedDuration};

use crate::Action;
use crate::day::{DailyCounts, DeviceDay, Step, day_of};

/// The smallest number that is kept: a smaller one could be somebody.
pub const FEWEST: u32 = 5;

/// Ways through the service, each a list of actions. Who is counted at a step did all steps before it on the same day.
pub const FUNNELS: &[(&str, &[&str])] = &[
    ("trial", &["page-viewed", "trial-begun", "trial-ended", "trial-link-asked", "signed-in"]),
    ("first-picture", &["page-viewed", "signed-in", "picture-chosen", "generation-begun", "generation-ended", "files-saved"]),
    ("purchase", &["page-viewed", "pricing-viewed", "checkout-begun", "checkout-returned"]),
];

/// The oldest cohort of its own: before it nothing is known of anybody (AN-20).
const COHORTS: SignedDuration = SignedDuration::from_hours(91 * 24);

/// Who did something: the browsers of an account are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Person {
    Account(AccountId),
    Device(DeviceId),
}

/// What is known of a day so far.
pub(crate) struct Tally<'a> {
    day: Date,
    links: &'a HashMap<DeviceId, AccountId>,
    persons: HashMap<Person, BTreeSet<Action>>,
    /// Browsers by the week in which they took their name.
    cohorts: BTreeMap<Date, u32>,
    new: u32,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(day: Date, links: &'a HashMap<DeviceId, AccountId>) -> Self {
        Self { day, links, persons: HashMap::new(), cohorts: BTreeMap::new(), new: 0 }
    }

    pub(crate) fn add(&mut self, row: DeviceDay) {
        let person = self.links.get(&row.device).map_or(Person::Device(row.device), |account| Person::Account(*account));
        self.persons.entry(person).or_default().extend(row.actions);
        let named = day_of(row.device.created_at());
        self.new += u32::from(named == self.day);
        // A browser may claim any day: one from the future, or from before anything is known, is of no cohort.
        let earliest = self.day.checked_sub(COHORTS).unwrap_or(Date::MIN);
        if (earliest..=self.day).contains(&named) {
            *self.cohorts.entry(monday(named)).or_default() += 1;
        }
    }

    pub(crate) fn counts(&self) -> DailyCounts {
        let actions = Action::all().filter_map(|action| Some((action.to_string(), self.by(|did| did.contains(&action))?)));
        let cohorts = self.cohorts.iter().filter_map(|(week, count)| Some((week.to_string(), shown(*count)?)));
        let funnels = FUNNELS.iter().map(|(name, steps)| ((*name).to_owned(), self.funnel(steps)));
        DailyCounts {
            day: self.day,
            persons: self.by(|_| true),
            new_browsers: shown(self.new),
            actions: actions.collect(),
            funnels: funnels.collect(),
            cohorts: cohorts.collect(),
        }
    }

    fn by(&self, did: impl Fn(&BTreeSet<Action>) -> bool) -> Option<u32> {
        let count = self.persons.values().filter(|actions| did(actions)).count();
        shown(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn funnel(&self, steps: &[&str]) -> Vec<Step> {
        let until = |last: usize| self.by(|did| steps[..=last].iter().all(|step| did.iter().any(|action| action.name() == *step)));
        steps.iter().enumerate().map(|(index, step)| Step { action: (*step).to_owned(), persons: until(index) }).collect()
    }
}

/// A number, unless it is small enough to be somebody.
fn shown(count: u32) -> Option<u32> {
    (count >= FEWEST).then_some(count)
}

fn monday(day: Date) -> Date {
    let since = SignedDuration::from_hours(24 * i64::from(day.weekday().to_monday_zero_offset()));
    day.checked_sub(since).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use kernel::{FixedClock, SeededRandomness, Timestamp};

    use super::*;
    use crate::ACTIONS;

    struct World {
        clock: FixedClock,
        randomness: SeededRandomness,
        links: HashMap<DeviceId, AccountId>,
    }

    impl World {
        fn at(now: &str) -> Self {
            Self { clock: FixedClock::at(now.parse::<Timestamp>().unwrap()), randomness: SeededRandomness::new(3), links: HashMap::new() }
        }

        fn device(&self) -> DeviceId {
            DeviceId::new(&self.clock, &self.randomness)
        }

        fn did(&self, actions: &[&str]) -> DeviceDay {
            DeviceDay { device: self.device(), actions: actions.iter().map(|text| text.parse().unwrap()).collect() }
        }
    }

    fn counts(world: &World, rows: impl IntoIterator<Item = DeviceDay>) -> DailyCounts {
        let mut tally = Tally::new("2026-11-26".parse().unwrap(), &world.links);
        rows.into_iter().for_each(|row| tally.add(row));
        tally.counts()
    }

    #[test]
    fn every_step_of_a_funnel_is_an_action_of_the_list() {
        for step in FUNNELS.iter().flat_map(|(_, steps)| *steps) {
            assert!(ACTIONS.iter().any(|(name, _)| name == step), "{step}");
        }
    }

    #[test]
    fn im_13_a_number_below_five_is_not_kept() {
        let world = World::at("2026-11-26T10:00:00Z");
        let four: Vec<_> = (0..4).map(|_| world.did(&["signed-in"])).collect();
        let few = counts(&world, four.clone());
        assert_eq!((few.persons, few.new_browsers, few.actions.len(), few.cohorts.len()), (None, None, 0, 0));
        assert!(few.funnels.values().flatten().all(|step| step.persons.is_none()));
        let five = counts(&world, four.into_iter().chain([world.did(&["signed-in", "page-viewed/home"])]));
        assert_eq!((five.persons, five.actions), (Some(5), BTreeMap::from([("signed-in".to_owned(), 5)])));
    }

    #[test]
    fn the_browsers_of_an_account_are_one_person() {
        let mut world = World::at("2026-11-26T10:00:00Z");
        let account = AccountId::new(&world.clock, &world.randomness);
        let rows: Vec<_> = (0..9).map(|_| world.did(&["signed-in"])).collect();
        world.links = rows.iter().skip(4).map(|row| (row.device, account)).collect();
        let counted = counts(&world, rows);
        assert_eq!((counted.persons, counted.actions["signed-in"], counted.new_browsers), (Some(5), 5, Some(9)));
    }

    #[test]
    fn a_funnel_counts_who_did_the_steps_before_as_well() {
        let world = World::at("2026-11-26T10:00:00Z");
        let bought = ["page-viewed/home", "pricing-viewed/credits", "checkout-begun", "checkout-returned/credited"];
        let rows = (0..6)
            .map(|_| world.did(&bought))
            .chain((0..7).map(|_| world.did(&bought[..2])))
            .chain((0..5).map(|_| world.did(&bought[2..])));
        let steps: Vec<_> = counts(&world, rows.collect::<Vec<_>>()).funnels["purchase"].iter().map(|step| step.persons).collect();
        assert_eq!(steps, [Some(13), Some(13), Some(6), Some(6)]);
    }

    #[test]
    fn a_cohort_is_the_week_in_which_a_browser_took_its_name() {
        let mut world = World::at("2026-11-26T10:00:00Z");
        let mut rows: Vec<_> = (0..5).map(|_| world.did(&["signed-in"])).collect();
        for (then, times) in [("2026-11-16T00:00:00Z", 6), ("2026-11-27T00:00:00Z", 7), ("2020-01-01T00:00:00Z", 8)] {
            world.clock = FixedClock::at(then.parse().unwrap());
            rows.extend((0..times).map(|_| world.did(&["signed-in"])));
        }
        let counted = counts(&world, rows);
        assert_eq!(counted.cohorts, BTreeMap::from([("2026-11-23".to_owned(), 5), ("2026-11-16".to_owned(), 6)]));
        assert_eq!(counted.new_browsers, Some(5));
    }

    #[test]
    fn the_order_of_rows_and_a_row_twice_change_nothing() {
        let world = World::at("2026-11-26T10:00:00Z");
        let rows: Vec<_> = (0..9).map(|_| world.did(&["page-viewed/home", "signed-in"])).collect();
        let backwards = counts(&world, rows.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(backwards, counts(&world, rows));
    }
}
