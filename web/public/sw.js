// The shell opens without a network, and pictures that were seen are seen again. Nothing under /v1 is kept.
const SHELL = [];
const PAGES = 'pages';
const PICTURES = 'pictures';
const MOST_PICTURES = 400;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(PAGES)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([dropOldFiles(), self.clients.claim()]));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  if (url.origin === location.origin) {
    if (url.pathname.startsWith('/assets/')) event.respondWith(firstFromCache(request));
    else if (SHELL.includes(shellPath(url))) event.respondWith(firstFromNetwork(request, shellPath(url)));
  } else if (request.destination === 'image' && request.mode === 'cors') {
    event.respondWith(picture(event, url));
  }
});

function shellPath(url) {
  return url.pathname === '/' ? '/home' : url.pathname;
}

async function firstFromCache(request) {
  const kept = await caches.match(request, { cacheName: PAGES });
  return kept ?? fetch(request);
}

async function firstFromNetwork(request, path) {
  try {
    const reply = await fetch(request);
    if (reply.ok) await (await caches.open(PAGES)).put(path, reply.clone()).catch(() => {});
    return reply;
  } catch (offline) {
    const kept = await caches.match(path, { cacheName: PAGES });
    if (kept) return kept;
    throw offline;
  }
}

// A link to a picture changes every few minutes; its path does not, nor what is behind it.
async function picture(event, url) {
  const key = url.origin + url.pathname;
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(key);
  if (kept) return kept;
  const reply = await fetch(event.request);
  if (reply.ok && reply.type === 'cors' && /^image\//.test(reply.headers.get('content-type') ?? '')) {
    event.waitUntil(keep(cache, key, reply.clone()));
  }
  return reply;
}

async function keep(cache, key, reply) {
  try {
    await cache.put(key, reply);
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_PICTURES)).map((old) => cache.delete(old)));
  } catch {
    // The device has no room: the picture is shown all the same.
  }
}

// The tab that somebody was told of, or a new one.
async function show(path) {
  const tabs = await self.clients.matchAll({ type: 'window' });
  const tab = tabs.find((one) => one.url.endsWith(path));
  return tab ? tab.focus() : self.clients.openWindow(path);
}

async function dropOldFiles() {
  const cache = await caches.open(PAGES);
  const keys = await cache.keys();
  await Promise.all(keys.filter((key) => !SHELL.includes(new URL(key.url).pathname)).map((key) => cache.delete(key)));
}
