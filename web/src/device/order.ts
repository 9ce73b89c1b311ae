import { call, Trouble } from '../api/call';
import { upload } from '../api/upload';
import { cut } from '../picture/prepare';
import { keepDraft, orderKey, type Draft } from './draft';
import type { components } from '../api/schema';

type Request = components['schemas']['GenerationRequest'];

const HOUR = 60 * 60 * 1000;
/** A picture that nothing was drawn from is deleted after a day; what is nearly that old is sent anew. */
const UPLOAD_LASTS = 20 * HOUR;

export type Step = 'opening' | 'sending' | 'starting';

export interface Ordering {
  step: (step: Step, share?: number) => void;
}

/** Sends the picture of a draft, unless it is there already, and starts its generation; `id` is the generation's. What was done is in the draft, so that doing it again does nothing twice. */
export async function order(draft: Draft, { step }: Ordering): Promise<{ id: string; picture: Blob }> {
  if (!draft.picture || !draft.style) throw new Trouble('field-invalid');
  const picture = await cut(draft.picture, draft.crop);
  for (let attempt = 0; ; attempt++) {
    if (!draft.upload || draft.upload.until < Date.now()) await send(draft, picture, step);
    try {
      return { id: await start(draft, step), picture };
    } catch (error) {
      // The picture has gone since it was sent: it is sent once more.
      const gone = error instanceof Trouble && ['upload-not-received', 'not-found'].includes(error.kind);
      if (!gone || attempt > 0) throw error;
      draft.upload = undefined;
    }
  }
}

async function send(draft: Draft, picture: Blob, step: Ordering['step']): Promise<void> {
  step('opening');
  const place = await call('POST /v1/uploads', { body: { content_type: picture.type, bytes: picture.size } });
  step('sending', 0);
  await upload(place.post, picture, { progress: (share) => step('sending', share) });
  draft.upload = { id: place.upload_id, until: Date.now() + UPLOAD_LASTS };
  await keepDraft(draft);
}

async function start(draft: Draft, step: Ordering['step']): Promise<string> {
  step('starting');
  const body = bodyOf(draft);
  const key = orderKey(draft, JSON.stringify(body));
  await keepDraft(draft);
  for (;;) {
    try {
      return (await call('POST /v1/generations', { key, body })).generation_id;
    } catch (error) {
      // The first tap is still on its way: its answer is ours as well.
      if (!(error instanceof Trouble && error.kind === 'idempotency-key-in-use')) throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.more.retryAfter ?? 1) * 1000));
    }
  }
}

function bodyOf(draft: Draft): Request {
  const text = bubbleText(draft.bubble);
  return {
    upload_id: draft.upload!.id,
    style: draft.style!,
    count: draft.count,
    stickers: [...draft.stickers].sort(),
    ...(text && { bubble: { text } }),
    ...(draft.seed !== undefined && { seed: draft.seed }),
  };
}

/** The words of a bubble, on one line. */
export function bubbleText(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Characters as a person counts them: a family of emoji is one. */
export function countCharacters(text: string): number {
  return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(bubbleText(text))].length;
}
