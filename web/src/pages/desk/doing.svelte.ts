import type { Trouble } from '../../api/call';
import { troubleOf } from '../../api/problem';
import { Unsigned } from './passkey';

/** Something that is signed and sent, one at a time, and why it did not happen. */
export class Doing {
  busy = $state(false);
  trouble = $state<Trouble>();
  /** Whether the device signed nothing. */
  unsigned = $state(false);

  run = async (act: () => Promise<void>): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.trouble = undefined;
    this.unsigned = false;
    try {
      await act();
    } catch (error) {
      if (error instanceof Unsigned) this.unsigned = true;
      else this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  };
}
