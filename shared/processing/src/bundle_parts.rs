//! A bundle in memory, in parts.

use std::io::{self, Write};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use studio::BundleFile;

/// Bytes of a part. A part is filled and then left alone: one buffer that grew would be copied, and twice as large at the end.
const PART: usize = 1 << 20;

/// What was written, its length and its hash.
#[derive(Default)]
pub(crate) struct BundleParts {
    full: Vec<Bytes>,
    last: Vec<u8>,
    bytes: u64,
    hash: Sha256,
}

impl BundleParts {
    pub(crate) fn finish(mut self) -> (BundleFile, Vec<Bytes>) {
        self.full.push(self.last.into());
        (BundleFile { bytes: self.bytes, sha256: hex::encode(self.hash.finalize()) }, self.full)
    }
}

impl Write for BundleParts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.last.len() == self.last.capacity() {
            let full = std::mem::replace(&mut self.last, Vec::with_capacity(PART));
            self.full.push(full.into());
        }
        let bytes = &bytes[..bytes.len().min(self.last.capacity() - self.last.len())];
        self.last.extend_from_slice(bytes);
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_what_was_written_whatever_its_pieces() {
        let whole: Vec<u8> = (0..5 * PART / 2).map(|at| (at % 251) as u8).collect();
        for piece in [1_000, PART, 3 * PART] {
            let mut parts = BundleParts::default();
            whole.chunks(piece).for_each(|piece| parts.write_all(piece).unwrap());
            let (file, parts) = parts.finish();
            assert_eq!(parts.concat(), whole);
            assert!(parts.iter().all(|part| part.len() <= PART));
            assert_eq!((file.bytes, file.sha256), (whole.len() as u64, hex::encode(Sha256::digest(&whole))));
        }
    }
}
