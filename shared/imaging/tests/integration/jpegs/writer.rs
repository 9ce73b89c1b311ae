//! A JPEG writer for layouts that no program of every day writes: any sampling, scans of one channel or of all, restarts, progression.
//!
//! Its Huffman tables have all symbols, so that it counts nothing; its files are large.

use std::f64::consts::PI;

/// Step of all coefficients
const STEP: f64 = 3.0;

/// Where each coefficient of a block is in the file (ITU-T T.81, figure A.6)
#[rustfmt::skip]
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// One scan of all channels
    Together,
    /// A scan for each channel
    Apart,
    /// Refined from scan to scan
    Progressive,
}

/// How a picture is written
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) size: (usize, usize),
    /// Samples across and down of each channel in a unit
    pub(super) sampling: Vec<(usize, usize)>,
    pub(super) ids: Vec<u8>,
    pub(super) coding: Coding,
    /// Units between restart markers; 0 for none
    pub(super) restarts: u16,
    /// Segments before the tables, such as Adobe's marker
    pub(super) head: Vec<u8>,
}

/// The quantised blocks of a channel
#[derive(Clone)]
pub(super) struct Plane {
    /// Blocks across, padded to whole units
    stride: usize,
    /// Blocks across and down of a scan of this channel alone
    alone: (usize, usize),
    blocks: Vec<[i32; 64]>,
}

impl Layout {
    fn most(&self) -> (usize, usize) {
        let most = |side: fn(&(usize, usize)) -> usize| self.sampling.iter().map(side).max().unwrap();
        (most(|sampling| sampling.0), most(|sampling| sampling.1))
    }

    /// Units of the picture, across and down
    fn units(&self) -> (usize, usize) {
        let (across, down) = self.most();
        (self.size.0.div_ceil(8 * across), self.size.1.div_ceil(8 * down))
    }

    /// The planes of a picture by the value of each channel at a place, in pixels
    pub(super) fn planes(&self, value: impl Fn(usize, f64, f64) -> f64) -> Vec<Plane> {
        let (most, units) = (self.most(), self.units());
        let channel = |(number, &(across, down)): (usize, &(usize, usize))| {
            let (wide, high) = (most.0 as f64 / across as f64, most.1 as f64 / down as f64);
            let stride = units.0 * across;
            let block = |at: usize| {
                let (left, top) = (at % stride * 8, at / stride * 8);
                let sample = |x: usize, y: usize| {
                    let place = |at: usize, step: f64, most: usize| ((at as f64 + 0.5) * step - 0.5).min(most as f64 - 1.0);
                    value(number, place(left + x, wide, self.size.0), place(top + y, high, self.size.1)) - 128.0
                };
                transformed(sample)
            };
            let size = |length: usize, part: usize, whole: usize| (length * part).div_ceil(whole).div_ceil(8);
            Plane {
                stride,
                alone: (size(self.size.0, across, most.0), size(self.size.1, down, most.1)),
                blocks: (0..stride * units.1 * down).map(block).collect(),
            }
        };
        self.sampling.iter().enumerate().map(channel).collect()
    }

    pub(super) fn write(&self, planes: &[Plane]) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        file.extend(&self.head);
        segment(&mut file, 0xdb, &[vec![0], vec![STEP as u8; 64]].concat());
        let [width, height] = [self.size.0 as u16, self.size.1 as u16].map(u16::to_be_bytes);
        let channels = self.ids.iter().zip(&self.sampling).flat_map(|(id, (across, down))| [*id, (across << 4 | down) as u8, 0]);
        let frame: Vec<u8> = [8, height[0], height[1], width[0], width[1], self.ids.len() as u8].into_iter().chain(channels).collect();
        segment(&mut file, if self.coding == Coding::Progressive { 0xc2 } else { 0xc0 }, &frame);
        segment(&mut file, 0xc4, &[tables(0x00, 12), tables(0x10, 256)].concat());
        if self.restarts > 0 {
            segment(&mut file, 0xdd, &self.restarts.to_be_bytes());
        }
        let all: Vec<usize> = (0..planes.len()).collect();
        let each = || all.iter().map(|channel| vec![*channel]);
        match self.coding {
            Coding::Together => self.scan(&mut file, planes, &all, Part::Whole),
            Coding::Apart => each().for_each(|channel| self.scan(&mut file, planes, &channel, Part::Whole)),
            Coding::Progressive => {
                self.scan(&mut file, planes, &all, Part::Mean);
                each().for_each(|channel| self.scan(&mut file, planes, &channel, Part::Detail(1, 5)));
                each().for_each(|channel| self.scan(&mut file, planes, &channel, Part::Detail(6, 63)));
                self.scan(&mut file, planes, &all, Part::LastBit);
            }
        }
        file.extend([0xff, 0xd9]);
        file
    }

    fn scan(&self, file: &mut Vec<u8>, planes: &[Plane], channels: &[usize], part: Part) {
        let (from, to, bits) = match part {
            Part::Whole => (0, 63, 0x00),
            Part::Mean => (0, 0, 0x01),
            Part::LastBit => (0, 0, 0x10),
            Part::Detail(from, to) => (from, to, 0x00),
        };
        let selected = channels.iter().flat_map(|channel| [self.ids[*channel], 0]);
        segment(file, 0xda, &[&[channels.len() as u8][..], &selected.collect::<Vec<_>>(), &[from as u8, to as u8, bits]].concat());
        let units = if channels.len() == 1 { planes[channels[0]].alone } else { self.units() };
        let mut coder = Coder { bits: 0, count: 0, before: vec![0; planes.len()] };
        for unit in 0..units.0 * units.1 {
            if self.restarts > 0 && unit > 0 && unit % usize::from(self.restarts) == 0 {
                coder.flush(file);
                coder.before.fill(0);
                file.extend([0xff, 0xd0 + ((unit / usize::from(self.restarts) - 1) % 8) as u8]);
            }
            let (x, y) = (unit % units.0, unit / units.0);
            for &channel in channels {
                let (across, down) = if channels.len() == 1 { (1, 1) } else { self.sampling[channel] };
                for inside in 0..across * down {
                    let at = (y * down + inside / across) * planes[channel].stride + x * across + inside % across;
                    coder.block(file, channel, &planes[channel].blocks[at], part);
                }
            }
        }
        coder.flush(file);
    }
}

/// What a scan says of each block
#[derive(Clone, Copy)]
enum Part {
    Whole,
    /// The mean without its last bit, and that bit
    Mean,
    LastBit,
    Detail(usize, usize),
}

struct Coder {
    bits: u64,
    count: u32,
    /// The last mean of each channel
    before: Vec<i32>,
}

impl Coder {
    fn put(&mut self, file: &mut Vec<u8>, value: u32, length: u32) {
        self.bits = self.bits << length | u64::from(value);
        self.count += length;
        while self.count >= 8 {
            let byte = (self.bits >> (self.count - 8)) as u8;
            file.push(byte);
            if byte == 0xff {
                file.push(0);
            }
            self.count -= 8;
        }
    }

    fn flush(&mut self, file: &mut Vec<u8>) {
        let missing = (8 - self.count % 8) % 8;
        self.put(file, (1 << missing) - 1, missing);
    }

    fn number(&mut self, file: &mut Vec<u8>, value: i32) {
        let size = category(value);
        let bits = if value < 0 { value - 1 + (1 << size) } else { value };
        self.put(file, bits as u32, size);
    }

    fn block(&mut self, file: &mut Vec<u8>, channel: usize, block: &[i32; 64], part: Part) {
        match part {
            Part::Whole => {
                self.mean(file, channel, block[0]);
                self.detail(file, block, 1, 63);
            }
            Part::Mean => self.mean(file, channel, block[0] >> 1),
            Part::LastBit => self.put(file, (block[0] & 1) as u32, 1),
            Part::Detail(from, to) => self.detail(file, block, from, to),
        }
    }

    fn mean(&mut self, file: &mut Vec<u8>, channel: usize, mean: i32) {
        let difference = mean - std::mem::replace(&mut self.before[channel], mean);
        // Twelve symbols of four bits
        self.put(file, category(difference), 4);
        self.number(file, difference);
    }

    fn detail(&mut self, file: &mut Vec<u8>, block: &[i32; 64], from: usize, to: usize) {
        let mut zeros = 0;
        for place in from..=to {
            let value = block[ZIGZAG[place]];
            if value == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 {
                self.symbol(file, 0xf0);
                zeros -= 16;
            }
            self.symbol(file, zeros << 4 | category(value));
            self.number(file, value);
            zeros = 0;
        }
        if zeros > 0 {
            self.symbol(file, 0);
        }
    }

    /// One of 256 symbols: the lower half in eight bits, the upper in nine
    fn symbol(&mut self, file: &mut Vec<u8>, symbol: u32) {
        if symbol < 128 { self.put(file, symbol, 8) } else { self.put(file, 128 + symbol, 9) }
    }
}

fn category(value: i32) -> u32 {
    i32::BITS - value.abs().leading_zeros()
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    file.extend([0xff, marker]);
    file.extend((body.len() as u16 + 2).to_be_bytes());
    file.extend(body);
}

/// The Huffman table of this class and number with the symbols from 0 on: 12 of four bits, or 256 of eight and nine
fn tables(class: u8, symbols: usize) -> Vec<u8> {
    let mut table = vec![class; 17];
    table[1..].fill(0);
    if symbols == 12 {
        table[4] = 12
    } else {
        (table[8], table[9]) = (128, 128)
    }
    table.extend((0..symbols).map(|symbol| symbol as u8));
    table
}

/// The quantised cosine transform of a block
fn transformed(sample: impl Fn(usize, usize) -> f64) -> [i32; 64] {
    let cosine = |place: usize, wave: usize| ((2 * place + 1) as f64 * wave as f64 * PI / 16.0).cos();
    let scale = |wave: usize| if wave == 0 { (0.125_f64).sqrt() } else { 0.5 };
    let line = |values: [f64; 8]| -> [f64; 8] {
        std::array::from_fn(|wave| scale(wave) * (0..8).map(|place| values[place] * cosine(place, wave)).sum::<f64>())
    };
    let rows: [[f64; 8]; 8] = std::array::from_fn(|y| line(std::array::from_fn(|x| sample(x, y))));
    let columns: [[f64; 8]; 8] = std::array::from_fn(|wave| line(std::array::from_fn(|y| rows[y][wave])));
    std::array::from_fn(|at| (columns[at % 8][at / 8] / STEP).round() as i32)
}
