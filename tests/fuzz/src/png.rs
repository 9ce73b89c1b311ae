//! The parts of a PNG.

pub const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// One chunk with its length and checksum
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk that fits");
    let named = [name, body].concat();
    [length.to_be_bytes().as_slice(), &named, &crc32(&named).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| CRC[usize::from(sum as u8 ^ byte)] ^ (sum >> 8))
}

/// The checksum of each byte
const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 8 * table.len() {
        let value = if at % 8 == 0 { (at / 8) as u32 } else { table[at / 8] };
        table[at / 8] = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
        at += 1;
    }
    table
};

/// A zlib stream that holds the bytes as they are
pub fn stored(data: &[u8]) -> Vec<u8> {
    let (low, high) = data.iter().fold((1, 0), |(low, high), &byte| {
        let low = (low + u32::from(byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    let mut stored = vec![0x78, 0x01];
    let mut blocks = data.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        stored.push(u8::from(blocks.peek().is_none()));
        stored.extend(length.to_le_bytes());
        stored.extend((!length).to_le_bytes());
        stored.extend(block);
    }
    stored.extend((high << 16 | low).to_be_bytes());
    stored
}
