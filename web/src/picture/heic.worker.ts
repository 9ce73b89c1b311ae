import wasm from 'libheif-js/libheif-wasm/libheif.wasm?url';

interface Image {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(target: ImageData, done: (shown: ImageData | null) => void): void;
}
interface Library {
  HeifDecoder: new () => { decode(bytes: ArrayBuffer): Image[] };
}

addEventListener('message', async ({ data: { file, side } }: MessageEvent<{ file: Blob; side: number }>) => {
  const bitmap = await decode(file, side).catch(() => null);
  postMessage(bitmap, { transfer: bitmap ? [bitmap] : [] });
});

async function decode(file: Blob, side: number): Promise<ImageBitmap> {
  const [{ default: load }, binary, bytes] = await Promise.all([import('libheif-js/libheif-wasm/libheif.js'), fetch(wasm).then((reply) => reply.arrayBuffer()), file.arrayBuffer()]);
  // With its bytes at hand it is ready at once.
  const library = load({ wasmBinary: binary }) as Library;
  const images = new library.HeifDecoder().decode(bytes);
  const image = images.find((one) => one.is_primary()) ?? images[0];
  if (!image) throw new Error('no image');
  const pixels = new ImageData(image.get_width(), image.get_height());
  await new Promise<void>((resolve, reject) => image.display(pixels, (shown) => (shown ? resolve() : reject(new Error('not decoded')))));
  const scale = Math.min(1, side / Math.max(pixels.width, pixels.height));
  return createImageBitmap(pixels, { resizeWidth: Math.round(pixels.width * scale), resizeHeight: Math.round(pixels.height * scale), resizeQuality: 'high' });
}
