import { common } from '../words/spoken';
import { hide, show } from './toasts.svelte';

const SECONDS = 8;

let pending: (() => void) | undefined;

/** Says that something was done, and does it only after eight seconds in which it can be undone, or when the page is left. */
export function undoable(text: string, doIt: () => void, undo: () => void): void {
  pending?.();
  const timer = setTimeout(() => pending?.(), SECONDS * 1000);
  const settle = (then: () => void) => () => {
    clearTimeout(timer);
    pending = undefined;
    removeEventListener('pagehide', commit);
    document.removeEventListener('visibilitychange', hidden);
    hide();
    then();
  };
  const commit = settle(doIt);
  // A phone may end a hidden page without another word.
  const hidden = (): void => void (document.visibilityState === 'hidden' && commit());
  pending = commit;
  addEventListener('pagehide', commit);
  document.addEventListener('visibilitychange', hidden);
  show({ text, act: { label: common.undo, do: settle(undo) } }, SECONDS);
}
