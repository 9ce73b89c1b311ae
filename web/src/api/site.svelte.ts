import { call } from './call';
import type { components } from './schema';

type Site = components['schemas']['SiteReply'];

const held = $state<{ site: Site | undefined }>({ site: undefined });
let asked: Promise<Site> | undefined;

/** What this deployment has; `undefined` until it is known. The browser's own cache keeps it for five minutes. */
export function site(): Site | undefined {
  return held.site;
}

/** Asks for it, once. */
export function askSite(): Promise<Site> {
  asked ??= call('GET /v1/site').then(
    (reply) => (held.site = reply),
    (trouble) => {
      asked = undefined;
      throw trouble;
    },
  );
  return asked;
}
