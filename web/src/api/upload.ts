import { Trouble } from './call';
import type { components } from './schema';

type Form = components['schemas']['FormReply'];

const PAUSES = [1000, 3000];

export interface Sending {
  /** The share that is sent, 0 to 1. */
  progress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Posts a picture to its form. It is small: what breaks off is sent again as a whole, twice, and then it is the caller's turn. */
export async function upload(form: Form, picture: Blob, sending: Sending = {}): Promise<void> {
  for (const pause of [...PAUSES, undefined]) {
    try {
      return await post(form, picture, sending);
    } catch (error) {
      const passes = error instanceof Trouble && (error.kind === 'offline' || (error.more.status ?? 0) >= 500);
      if (!passes || pause === undefined) throw error;
      sending.progress?.(0);
      await after(pause, sending.signal);
    }
  }
}

function post(form: Form, picture: Blob, { progress, signal }: Sending): Promise<void> {
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
  data.append('file', picture);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => progress?.(event.total ? event.loaded / event.total : 0);
    request.onload = () => (request.status < 300 ? resolve() : reject(refusal(request.status)));
    request.onerror = () => reject(new Trouble('offline'));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', form.url);
    request.send(data);
  });
}

/** The bucket answers 4xx when the form has expired or the bytes are not those that were announced: a new form is needed. */
function refusal(status: number): Trouble {
  return new Trouble(status < 500 ? 'upload-not-received' : 'unavailable', { status });
}

function after(pause: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, pause);
    signal?.addEventListener('abort', () => (clearTimeout(timer), reject(new DOMException('aborted', 'AbortError'))), { once: true });
  });
}
