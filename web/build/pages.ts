import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Manifest, type Plugin } from 'vite';
import names from '../pages.json' with { type: 'json' };
import type { Rendered } from '../src/prerender';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, 'dist');
const prerendered = resolve(root, '.prerender');

/** Every page as a file without extension, from one template; its scripts and styles are named in its head, so that they load at once. */
export function pages(): Plugin {
  let ssr = false;
  return {
    name: 'pages',
    configResolved(config) {
      ssr = Boolean(config.build.ssr) || config.mode === 'test';
    },
    // Vite's own server: the template for whatever is a page and no file.
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = request.url?.split('?')[0] ?? '/';
        if (path === '/' || names.includes(path.slice(1))) request.url = '/index.html';
        next();
      });
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replace('<!--head-->', '<script src="/boot.js"></script><link rel="stylesheet" href="/src/style.css"><script type="module" src="/src/main.ts"></script>'),
    },
    async closeBundle() {
      if (ssr || this.meta.watchMode) return;
      await build({ root, logLevel: 'warn', build: { ssr: 'src/prerender.ts', outDir: prerendered, emptyOutDir: true, manifest: false, rollupOptions: { input: 'src/prerender.ts' } } });
      const { render } = (await import(`${pathToFileURL(prerendered)}/prerender.js`)) as { render: () => Promise<Rendered[]> };
      write(await render());
      rmSync(prerendered, { recursive: true });
    },
  };
}

function write(all: Rendered[]): void {
  const template = readFileSync(resolve(root, 'index.html'), 'utf8');
  const manifest = JSON.parse(readFileSync(resolve(dist, '.vite/manifest.json'), 'utf8')) as Manifest;
  rmSync(resolve(dist, '.vite'), { recursive: true });
  for (const page of all) writeFileSync(resolve(dist, page.path), document(template, manifest, page));
  const worker = readFileSync(resolve(root, 'public/sw.js'), 'utf8');
  const shell = [...all.map((page) => `/${page.path}`), '/boot.js', '/icon.svg', ...assets(manifest)];
  writeFileSync(resolve(dist, 'sw.js'), worker.replace('const SHELL = [];', `const SHELL = ${JSON.stringify(shell)};`));
}

/** The scripts and styles of all pages; what is needed for a HEIC picture alone is not among them. */
function assets(manifest: Manifest): string[] {
  const files = Object.values(manifest).map((chunk) => chunk.file);
  return [...new Set(files)].filter((file) => /\.(js|css)$/.test(file) && !/heic|libheif/.test(file)).map((file) => `/${file}`).sort();
}

function document(template: string, manifest: Manifest, page: Rendered): string {
  const scripts = new Set<string>();
  const reach = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`no chunk of ${key}`);
    if (scripts.has(chunk.file)) return;
    scripts.add(chunk.file);
    for (const next of chunk.imports ?? []) reach(next);
  };
  reach('src/main.ts');
  const [entry] = scripts;
  reach(page.source);
  const words = (locale: string) => (page.fixed ? ['common', page.words] : ['common', 'problems', page.words]).map((name) => `/${manifest[`src/words/${locale}/${name}.ts`]?.file}`).join(' ');
  const head = [
    page.description ? `<meta name="description" content="${escape(page.description)}">` : '<meta name="robots" content="noindex">',
    `<link rel="stylesheet" href="/${manifest['style.css']?.file}">`,
    '<script src="/boot.js"></script>',
    `<script type="module" src="/${entry}"></script>`,
    ...[...scripts].slice(1).map((file) => `<link rel="modulepreload" href="/${file}">`),
    ...page.head,
  ];
  return template
    .replace('<html lang="en">', `<html lang="${page.locale}" data-en="${words('en')}" data-ja="${words('ja')}"${page.fixed ? ' data-fixed' : ''}>`)
    .replace(/<title>.*<\/title>/, () => `<title>${escape(page.title)}</title>`)
    .replace('<!--head-->', () => head.join('\n    '))
    .replace('<!--app-->', () => page.body);
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
