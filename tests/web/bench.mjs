// How fast the page is: `cargo xtask bench --page`. Prints; nothing fails.
import { brotliCompressSync } from "node:zlib";
import { readFileSync } from "node:fs";
import path from "node:path";
import { corpus, launch, serve, variable } from "../browser.mjs";
import { Configurator } from "./configurator.mjs";

/** How many keys are typed. */
const KEYS = 200;

const dist = variable("MLFLOW_K8S_PAGE");
const everything = readFileSync(path.join(corpus, "conformance/everything/values.yaml"), "utf8");
const browser = await launch();
const site = await serve(undefined, dist);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const worst = (numbers) => Math.max(...numbers);
const shown = (milliseconds) => `${milliseconds.toFixed(1)} ms`;

async function open() {
    const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        serviceWorkers: "block",
    });
    const page = new Configurator(await context.newPage(), site);
    await page.page.addInitScript(() => {
        new MutationObserver(() => {
            if (document.documentElement.dataset.ready && !globalThis.readyAt) {
                globalThis.readyAt = performance.now();
            }
        }).observe(document, { attributes: true, subtree: true });
    });
    const files = new Set();
    page.page.on("response", (response) => files.add(new URL(response.url()).pathname));
    await page.go(site.address);
    return { page, files };
}

/** Resolves when the browser has had nothing to do for a second, as before a person types. */
async function idle(page) {
    await page.page.evaluate(async () => {
        let busy = performance.now();
        while (performance.now() - busy < 1000) {
            const deadline = await new Promise((resolve) => requestIdleCallback(resolve));
            if (deadline.timeRemaining() < 1) busy = performance.now();
        }
    });
}

/** Types, and measures from each key to the frame after it. */
async function typing(page, selector) {
    await page.page.locator(selector).first().scrollIntoViewIfNeeded();
    await idle(page);
    await page.page.evaluate((selector) => {
        globalThis.painted = [];
        globalThis.events = [];
        const control = document.querySelector(selector);
        control.focus();
        // After the frame that shows what an input did.
        control.addEventListener(
            "input",
            (event) => {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => painted.push(performance.now() - event.timeStamp);
                requestAnimationFrame(() => channel.port2.postMessage(0));
            },
            true,
        );
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
                if (entry.name === "keydown") events.push(entry.duration);
            }
        }).observe({ type: "event", durationThreshold: 16 });
    }, selector);
    for (let key = 0; key < KEYS; key += 1) {
        await page.page.keyboard.type("a");
        await page.page.waitForFunction((count) => painted.length > count, key);
    }
    return page.page.evaluate(() => ({ painted, events }));
}

try {
    const ready = [];
    let files;
    for (let run = 0; run < 5; run += 1) {
        const opened = await open();
        files = opened.files;
        ready.push(await opened.page.page.evaluate(() => readyAt));
        await opened.page.page.context().close();
    }
    let total = 0;
    for (const name of files) {
        const file = path.join(dist, name.endsWith("/") ? `${name}index.html` : name);
        total += brotliCompressSync(readFileSync(file)).length;
    }
    console.log(`first load: ${files.size} files, ${(total / 1000).toFixed(0)} kB by brotli`);
    console.log(`interactive: median ${shown(median(ready))} of ${ready.length} on loopback`);
    for (const [what, selector] of [
        ["a field", '[data-path="mlflow.artifactsDestination"]'],
        ["the editor", "#values"],
    ]) {
        for (const [size, text] of [["a small file", undefined], ["everything", everything]]) {
            const { page } = await open();
            if (text) await page.import(text);
            if (selector === "#values") await page.show("values.yaml");
            const { painted, events } = await typing(page, selector);
            console.log(
                `typing in ${what}, ${size}: median ${shown(median(painted))}, worst ${shown(worst(painted))}; ` +
                    `${events.length} of ${KEYS} keys took 16 ms or more (Event Timing), worst ${worst([0, ...events])} ms`,
            );
            await page.page.context().close();
        }
    }
} finally {
    await browser.close();
    site.close();
}
