//! The offline artist passes the contract suite of its port.

use testkit::contract::artists::{self, Abilities};
use via_palette::PaletteArtist;

#[tokio::test]
async fn rt_16_it_draws_as_every_artist_does() {
    let abilities = Abilities { words: false, repeats_itself: true, looks: true };
    artists::keeps_its_promises(&PaletteArtist, "palette", abilities).await;
}
