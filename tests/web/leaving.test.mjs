// Links, what the browser keeps, frames, and places without a network.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Configurator, suite } from "./configurator.mjs";

suite();

const SECRET = "hunter2secret";
const VALUES =
    `# shared\nmlflow:\n  backendStoreUri: postgresql://u:${SECRET}@db/mlflow # theirs\n` +
    "replicaCount: 1\nservice:\n  type: NodePort\n";

test("a link holds the work, and no credentials", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(VALUES);
    await page.setRelease("abc", "team");
    const link = await page.share();
    assert.match(await page.page.locator("#sheet-share").innerText(), /mlflow\.backendStoreUri/);

    const other = await Configurator.open(t, { at: link.slice(page.site.address.length) });
    await other.page.waitForFunction(() => document.querySelector("#values").value.includes("NodePort"));
    const text = await other.values();
    assert.ok(!text.includes(SECRET), text);
    assert.ok(!text.includes("replicaCount"), "what equals the defaults is left out");
    assert.match(text, /# shared/);
    assert.equal(await other.control("release.name").inputValue(), "abc");
    assert.equal(await other.control("release.namespace").inputValue(), "team");
});

// Links are for good: these are never changed, only added to.
const OLD_LINKS = [
    {
        fragment:
            "#v1=JcrRCYAwDAXAVUK6RYYQB-hPtU8pSlrSKIi4u4j3fTc7CwdainWP2r1aWiFRiaBp2pGF3A5QoA3tG7CzzP_wq0FoqBljNY_Kzws",
        values: "# first\nstorage:\n  enabled: true # kept\nservice:\n  type: NodePort\n",
        release: "mlflow",
        namespace: "mlflow",
    },
    {
        fragment:
            "#v1=FcoxCoAwDEDRq5Q_F0G65Sxdqg0iapS0TuLdxTe_h46w2uLammQLQa1Mu1YJ3W_NRsQRLj8rEUPoWg4iM_KPyIYwDinxfg",
        values: "ingress:\n  enabled: true\n",
        release: "prod",
        namespace: "team",
    },
];

test("links of every version are read", async (t) => {
    const page = await Configurator.open(t);
    for (const { fragment, values, release, namespace } of OLD_LINKS) {
        await page.page.evaluate((fragment) => (location.hash = fragment), fragment);
        await page.page.waitForFunction(
            (values) => document.querySelector("#values").value === values,
            values,
        );
        assert.equal(await page.control("release.name").inputValue(), release);
        assert.equal(await page.control("release.namespace").inputValue(), namespace);
    }
});

test("a link that cannot be read says why and changes nothing", async (t) => {
    const page = await Configurator.open(t);
    const before = await page.values();
    for (const [fragment, words] of [
        ["#v9=abc", "version 9"],
        ["#v1=abc", "damaged"],
        ["#v1=!", "damaged"],
    ]) {
        await page.page.evaluate((fragment) => (location.hash = fragment), fragment);
        await page.page.locator(".notice", { hasText: words }).waitFor();
        assert.equal(await page.values(), before);
    }
});

test("a link that somebody wrote by hand opens a preset with its settings", async (t) => {
    const link = "preset=quickstart&set=storage.size=50Gi&set=ingress.enabled=true&release=abc&namespace=team";
    for (const at of [`#${link}`, `?${link}`, `?utm_source=docs&${link}`]) {
        const page = await Configurator.open(t, { at });
        const text = await page.values();
        assert.match(text, /size: 50Gi/, at);
        assert.match(text, /^ *#/m, "the preset's comments stay");
        assert.match(await page.manifests(), /kind: Ingress/);
        assert.equal(await page.control("release.name").inputValue(), "abc");
        assert.equal(await page.control("release.namespace").inputValue(), "team");
    }
});

test("a link by hand starts an embedded page, which keeps nothing", async (t) => {
    for (const at of [
        "?embed=1&preset=production&set=replicaCount=7&tab=commands",
        "?embed=1#preset=production&set=replicaCount=7&tab=commands",
    ]) {
        const page = await Configurator.open(t, { at });
        await page.page.locator("#tab-commands[aria-selected=true]").waitFor();
        assert.match(await page.manifests(), /replicas: 7/, at);
        assert.equal(await page.page.locator("#settings").count(), 0);
        await page.writeValues(`${await page.values()}# mine\n`);
        assert.equal(await page.page.evaluate(() => localStorage.length), 0);
    }
});

test("a link by hand gives the visitor's own work back", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues("# mine\nreplicaCount: 2\n");
    const kept = () => page.page.evaluate(() => JSON.stringify(localStorage));
    await page.page.waitForFunction(() => JSON.stringify(localStorage).includes("# mine"));

    await page.go(`${page.site.address}?preset=tls&set=service.type=NodePort`);
    assert.match(await page.values(), /NodePort/);
    await page.page.locator(".notice.shown", { hasText: "Undo brings back your own" }).waitFor();
    assert.match(await kept(), /# mine/, "a visit alone changes nothing");
    await page.page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    assert.equal(await page.values(), "# mine\nreplicaCount: 2\n");

    // The other form is taken out of the address, so a reload has to bring back its work.
    await page.go(`${page.site.address}#preset=tls&set=service.type=NodePort`);
    await page.page.locator(".notice.shown", { hasText: "Opened the values from the link" }).waitFor();
    assert.equal(await page.page.evaluate(() => location.hash), "#tab=manifests");
    await page.reload();
    assert.match(await page.values(), /NodePort/);
});

test("a hostile link by hand is text, or is refused with the reason", async (t) => {
    const image = encodeURIComponent("<img src=x onerror=alert(1)>");
    const page = await Configurator.open(t);
    const before = await page.values();
    for (const [fragment, words] of [
        [`#set=${encodeURIComponent("<b>bold</b>")}`, "<b>bold</b>"],
        [`#preset=${image}`, "does not exist"],
        ["#preset=tls&sets=a=b", "unknown parameter"],
        ["#set=env[65536]=a", "more than 500 values"],
        ["#set=a[0", "was not opened"],
        [`#set=a=${"b".repeat(9000)}`, "longer than 8192 bytes"],
    ]) {
        await page.page.evaluate((fragment) => (location.hash = fragment), fragment);
        await page.page.locator(".notice", { hasText: words }).waitFor();
        assert.equal(await page.values(), before, fragment);
    }
    const text = `${image}%0AreplicaCount:%209`;
    await page.page.evaluate((text) => (location.hash = `#set-string=podAnnotations.a=${text}`), text);
    await page.page.locator("#manifests", { hasText: "<img src=x" }).waitFor({ state: "attached" });
    assert.doesNotMatch(await page.manifests(), /replicas: 9/);
    assert.equal(await page.page.locator("img, b").count(), 0);
    // A setting that does not exist is a finding, as in any other text.
    await page.page.evaluate(() => (location.hash = "#set=storage.sise=1Gi"));
    await page.page.locator("#problems [data-severity=error]", { hasText: "sise" }).waitFor();
});

test("the work survives a reload, credentials do not", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(VALUES);
    await page.setRelease("abc", "team");
    await page.page.waitForFunction(() => JSON.stringify(localStorage).includes("abc"));
    const kept = await page.page.evaluate(() => JSON.stringify(localStorage));
    assert.ok(kept.includes("NodePort") && !kept.includes(SECRET), kept);
    await page.reload();
    assert.match(await page.values(), /NodePort/);
    assert.equal(await page.control("release.name").inputValue(), "abc");
    await page.page.getByRole("button", { name: "Start over" }).click();
    assert.doesNotMatch(await page.values(), /NodePort/);
});

test("works without storage, and says so", async (t) => {
    const page = await Configurator.open(t);
    await page.page.addInitScript(() => {
        Object.defineProperty(globalThis, "localStorage", {
            get() {
                throw new DOMException("refused", "SecurityError");
            },
        });
    });
    await page.reload();
    assert.match(await page.page.locator(".notice").innerText(), /does not store your work/);
    await page.switch("Ingress").click();
    assert.match(await page.manifests(), /kind: Ingress/);
});

test("says what is missing where WebAssembly is", async (t) => {
    const page = await Configurator.open(t);
    await page.page.addInitScript(() => {
        delete globalThis.WebAssembly;
    });
    page.loaded = false;
    await page.page.reload();
    await page.page.getByRole("heading", { name: "This browser has no WebAssembly" }).waitFor();
    page.faults.length = 0;
});

test("a panic leaves the text", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues("# precious\n");
    await page.page.evaluate(() =>
        dispatchEvent(new CustomEvent("mlflow-k8s:panic", { detail: "index out of bounds" })),
    );
    const alert = page.page.getByRole("alert");
    assert.match(await alert.innerText(), /stopped working[^]*index out of bounds/);
    assert.equal(await alert.getByLabel("Your values").inputValue(), "# precious\n");
});

test("works offline after the first visit", async (t) => {
    const page = await Configurator.open(t, { offline: true });
    await page.page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        if (registration.active.state !== "activated") {
            await new Promise((resolve) => registration.active.addEventListener("statechange", resolve));
        }
    });
    // The worker fetches the page's files once, for its cache.
    page.requests.length = 0;
    await page.page.context().setOffline(true);
    await page.reload();
    await page.switch("Ingress").click();
    assert.match(await page.manifests(), /kind: Ingress/);
});

test("an embedded page starts with what its address says", async (t) => {
    const page = await Configurator.open(t, { at: "?embed=1&preset=production" });
    assert.match(await page.values(), /postgresql|existingSecret|secret/i);
    assert.equal(await page.page.locator("#settings").count(), 0);
    assert.equal(await page.page.evaluate(() => Object.keys(localStorage).length), 0);
    const link = page.page.getByRole("link", { name: "Open the full configurator" });
    await page.page.waitForFunction(() => document.querySelector(".open-full a").hash.startsWith("#v1="));
    const full = await Configurator.open(t, {
        at: new URL(await link.evaluate((anchor) => anchor.href)).hash,
    });
    await full.page.waitForFunction(() => document.querySelector(".notice.shown"));
    assert.equal(await full.manifests(), await page.manifests());
});

test("a frame tells its parent how high it is", async (t) => {
    const page = await Configurator.open(t);
    page.loaded = false;
    // The page's own policy allows no frame: a page without one holds it.
    await page.page.route("**/parent.html", (route) =>
        route.fulfill({
            contentType: "text/html",
            body: `<!doctype html><link rel="icon" href="data:,"><script>
                heights = [];
                addEventListener("message", (event) => {
                    if (event.data?.type === "mlflow-k8s:height") heights.push(event.data.height);
                });
            </script><iframe src="./?embed=1" width="900" height="400"></iframe>`,
        }),
    );
    await page.page.goto(`${page.site.address}parent.html`);
    await page.page.waitForFunction(() => heights.at(-1) > 100);
});

test("the path from a preset to the download needs no mouse", async (t) => {
    const page = await Configurator.open(t);
    const keyboard = page.page.keyboard;
    const tabTo = async (selector) => {
        for (let presses = 0; presses < 80; presses += 1) {
            if (await page.page.evaluate((selector) => document.activeElement?.matches(selector), selector)) {
                return;
            }
            await keyboard.press("Tab");
        }
        assert.fail(`Tab does not reach ${selector}`);
    };
    await keyboard.press("n");
    await tabTo("[data-preset=tls]");
    await keyboard.press("Enter");
    await page.page.waitForFunction(() => document.querySelector(".notice.shown"));
    await keyboard.press("/");
    await page.page.waitForFunction(() => document.activeElement?.id === "search");
    await keyboard.type("ingress");
    await tabTo('[role=switch][data-path="ingress.enabled"]');
    await keyboard.press("Space");
    await page.leaveFields();
    await keyboard.press("d");
    await tabTo("#sheet-download .card");
    const [download] = await Promise.all([
        page.page.waitForEvent("download"),
        keyboard.press("Enter"),
    ]);
    assert.equal(download.suggestedFilename(), "manifests.yaml");
    assert.match(await page.manifests(), /kind: Ingress/);
});

test("keys do what the sheet says", async (t) => {
    const page = await Configurator.open(t);
    const keyboard = page.page.keyboard;
    for (const [key, tab] of [["2", "values"], ["3", "commands"], ["4", "diagram"], ["1", "manifests"]]) {
        await page.leaveFields();
        await keyboard.press(key);
        await page.page.locator(`#tab-${tab}[aria-selected=true]`).waitFor();
    }
    for (const [key, sheet] of [["i", "import"], ["d", "download"], ["l", "share"], ["?", "keys"]]) {
        await page.leaveFields();
        await keyboard.press(key);
        await page.page.locator(`#sheet-${sheet}[open]`).waitFor();
        await page.close();
    }
});

test("a phone shows one part at a time and nothing sideways", async (t) => {
    const page = await Configurator.open(t, {
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
    });
    const sideways = () =>
        page.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    for (const [part, content] of [
        ["Output", "#manifests"],
        ["Problems", "#problems"],
        ["Settings", "#settings"],
    ]) {
        await page.part(part);
        assert.equal(await page.page.locator(content).isVisible(), true, part);
        assert.ok((await sideways()) <= 0, part);
    }
});
