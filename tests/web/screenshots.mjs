// The pictures that the README shows: `cargo xtask screenshots`.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch, serve, variable } from "../browser.mjs";
import { Configurator } from "./configurator.mjs";

const folder = path.join(import.meta.dirname, "../../docs/images");
mkdirSync(folder, { recursive: true });

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** What a picture shows: where it starts, what is switched on, and what is looked at. */
const STATES = {
    manifests: { preset: "quickstart", on: ["Ingress"], object: "Ingress" },
    problems: { preset: "quickstart", on: ["Ingress", "Basic auth"], part: "Problems" },
    values: { preset: "production", tab: "values.yaml" },
    commands: { preset: "production", tab: "Commands" },
    diagram: { preset: "production", tab: "Diagram" },
    settings: { preset: "tls", part: "Settings" },
};

async function prepare(page, { preset, on = [], part = "Output", tab, object }, isPhone) {
    await page.choosePreset(preset);
    for (const name of on) await page.switch(name).click();
    if (isPhone) await page.part(part);
    if (tab) await page.show(tab);
    if (object) {
        const outline = page.page.getByRole("navigation", { name: "Objects" });
        await outline.getByText(object, { exact: true }).click();
        // The flash that shows where one has landed is over.
        await page.page.waitForFunction(() => !document.querySelector(".flash"));
    }
    await page.hideNotice();
    await page.page.mouse.move(0, 0);
}

const browser = await launch();
const site = await serve(undefined, variable("MLFLOW_K8S_PAGE"));
try {
    for (const [size, viewport] of Object.entries(SIZES)) {
        for (const colorScheme of ["light", "dark"]) {
            for (const [name, state] of Object.entries(STATES)) {
                const context = await browser.newContext({
                    viewport,
                    colorScheme,
                    reducedMotion: "reduce",
                    serviceWorkers: "block",
                });
                const page = new Configurator(await context.newPage(), site);
                await page.go(site.address);
                await prepare(page, state, size === "phone");
                await page.page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`) });
                if (name === "problems" && size === "desktop") {
                    // For the site's first page, which is to be light.
                    await page.page.setViewportSize({ width: 1000, height: 640 });
                    await page.page.screenshot({
                        path: path.join(folder, `hero-${colorScheme}.jpg`),
                        type: "jpeg",
                        quality: 45,
                    });
                }
                await context.close();
            }
        }
    }
} finally {
    await browser.close();
    site.close();
}
