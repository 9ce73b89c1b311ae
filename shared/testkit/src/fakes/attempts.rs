//! The attempts at drawings, and the circuits.

use async_trait::async_trait;
use kernel::{Failure, Window};
use studio::{Attempts, Breaker, Circuit, Claimed, Cost, History, State, Written};

use super::FakeDatabase;

#[derive(Clone)]
pub struct FakeAttempts(pub FakeDatabase);

#[async_trait]
impl Attempts for FakeAttempts {
    async fn open(&self, history: &History, Cost { expected, per_day, at }: Cost) -> Result<Claimed, Failure> {
        self.0
            .transact("attempts.open", |rows| {
                let generation = rows.generations.get(&(history.owner, history.generation));
                if generation.is_none_or(|generation| generation.state != State::Drawing) {
                    return Ok(Claimed::Over);
                }
                if rows.note_attempts(history) {
                    let has_room = expected == 0 || rows.add(Window::Day, "budget", "vendors", expected, per_day, at);
                    return if has_room { Ok(Claimed::Mine) } else { Err(Failure::budget_spent(Window::Day.left(at))) };
                }
                let found = rows.attempts.get(&(history.generation, history.index)).cloned();
                found.map(Claimed::Found).ok_or_else(|| Failure::unavailable(std::time::Duration::from_secs(1)))
            })
            .await
    }

    async fn close(&self, history: &History) -> Result<Written, Failure> {
        self.0.transact("attempts.close", |rows| Ok(if rows.note_attempts(history) { Written::Stored } else { Written::Overtaken })).await
    }
}

#[derive(Clone)]
pub struct FakeBreaker(pub FakeDatabase);

#[async_trait]
impl Breaker for FakeBreaker {
    async fn circuits(&self, artists: &[&str]) -> Result<Vec<Circuit>, Failure> {
        self.0
            .read("breaker.circuits", |rows| {
                let known = |artist: &&str| rows.circuits.get(*artist).cloned().unwrap_or_else(|| Circuit::closed(artist));
                Ok(artists.iter().map(known).collect())
            })
            .await
    }

    async fn change(&self, after: &Circuit) -> Result<Written, Failure> {
        self.0
            .transact("breaker.change", |rows| {
                if rows.circuits.get(&after.artist).map_or(0, |known| known.version) != after.version.saturating_sub(1) {
                    return Ok(Written::Overtaken);
                }
                rows.circuits.insert(after.artist.clone(), after.clone());
                Ok(Written::Stored)
            })
            .await
    }
}
