import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { pages } from './build/pages.ts';
import { promises } from './build/promises.ts';

// Where the API is while Vite serves the site: the local cloud, or `cargo lambda watch` at 9000.
const api = { target: process.env.API_URL ?? 'http://127.0.0.1:3000', changeOrigin: false };

// In every page: Svelte, the shell, and what asks and remembers. Not the entry, which waits for the page that waits for these.
const SHARED = /node_modules\/svelte\/|\/src\/(pages\.ts|App\.svelte|api\/(actions|call|problem|site)|device\/(session|stored|tabs|trusted)|ui\/(Shell|Icon|Toast|toasts|sign-in|language)|words\/(spoken|format|plural|messengers))/;

// In every page that takes a picture.
const PICKING = /\/src\/(ui\/(Picker|Styles)|picture\/prepare|api\/upload)/;

// What every page asks for once it is seen, to finish what another one left.
const KEPT = /\/src\/device\/(draft|store|deleting|forget)/;

export default defineConfig({
  plugins: [svelte(), promises(), pages()],
  server: { port: 8080, strictPort: true, host: 'localhost', proxy: { '/v1': api, '/privacy': api, '/unsubscribe': api, '/.well-known': api } },
  build: {
    target: 'es2022',
    manifest: true,
    // Nothing inline: the policy for scripts and styles admits files of this origin alone.
    assetsInlineLimit: 0,
    // One file, which the next page has already, and a dialog that opens without a network.
    cssCodeSplit: false,
    // The head of each page names what it needs.
    modulePreload: { polyfill: false, resolveDependencies: () => [] },
    reportCompressedSize: false,
    // A wasm of 1.5 MB is loaded for a HEIC picture alone.
    chunkSizeWarningLimit: 200,
    rollupOptions: {
      input: 'src/main.ts',
      // What every page has is one file: many small ones are more bytes, as each is packed by itself.
      output: { codeSplitting: { groups: [{ name: 'studio', test: SHARED }, { name: 'picking', test: PICKING }, { name: 'kept', test: KEPT }] } },
    },
  },
  worker: { format: 'es' },
  // A machine that does other things as well is slow, and not broken.
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
