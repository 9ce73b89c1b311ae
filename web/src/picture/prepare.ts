import { Trouble } from '../api/call';
import type { Crop } from '../device/draft';

/** The longest side of what leaves the device: drawings are made of less. */
const SIDE = 2048;
const QUALITY = 0.92;

/** A picture as it may leave the device: upright, of at most 2048 pixels, a JPEG without place, camera or anything else beside its pixels. */
export async function prepare(file: Blob): Promise<Blob> {
  const picture = await decode(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  return draw(picture, { x: 0, y: 0, width: picture.width, height: picture.height }, scale);
}

/** The part of a prepared picture that is to be drawn. */
export async function cut(picture: Blob, crop: Crop | undefined): Promise<Blob> {
  if (!crop) return picture;
  const whole = await decode(picture);
  const side = crop.size * Math.min(whole.width, whole.height);
  return draw(whole, { x: crop.x * whole.width, y: crop.y * whole.height, width: side, height: side }, 1);
}

async function draw(picture: ImageBitmap, part: { x: number; y: number; width: number; height: number }, scale: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(part.width * scale));
  canvas.height = Math.max(1, Math.round(part.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Trouble('picture-unreadable');
  context.imageSmoothingQuality = 'high';
  // A JPEG has no transparency: what shows through is white, and not black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  // Frees the memory of the canvas at once, of which phones have little.
  canvas.width = canvas.height = 0;
  if (!blob) throw new Trouble('picture-unreadable');
  return blob;
}

/** Decodes what the browser can, and HEIC where it cannot, whatever the file calls itself. */
async function decode(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    if (!(await isHeic(file))) throw new Trouble('picture-unreadable');
    const { decodeHeic } = await import('./heic');
    return decodeHeic(file, SIDE);
  }
}

/** By its first bytes: phones give HEIC names and types of other formats, or none. */
export async function isHeic(file: Blob): Promise<boolean> {
  const head = new TextDecoder('latin1').decode(await file.slice(0, 64).arrayBuffer());
  return head.slice(4, 8) === 'ftyp' && /hei[cxms]|hev[cxms]|mif1|msf1/.test(head.slice(8));
}
