import { get, keys, put, remove } from './store';
import type { components } from '../api/schema';

type Request = components['schemas']['GenerationRequest'];
type Messenger = components['schemas']['StickersAddon']['platforms'][number];

const DAY = 24 * 60 * 60 * 1000;

/** A part of a picture, in shares of its width and height. */
export interface Crop {
  x: number;
  y: number;
  size: number;
}

/** What somebody chose so far, and what became of it: enough to go on after a sign-in, a reload or a crash. */
export interface Draft {
  /** Another picture is another draft. */
  id: string;
  /** The whole picture, scaled and without metadata. */
  picture?: Blob;
  crop?: Crop;
  style?: Request['style'];
  count: number;
  stickers: Messenger[];
  bubble: string;
  seed?: number;
  consent: boolean;
  /** The upload of this picture with this crop, once its bytes have arrived. */
  upload?: { id: string; until: number };
  /** The key of the order, and the order it is the key of: another order has another. */
  order?: { key: string; body: string };
  at: number;
}

/** Keeps the draft for a day; `false` where a reload would lose it. */
export function keepDraft(draft: Draft, now = Date.now()): Promise<boolean> {
  return put('draft', 'draft', { ...draft, at: now });
}

export async function recallDraft(now = Date.now()): Promise<Draft | undefined> {
  const draft = await get<Draft>('draft', 'draft');
  if (!draft) return;
  if (now - draft.at < DAY) return draft;
  await forgetDraft();
}

export function forgetDraft(): Promise<void> {
  return remove('draft', 'draft');
}

/** Takes over what another tab has done for the same draft: a picture is sent once, and the same order has the same key. */
export async function catchUp(draft: Draft): Promise<void> {
  const kept = await recallDraft();
  if (kept?.id !== draft.id) return;
  if (JSON.stringify(kept.crop) === JSON.stringify(draft.crop)) draft.upload ??= kept.upload;
  draft.order ??= kept.order;
}

interface Selfie {
  picture: Blob;
  /** The draft that it was the picture of. */
  draft: string;
  at: number;
}

/** Keeps what a generation was drawn from on this device for a day, to compare and to draw again. */
export function keepSelfie(generation: string, picture: Blob, draft: string, now = Date.now()): Promise<boolean> {
  return put('selfies', generation, { picture, draft, at: now } satisfies Selfie);
}

/** The generation that a draft has become, in this tab or another. */
export async function generationOf(draft: string): Promise<string | undefined> {
  for (const generation of await keys('selfies')) if ((await get<Selfie>('selfies', generation))?.draft === draft) return generation;
}

export async function recallSelfie(generation: string, now = Date.now()): Promise<Blob | undefined> {
  const selfie = await get<Selfie>('selfies', generation);
  return selfie && now - selfie.at < DAY ? selfie.picture : undefined;
}

export function forgetSelfie(generation: string): Promise<void> {
  return remove('selfies', generation);
}

/** Removes what is older than a day. */
export async function forgetOld(now = Date.now()): Promise<void> {
  await recallDraft(now);
  for (const key of await keys('selfies')) if (!(await recallSelfie(key, now))) await forgetSelfie(key);
}

/** The key of an order: the same for the same order, however often it is sent; another for another. */
export function orderKey(draft: Draft, body: string): string {
  if (draft.order?.body !== body) draft.order = { key: crypto.randomUUID(), body };
  return draft.order.key;
}
