import { mount, unmount } from 'svelte';
import { note } from '../api/actions';
import { common, speakOfProblems, words } from '../words/spoken';
import { show } from './toasts.svelte';

/** A page that notes the address as its own when it asks for a sign-in. */
export type Asking = 'refund-form';

let open: Promise<boolean> | undefined;

/** Asks for a sign-in in a dialog over the page; `false` when it was closed. The page stays as it is. */
export function signIn(page?: Asking): Promise<boolean> {
  open ??= ask(page)
    .catch(() => {
      // The dialog itself could not be loaded.
      show({ text: common.offline });
      return false;
    })
    .finally(() => (open = undefined));
  return open;
}

async function ask(page?: Asking): Promise<boolean> {
  note('sign-in-begun');
  const [{ default: SignIn }, own] = await Promise.all([import('./SignIn.svelte'), words('sign-in'), speakOfProblems()]);
  return new Promise((resolve) => {
    const dialog = mount(SignIn, {
      target: document.body,
      props: {
        words: own,
        page,
        done: (signedIn: boolean) => {
          void unmount(dialog);
          resolve(signedIn);
        },
      },
    });
  });
}
