import { call } from '../api/call';
import { troubleOf } from '../api/problem';
import { session } from './session.svelte';
import { tell } from './tabs';

/** After the id of what cannot be undone any more. */
const FOR_GOOD = ' for good';

function remember(value: string): void {
  try {
    sessionStorage.setItem('deleting', value);
  } catch {
    // A browser that may not remember has the request alone.
  }
}

function recall(): string | null {
  try {
    return sessionStorage.getItem('deleting');
  } catch {
    return null;
  }
}

/** It is deleted, or stays after all. */
export function forgetDeleting(id: string): void {
  if (deleting()?.id === id) sessionStorage.removeItem('deleting');
}

/** Asks the gallery to delete a generation, which offers to undo it for some seconds. */
export function askToDelete(id: string): void {
  remember(id);
}

/** What is being deleted, and whether it can still be undone. */
export function deleting(): { id: string; undoable: boolean } | undefined {
  const kept = recall();
  if (kept === null) return;
  return kept.endsWith(FOR_GOOD) ? { id: kept.slice(0, -FOR_GOOD.length), undoable: false } : { id: kept, undoable: true };
}

/** Deletes a generation. A request that is sent while the page is left may be lost: until it is answered, the next page of this tab sends it once more. */
export async function deleteForGood(id: string): Promise<void> {
  remember(id + FOR_GOOD);
  try {
    await call('DELETE /v1/generations/{id}', { path: { id }, keepalive: true });
  } catch (error) {
    // It was deleted before: that is what was wanted.
    if (troubleOf(error).kind !== 'not-found') throw error;
  }
  forgetDeleting(id);
  tell({ what: 'generation-deleted', id });
}

/** Deletes what the page before could not see to its end. */
export async function finishDeleting(): Promise<void> {
  const left = deleting();
  if (session.hint && left && !left.undoable) await deleteForGood(left.id).catch(() => undefined);
}
