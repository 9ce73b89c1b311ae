//! The dates on which models end, by the vendor's own list.

use async_trait::async_trait;
use kernel::Failure;
use studio::{Listing, ModelCalendar};

use crate::OpenAi;

#[async_trait]
impl ModelCalendar for OpenAi {
    fn vendor(&self) -> &str {
        Self::NAME
    }

    async fn listing(&self, model: &str) -> Result<Listing, Failure> {
        let listed = self.listed_models().await?.into_iter().find(|listed| listed.id == model);
        Ok(listed.map_or(Listing::Absent, |listed| Listing::Listed(listed.shutdown_date)))
    }
}
