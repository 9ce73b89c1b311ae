import { forgetSelfie } from './draft';
import { remember } from './stored';
import { removeAll } from './store';

/** Removes what belongs to a person from this device: drafts, selfies, pictures. Language, theme and the empty pages stay. */
export async function forgetPerson(): Promise<void> {
  remember('signed-in', null);
  await Promise.all([removeAll(), dropCache('pictures')]);
}

/** Removes all that this site keeps on this device. */
export async function forgetDevice(): Promise<void> {
  await forgetPerson();
  for (const name of ['locale', 'theme', 'device', 'uncounted', 'erasure'] as const) remember(name, null);
  await dropCache('pages');
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((worker) => worker.unregister()));
}

/** Removes what this device has of a generation that was deleted: its pictures, which are kept by their path, and what it was drawn from. */
export async function forgetGeneration(id: string, pictures: { url: string }[]): Promise<void> {
  await forgetSelfie(id);
  if (typeof caches === 'undefined') return;
  const cache = await caches.open('pictures');
  await Promise.all(pictures.map(({ url }) => cache.delete(url.split('?')[0] ?? url)));
}

/** Removes all that is kept of one kind. */
export async function dropCache(name: string): Promise<void> {
  if (typeof caches !== 'undefined') await caches.delete(name);
}
