import { problemOf, refusalOf, send, Trouble } from './call';
import type { components } from './schema';

type Schemas = components['schemas'];

/** What is drawn at once, and who may see the picture, for this one request. */
export interface InstantOrder {
  picture: Blob;
  style?: string;
  /** What it shall look like, in place of a style. */
  prompt?: string;
  consent: string[];
}

export interface Watching {
  progress: (event: Schemas['ProgressEvent']) => void;
  sketch: (picture: Blob) => void;
  signal: AbortSignal;
}

/** Sends a picture and gives the drawing of the same answer. Throws `Trouble`, or an `AbortError` when the caller gave up. */
export async function drawAtOnce(url: string, order: InstantOrder, { progress, sketch, signal }: Watching): Promise<Blob> {
  const response = await send(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'provider-consent': order.consent.join(','), 'age-attestation': '13+' },
    body: formOf(order),
    credentials: 'omit',
    cache: 'no-store',
    signal,
  });
  if (!response.ok) throw await refusalOf(response);
  for await (const { event, data } of eventsOf(response)) {
    if (event === 'progress') progress(JSON.parse(data) as Schemas['ProgressEvent']);
    else if (event === 'sketch') sketch(pictureOf(JSON.parse(data) as Schemas['SketchEvent']));
    else if (event === 'picture') return pictureOf(JSON.parse(data) as Schemas['PictureEvent']);
    else if (event === 'error') throw problemOf(JSON.parse(data) as Schemas['Problem']);
  }
  // The stream broke off before its last event.
  throw new Trouble('offline');
}

function formOf({ picture, style, prompt }: InstantOrder): FormData {
  const form = new FormData();
  form.append('picture', picture);
  if (prompt) form.append('prompt', prompt);
  else if (style) form.append('style', style);
  return form;
}

function pictureOf({ picture, media_type }: { picture: string; media_type: string }): Blob {
  return new Blob([Uint8Array.from(atob(picture), (char) => char.charCodeAt(0))], { type: media_type });
}

/** The events of a stream; lines that begin with a colon only keep it open. */
export async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: string }> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + value).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = block.split('\n').filter((line) => !line.startsWith(':'));
        const of = (name: string) => fields.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join('\n');
        if (fields.length) yield { event: of('event'), data: of('data') };
      }
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Trouble('offline');
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
