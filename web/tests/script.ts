import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Body, Reason, Route } from '../src/api/call';
import type { Api } from './origin';

/** A refusal as the API words it. */
export class Refusal {
  constructor(
    readonly kind: Reason | 'gateway',
    readonly status: number,
    readonly retryAfter?: number,
  ) {}
}

/** Events of a stream, which then ends or, `open`, goes on without any. */
export class Events {
  constructor(
    readonly events: [name: string, data: unknown][],
    readonly open = false,
  ) {}
}

/** A file that is no JSON. */
export class Text {
  constructor(readonly text: string) {}
}

/** A photo: a JPEG of the repository. */
export class Photo {
  constructor(readonly bytes: Buffer) {}
}

/** What the network does in place of an answer. */
export type Silence = 'hang' | 'cut';

export interface Asked<R extends Route = Route> {
  route: R;
  /** The values of the path's parameters. */
  path: Record<string, string>;
  query: URLSearchParams;
  body: Body<R>;
  headers: IncomingMessage['headers'];
}

type Line<R extends Route> = Answer<R> | Refusal | Events | Text | Photo | Silence;

/** What the API answers: a line, lines one after the other of which the last stays, or what a question is worth. */
export type Script = { [R in Route]?: Line<R> | Line<R>[] | ((asked: Asked<R>) => Line<R>) };

/** The API as a script has it. What the script does not have is a fault of the test: 501. */
export class Stage {
  readonly asked: Asked[] = [];
  #script: Script = {};
  #turns = new Map<Route, number>();

  play(script: Script): void {
    this.#script = script;
    this.#turns.clear();
    this.asked.length = 0;
  }

  /** How often a route was asked. */
  count(route: Route): number {
    return this.asked.filter((asked) => asked.route === route).length;
  }

  readonly api: Api = (request, body, response) => {
    const url = new URL(request.url!, 'http://localhost');
    const found = this.#find(request.method!, url.pathname);
    if (!found) return void response.writeHead(501).end();
    const json = /json/.test(request.headers['content-type'] ?? '') && body.length ? JSON.parse(body.toString()) : undefined;
    const asked: Asked = { ...found, query: url.searchParams, body: json, headers: request.headers };
    this.asked.push(asked);
    say(this.#line(asked), response);
  };

  #find(method: string, pathname: string): Pick<Asked, 'route' | 'path'> | undefined {
    const routes = Object.keys(this.#script) as Route[];
    // What is written out goes before what has a parameter.
    for (const route of routes.sort((one, other) => one.split('{').length - other.split('{').length)) {
      const [verb, path] = route.split(' ') as [string, string];
      const match = verb === method && new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(pathname);
      if (match) return { route, path: { ...match.groups } };
    }
    return undefined;
  }

  #line(asked: Asked): unknown {
    const lines = this.#script[asked.route] as unknown;
    if (typeof lines === 'function') return lines(asked);
    if (!Array.isArray(lines)) return lines;
    const turn = this.#turns.get(asked.route) ?? 0;
    this.#turns.set(asked.route, turn + 1);
    return lines[Math.min(turn, lines.length - 1)];
  }
}

function say(line: unknown, response: ServerResponse): void {
  if (line === 'hang') return;
  if (line === 'cut') return void response.destroy();
  if (line === undefined) return void response.writeHead(204).end();
  if (line instanceof Refusal) return refuse(line, response);
  if (line instanceof Events) return stream(line, response);
  if (line instanceof Text) return void response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(line.text);
  if (line instanceof Photo) return void response.writeHead(200, { 'content-type': 'image/jpeg', 'cache-control': 'no-store' }).end(line.bytes);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(line));
}

function stream({ events, open }: Events, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of events) response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  if (!open) response.end();
}

function refuse({ kind, status, retryAfter }: Refusal, response: ServerResponse): void {
  const wait: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (kind === 'gateway') return void response.writeHead(status, { 'content-type': 'text/html', ...wait }).end('<html>Bad gateway</html>');
  const problem = { type: `urn:nigao:problem:${kind}`, title: 'Refused', status, detail: 'It does not happen.', request_id: 'req_0193a1b2c3d47e5f8091a2b3c4d5e6f7' };
  response.writeHead(status, { 'content-type': 'application/problem+json', ...wait }).end(JSON.stringify(problem));
}
