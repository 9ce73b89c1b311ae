//! Server-sent events from a byte stream whose chunks end anywhere, even within a character.
//!
//! The grammar is that of the HTML standard, section 9.2.6: lines end in LF, CR LF or CR; a line that begins with a colon is a comment; a blank line
//! ends an event. Only the data of an event is read: the vendor repeats the event's name in it.

use bytes::{Buf, Bytes};

/// A line or an event is longer than any correct one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Assembles events.
#[derive(Debug)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
    first_line: bool,
    limit: usize,
}

impl Events {
    /// `limit` is the maximum of one event, in bytes.
    pub(crate) fn of_at_most(limit: usize) -> Self {
        Self { line: Vec::new(), data: Vec::new(), has_data: false, after_cr: false, first_line: true, limit }
    }

    /// Reads `chunk` up to the end of an event and returns its data; `None` when the chunk ends first.
    pub(crate) fn next_in(&mut self, chunk: &mut Bytes) -> Result<Option<Vec<u8>>, TooLong> {
        while !chunk.is_empty() {
            if std::mem::take(&mut self.after_cr) && chunk[0] == b'\n' {
                chunk.advance(1);
                continue;
            }
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = end.unwrap_or(chunk.len());
            if self.line.len() + self.data.len() + part > self.limit {
                return Err(TooLong);
            }
            self.line.extend_from_slice(&chunk[..part]);
            let Some(end) = end else {
                chunk.clear();
                break;
            };
            self.after_cr = chunk[end] == b'\r';
            chunk.advance(end + 1);
            if let Some(data) = self.end_line() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// The data of the last event when the stream ended without a blank line, complete or not.
    pub(crate) fn rest(mut self) -> Option<Vec<u8>> {
        self.end_line().or_else(|| self.end_event())
    }

    fn end_line(&mut self) -> Option<Vec<u8>> {
        if std::mem::take(&mut self.first_line) && self.line.starts_with("\u{feff}".as_bytes()) {
            self.line.drain(..3);
        }
        if self.line.is_empty() {
            return self.end_event();
        }
        let value = match self.line.strip_prefix(b"data") {
            Some([]) => Some(4),
            Some([b':', b' ', ..]) => Some(6),
            Some([b':', ..]) => Some(5),
            _ => None,
        };
        if let Some(value) = value {
            if self.has_data {
                self.data.push(b'\n');
                self.data.extend_from_slice(&self.line[value..]);
            } else {
                // A picture is one line of millions of bytes: it is moved, not copied.
                std::mem::swap(&mut self.line, &mut self.data);
                self.data.drain(..value);
                self.has_data = true;
            }
        }
        self.line.clear();
        None
    }

    fn end_event(&mut self) -> Option<Vec<u8>> {
        std::mem::take(&mut self.has_data).then(|| std::mem::take(&mut self.data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut events = Events::of_at_most(1000);
        let mut found = Vec::new();
        for piece in pieces {
            let mut piece = Bytes::copy_from_slice(piece);
            while let Some(data) = events.next_in(&mut piece).unwrap() {
                found.push(String::from_utf8(data).unwrap());
            }
        }
        found.extend(events.rest().map(|data| String::from_utf8(data).unwrap()));
        found
    }

    const STREAM: &str = "\u{feff}: Grüße\nevent: one\ndata: {\"é\":1}\nid: 7\n\ndata:two\ndata: lines 視線\ndata\n\n: nothing\n\nretry: 3\nevent: x\n\ndatabase: 1\n\ndata: [DONE]\n\ndata: open";

    #[test]
    fn a_stream_is_read_by_the_standard() {
        assert_eq!(read(&[STREAM.as_bytes()]), ["{\"é\":1}", "two\nlines 視線\n", "[DONE]", "open"]);
        assert!(read(&[]).is_empty() && read(&[b"\n\n\r\r\n"]).is_empty());
        assert_eq!(read(&[b"data: \n\n"]), [""]);
        assert_eq!(read(&[b"data: no blank line\n"]), ["no blank line"]);
    }

    #[test]
    fn every_cut_gives_the_same_events_whatever_ends_the_lines() {
        for line_end in ["\n", "\r\n", "\r"] {
            let stream = STREAM.replace('\n', line_end);
            let whole = read(&[stream.as_bytes()]);
            assert_eq!(whole.len(), 4, "{line_end:?}");
            for cut in 0..=stream.len() {
                let (left, right) = stream.as_bytes().split_at(cut);
                assert_eq!(read(&[left, right]), whole, "{line_end:?} at {cut}");
            }
            let bytes: Vec<_> = stream.as_bytes().chunks(1).collect();
            assert_eq!(read(&bytes), whole, "{line_end:?} byte by byte");
        }
    }

    #[test]
    fn no_event_grows_beyond_the_limit() {
        for endless in ["data: no end of a line", "event: no end of a line", "data: no end of an event\n", "nothing at all"] {
            let mut events = Events::of_at_most(100);
            let ended = (0..100).any(|_| events.next_in(&mut Bytes::from_static(endless.as_bytes())) == Err(TooLong));
            assert!(ended, "{endless:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(pieces in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), any::<u8>()], 0..20), 0..20)) {
            let mut events = Events::of_at_most(10_000);
            for piece in pieces {
                let mut piece = Bytes::from(piece);
                while events.next_in(&mut piece).unwrap().is_some() {}
            }
            events.rest();
        }
    }
}
