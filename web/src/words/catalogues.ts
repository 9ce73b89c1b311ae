/** The parts that have words of their own; their files are `en/<part>.ts` and `ja/<part>.ts`. */
export default interface Catalogues {
  common: typeof import('./en/common').default;
  problems: typeof import('./en/problems').default;
  home: typeof import('./en/home').default;
  new: typeof import('./en/new').default;
  generation: typeof import('./en/generation').default;
  gallery: typeof import('./en/gallery').default;
  stickers: typeof import('./en/stickers').default;
  trial: typeof import('./en/trial').default;
  credits: typeof import('./en/credits').default;
  refund: typeof import('./en/refund').default;
  account: typeof import('./en/account').default;
  data: typeof import('./en/data').default;
  erasure: typeof import('./en/erasure').default;
  verify: typeof import('./en/verify').default;
  instant: typeof import('./en/instant').default;
  feedback: typeof import('./en/feedback').default;
  device: typeof import('./en/device').default;
  usage: typeof import('./en/usage').default;
  desk: typeof import('./en/desk').default;
  'not-found': typeof import('./en/not-found').default;
  'sign-in': typeof import('./en/sign-in').default;
}
