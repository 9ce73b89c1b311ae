import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readSite, type Behaviour, type Site } from './template';

const root = resolve(import.meta.dirname, '../..');
const dist = resolve(root, 'web/dist');

/** What asks the API, in place of it. */
export type Api = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void | Promise<void>;

/** One origin with the pages and the API, as the distribution of `infra/site.yaml` is, and beside it the bucket of pictures at another. */
export interface Origin {
  url: string;
  pictures: string;
  close(): void;
}

/** Serves `web/dist` and this API. Every picture of the repository is at the second origin, under its path; whatever is posted there is taken. */
export async function serve(api: Api): Promise<Origin> {
  if (!existsSync(resolve(dist, 'home'))) throw new Error('web/dist is missing: `npm run build` makes it');
  const bucket = await listen(bucketOf);
  const pictures = addressOf(bucket);
  const site = readSite({ PicturesOrigin: pictures, InstantOrigin: '' });
  const front = await listen((request, response) => answer(site, api, request, response));
  return {
    url: addressOf(front),
    pictures,
    close() {
      for (const server of [front, bucket]) server.close().closeAllConnections();
    },
  };
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handle);
  await new Promise<void>((ready) => server.listen(0, 'localhost', ready));
  return server;
}

const addressOf = (server: Server): string => `http://localhost:${(server.address() as AddressInfo).port}`;

async function answer(site: Site, api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const behaviour = site.behaviours.find(({ pattern }) => pattern.test(pathname))!;
  decorate(response, behaviour);
  if (!behaviour.methods.includes(request.method!)) return void response.writeHead(403).end();
  if (behaviour.origin === 'api') return api(request, await bodyOf(request), response);
  const key = pathname === '/' ? site.root : pathname.slice(1);
  const file = resolve(dist, key);
  if (!file.startsWith(`${dist}/`) || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
  send(behaviour, file, key, request, response);
}

/** A policy's headers go over those of the origin, or stay behind them. */
function decorate(response: ServerResponse, { headers }: Behaviour): void {
  const write = response.writeHead.bind(response) as ServerResponse['writeHead'];
  response.writeHead = ((status: number, given: Record<string, string> = {}) => {
    for (const { name, value, overrides } of headers) if (overrides || !(name in given)) given[name] = value;
    return write(status, given);
  }) as ServerResponse['writeHead'];
}

/** How files are served, by their names: what is uploaded says the same. */
const { types, caches } = JSON.parse(readFileSync(resolve(root, 'infra/site-files.json'), 'utf8')) as { types: Record<string, string>; caches: Record<string, string> };
const typeOf = (name: string): string => types[extname(name).slice(1)] ?? 'application/octet-stream';
const cacheOf = (key: string): string => Object.entries(caches).find(([start]) => key.startsWith(start))![1];

const packed = new Map<string, Buffer>();

function send(behaviour: Behaviour, file: string, key: string, request: IncomingMessage, response: ServerResponse): void {
  const headers: Record<string, string> = { 'content-type': typeOf(key), 'cache-control': cacheOf(key) };
  if (!behaviour.compress || !/text|svg|json|wasm/.test(headers['content-type']!)) {
    response.writeHead(200, headers);
    return void createReadStream(file).pipe(response);
  }
  const stamp = `${file} ${statSync(file).mtimeMs}`;
  if (!packed.has(stamp)) packed.set(stamp, gzipSync(readFileSync(file)));
  response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(request.method === 'HEAD' ? undefined : packed.get(stamp));
}

/** The bucket: `GET` of a picture, `POST` of a form. Its rules for pages of other origins are as those of `infra/data.yaml`. */
function bucketOf(request: IncomingMessage, response: ServerResponse): void {
  const cors = { 'access-control-allow-origin': request.headers.origin ?? '*', 'access-control-allow-headers': '*', vary: 'origin' };
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (request.method !== 'GET') return void request.resume().on('end', () => response.writeHead(204, cors).end());
  const file = resolve(root, pathname.slice(1));
  if (!/\.(png|webp|jpg|zip)$/.test(file) || !file.startsWith(root) || !existsSync(file)) return void response.writeHead(404, cors).end();
  const saved = searchParams.get('saved');
  response.writeHead(200, { ...cors, 'content-type': typeOf(file), ...(saved && { 'content-disposition': `attachment; filename="${saved}"` }) });
  createReadStream(file).pipe(response);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
