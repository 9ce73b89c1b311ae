import { Trouble } from './call';
import { troubleOf } from './problem';

/** A page of a list, and where the next one begins; nothing where it was the last. */
interface Page<T> {
  items: T[];
  next: string | null | undefined;
}

/** A list that is asked for page by page. */
export class Paged<T> {
  /** What is known of it, in the order of the service; `undefined` until the first page is there. */
  items = $state<T[]>();
  /** Why the last page did not come. */
  trouble = $state<Trouble>();
  busy = $state(false);
  #next = $state<string | null>();
  readonly #ask: (cursor: string | undefined) => Promise<Page<T>>;

  constructor(ask: (cursor: string | undefined) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  /** Whether the list goes on after what is known of it. */
  get goesOn(): boolean {
    return this.items !== undefined && !!this.#next;
  }

  /** Asks for the next page, or for the one that did not come; one at a time. */
  more = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.trouble = undefined;
    try {
      const { items, next } = await this.#ask(this.#next ?? undefined);
      this.items = [...(this.items ?? []), ...items];
      this.#next = next;
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  };
}
