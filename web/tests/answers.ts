import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Answer } from '../src/api/call';
import type { components } from '../src/api/schema';
import { canonical } from '../src/pages/desk/passkey';
import { Photo, Refusal, Text, type Script } from './script';

type Schemas = components['schemas'];
type Summary = Schemas['GenerationSummary'];
export type Generation = Schemas['GenerationReply'];
export type Order = Schemas['OrderReply'];

const root = resolve(import.meta.dirname, '../..');
export const STYLES = ['soft-anime', 'bold-cel', 'ink-manga', 'watercolour', 'pop-poster', 'pixel'] as const;
const MESSENGERS = ['whatsapp', 'telegram', 'signal', 'imessage', 'line', 'discord'] as const;

/** A person in each of the styles. */
const PEOPLE = ['chen-soft-anime', 'bayo-bold-cel', 'hana-ink-manga', 'farah-watercolour', 'dalia-pop-poster', 'gus-pixel'] as const;

/** What the pages know as now: pictures of dates stay the same. */
export const NOW = '2026-11-30T09:30:00Z';
const LATER = '2036-11-30T09:45:00Z';

/** An id with this number in it. */
export const id = (prefix: string, number = 1): string => `${prefix}_0193a1b2c3d47e5f8091${String(number).padStart(12, '0')}`;

/** Where the script of the challenge is; tests answer in its place. */
export const CHALLENGE = 'https://challenges.cloudflare.com';

export const SITE = {
  profile: 'wallet',
  service: 'Nigao',
  features: { accounts: true, trials: true, payments: true, instant: false },
  styles_version: '1',
  challenge: { site_key: '1x00000000000000000000AA', script_url: `${CHALLENGE}/turnstile/v0/api.js?render=explicit` },
  artists: [{ id: 'palette', name: 'Built in', is_third_party: false }],
  screeners: [{ id: 'offline', name: 'Built in', is_third_party: false }],
  locales: ['en', 'ja'],
  limits: { upload_bytes: 10_000_000, drawings: 8, bubble_characters: 140, feedback_characters: 2000, actions: 20, generations_at_once: 10, refund_days: 14, rates: [] },
  links: { site: 'http://localhost:8080', privacy: '/privacy', styles: '/v1/styles', contact: 'mailto:privacy@example.com' },
} satisfies Answer<'GET /v1/site'>;

/** A deployment that draws at once and keeps nothing. */
export const INSTANT_SITE = { ...SITE, profile: 'ephemeral', features: { accounts: false, trials: false, payments: false, instant: true } } satisfies Answer<'GET /v1/site'>;

const thumbnail = (style: string): string => `data:image/webp;base64,${readFileSync(resolve(root, `shared/api-studio/thumbnails/${style}.webp`)).toString('base64')}`;

export const CATALOGUE: Answer<'GET /v1/styles'> = {
  styles: STYLES.map((style) => ({ id: style, name: style, description: style, credits: 1, thumbnail: thumbnail(style) })),
  addons: { bubble: { credits_per_drawing: 1, most_characters: 140 }, stickers: { credits_per_drawing: 0, platforms: [...MESSENGERS] } },
};

export const me = (available = 12, held = 0): Answer<'GET /v1/me'> => ({
  account_id: id('acc'),
  created_at: '2026-10-02T08:00:00Z',
  email: 'ada.lovelace@example.com',
  locale: 'en',
  wallet: { available, held },
});

export const summary = (number = 1, more: Partial<Summary> = {}): Summary => ({
  generation_id: id('gen', number),
  created_at: new Date(Date.parse(NOW) - number * 3_600_000).toISOString(),
  style: STYLES[number % STYLES.length]!,
  count: 1,
  seed: 1000 + number,
  state: 'done',
  progress: 100,
  stickers: [...MESSENGERS],
  ...more,
});

/** A finished generation in a list, with its picture. */
export const shown = (pictures: string, number: number, more: Partial<Summary> = {}): Schemas['ListedGeneration'] => {
  const url = `${picture(pictures, PEOPLE[number % PEOPLE.length]!)}?${number}`;
  return { ...summary(number, more), preview: { url, width: 512, height: 512, expires_at: LATER } };
};

/** Drawings of the start page, which stand for everybody's. */
const picture = (pictures: string, name: string): string => `${pictures}/web/src/pages/home/${name}.webp`;
const zip = (pictures: string): string => `${pictures}/bundle.zip`;

const deliverable = (pictures: string, style: string, name: string, more: Partial<Schemas['DeliverableReply']>): Schemas['DeliverableReply'] => ({
  name,
  kind: 'avatar',
  format: 'png',
  width: 512,
  height: 512,
  bytes: 120_000,
  sha256: '0'.repeat(64),
  provenance: 'c2pa',
  url: picture(pictures, style),
  expires_at: LATER,
  ...more,
});

/** A finished generation, with files as `GET /v1/generations/{id}` has them. */
export function done(pictures: string, { count = 1, ...more }: Partial<Summary> = {}): Generation {
  const { style } = summary();
  const files = Array.from({ length: count }, (_, index) => {
    const at = String(index + 1);
    const file = (name: string, rest: Partial<Schemas['DeliverableReply']>) => deliverable(pictures, style, `${at}/${name}`, rest);
    return [
      file('master.png', { kind: 'master', width: 1024, height: 1024 }),
      file('master.webp', { kind: 'master', format: 'webp', width: 1024, height: 1024 }),
      file('transparent.png', { kind: 'transparent', width: 1024, height: 1024, url: picture(pictures, 'sticker') }),
      file('transparent.webp', { kind: 'transparent', format: 'webp', width: 1024, height: 1024, url: picture(pictures, 'sticker') }),
      ...[1024, 512, 400, 256, 180].map((size) => file(`avatars/${['master', 'discord', 'x', 'slack', 'line'][[1024, 512, 400, 256, 180].indexOf(size)]}-${size}.png`, { width: size, height: size })),
      file('covers/banner.png', { kind: 'banner', width: 1500, height: 500, url: picture(pictures, 'banner') }),
      file('covers/story.png', { kind: 'story', width: 1080, height: 1920 }),
      ...(['telegram', 'signal', 'discord'] as const).map((one) => file(`stickers/${one}.webp`, { kind: 'sticker', format: 'webp', provenance: 'xmp', url: picture(pictures, 'sticker') })),
    ];
  }).flat();
  const packs = [
    deliverable(pictures, style, 'packs/whatsapp.wastickers', { kind: 'pack', format: 'wastickers', provenance: 'members', width: 0, height: 0, url: zip(pictures) }),
    deliverable(pictures, style, 'packs/line.zip', { kind: 'pack', format: 'zip', provenance: 'members', width: 0, height: 0, url: zip(pictures) }),
  ];
  return {
    ...summary(1, { count, ...more }),
    deliverables: [...files, ...packs],
    bundle: { url: zip(pictures), bytes: 8_400_000, sha256: '0'.repeat(64), expires_at: LATER },
  };
}

/** What becomes of a photo that was blocked. */
export const blocked = (more: Partial<Schemas['BlockedReply']> = {}): Schemas['BlockedReply'] => ({ category: 'needs-review', decided_by: '2026-12-02T09:00:00Z', photo_deleted_at: '2026-12-05T09:00:00Z', appeal: 'possible', ...more });
export const decided = (outcome: 'uphold' | 'overturn', resumed = false): Schemas['DecisionReply'] => ({ outcome, ground: outcome === 'uphold' ? 'violence' : 'allowed', at: '2026-12-01T10:00:00Z', resumed });

/** A generation that is on its way, or that ended without pictures. */
export const undone = (more: Partial<Generation>): Generation => ({ ...summary(1, { progress: 0, ...more }), deliverables: [] });

export const order = (number = 1, more: Partial<Order> = {}): Order => ({
  order_id: id('ord', number),
  offer: 'credits-50',
  credits: 50,
  credits_taken_back: 0,
  price: { amount: 999, currency: 'USD' },
  total: { amount: 1099, currency: 'USD' },
  state: 'credited',
  created_at: '2026-11-29T10:00:00Z',
  paid_at: '2026-11-29T10:01:00Z',
  // Of what was paid, nothing was given back.
  refunded: { amount: 0, currency: 'USD' },
  ...more,
});

export const OFFERS: Answer<'GET /v1/offers'> = {
  offers: [
    { id: 'credits-10', name: '10 credits', credits: 10, price: { amount: 249, currency: 'USD' } },
    { id: 'credits-50', name: '50 credits', credits: 50, price: { amount: 999, currency: 'USD' } },
    { id: 'credits-200', name: '200 credits', credits: 200, price: { amount: 2999, currency: 'USD' } },
  ],
};

export const ENTRIES: Answer<'GET /v1/me/wallet/entries'> = {
  entries: [
    { at: '2026-11-30T09:00:00Z', kind: 'capture', available: 0, held: -1, generation_id: id('gen') },
    { at: '2026-11-30T08:59:00Z', kind: 'hold', available: -1, held: 1, generation_id: id('gen') },
    { at: '2026-11-29T10:01:00Z', kind: 'grant', available: 50, held: 0, order_id: id('ord') },
    { at: '2026-11-20T12:00:00Z', kind: 'claw-back', available: -10, held: 0, order_id: id('ord', 2) },
    { at: '2026-10-02T08:00:00Z', kind: 'grant', available: 3, held: 0 },
  ],
};

export const VERIFICATION: Answer<'POST /v1/verifications'> = {
  summary: 'Made with generative AI, signed by Nigao.',
  credentials: {
    state: 'trusted',
    signer: 'Nigao',
    generator: 'Nigao 0.1.0',
    digital_source_type: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    actions: [{ action: 'c2pa.created', digital_source_type: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia' }, { action: 'c2pa.resized' }],
    codes: ['claimSignature.validated'],
    ingredients: [{ relationship: 'parentOf', title: 'drawing' }],
  },
};

export const NONE: Answer<'POST /v1/verifications'> = { summary: 'No Content Credentials.', credentials: { state: 'none', actions: [], codes: [], ingredients: [] } };

export const trial = (generation?: Generation): Answer<'GET /v1/trials/{id}'> => ({ trial_id: id('tri'), expires_at: LATER, claimed: false, generation });

export type Choices = Answer<'GET /v1/me/choices'>;
export type Choice = Choices['restriction'];
const POLICY = '2026-11-30.6';

const CHOSEN: Record<Choice['purpose'], Choice> = {
  marketing: { purpose: 'marketing', basis: 'consent', state: 'not-granted', effect: 'No news and offers are mailed.', text: 'I would like news and offers by mail. I can stop them at any time.', text_version: '2026-11-30' },
  analytics: { purpose: 'analytics', basis: 'legitimate-interest', state: 'not-objected', effect: 'Steps are counted.' },
  restriction: { purpose: 'restriction', basis: 'legal-duty', state: 'unrestricted', effect: 'Everything is used as the policy says.' },
};

/** A choice as it is, or as it is changed to. */
export const choice = (purpose: Choice['purpose'], more: Partial<Choice> = {}): Choice => ({ ...CHOSEN[purpose], ...more });

export const CHOICES: Choices = {
  gpc: false,
  notice_version: POLICY,
  purposes: [
    ...(['account', 'sign-in', 'wallet', 'generation', 'delivery'] as const).map((purpose) => ({ purpose, basis: 'contract' as const })),
    { purpose: 'moderation', basis: 'legal-duty' },
    { purpose: 'analytics', basis: 'legitimate-interest', choice: choice('analytics') },
    ...(['feedback', 'abuse-prevention', 'operation'] as const).map((purpose) => ({ purpose, basis: 'contract' as const })),
    { purpose: 'marketing', basis: 'consent', choice: choice('marketing') },
    { purpose: 'contact', basis: 'contract' },
  ],
  restriction: choice('restriction'),
};

/** All choices, with these as they were chosen. */
export const chosen = (...changed: Choice[]): Choices => ({
  ...CHOICES,
  purposes: CHOICES.purposes.map((one) => ({ ...one, choice: changed.find(({ purpose }) => purpose === one.purpose) ?? one.choice })),
  restriction: changed.find(({ purpose }) => purpose === 'restriction') ?? CHOICES.restriction,
});

export const CHANGES: Answer<'GET /privacy/changes'> = {
  from: '2026-11-30.3',
  to: POLICY,
  effective: '2027-01-01',
  material: [{ kind: 'retention-longer', en: 'Requests about your data are kept for 24 months.', ja: 'データに関するご依頼は24か月間保存します。' }],
  editorial: [{ kind: 'words', en: 'The words about orders are clearer.', ja: '注文についての説明をわかりやすくしました。' }],
};

/** A copy of everything in one of its states. */
export const copy = (state: Answer<'GET /v1/exports/{id}'>['state'], pictures = '', volumes = 1): Answer<'GET /v1/exports/{id}'> => {
  const finished = state === 'ready' ? volumes : state === 'writing' ? 1 : 0;
  return {
    export_id: id('exp'),
    state,
    asked_at: '2026-11-30T09:00:00Z',
    ...(state === 'ready' && { ready_at: '2026-11-30T09:10:00Z' }),
    available_until: '2026-12-05T09:00:00Z',
    progress: { finished, ...(state !== 'queued' && { volumes }) },
    volumes: state === 'queued' ? [] : Array.from({ length: volumes }, (_, at) => ({ number: at + 1, files: 312, ...(at < finished && { bytes: 104_857_600, url: zip(pictures), url_expires_at: LATER }) })),
  };
};

/** A key as a browser makes it, and the name of its request. */
export const ERASURE_KEY = '0f'.repeat(32);
export const ERASURE_ID = createHash('sha256').update(ERASURE_KEY).digest('hex');

const sample = (name: string): string => readFileSync(resolve(root, `shared/receipts/tests/sample/${name}`), 'utf8');
export const RECEIPT: Schemas['ReceiptReply'] = { statement: sample('statement.json'), proof: sample('receipt.tlog-proof'), key: sample('key.txt').trim(), salt: '3q2+7w==' };

export type ErasureState = 'closing' | 'purging' | 'verifying' | 'backups' | 'done' | 'taken-back';

/** A request to erase everything, in one of its states. */
export function erasure(state: ErasureState, more: Partial<Schemas['ErasureReply']> = {}): Schemas['ErasureReply'] {
  const at = ['closing', 'purging', 'verifying', 'backups', 'done'].indexOf(state);
  return {
    erasure_id: ERASURE_ID,
    state,
    asked_at: '2026-11-30T09:00:00Z',
    ...(state === 'closing' && { regret_until: '2026-12-01T09:00:00Z' }),
    gone_by: '2026-12-30T09:00:00Z',
    ...(at > 1 && { purged_at: '2026-12-01T09:15:00Z' }),
    ...(at > 2 && { verified_at: '2026-12-01T09:31:00Z' }),
    ...(at > 3 && { done_at: '2026-12-08T09:31:00Z' }),
    erased: at > 1 ? { account: 1, session: 2, upload: 12, 'upload-object': 24 } : {},
    ...more,
  };
}

export type DeskCase = Schemas['WholeCaseReply'];
const OPERATOR = id('opr');
const PHOTO = new Photo(readFileSync(resolve(root, 'shared/testkit/fixtures/selfie.jpg')));
const BLOCKED: DeskCase['reasons'][number] = { restriction: 'photo-blocked', facts: 'found-and-blocked-by-program', ground: 'screening', redress: 'appeal', at: '2026-11-28T08:00:00Z' };

export const session = (opened: 'by-code' | 'by-passkey' = 'by-passkey'): Answer<'POST /v1/desk/sessions'> => ({ operator_id: OPERATOR, role: 'moderator', opened, expires_at: '2026-11-30T21:30:00Z' });

/** A case at the desk, which waits for whoever asks. */
export const deskCase = (number = 1, more: Partial<DeskCase> = {}): DeskCase => ({
  case_id: id('gen', number),
  decision: 'referred',
  category: 'needs-review',
  scores: { violence: 0.62, sexual: 0.08, 'self-harm': 0.01 },
  screener: 'offline',
  opened_at: '2026-11-28T08:00:00Z',
  due_at: '2026-12-01T08:00:00Z',
  photo_until: '2026-12-03T08:00:00Z',
  may_decide: true,
  reasons: [BLOCKED],
  ...more,
});

const UPHELD: NonNullable<DeskCase['ruling']> = { outcome: 'uphold', ground: 'violence', operator_id: id('opr', 2), at: '2026-11-29T10:00:00Z', resumed: false };
export const upheld = (more: Partial<DeskCase> = {}): DeskCase =>
  deskCase(1, { due_at: undefined, may_decide: false, ruling: UPHELD, reasons: [BLOCKED, { restriction: 'photo-blocked', facts: 'found-by-program-decided-by-person', ground: 'violence', redress: 'appeal', at: UPHELD.at }], ...more });
/** One that its person appealed against. */
export const appealed = (more: Partial<DeskCase> = {}): DeskCase =>
  upheld({ due_at: '2026-11-30T08:00:00Z', may_decide: true, appeal: { text: 'That is a toy, and I am at a fair.\nPlease look again.', at: '2026-11-29T12:00:00Z' }, ...more });

const DEEDS = ['{"action":"register-passkey","at":"2026-11-30T08:00:00Z","operator_id":"opr"}', `{"action":"view","at":"2026-11-30T08:10:00Z","case_id":"${id('gen')}"}`, `{"action":"decide","at":"2026-11-30T08:12:00Z","case_id":"${id('gen')}","ground":"violence","outcome":"uphold"}`];

/** A trail in which each entry has the hash of the one before. */
export const trail = (deeds = DEEDS): Answer<'GET /v1/desk/audit'>['entries'] =>
  deeds.reduce<Answer<'GET /v1/desk/audit'>['entries']>((before, action, at) => {
    const assertion = { credential_id: 'AQIDBAUGBwgJCgsMDQ4PEA', client_data_json: 'e30', authenticator_data: 'AA', signature: 'MA' };
    const { case_id } = JSON.parse(action) as { case_id?: string };
    const entry = { operator_id: OPERATOR, number: at + 1, at: '2026-11-30T08:10:00Z', action, ...(case_id && { case_id }), assertion, previous: before.at(-1)?.hash ?? '' };
    return [...before, { ...entry, hash: createHash('sha256').update(canonical(entry)).digest('hex') }];
  }, []);

/** What the desk answers to a moderator. */
const AT_THE_DESK: Script = {
  'POST /v1/desk/sessions': session(),
  'POST /v1/desk/passkeys': { credential_id: 'AQIDBAUGBwgJCgsMDQ4PEA' },
  'GET /v1/desk/cases': { cases: [appealed(), deskCase(2), deskCase(3, { decision: 'blocked', due_at: '2026-12-02T15:00:00Z' }), appealed({ case_id: id('gen', 4), due_at: '2026-12-02T16:00:00Z', may_decide: false })] },
  'GET /v1/desk/cases/{id}': ({ path }) => deskCase(1, { case_id: path.id! }),
  'GET /v1/desk/cases/{id}/preview': PHOTO,
  'POST /v1/desk/cases/{id}/views': PHOTO,
  'POST /v1/desk/cases/{id}/decisions': ({ path, body }) => upheld({ case_id: path.id!, ruling: { ...UPHELD, outcome: body.outcome, ground: body.ground, at: NOW } }),
  'GET /v1/desk/audit': { entries: trail() },
};

export const signedOut = new Refusal('signed-out', 401);
export const unavailable = new Refusal('unavailable', 503, 7);
export const limited = new Refusal('rate-limited', 429, 30);
export const broken = new Refusal('internal', 500);

/** What every page may ask, of somebody who has used the service for a while. */
export const usual = (pictures: string): Script => ({
  ...AT_THE_DESK,
  'GET /v1/site': SITE,
  'GET /v1/styles': CATALOGUE,
  'GET /v1/me': me(),
  'PATCH /v1/me': ({ body }) => ({ locale: body.locale }),
  'GET /v1/me/choices': CHOICES,
  'PUT /v1/me/choices/{purpose}': ({ path, body }) => choice(path.purpose as Choice['purpose'], { state: body.state, since: NOW, method: 'settings', notice_version: POLICY }),
  'POST /v1/me/email-changes': { email_change_id: id('ech'), expires_at: '2026-12-01T09:30:00Z' },
  'PUT /v1/me/email-changes/{id}': undefined,
  'GET /v1/exports': { exports: [] },
  'POST /v1/exports': copy('queued'),
  'GET /v1/exports/{id}': copy('ready', pictures),
  'POST /v1/erasures': erasure('closing'),
  'GET /v1/erasures/{id}': erasure('closing'),
  'DELETE /v1/erasures/{id}': undefined,
  'GET /v1/proofs/{path}': new Text(`${RECEIPT.key}\n`),
  'GET /privacy/changes': CHANGES,
  'GET /v1/me/wallet/entries': ENTRIES,
  'GET /v1/offers': OFFERS,
  'GET /v1/orders': { orders: [order(1), order(2, { state: 'credited', refund: { asked_at: '2026-11-21T10:00:00Z', state: 'done' }, refunded: { amount: 249, currency: 'USD' }, credits: 10, credits_taken_back: 10 })] },
  'GET /v1/orders/{id}': ({ path }) => ({ ...order(1), order_id: path.id!, receipt_url: 'https://polar.example/receipts/1.pdf' }),
  'GET /v1/generations': { generations: [1, 2, 3, 4, 5].map((number) => shown(pictures, number)) },
  'GET /v1/generations/{id}': done(pictures),
  'POST /v1/generations/{id}/appeals': blocked({ appeal: 'open' }),
  'DELETE /v1/generations/{id}': undefined,
  'DELETE /v1/auth/sessions': undefined,
  'POST /v1/auth/codes': { expires_in_minutes: 10 },
  'POST /v1/auth/sessions': { account_id: id('acc') },
  'POST /v1/events': undefined,
  'POST /v1/feedback': { feedback_id: id('fbk') },
  'POST /v1/refunds': order(1, { refund: { asked_at: NOW, state: 'begun' } }),
  'POST /v1/uploads': { upload_id: id('upl'), expires_at: LATER, post: { url: `${pictures}/`, fields: { key: 'k' } } },
  'POST /v1/generations': { generation_id: id('gen'), credits: 1, state: 'queued' },
  'POST /v1/checkouts': { order_id: id('ord'), url: `${pictures}/checkout`, expires_at: LATER },
  'POST /v1/verifications': VERIFICATION,
  'POST /v1/trials': { trial_id: id('tri'), expires_at: LATER },
  'GET /v1/trials/{id}': trial(done(pictures)),
  'POST /v1/trials/{id}/uploads': { upload_id: id('upl'), expires_at: LATER, post: { url: `${pictures}/`, fields: { key: 'k' } } },
  'POST /v1/trials/{id}/generations': { generation_id: id('gen'), credits: 0, state: 'queued' },
  'POST /v1/trials/{id}/link': { expires_at: LATER },
  'POST /v1/trials/{id}/link/open': { trial_id: id('tri'), expires_at: LATER },
  'POST /v1/trials/{id}/claim': { generation_id: id('gen') },
});
