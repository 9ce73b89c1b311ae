import { dropCache } from './forget';
import { recall, remember, type Remembered } from './stored';
import { keys, remove, type Store } from './store';

/** All that this site may keep on this device, apart from cookies, which are closed to scripts. */
export const KEPT = ['draft', 'trial', 'selfies', 'pictures', 'pages', 'signed-in', 'device', 'uncounted', 'erasure', 'locale', 'theme', 'deleting'] as const;
export type Kept = (typeof KEPT)[number];

/** How many of it there are now, and its value where that is a word. */
export interface Found {
  count: number;
  value?: string;
}

interface Keeping {
  find: () => Promise<Found>;
  forget: () => Promise<void>;
}

const word = (name: Remembered, shows = false): Keeping => ({
  find: async () => {
    const value = recall(name);
    return value === null ? { count: 0 } : { count: 1, ...(shows && { value }) };
  },
  forget: async () => remember(name, null),
});

/** A word of this tab alone. */
const tabWord = (name: string): Keeping => ({
  find: async () => ({ count: sessionStorage.getItem(name) === null ? 0 : 1 }),
  forget: async () => sessionStorage.removeItem(name),
});

const records = (store: Store, of: (key: string) => boolean = () => true): Keeping => ({
  find: async () => ({ count: (await keys(store)).filter(of).length }),
  forget: async () => void (await Promise.all((await keys(store)).filter(of).map((key) => remove(store, key)))),
});

const cache = (name: string): Keeping => ({
  find: async () => ({ count: typeof caches !== 'undefined' && (await caches.has(name)) ? (await (await caches.open(name)).keys()).length : 0 }),
  forget: () => dropCache(name),
});

const KEEPINGS: Record<Kept, Keeping> = {
  draft: records('draft', (key) => key === 'draft'),
  trial: records('draft', (key) => key === 'trial'),
  selfies: records('selfies'),
  pictures: cache('pictures'),
  pages: cache('pages'),
  'signed-in': word('signed-in'),
  device: word('device', true),
  uncounted: word('uncounted'),
  erasure: word('erasure'),
  locale: word('locale', true),
  theme: word('theme', true),
  deleting: tabWord('deleting'),
};

/** What there is of each, read from the browser and from nowhere else. */
export async function findKept(): Promise<Record<Kept, Found>> {
  const found = await Promise.all(KEPT.map(async (name) => [name, await KEEPINGS[name].find().catch(() => ({ count: 0 }))] as const));
  return Object.fromEntries(found) as Record<Kept, Found>;
}

export function forgetKept(name: Kept): Promise<void> {
  return KEEPINGS[name].forget();
}
