// Keeps the pages that were read for reading them again without a network. The
// configurator has a worker of its own, which keeps all of it.

const NAME = "mlflow-k8s-site-{{assets}}";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
    event.waitUntil(
        (async () => {
            for (const name of await caches.keys()) {
                if (name.startsWith("mlflow-k8s-site-") && name !== NAME) await caches.delete(name);
            }
            await self.clients.claim();
        })(),
    );
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
    event.respondWith(
        (async () => {
            const cache = await caches.open(NAME);
            const isForGood = new URL(request.url).pathname.includes("/{{assets}}/");
            const kept = await cache.match(request);
            if (kept && isForGood) return kept;
            try {
                const response = await fetch(request);
                if (response.ok) await cache.put(request, response.clone());
                return response;
            } catch (error) {
                if (kept) return kept;
                throw error;
            }
        })(),
    );
});
