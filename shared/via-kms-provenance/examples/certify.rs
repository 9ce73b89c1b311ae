//! Certificates for a key in KMS, with the caller's own AWS credentials:
//!
//! - `cargo run -p via-kms-provenance --example certify -- request KEY_ID ps256 "Common name" "Organisation"` prints a request (PKCS#10) for an authority of the
//!   C2PA trust list; its reply, leaf first and without its root, is the parameter `SigningChain`.
//! - `cargo run -p via-kms-provenance --example certify -- test KEY_ID` prints a chain of a new test authority, whose key is discarded: a verifier trusts it
//!   only with its last certificate in `TrustAnchors`.

use certificates::{TestAuthority, certificate_request};
use kernel::{Randomness, SystemRandomness};
use provenance::{Algorithm, Chain};
use via_kms::public_key_of;
use via_kms_provenance::KmsSigner;

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "a program for a person")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let aws = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
    let test_chain = async |key: &str| {
        let mut secret = [0; 32];
        SystemRandomness.fill(&mut secret);
        Ok::<_, Box<dyn std::error::Error>>(TestAuthority::new(&secret)?.certify(&public_key_of(&aws, key).await?)?)
    };
    match arguments[..] {
        ["test", key] => println!("{}", test_chain(key).await?),
        ["request", key, algorithm, common_name, organisation] => {
            let algorithm = Algorithm::from_name(algorithm).ok_or("the algorithm is es256 or ps256")?;
            let placeholder = Chain::parse(&test_chain(key).await?)?;
            let signer = KmsSigner::new(&aws, key.to_owned(), algorithm, placeholder);
            let public = public_key_of(&aws, key).await?;
            println!(
                "{}",
                certificate_request(&public, (common_name, organisation), async |bytes| signer.sign_request(bytes).await).await?
            );
        }
        _ => return Err("say `test KEY_ID` or `request KEY_ID ALGORITHM COMMON_NAME ORGANISATION`".into()),
    }
    Ok(())
}
