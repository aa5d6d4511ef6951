// Keeps what was visited for the next visit, without a network too. A new site has a new VERSION, and
// with it the browser throws away what it kept of the old one.
"use strict";
const KEPT = "cnncourse-VERSION";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("cnncourse-") && name !== KEPT);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request, { ignoreSearch: true });
  if (found) return found;
  const fresh = await fetch(request);
  if (fresh.ok && fresh.type !== "opaque") kept.put(request, fresh.clone()).catch(() => {}); // a full disk
  return fresh;
}

// what a page had loaded before this script was there
self.addEventListener("message", (event) => {
  const keep = async () => {
    const kept = await caches.open(KEPT);
    await Promise.all(event.data.map((url) => kept.add(url).catch(() => {})));
  };
  event.waitUntil(keep());
});
