// Finishes a drawing as the example "finish" of the crate imaging does, and prints the most memory it had, in KiB:
//   node finish.mjs DRAWING.png OUT.zip TABLE.json
// Sharp as its manual has it: decoded once to raw pixels, all sizes asked for at once on its own threads, PNG as it is by default, WebP with
// the quality and effort that the table names. Wide and tall frames are plain crops, which is less work than a composed scene.
import { readFileSync, openSync, writeSync, closeSync } from "node:fs";
import { crc32 } from "node:zlib";
import sharp from "sharp";

const [drawing, out, table] = process.argv.slice(2);
const { rows, quality, effort, sticker } = JSON.parse(readFileSync(table, "utf8"));

const { data, info } = await sharp(drawing).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
const raw = { width: info.width, height: info.height, channels: info.channels };
const picture = () => sharp(data, { raw });
const webp = (image) => image.webp({ quality, effort });

function* files() {
  for (const row of rows) {
    const image = row.transparent ? picture() : picture().removeAlpha();
    if (row.width !== raw.width || row.height !== raw.height) {
      image.resize(row.width, row.height, { fit: "cover", position: "top" });
    }
    yield [`${row.path}.png`, image.clone().png()];
    yield [`${row.path}.webp`, webp(image.clone())];
  }
}

// The white edge is the matte grown by its width; the quality falls until the file is small enough.
async function stickerFiles() {
  const { side, inner, stroke, bytes } = sticker;
  const pad = (side - inner) / 2;
  const subject = await picture()
    .resize(inner, inner, { fit: "inside" })
    .extend({ top: pad, bottom: pad, left: pad, right: pad, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer();
  const matte = await sharp(subject).extractChannel("alpha").threshold(128).dilate(stroke).blur(0.7).toColourspace("b-w").raw().toBuffer();
  const edge = await sharp({ create: { width: side, height: side, channels: 3, background: "#fff" } })
    .joinChannel(matte, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  const whole = await sharp(edge).composite([{ input: subject }]).raw().toBuffer({ resolveWithObject: true });
  const again = () => sharp(whole.data, { raw: { width: side, height: side, channels: whole.info.channels } });
  let file;
  for (const quality of [92, 80, 65, 50, 30, 15]) {
    file = await again().webp({ quality, effort }).toBuffer();
    if (file.length <= bytes) break;
  }
  return [["stickers/whatsapp.webp", file], ["packs/whatsapp-tray.png", await again().resize(96, 96).png().toBuffer()]];
}

const zip = openSync(out, "w");
const directory = [];
let written = 0;

function put(bytes) {
  writeSync(zip, bytes);
  written += bytes.length;
}

function add(name, bytes) {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(10, 4);
  header.writeUInt16LE(0x21, 12);
  header.writeUInt32LE(crc32(bytes), 14);
  header.writeUInt32LE(bytes.length, 18);
  header.writeUInt32LE(bytes.length, 22);
  header.writeUInt16LE(name.length, 26);
  directory.push([name, header, written]);
  put(Buffer.concat([header, Buffer.from(name)]));
  put(bytes);
}

function finish() {
  const start = written;
  for (const [name, header, offset] of directory) {
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(10, 4);
    header.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(offset, 42);
    put(Buffer.concat([entry, Buffer.from(name)]));
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(written - start, 12);
  end.writeUInt32LE(start, 16);
  put(end);
  closeSync(zip);
}

const making = [...files()].map(async ([name, image]) => add(name, await image.toBuffer()));
making.push(stickerFiles().then((files) => files.forEach(([name, bytes]) => add(name, bytes))));
await Promise.all(making);
finish();
console.log(readFileSync("/proc/self/status", "utf8").match(/^VmHWM:\s*(\d+)/m)[1]);
