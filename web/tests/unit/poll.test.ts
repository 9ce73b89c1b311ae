import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Trouble, type Exchange } from '../../src/api/call';
import { poll } from '../../src/api/poll';

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const network = { onLine: true };
const frame = new EventTarget();
vi.stubGlobal('document', page);
vi.stubGlobal('navigator', network);
vi.stubGlobal('addEventListener', frame.addEventListener.bind(frame));
vi.stubGlobal('removeEventListener', frame.removeEventListener.bind(frame));

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  page.visibilityState = 'visible';
  network.onLine = true;
});

const reply = <T>(data: T | undefined, more: Partial<Exchange<T>> = {}): Exchange<T> => ({ data, etag: '"e"', retryAfter: undefined, ...more });

test('asks more and more slowly, with the tag of the reply before, until there is nothing to wait for', async () => {
  const times: number[] = [];
  const tags: (string | null)[] = [];
  const begun = Date.now();
  poll({
    ask: async (etag) => (times.push(Date.now() - begun), tags.push(etag), reply(times.length < 7 ? undefined : 'done')),
    see: (data) => data === 'done',
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times).toEqual([0, 1000, 2500, 4750, 8125, 13_125, 18_125]);
  expect(tags.slice(0, 2)).toEqual([null, '"e"']);
});

test('obeys Retry-After, of a reply and of a problem', async () => {
  const times: number[] = [];
  const begun = Date.now();
  const stop = poll({
    ask: async () => {
      times.push(Date.now() - begun);
      if (times.length === 1) return reply(undefined, { retryAfter: 9 });
      throw new Trouble('unavailable', { retryAfter: 20 });
    },
    see: () => false,
  });
  await vi.advanceTimersByTimeAsync(30_000);
  stop();
  expect(times).toEqual([0, 9000, 29_000]);
});

test('rests while nobody looks and while nothing is reached, and goes on at once afterwards', async () => {
  const ask = vi.fn(async () => reply<string>(undefined));
  const stop = poll({ ask, see: () => false });
  await vi.advanceTimersByTimeAsync(0);
  page.visibilityState = 'hidden';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(2);
  network.onLine = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(2);
  network.onLine = true;
  frame.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(3);
  stop();
});

test('goes on after what passes, and says when it is over; ends at what does not', async () => {
  const told: (string | undefined)[] = [];
  const answers = [new Trouble('offline'), reply<string>(undefined), new Trouble('not-found'), reply<string>(undefined)];
  const ask = vi.fn(async () => {
    const next = answers.shift()!;
    if (next instanceof Trouble) throw next;
    return next;
  });
  poll({ ask, see: () => false, trouble: (trouble) => told.push(trouble?.kind) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['offline', undefined, 'not-found']);
  expect(ask).toHaveBeenCalledTimes(3);
});
