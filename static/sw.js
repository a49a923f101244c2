// Keeps the pages that were read for when the signal is lost. The network is always asked first, so that nobody who is
// connected sees a page that is out of date; without an answer, a page that was read here comes back as it was, and says
// so. Nothing is fetched ahead, nothing but pages of this site and what they are set with is kept, and what is gone from
// the site is gone from here as soon as that is seen.
"use strict";

const pages = "read"; // the pages that were read, the last at the end
const files = "set"; // style sheets, scripts and fonts that they are set with
const most = 30; // pages, and files

const readAt = "x-read-at";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(Promise.all([clients.claim(), registration.navigationPreload?.enable()])));

// keep puts an answer at the end of a cache and lets go of what has been there for the longest.
async function keep(name, address, answer) {
  const cache = await caches.open(name);
  await cache.delete(address, { ignoreVary: true });
  await cache.put(address, answer);
  const all = await cache.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - most)).map((old) => cache.delete(old, { ignoreVary: true })));
}

const isPage = (answer) => answer.status === 200 && answer.headers.get("content-type")?.startsWith("text/html");

// seen keeps a page with the moment at which it was read, or lets go of one that is gone, and of all pages of a release
// in which nothing is found any more: it may have been removed.
async function seen(address, answer) {
  if (isPage(answer)) {
    const headers = new Headers(answer.headers);
    headers.set(readAt, new Date().toISOString());
    await keep(pages, address, new Response(answer.body, { headers }));
  } else if (answer.status === 404 || answer.status === 410) {
    const release = new URL(address).pathname.match(/^(\/es)?\/releases\/[^/]+/)?.[0];
    const cache = await caches.open(pages);
    for (const page of await cache.keys()) {
      const path = new URL(page.url).pathname;
      if (page.url === address || release && (path === release || path.startsWith(release + "/"))) await cache.delete(page, { ignoreVary: true });
    }
  }
}

// page answers a visit.
async function page(event) {
  const address = event.request.url.split("#")[0];
  try {
    const answer = await event.preloadResponse || await fetch(event.request);
    event.waitUntil(seen(address, isPage(answer) ? answer.clone() : answer).catch(() => {}));
    return answer;
  } catch {
    const kept = await (await caches.open(pages)).match(address, { ignoreVary: true });
    return kept ? asRead(kept) : unread();
  }
}

// asRead is a kept page with its strip, which every page has and hides, filled in and shown.
async function asRead(kept) {
  const html = await kept.text();
  const spanish = /<html lang="es"/.test(html);
  const when = new Date(kept.headers.get(readAt))
    .toLocaleString(spanish ? "es-US" : "en-GB", { dateStyle: "long", timeStyle: "short", hour12: false });
  const strip = /(<aside class="notice" id="unconnected"[^>]*?) hidden>([^]*?)<\/aside>/;
  return new Response(html.replace(strip, (whole, tag, text) => `${tag}>${text.replace("…", when)}</aside>`), { headers: kept.headers });
}

// unread is the answer for a page that was never read here: which ones were. It is in both languages, since no page of
// the site is there to say in which.
async function unread() {
  const cache = await caches.open(pages);
  const list = await Promise.all((await cache.keys()).reverse().map(async (request) => {
    const title = (await (await cache.match(request, { ignoreVary: true })).text()).match(/<title>([^<]*)<\/title>/)?.[1];
    const path = request.url.slice(location.origin.length).replace(/["<>]/g, encodeURIComponent).replace(/&/g, "&amp;");
    return `<li><a href="${path}">${title || path}</a></li>`;
  }));
  const style = (await (await caches.open(files)).keys()).map((file) => new URL(file.url).pathname).findLast((path) => path.endsWith(".css"));
  return new Response(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>No connection</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
${style ? `<link rel="stylesheet" href="${style}">` : ""}</head><body><main><div class="page">
<h1>No connection</h1><p>This page has not been read on this device. These have:</p>
<p lang="es">Sin conexión. Esta página no se ha leído en este dispositivo. Estas sí:</p><ul>${list.join("")}</ul></div></main></body></html>`,
  { status: 503, headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'" } });
}

// part answers for what a page is set with.
async function part(request) {
  try {
    return await fetch(request);
  } catch (failed) {
    const kept = await (await caches.open(files)).match(request, { ignoreVary: true });
    if (kept) return kept;
    throw failed;
  }
}

// What stands in a frame of a page says what is new since, which nobody can say without a connection.
const frame = (request) => fetch(request).catch(() => new Response(
  '<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><title>No connection</title><main></main></html>',
  { headers: { "content-type": "text/html; charset=utf-8" } }));

addEventListener("fetch", (event) => {
  const { method, url, mode, destination } = event.request;
  if (method !== "GET" || new URL(url).origin !== location.origin) return;
  if (mode === "navigate") event.respondWith(destination === "document" ? page(event) : frame(event.request));
  else if (/^\/static\//.test(new URL(url).pathname)) event.respondWith(part(event.request));
});

// A page says what it is set with, and, where it came before this worker did, its own address. Both are in the
// browser's cache, from where they are taken.
addEventListener("message", (event) => event.waitUntil((async () => {
  const held = await caches.open(files);
  for (const file of event.data.files) {
    if (await held.match(file, { ignoreVary: true })) continue;
    const answer = await fetch(file, { cache: "force-cache" });
    if (answer.ok) await keep(files, file, answer);
  }
  if (event.data.page) {
    await seen(event.data.page, await fetch(event.data.page, { cache: "force-cache" }));
  }
})().catch(() => {})));
