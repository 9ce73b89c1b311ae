//! The contract of signers: their signatures match their own certificate, and a manifest made with them is valid.

use picture_files::{DigitalSource, Format};
use provenance::{Algorithm, Anchors, Origin, Signer, State};

use crate::pictures;

/// A signed picture is valid, and trusted only with its authority among the anchors; a changed byte is detected.
pub async fn signs_pictures(signer: &dyn Signer, anchor: &str) {
    let source = DigitalSource::CompositeWithTrainedAlgorithmicMedia;
    let signed = provenance::sign(&picture(), Format::Png.content_type(), &Origin::of(source), signer).await.unwrap();
    let trusting = Anchors::parse(anchor).unwrap();
    let trusted = provenance::examine(&signed, &trusting).unwrap().credentials;
    assert_eq!((trusted.state, trusted.digital_source_type.as_deref()), (State::Trusted, Some(source.uri())), "{:?}", trusted.codes);
    let unknown = provenance::examine(&signed, &Anchors::default()).unwrap().credentials;
    assert_eq!((unknown.state, unknown.codes), (State::Valid, vec!["signingCredential.untrusted".to_owned()]));
    let mut changed = signed;
    let last = changed.len() - 20;
    changed[last] ^= 1;
    assert_eq!(provenance::examine(&changed, &trusting).unwrap().credentials.state, State::Invalid);
}

/// A small PNG
fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    pictures::card().write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A signature has its algorithm's format, for inputs of any length.
pub async fn signs(signer: &dyn Signer) {
    for length in [0, 1, 4_096, 20_000] {
        let signature = signer.sign(&vec![7; length]).await.unwrap();
        match signer.algorithm() {
            Algorithm::Es256 => assert_eq!(signature.len(), 64),
            Algorithm::Ps256 => assert!([256, 384, 512].contains(&signature.len())),
        }
    }
    assert!(!signer.chain().certificates().is_empty());
}
