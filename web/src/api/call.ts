import type { components, paths } from './schema';

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';
type Operation<P extends keyof paths, M extends Method> = Exclude<paths[P][M], undefined>;

/** Every route of the contract, such as `GET /v1/me`. */
export type Route = {
  [P in keyof paths]: { [M in Method]: [Operation<P, M>] extends [never] ? never : `${Uppercase<M>} ${P}` }[Method];
}[keyof paths];

type OperationOf<R extends Route> = R extends `${infer M} ${infer P}`
  ? P extends keyof paths
    ? Lowercase<M> extends Method
      ? Operation<P, Lowercase<M>>
      : never
    : never
  : never;

type Json<T> = T extends { content: { 'application/json': infer J } } ? J : never;
type Success = 200 | 201 | 202;

/** What a route answers when it succeeds; `undefined` for an empty reply. */
export type Answer<R extends Route> =
  OperationOf<R> extends { responses: infer A } ? ([Json<A[keyof A & Success]>] extends [never] ? undefined : Json<A[keyof A & Success]>) : never;

export type Body<R extends Route> = OperationOf<R> extends { requestBody?: infer B } ? Json<Exclude<B, undefined>> : never;
type PathOf<R extends Route> = OperationOf<R> extends { parameters: { path: infer P } } ? P : never;
type QueryOf<R extends Route> = OperationOf<R> extends { parameters: { query?: infer Q } } ? Q : never;

export type Options<R extends Route> = {
  query?: QueryOf<R>;
  /** The `Idempotency-Key` of what costs or creates. */
  key?: string;
  /** The entity tag of the reply that is at hand. */
  etag?: string | null;
  /** A body that is not JSON, such as a picture; its type is the blob's. */
  bytes?: Blob;
  headers?: Record<string, string>;
  /** Goes on when the page is left. */
  keepalive?: boolean;
  signal?: AbortSignal;
} & ([PathOf<R>] extends [never] ? { path?: undefined } : { path: PathOf<R> }) &
  ([Body<R>] extends [never] ? { body?: undefined } : { body?: Body<R> });

/** A reply: `data` is absent when nothing changed since `etag`. */
export interface Exchange<T> {
  data: T | undefined;
  etag: string | null;
  /** Seconds until it is worth asking again, where the service said so. */
  retryAfter: number | undefined;
}

type ProblemIn<A> = A extends { content: { 'application/problem+json': infer P } } ? (P extends { type?: infer T } ? T : never) : never;
type Urn = ProblemIn<components['responses'][keyof components['responses']]>;

/** Every reason of the contract for which a request does not happen. */
export type Reason = Urn extends `urn:nigao:problem:${infer Name}` ? Name : never;

/** What else may come between: no network, a reply that is not the service's, a deadline of our own. */
export type Kind = Reason | 'offline' | 'gateway';

type Problem = components['schemas']['Problem'];

const URN = 'urn:nigao:problem:';

/** A request that did not happen, and why. */
export class Trouble extends Error {
  constructor(
    readonly kind: Kind,
    readonly more: { status?: number; detail?: string; requestId?: string; retryAfter?: number } = {},
  ) {
    super(more.detail ?? kind);
    this.name = 'Trouble';
  }
}

/** Asks the service, and gives what it answers. Throws `Trouble`, or an `AbortError` when the caller gave up. */
export async function call<R extends Route>(route: R, ...rest: OptionsOf<R>): Promise<Answer<R>> {
  return (await exchange(route, ...rest)).data as Answer<R>;
}

type OptionsOf<R extends Route> = [PathOf<R>] extends [never] ? [options?: Options<R>] : [options: Options<R>];

/** As `call`, with the entity tag and the time to wait, for what is asked again and again. */
export async function exchange<R extends Route>(route: R, ...[options]: OptionsOf<R>): Promise<Exchange<Answer<R>>> {
  const [method, path] = route.split(' ') as [string, string];
  const given: Partial<Options<Route>> & { path?: Record<string, string>; query?: object; body?: unknown } = (options ?? {}) as never;
  const response = await send(address(path, given.path, given.query), {
    method,
    headers: headersOf(given),
    body: given.bytes ?? (given.body === undefined ? undefined : JSON.stringify(given.body)),
    credentials: 'same-origin',
    keepalive: given.keepalive,
    signal: given.signal,
  });
  const retryAfter = secondsOf(response);
  const etag = response.headers.get('etag');
  if (response.status === 304) return { data: undefined, etag, retryAfter };
  if (!response.ok) throw await refusalOf(response);
  const data = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  return { data: data as Answer<R>, etag, retryAfter };
}

function address(path: string, values: Record<string, string> = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const asked = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]])));
  return asked.size ? `${filled}?${asked}` : filled;
}

function headersOf(given: { body?: unknown; bytes?: Blob; key?: string; etag?: string | null; headers?: Record<string, string> }): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    ...(given.body !== undefined && { 'content-type': 'application/json' }),
    ...(given.bytes && { 'content-type': given.bytes.type }),
    ...(given.key && { 'idempotency-key': given.key }),
    ...(given.etag && { 'if-none-match': given.etag }),
    ...given.headers,
  };
}

/** Sends a request; throws `Trouble` when nothing answers, or an `AbortError` when the caller gave up. */
export async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Trouble('offline');
  }
}

/** The seconds of `Retry-After`, of either form. */
function secondsOf(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (!value) return;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** Why a response is none of success. */
export async function refusalOf(response: Response): Promise<Trouble> {
  const isProblem = response.headers.get('content-type')?.includes('problem+json');
  const problem = isProblem ? ((await response.json().catch(() => ({}))) as Partial<Problem>) : {};
  return problemOf({ status: response.status, ...problem }, secondsOf(response));
}

/** A problem of the service's, in or without a response of its own. */
export function problemOf({ type, status, detail, request_id }: Partial<Problem>, retryAfter?: number): Trouble {
  const kind = (type?.startsWith(URN) ? type.slice(URN.length) : 'gateway') as Kind;
  return new Trouble(kind, { status, detail, requestId: request_id, retryAfter });
}
