import { Trouble } from '../api/call';
import { trusted } from '../device/trusted';
import address from './heic.worker?worker&url';

/** Decodes a HEIC in a worker, so that the page goes on, to a bitmap whose longest side is at most `side`. */
export function decodeHeic(file: Blob, side: number): Promise<ImageBitmap> {
  const worker = new Worker(trusted(address), { type: 'module' });
  const result = new Promise<ImageBitmap>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ImageBitmap | null>) => (data ? resolve(data) : reject(new Trouble('picture-unreadable')));
    worker.onerror = () => reject(new Trouble(navigator.onLine ? 'picture-unreadable' : 'offline'));
  });
  worker.postMessage({ file, side });
  return result.finally(() => worker.terminate());
}
