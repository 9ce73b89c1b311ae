//! SES identities: an address or domain that may send.

use anyhow::{Result, ensure};
use aws_sdk_sesv2::Client;

/// Creates the identity and checks that it may send.
pub(super) async fn create(client: &Client, identity: &str) -> Result<()> {
    client.create_email_identity().email_identity(identity).send().await?;
    let found = client.get_email_identity().email_identity(identity).send().await?;
    ensure!(found.verified_for_sending_status(), "the emulator does not let it send");
    Ok(())
}
