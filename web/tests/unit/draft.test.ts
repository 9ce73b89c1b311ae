import { beforeEach, expect, test } from 'vitest';
import { catchUp, forgetDraft, forgetOld, generationOf, keepDraft, keepSelfie, orderKey, recallDraft, recallSelfie, type Draft } from '../../src/device/draft';

const HOUR = 60 * 60 * 1000;
const draft = (): Draft => ({ id: 'd', count: 1, stickers: [], bubble: '', consent: false, at: 0 });

beforeEach(forgetDraft);

test('a draft is there for a day, and a browser that keeps nothing says so', async () => {
  expect(await keepDraft({ ...draft(), bubble: 'Hi' }, 0)).toBe(false);
  expect((await recallDraft(23 * HOUR))?.bubble).toBe('Hi');
  expect(await recallDraft(24 * HOUR)).toBeUndefined();
  expect(await recallDraft(0)).toBeUndefined();
});

test('a selfie is there for a day', async () => {
  await keepSelfie('gen_1', new Blob(['a']), 'd', 0);
  expect(await recallSelfie('gen_1', HOUR)).toBeInstanceOf(Blob);
  await forgetOld(25 * HOUR);
  expect(await recallSelfie('gen_1', HOUR)).toBeUndefined();
});

test('an order keeps its key until it is another order', () => {
  const order = draft();
  const first = orderKey(order, '{"upload_id":"upl_1"}');
  expect(orderKey(order, '{"upload_id":"upl_1"}')).toBe(first);
  expect(orderKey(order, '{"upload_id":"upl_2"}')).not.toBe(first);
});

test('what was ordered in another tab is found by its draft', async () => {
  await keepSelfie('gen_2', new Blob(['a']), 'ordered');
  expect(await generationOf('ordered')).toBe('gen_2');
  expect(await generationOf('another')).toBeUndefined();
});

test('what another tab has done for a draft is taken over, and its upload with the same crop only', async () => {
  const crop = { x: 0, y: 0, size: 1 };
  const done = { upload: { id: 'upl_1', until: 1 }, order: { key: 'k', body: '{}' } };
  await keepDraft({ ...draft(), crop, ...done });
  const same = { ...draft(), crop: { ...crop } };
  const other = { ...draft(), id: 'e', crop };
  const recut = { ...draft(), crop: { ...crop, size: 0.5 } };
  await Promise.all([same, other, recut].map(catchUp));
  expect(same).toMatchObject(done);
  expect(other).not.toHaveProperty('order');
  expect(recut.upload).toBeUndefined();
});
