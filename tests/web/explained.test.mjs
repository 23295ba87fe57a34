// Which settings are behind a line of the manifests, and the other way round.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Configurator, suite } from "./configurator.mjs";

suite();

const VALUES = `image:
  tag: v3.17.1-full
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
`;

/** The strip that names the settings behind a line. */
const strip = (page) => page.page.locator("#line-settings");

/** The line of the manifests that holds a text. */
const line = (page, text) => page.page.locator("#manifests .line", { hasText: text }).first();

test("pointing at a line names its settings, and a click goes there", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(VALUES);
    await page.show("Manifests");
    const box = await strip(page).boundingBox();
    await line(page, "image: ").hover();
    await strip(page).getByText("image.tag").waitFor();
    await strip(page).getByText("line 2", { exact: true }).waitFor();
    assert.deepEqual(await strip(page).boundingBox(), box, "nothing moves");
    await line(page, "image: ").click();
    await page.page.waitForFunction(() => document.activeElement?.dataset.path === "image.tag");
    // Back by the text: the line of values.yaml.
    await page.show("Manifests");
    await line(page, "image: ").hover();
    await strip(page).getByRole("button", { name: "line 2", exact: true }).click();
    const selected = await page.page
        .locator("#values")
        .evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    assert.equal(selected, "v3.17.1-full");
});

test("a line that no single setting decides says why", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(VALUES);
    await page.show("Manifests");
    await line(page, "apiVersion: apps/v1").hover();
    await strip(page).getByText(/^fixed: every Deployment/).waitFor();
});

test("the keyboard goes through the lines and to the setting", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(VALUES);
    await page.show("Manifests");
    const position = await page.page
        .locator("#manifests .line")
        .evaluateAll((lines) => lines.findIndex((line) => line.textContent.includes("image: ")));
    // A pointer that rests on the lines stays out of it while they scroll.
    await page.page.locator("#manifests").hover({ position: { x: 300, y: 200 } });
    await page.page.locator("#manifests").focus();
    await page.page.locator("#manifests .line.current").waitFor();
    await page.page.keyboard.press("Home");
    for (let step = 0; step < position; step += 1) await page.page.keyboard.press("ArrowDown");
    assert.match(await page.page.locator("#manifests .line.current").textContent(), /image: /);
    await strip(page).getByText("image.tag").waitFor();
    await page.page.keyboard.press("Enter");
    await page.page.waitForFunction(() => document.activeElement?.dataset.path === "image.tag");
});

test("the lines of the setting that has the keyboard light up", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(VALUES);
    await page.show("Manifests");
    const lit = page.page.locator("#manifests .line.of-setting");
    const tag = page.control("image.tag");
    await tag.focus();
    await lit.first().waitFor();
    assert.match((await lit.allTextContents()).join(""), /image: .*v3\.17\.1-full/);
    // They follow a change, a little later.
    await tag.fill("v3.17.2-full");
    await page.page.waitForFunction(() =>
        [...document.querySelectorAll("#manifests .line.of-setting")].some((line) =>
            line.textContent.includes("v3.17.2-full"),
        ),
    );
    await page.page.locator("#manifests").focus();
    await page.page.waitForFunction(() => !document.querySelector("#manifests .of-setting"));
});
