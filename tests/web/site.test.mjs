// The whole site, served by nginx as docs/hosting.md recommends.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, serve, toolFile, variable } from "../browser.mjs";

const site = variable("MLFLOW_K8S_SITE");
const axe = readFileSync(toolFile("axe-core/axe.min.js"), "utf8");

let browser;
let nginx;
let folder;
let address;

async function freePort() {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** The configuration of docs/hosting.md, for another port and folder. */
function configuration(port, root) {
    const text = readFileSync(path.join(import.meta.dirname, "../../docs/hosting.md"), "utf8");
    const [, server] = text.match(/```nginx\n([^]*?)```/);
    const own = server.replace("127.0.0.1:8080", `127.0.0.1:${port}`).replace("/srv/www", root);
    assert.notEqual(own, server);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
        .join("\n");
    return `daemon off; pid ${folder}/pid; error_log stderr;
        ${process.getuid() === 0 ? "user root;" : ""}
        events {} http { include /etc/nginx/mime.types; access_log off; ${temporary} ${own} }`;
}

before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "mlflow-k8s-"));
    const root = path.join(folder, "www");
    mkdirSync(root);
    symlinkSync(site, path.join(root, "mlflow-k8s"));
    const port = await freePort();
    const file = path.join(folder, "nginx.conf");
    writeFileSync(file, configuration(port, root));
    nginx = spawn("nginx", ["-p", folder, "-c", file], {
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    address = `http://127.0.0.1:${port}/mlflow-k8s/`;
    for (let tries = 0; ; tries += 1) {
        try {
            await fetch(address);
            break;
        } catch (error) {
            assert.ok(nginx.exitCode === null && tries < 1000, `nginx does not answer: ${error}`);
            await new Promise((resolve) => setImmediate(resolve));
        }
    }
    browser = await launch();
});

after(async () => {
    await browser?.close();
    nginx?.kill("SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
});

async function open(t, at, options = {}) {
    const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        serviceWorkers: "block",
        reducedMotion: "reduce",
        ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const faults = [];
    page.on("pageerror", (error) => faults.push(`${error}`));
    page.on("console", (message) => {
        const isOurs = !message.text().endsWith("blocked by Playwright");
        if (isOurs && ["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    t.after(async () => {
        await context.close();
        assert.deepEqual(faults, [], "in the console");
    });
    await page.goto(new URL(at, address).href);
    return page;
}

test("files come with the headers that make them fast and safe", async () => {
    const html = await (await fetch(`${address}index.html`)).text();
    const [, assets] = html.match(/(assets\/[0-9a-f]+)\//);
    const wasm = await fetch(`${address}${assets}/mlflow-k8s-web_bg.wasm`);
    assert.equal(wasm.headers.get("content-type"), "application/wasm");
    assert.match(wasm.headers.get("cache-control"), /immutable/);
    assert.equal(wasm.headers.get("content-encoding"), "gzip");
    const page = await fetch(`${address}guide/index.html`);
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'self'/);
    const configurator = await fetch(`${address}configurator/`);
    assert.match(configurator.headers.get("content-security-policy"), /frame-ancestors \*/);
    const playground = await fetch(`${address}playground.js`);
    assert.equal(playground.headers.get("access-control-allow-origin"), "*");
    const missing = await fetch(`${address}guide/no-such-page.html`);
    assert.equal(missing.status, 404);
    assert.match(await missing.text(), /This page is not here/);
});

test("the first page is light", async (t) => {
    const sizes = [];
    const page = await open(t, "about:blank");
    page.on("response", async (response) => {
        const { responseBodySize } = await response.request().sizes();
        sizes.push(responseBodySize);
    });
    for (const at of ["index.html", "guide/quick-start.html"]) {
        sizes.length = 0;
        await page.goto(`${address}${at}`, { waitUntil: "networkidle" });
        const pictures = at === "index.html" ? 1 : 0;
        assert.ok(sizes.length > pictures);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        assert.ok(total < 100_000, `${at}: ${total} bytes`);
    }
});

test("axe finds nothing on any kind of page", async (t) => {
    for (const colorScheme of ["light", "dark"]) {
        for (const width of [1280, 390]) {
            const page = await open(t, "index.html", { colorScheme, viewport: { width, height: 800 } });
            for (const at of [
                "index.html",
                "guide/index.html",
                "guide/quick-start.html",
                "guide/troubleshooting.html",
                "reference/values.html",
                "rules/index.html",
                "rules/MK502.html",
                "404.html",
            ]) {
                await page.goto(`${address}${at}`);
                await page.evaluate(axe);
                const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
                const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
                assert.deepEqual(told, [], `${at}, ${colorScheme}, ${width}`);
                const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
                assert.ok(sideways <= 0, `${at} at ${width} is ${sideways} too wide`);
            }
        }
    }
});

test("search finds a page and goes there, by keyboard alone", async (t) => {
    const page = await open(t, "index.html");
    await page.keyboard.press("/");
    await page.keyboard.type("invalid host");
    await page.locator("#results [role=option] a").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await Promise.all([page.waitForURL(/\.html#/), page.keyboard.press("Enter")]);
    assert.match(await page.locator("main").innerText(), /host/i);
});

test("an example can be tried where it stands", async (t) => {
    const page = await open(t, "guide/quick-start.html");
    const example = page.locator("mlflow-k8s-playground").first();
    const text = await example.locator("pre").textContent();
    await example.getByRole("button", { name: "Try it" }).click();
    const frame = example.frameLocator("iframe");
    await frame.locator("html[data-ready=true]").waitFor();
    await page.waitForFunction(
        ([text]) => {
            const frame = document.querySelector("mlflow-k8s-playground").shadowRoot.querySelector("iframe");
            return frame.contentDocument.querySelector("#values").value.trim() === text.trim();
        },
        [text],
    );
    await frame.locator("#values").fill(`${text}replicaCount: 2\n`);
    await frame.locator("#problems [data-severity=error]").first().waitFor({ state: "attached" });
    const link = await example.getByRole("link", { name: "Open in the configurator" }).getAttribute("href");
    assert.ok(link.startsWith(`${address}configurator/#v1=`), link);
});

test("every playground for MLflow's own page starts with its values", async (t) => {
    const page = await open(t, "guide/official-documentation.html");
    const count = await page.locator("main mlflow-k8s-playground").count();
    assert.ok(count >= 17, `${count} playgrounds`);
    const element = page.locator("main mlflow-k8s-playground").first();
    for (let left = count; left > 0; left -= 1) {
        const what = await element.evaluate((element) => element.outerHTML);
        await element.getByRole("button", { name: "Try it" }).click();
        const frame = element.frameLocator("iframe");
        await frame.locator("html[data-ready=true]").waitFor();
        assert.equal(await frame.locator(".notice.shown").count(), 0, what);
        const tab = (await element.getAttribute("tab")) ?? "manifests";
        assert.equal(await frame.locator(`#tab-${tab}`).getAttribute("aria-selected"), "true", what);
        // One frame at a time: each is a configurator of its own.
        await element.evaluate((element) => element.remove());
    }
});

test("without scripts the examples are there to read", async (t) => {
    const page = await open(t, "guide/quick-start.html", { javaScriptEnabled: false });
    assert.match(await page.locator("mlflow-k8s-playground pre").first().innerText(), /storage:/);
});

test("one line puts a playground on somebody else's page", async (t) => {
    const other = mkdtempSync(path.join(os.tmpdir(), "mlflow-k8s-"));
    t.after(() => rmSync(other, { recursive: true }));
    const text = readFileSync(path.join(import.meta.dirname, "elsewhere.html"), "utf8");
    writeFileSync(path.join(other, "index.html"), text.replaceAll("SITE", address.slice(0, -1)));
    const elsewhere = await serve(t, other);
    const page = await open(t, elsewhere.address);
    const element = page.locator("mlflow-k8s-playground").first();
    await element.getByRole("button", { name: "Try it" }).click();
    const frame = element.frameLocator("iframe");
    await frame.locator("html[data-ready=true][data-theme=dark]").waitFor();
    await frame.locator("#manifests", { hasText: "NodePort" }).waitFor({ state: "attached" });
    const height = await element.locator("iframe").evaluate((frame) => frame.getBoundingClientRect().height);
    assert.ok(height >= 500 && height < 3000, `${height}`);
    const named = page.locator("mlflow-k8s-playground").nth(1);
    await named.scrollIntoViewIfNeeded();
    const manifests = named.frameLocator("iframe").locator("#manifests");
    await manifests.filter({ hasText: "replicas: 7" }).waitFor({ state: "attached" });
    assert.match(await manifests.textContent(), /name: abc-mlflow[^]*type: NodePort/);
    const link = await named.getByRole("link", { name: "Open in the configurator" }).getAttribute("href");
    assert.match(link, /\/configurator\/\?preset=production&set=replicaCount/);
    await page.frameLocator('iframe[title="By hand"]').locator("html[data-ready=true]").waitFor();
});

test("the guide's lines for other pages work there", async (t) => {
    const guide = readFileSync(path.join(import.meta.dirname, "../../docs/guide/embedding.md"), "utf8");
    const code = (language) =>
        [...guide.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, code]) => code);
    const other = mkdtempSync(path.join(os.tmpdir(), "mlflow-k8s-"));
    t.after(() => rmSync(other, { recursive: true }));
    const [height] = code("js");
    const body = code("html").join("").replaceAll("https://HOST/", address);
    writeFileSync(
        path.join(other, "index.html"),
        `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,">
        <body>${body}<script type="module">${height}</script>`,
    );
    const elsewhere = await serve(t, other);
    const page = await open(t, elsewhere.address);
    const [first, second] = await page.locator("mlflow-k8s-playground").all();
    await first.getByRole("button", { name: "Try it" }).click();
    await first.frameLocator("iframe").locator("html[data-ready=true]").waitFor();
    // The second one starts by itself.
    await second.frameLocator("iframe").locator("html[data-theme=dark][data-ready=true]").waitFor();
    const byHand = page.locator("body > iframe");
    // Browsers do not lay out other sites' frames that nobody sees.
    await byHand.scrollIntoViewIfNeeded();
    await byHand.contentFrame().locator("html[data-ready=true]").waitFor();
    await page.waitForFunction(
        () => document.querySelector("body > iframe").style.height.endsWith("px"),
    );
});

test("the configurator of the site works offline, below its path", async (t) => {
    const page = await open(t, "configurator/", { serviceWorkers: "allow" });
    await page.locator("html[data-ready=true]").waitFor();
    await page.evaluate(async () => {
        const { active } = await navigator.serviceWorker.ready;
        if (active.state !== "activated") {
            await new Promise((resolve) => active.addEventListener("statechange", resolve));
        }
    });
    await page.context().setOffline(true);
    await page.reload();
    await page.locator("html[data-ready=true]").waitFor();
    await page.getByRole("switch", { name: "Ingress", exact: true }).click();
    await page.locator("#manifests", { hasText: "kind: Ingress" }).waitFor({ state: "attached" });
});
