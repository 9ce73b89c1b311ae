/** A word that this browser remembers; `null` where it may not. */
export function recall(name: Remembered): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Remembers a word, or forgets it. A browser that may not remember goes on without. */
export function remember(name: Remembered, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is full or denied.
  }
}

/** All that is kept in `localStorage`; the inventory says so as well. */
export type Remembered = 'locale' | 'theme' | 'signed-in' | 'device' | 'uncounted' | 'erasure';
