// The pictures that the README shows: `cargo xtask screenshots`.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch, serve, variable } from "../browser.mjs";
import { Configurator } from "./configurator.mjs";

const folder = path.join(import.meta.dirname, "../../docs/images");
mkdirSync(folder, { recursive: true });

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** What is done before a picture is taken. */
const STATES = {
    async manifests(page) {
        await page.switch("Ingress").click();
    },
    async problems(page) {
        await page.choosePreset("quickstart");
        await page.switch("Ingress").click();
        await page.switch("Basic auth").click();
        await page.leaveFields();
        await page.page.keyboard.press("p");
    },
    async values(page) {
        await page.choosePreset("production");
        await page.show("values.yaml");
    },
    async commands(page) {
        await page.choosePreset("production");
        await page.show("Commands");
    },
    async diagram(page) {
        await page.choosePreset("production");
        await page.show("Diagram");
    },
    async presets(page) {
        await page.page.keyboard.press("n");
    },
};

const browser = await launch();
const site = await serve(undefined, variable("MLFLOW_K8S_PAGE"));
try {
    for (const [size, viewport] of Object.entries(SIZES)) {
        for (const colorScheme of ["light", "dark"]) {
            for (const [name, prepare] of Object.entries(STATES)) {
                const context = await browser.newContext({
                    viewport,
                    colorScheme,
                    reducedMotion: "reduce",
                    serviceWorkers: "block",
                });
                const page = new Configurator(await context.newPage());
                await page.go(site.address);
                if (size === "phone" && !["problems", "presets"].includes(name)) {
                    await prepare(page);
                    await page.part("Output");
                } else {
                    await prepare(page);
                }
                await page.hideNotice();
                await page.page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`) });
                await context.close();
            }
        }
    }
} finally {
    await browser.close();
    site.close();
}
