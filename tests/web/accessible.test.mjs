// axe finds nothing, in any tab, dialog, theme and width.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toolFile } from "../browser.mjs";
import { Configurator, suite } from "./configurator.mjs";

suite();

const axe = readFileSync(toolFile("axe-core/axe.min.js"), "utf8");

async function check({ page }, where) {
    const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
    assert.deepEqual(told, [], where);
}

for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 390]) {
        test(`${colorScheme}, ${width} wide`, async (t) => {
            const page = await Configurator.open(t, {
                viewport: { width, height: 900 },
                colorScheme,
                reducedMotion: "reduce",
            });
            await page.page.evaluate(axe);
            const press = async (key) => {
                await page.leaveFields();
                await page.page.keyboard.press(key);
            };
            await check(page, "at the start");
            await page.switch("Ingress").click();
            for (const key of ["2", "3", "4", "1", "p", "s"]) {
                await press(key);
                await check(page, `after ${key}`);
            }
            for (const key of ["n", "i", "l", "d", "?"]) {
                await press(key);
                await page.page.locator("dialog[open]").waitFor().catch((error) => assert.fail(`${key}: ${error}`));
                await check(page, `the sheet of ${key}`);
                await page.close();
            }
            await page.page.evaluate(() => {
                for (const group of document.querySelectorAll("details")) group.open = true;
            });
            await check(page, "everything open");
            await page.page.locator("#values").evaluate((area) => {
                area.value = "storag: [";
                area.dispatchEvent(new Event("input", { bubbles: true }));
            });
            await page.page.locator("#problems [data-severity=error]").first().waitFor({ state: "attached" });
            await check(page, "with errors");
        });
    }
}
