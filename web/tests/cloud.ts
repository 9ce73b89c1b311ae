import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test as base, type APIResponse, type Page } from '@playwright/test';
import { followed, Watch } from './test';

const root = resolve(import.meta.dirname, '../..');
const binaries = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target', 'debug');
const program = resolve(binaries, 'local-cloud');
/** Vendors are stand-ins whatever this shell knows. */
const NO_VENDORS = Object.fromEntries(['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'GEMINI_API_KEY', 'GEMINI_BASE_URL', 'SCREENER', 'POLAR_ACCESS_TOKEN', 'POLAR_BASE_URL', 'TURNSTILE_SECRET_KEY', 'TURNSTILE_BASE_URL'].map((name) => [name, undefined]));

interface Mail {
  To?: string[];
  BodyText?: string;
}

/** A local cloud of its own, with the real functions and stand-ins of the vendors. */
export class Cloud {
  private constructor(
    /** `stack.env`: where everything is. */
    readonly env: Record<string, string>,
    readonly end: () => Promise<void>,
  ) {}

  /** What people open. */
  get url(): string {
    return this.env.SITE_URL!;
  }

  static async start(profile: 'wallet' | 'ephemeral'): Promise<Cloud> {
    if (!existsSync(program)) throw new Error(`${program} is missing: \`cargo build --workspace --bins\` makes it`);
    const state = mkdtempSync(join(tmpdir(), 'nigao-web-'));
    const environment = { ...process.env, ...NO_VENDORS, PROFILE: profile, ARTIST: profile === 'ephemeral' ? 'openai' : 'palette' };
    await promisify(execFile)(program, ['up', '--state-dir', state, '--api-port', '0', '--aws-port', '0', '--control-port', '0'], { env: environment });
    const env = Object.fromEntries(readFileSync(join(state, 'stack.env'), 'utf8').split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    return new Cloud(env, async () => {
      await promisify(execFile)(program, ['down', '--state-dir', state]);
      rmSync(state, { recursive: true, force: true });
    });
  }

  /** The origins that pages of this cloud may ask. */
  get origins(): string[] {
    return [this.url, this.env.AWS_ENDPOINT_URL!, ...(this.env.INSTANT_URL ? [this.env.INSTANT_URL] : [])];
  }

  /** The words of every mail to an address, the oldest first. */
  async mails(email: string): Promise<string[]> {
    const { messages } = (await (await fetch(this.env.MAIL_URL!)).json()) as { messages: Record<string, Mail[]> };
    return Object.values(messages).flat().filter(({ To }) => To?.includes(email)).map(({ BodyText }) => BodyText ?? '');
  }

  /** The newest mail to an address that says this, once it is there; the first `before` do not count. */
  async mail(email: string, says: RegExp, before = 0): Promise<RegExpExecArray> {
    const find = async () => (await this.mails(email)).slice(before).map((words) => says.exec(words)).findLast((match) => match !== null);
    await expect.poll(find, { timeout: 20_000, message: `a mail to ${email} that says ${says}` }).toBeTruthy();
    return (await find())!;
  }

  /** A call of the control API: `PUT /_local/clock`. */
  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const reply = await fetch(`${this.env.CONTROL_URL}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return reply.json().catch(() => undefined);
  }

  /** A call of a stand-in at its own desk: `PUT /_polar/mischief`. */
  async standIn(vendor: 'polar' | 'turnstile', method: string, path: string, body?: unknown): Promise<void> {
    const { origin } = new URL(this.env[`STAND_INS_${vendor.toUpperCase()}`]!);
    const reply = await fetch(`${origin}${path}`, { method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  }

  /** Mails these words to all who asked for news, as the operator does. */
  async mailNews(campaign: string, text: string): Promise<void> {
    const words = join(tmpdir(), `${campaign}-${process.pid}.json`);
    writeFileSync(words, JSON.stringify(Object.fromEntries(['en', 'ja'].map((locale) => [locale, { subject: campaign, text }]))));
    const operate = async (...step: string[]) => (await promisify(execFile)(resolve(binaries, 'campaign'), step, { env: { ...process.env, ...this.env } })).stdout;
    try {
      await operate('count', campaign, '--marketing', words);
      await expect.poll(() => operate('show', campaign), { timeout: 20_000 }).toContain(`${campaign}: counted`);
      await operate('start', campaign);
    } finally {
      rmSync(words);
    }
  }

  /** Forgets who called from where: all tests call from one network, which may open ten accounts a day. */
  async forgetNetworks(): Promise<void> {
    const table = this.env.FLEETING_TABLE!;
    const counters = { FilterExpression: '#class = :class', ExpressionAttributeNames: { '#class': 'class' }, ExpressionAttributeValues: { ':class': { S: 'network-counter' } } };
    const { Items = [] } = await this.#dynamo('Scan', table, { ...counters, ProjectionExpression: 'pk, sk' });
    await Promise.all(Items.map((Key) => this.#dynamo('DeleteItem', table, { Key })));
  }

  /** Makes somebody an operator, as `make operator` does; they have no passkey yet. */
  async appoint(email: string, role: 'support' | 'moderator' | 'lead'): Promise<void> {
    const operator = `opr_${randomUUID().replaceAll('-', '')}`;
    const put = (row: Record<string, string | number>) => this.#dynamo('PutItem', this.env.DESK_TABLE!, { Item: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: value }])) });
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    await put({ pk: `OPR#${operator}`, sk: 'OPERATOR', class: 'operator', email, role, passkeys: 0, registers_until: tomorrow, created_at: new Date().toISOString() });
    await put({ pk: `EMAIL#${email}`, sk: 'OPERATOR', class: 'operator-index', operator_id: operator });
  }

  /** A call of the tables by the developer. */
  async #dynamo(operation: string, TableName: string, body: object): Promise<{ Items?: Record<string, unknown>[] }> {
    const headers = { ...this.#developer('dynamodb'), 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const reply = await fetch(this.env.AWS_ENDPOINT_URL!, { method: 'POST', headers, body: JSON.stringify({ TableName, ...body }) });
    if (!reply.ok) throw new Error(`${operation}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as { Items?: Record<string, unknown>[] };
  }

  /** Every object of the bucket whose key begins with this, as it lies there. */
  async objects(prefix: string): Promise<Map<string, Buffer>> {
    const bucket = `${this.env.AWS_ENDPOINT_URL}/${this.env.PICTURES_BUCKET}`;
    const list = await (await fetch(`${bucket}?list-type=2&prefix=${prefix}`, { headers: this.#developer('s3') })).text();
    const keys = [...list.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key!);
    return new Map(await Promise.all(keys.map(async (key): Promise<[string, Buffer]> => [key, Buffer.from(await (await fetch(`${bucket}/${key}`, { headers: this.#developer('s3') })).arrayBuffer())])));
  }

  /** The developer of `stack.env`, whom no role concerns. */
  #developer(service: string): Record<string, string> {
    return {
      authorization: `AWS4-HMAC-SHA256 Credential=${this.env.AWS_ACCESS_KEY_ID}/20260101/${this.env.AWS_REGION}/${service}/aws4_request, SignedHeaders=host, Signature=00`,
      'x-amz-security-token': this.env.AWS_SESSION_TOKEN!,
      'x-amz-date': '20260101T000000Z',
    };
  }
}

interface Shared {
  profile: 'wallet' | 'ephemeral';
  cloud: Cloud;
}

/** A test of pages over the real functions. What may not happen is as in `./test`. */
export const test = base.extend<{ watch: Watch; email: string }, Shared>({
  profile: ['wallet', { scope: 'worker', option: true }],
  cloud: [
    async ({ profile }, use) => {
      const cloud = await Cloud.start(profile);
      await use(cloud);
      await cloud.end();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ cloud }, use) => use(cloud.url),
  email: async ({}, use, { testId }) => use(`${testId}-${Date.now()}@example.com`),
  watch: async ({}, use) => followed(use),
  context: async ({ context, watch, cloud }, use) => {
    watch.allow(...cloud.origins);
    if (cloud.env.FLEETING_TABLE) await cloud.forgetNetworks();
    await watch.follow(context);
    await use(context);
  },
});

/** A reply of the API to the person of this page. */
export async function api<T>(page: Page, path: string): Promise<T> {
  const reply: APIResponse = await page.request.get(path);
  expect(reply.status(), `${path}: ${await reply.text()}`).toBe(200);
  return (await reply.json()) as T;
}

export { expect, type Page };
