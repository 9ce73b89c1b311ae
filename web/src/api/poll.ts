import { Trouble, type Exchange } from './call';
import { passes, troubleOf } from './problem';

const FIRST = 1000;
const MOST = 5000;

export interface Polling<T> {
  /** Asks, with the entity tag of the reply before. */
  ask: (etag: string | null, signal: AbortSignal) => Promise<Exchange<T>>;
  /** Takes what is new; `true` when there is nothing more to wait for. */
  see: (data: T) => boolean;
  /** Takes what went wrong, and `undefined` once it is over. What passes is asked again. */
  trouble?: (trouble: Trouble | undefined) => void;
  /** Whether it goes on while nobody looks, as somebody wants to be told of the end. */
  whileHidden?: () => boolean;
}

/** Asks every second at first and every five later, not while nobody looks or nothing is reached, and not before the service wants it. The result ends it. */
export function poll<T>({ ask, see, trouble = () => {}, whileHidden = () => false }: Polling<T>): () => void {
  const end = new AbortController();
  let etag: string | null = null;
  let pause = FIRST;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let due = false;

  const rests = (): boolean => (document.visibilityState === 'hidden' && !whileHidden()) || !navigator.onLine;

  async function turn(): Promise<void> {
    if (end.signal.aborted || asking) return;
    due = rests();
    if (due) return;
    asking = true;
    let wait: number | undefined;
    try {
      const reply = await ask(etag, end.signal);
      etag = reply.etag;
      wait = reply.retryAfter;
      trouble(undefined);
      if (reply.data !== undefined && see(reply.data)) return stop();
    } catch (error) {
      if (end.signal.aborted) return;
      const fault = troubleOf(error);
      trouble(fault);
      if (!passes(fault)) return stop();
      wait = fault.more.retryAfter;
    } finally {
      asking = false;
    }
    timer = setTimeout(turn, Math.max(pause, (wait ?? 0) * 1000));
    pause = Math.min(pause * 1.5, MOST);
  }

  const wake = (): void => {
    if (!due || rests()) return;
    pause = FIRST;
    void turn();
  };

  function stop(): void {
    end.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('online', wake);
  }

  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  void turn();
  return stop;
}
