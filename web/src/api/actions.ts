import { call } from './call';
import type { components } from './schema';
import { recall, remember } from '../device/stored';

type Action = components['schemas']['ActionRequest'];
type Name = Action['action'];
type ContextOf<N extends Name> = Extract<Action, { action: N }> extends { context: infer C extends string } ? [context: C] : [];

const PAUSE = 5000;
const MOST = 20;

const waiting = new Map<string, Action>();
let timer: ReturnType<typeof setTimeout> | undefined;
let open = false;

/** Whether the browser itself asks every site not to count it. The service would not count it either; it is not even told. */
export function asksNotToBeCounted(): boolean {
  const asked = navigator as Navigator & { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  return asked.globalPrivacyControl === true || asked.doNotTrack === '1';
}

/** Whether somebody objected to being counted here, in this browser. */
export function objected(): boolean {
  return recall('uncounted') !== null;
}

/** Takes an objection, which forgets the browser's name and what waits to be told, or takes it back. */
export function object(objects: boolean): void {
  remember('uncounted', objects ? '1' : null);
  if (!objects) return;
  waiting.clear();
  remember('device', null);
}

function objects(): boolean {
  return asksNotToBeCounted() || objected();
}

/** Takes note of what was done: a word of the contract's list, once a day, in batches. */
export function note<N extends Name>(action: N, ...[context]: ContextOf<N>): void {
  if (objects()) return;
  waiting.set(`${action}/${context ?? ''}`, { action, ...(context && { context }) } as Action);
  if (open) timer ??= setTimeout(send, PAUSE);
}

/** Sends what was noted from now on: the deployment counts actions. */
export function count(): void {
  if (open || objects()) return;
  open = true;
  addEventListener('pagehide', send);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && send());
  if (waiting.size) timer ??= setTimeout(send, PAUSE);
}

function send(): void {
  clearTimeout(timer);
  timer = undefined;
  const actions = [...waiting.values()].slice(0, MOST);
  if (!actions.length || !navigator.onLine) return;
  waiting.clear();
  // Nobody is told of a count that did not arrive.
  call('POST /v1/events', { body: { device_id: device(), actions }, keepalive: true }).catch(() => undefined);
}

/** The name that this browser gave itself: `dev_` and a UUID v7. */
function device(): string {
  const known = recall('device');
  if (known && /^dev_[0-9a-f]{32}$/.test(known)) return known;
  const random = crypto.randomUUID().replaceAll('-', '');
  const made = `dev_${Date.now().toString(16).padStart(12, '0')}7${random.slice(13)}`;
  remember('device', made);
  return made;
}
