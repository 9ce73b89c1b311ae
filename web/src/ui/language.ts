import { note } from '../api/actions';
import { call } from '../api/call';
import { session } from '../device/session.svelte';
import { remember } from '../device/stored';
import type { Locale } from '../words/spoken';

/** Another language for this browser, and for the account and its mails where somebody is signed in. The page is loaded anew in it. */
export async function chooseLanguage(chosen: Locale): Promise<void> {
  remember('locale', chosen);
  note('locale-chosen', chosen);
  if (session.hint) await call('PATCH /v1/me', { body: { locale: chosen } }).catch(() => undefined);
  if (['/', '/home', '/ja'].includes(location.pathname)) location.href = chosen === 'ja' ? '/ja' : '/';
  else location.reload();
}
