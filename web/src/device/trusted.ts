let challenge: string | undefined;

// Scripts that the page starts by an address are our own: the service worker, and workers among the assets. The one of somebody else is the challenge.
const admitted = (url: string): string => {
  if (url === challenge) return url;
  const { origin, pathname } = new URL(url, location.href);
  if (origin === location.origin && (pathname === '/sw.js' || pathname.startsWith('/assets/') || import.meta.env.DEV)) return url;
  throw new TypeError(`not a script of this site: ${url}`);
};

interface Policy {
  createScriptURL(url: string): string;
}

declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  }
}

let policy: Policy | undefined;

/** The address of a script of this site, as the browser wants it where Trusted Types are required. */
export function trusted(url: string): string {
  policy ??= window.trustedTypes?.createPolicy('studio', { createScriptURL: admitted }) ?? { createScriptURL: admitted };
  return policy.createScriptURL(url);
}

/** The address of the challenge's script, as `GET /v1/site` has it: only the form of a trial asks for it. */
export function trustedChallenge(url: string): string {
  challenge = url;
  return trusted(url);
}
