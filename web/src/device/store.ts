// Two small stores of IndexedDB. A browser that denies them, or has no room, keeps things in memory: the page says so.
const VERSION = 1;
const STORES = ['draft', 'selfies'] as const;

/** `draft`: the order that is being written. `selfies`: what generations were drawn from, to compare. */
export type Store = (typeof STORES)[number];

const memory = new Map<string, unknown>();
let database: Promise<IDBDatabase | null> | undefined;

function open(): Promise<IDBDatabase | null> {
  database ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open('studio', VERSION);
      request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
      request.onsuccess = () => {
        // Another tab that forgets all of it must not wait for this one.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return database;
}

async function run<T>(store: Store, mode: IDBTransactionMode, ask: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  const db = await open();
  if (!db) throw new DOMException('denied', 'InvalidStateError');
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode);
    const request = ask(transaction.objectStore(store));
    // Not left to the end of this task, which may be the page's last.
    transaction.commit();
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
  });
}

/** Whether it is kept over a reload; `false` where the browser denies it or has no room. */
export async function put(store: Store, key: string, value: unknown): Promise<boolean> {
  memory.set(`${store}/${key}`, value);
  try {
    await run(store, 'readwrite', (objects) => objects.put(value, key));
    return true;
  } catch {
    return false;
  }
}

export async function get<T>(store: Store, key: string): Promise<T | undefined> {
  try {
    return ((await run(store, 'readonly', (objects) => objects.get(key))) ?? memory.get(`${store}/${key}`)) as T | undefined;
  } catch {
    return memory.get(`${store}/${key}`) as T | undefined;
  }
}

export async function remove(store: Store, key: string): Promise<void> {
  memory.delete(`${store}/${key}`);
  await run(store, 'readwrite', (objects) => objects.delete(key)).catch(() => undefined);
}

export async function keys(store: Store): Promise<string[]> {
  const kept = await run(store, 'readonly', (objects) => objects.getAllKeys()).catch(() => undefined);
  const held = [...memory.keys()].filter((key) => key.startsWith(`${store}/`)).map((key) => key.slice(store.length + 1));
  return [...new Set([...(kept ?? []).map(String), ...held])];
}

/** Removes all of it. */
export async function removeAll(): Promise<void> {
  memory.clear();
  for (const store of STORES) await run(store, 'readwrite', (objects) => objects.clear()).catch(() => undefined);
}
