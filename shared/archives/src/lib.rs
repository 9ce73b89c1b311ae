//! A zip of stored files, written as they come.

use std::io::{self, Write};

/// 1980-01-01, the first day a zip can name, in its own way of writing dates
const DATE: u16 = 0x21;
/// Made on Unix, to be read by any program since version 1.0
const MADE_BY: u16 = 3 << 8 | 10;
/// Version 1.0 of the format has stored files
const NEEDED: u16 = 10;
/// A regular file, readable by all and writable by its owner, as Unix has it
const MODE: u32 = 0o100_644 << 16;
/// Bytes of the header before a file and of its entry in the directory, each without the name
const HEADERS: usize = 30 + 46;

/// An archive in the making. Every file is written once and as it is, with its checksum and length before it: nothing is kept, compressed or
/// sought back to, so that it can go over any stream. Names, order and bytes alone decide its bytes.
///
/// (PKWARE APPNOTE 6.3.10, 4.3; without the 64-bit extension.) The writer of the `zip` crate does neither: over a stream it puts checksum and length behind
/// a file, where a reader that cannot seek does not find the end of a stored one, and its directory is in the order in which the files were written.
pub struct Archive<W> {
    writer: W,
    written: u64,
    entries: Vec<Entry>,
}

/// A file's entry in the directory
struct Entry {
    name: String,
    length: u16,
    checksum: u32,
    size: u32,
    offset: u32,
}

impl<W: Write> Archive<W> {
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { writer, written: 0, entries: Vec::new() }
    }

    /// Writes a file; `name` is of ASCII characters.
    ///
    /// # Errors
    /// Those of the writer, and [`io::ErrorKind::FileTooLarge`].
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.begin(name, crc32fast::hash(bytes), bytes.len() as u64)?;
        self.write(bytes)
    }

    /// Begins a file whose checksum (CRC-32) and size are known before its bytes, which are then written piece by piece with [`Self::write`].
    ///
    /// # Errors
    /// Those of the writer, and [`io::ErrorKind::FileTooLarge`].
    pub fn begin(&mut self, name: &str, checksum: u32, size: u64) -> io::Result<()> {
        let length = u16::try_from(name.len()).map_err(|_| too_large())?;
        let size = u32::try_from(size).map_err(|_| too_large())?;
        let offset = u32::try_from(self.written).map_err(|_| too_large())?;
        let entry = Entry { name: name.to_owned(), length, checksum, size, offset };
        let mut header = Vec::with_capacity(30 + name.len());
        header.extend(b"PK\x03\x04");
        entry.describe(&mut header);
        header.extend(0_u16.to_le_bytes());
        header.extend(name.as_bytes());
        self.write(&header)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes a piece of the file that was begun last.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.writer.write_all(bytes)
    }

    /// Where it is written to, so that what is written can be taken away.
    pub fn writer(&mut self) -> &mut W {
        &mut self.writer
    }

    /// The bytes that a file adds to the archive beside its own: its two headers.
    #[must_use]
    pub fn overhead(name: &str) -> u64 {
        (HEADERS + 2 * name.len()) as u64
    }

    /// Writes the directory, in which the file named `first` stands before all others, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer, and [`io::ErrorKind::FileTooLarge`].
    pub fn finish(mut self, first: &str) -> io::Result<W> {
        let start = u32::try_from(self.written).map_err(|_| too_large())?;
        let count = u16::try_from(self.entries.len()).map_err(|_| too_large())?;
        self.entries.sort_by_key(|entry| entry.name != first);
        let mut directory = Vec::new();
        for entry in &self.entries {
            entry.list(&mut directory);
        }
        let size = u32::try_from(directory.len()).map_err(|_| too_large())?;
        directory.extend(b"PK\x05\x06\0\0\0\0");
        directory.extend([count.to_le_bytes(), count.to_le_bytes()].as_flattened());
        directory.extend([size.to_le_bytes(), start.to_le_bytes()].as_flattened());
        directory.extend([0, 0]);
        self.write(&directory)?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

impl Entry {
    /// The fields that both headers of a file share, from the version needed to the length of its name
    fn describe(&self, header: &mut Vec<u8>) {
        // Flags, method and time are zero: a name in ASCII, stored, at midnight.
        header.extend([NEEDED, 0, 0, 0, DATE].map(u16::to_le_bytes).as_flattened());
        header.extend([self.checksum, self.size, self.size].map(u32::to_le_bytes).as_flattened());
        header.extend(self.length.to_le_bytes());
    }

    fn list(&self, directory: &mut Vec<u8>) {
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        self.describe(directory);
        // No extra field, no comment, the first disk, no text.
        directory.extend([0; 8]);
        directory.extend([MODE, self.offset].map(u32::to_le_bytes).as_flattened());
        directory.extend(self.name.as_bytes());
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "more than a zip without 64-bit lengths can hold")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn another_program_reads_what_is_written() {
        let mut archive = Archive::new(Vec::new());
        let files = [("a/b.txt", &b"one"[..]), ("c", b""), ("index.html", b"<p>")];
        files.iter().for_each(|(name, bytes)| archive.add(name, bytes).unwrap());
        let bytes = archive.finish("index.html").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let names: Vec<_> = (0..archive.len()).map(|at| archive.name_for_index(at).unwrap().unwrap().into_owned()).collect();
        assert_eq!(names, ["index.html", "a/b.txt", "c"]);
        for (name, expected) in files {
            let mut file = archive.by_name(name).unwrap();
            assert_eq!((file.compression(), file.unix_mode()), (zip::CompressionMethod::Stored, Some(0o100_644)));
            assert_eq!(file.last_modified(), Some(zip::DateTime::default()));
            let mut found = Vec::new();
            file.read_to_end(&mut found).unwrap();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_file_that_comes_in_pieces_is_the_same_file() {
        let mut whole = Archive::new(Vec::new());
        whole.add("a/b.txt", b"one, two").unwrap();
        let mut pieces = Archive::new(Vec::new());
        pieces.begin("a/b.txt", crc32fast::hash(b"one, two"), 8).unwrap();
        pieces.write(b"one,").unwrap();
        let mut taken = std::mem::take(pieces.writer());
        pieces.write(b" two").unwrap();
        taken.extend(pieces.finish("").unwrap());
        let whole = whole.finish("").unwrap();
        assert_eq!(taken, whole);
        assert_eq!(whole.len() as u64, 8 + Archive::<Vec<u8>>::overhead("a/b.txt") + 22);
    }

    #[test]
    fn a_writer_that_fails_is_heard() {
        let mut archive = Archive::new(&mut [][..]);
        assert_eq!(archive.add("a", b"bytes").unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
