/** What one tab tells the others of this browser. */
export type Told =
  | { what: 'signed-in' }
  | { what: 'signed-out' }
  | { what: 'wallet-changed' }
  | { what: 'generation-begun'; id: string; draft: string }
  | { what: 'generation-deleted'; id: string };

let channel: BroadcastChannel | undefined;

function open(): BroadcastChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return;
  return (channel ??= new BroadcastChannel('studio'));
}

export function tell(told: Told): void {
  open()?.postMessage(told);
}

/** Calls back for what other tabs tell; the result ends it. */
export function listen(hear: (told: Told) => void): () => void {
  const heard = (event: MessageEvent<Told>): void => hear(event.data);
  open()?.addEventListener('message', heard);
  return () => channel?.removeEventListener('message', heard);
}
