// What comes out: the same as from the command line, whatever came in.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { tool } from "../browser.mjs";
import { cases, render } from "./cases.mjs";
import { Configurator, suite } from "./configurator.mjs";

suite();

test("every preset is without errors and warnings, and is what the command line writes", async (t) => {
    const page = await Configurator.open(t);
    const presets = await page.presets();
    assert.ok(presets.length >= 8, presets.join(" "));
    for (const preset of presets) {
        await page.choosePreset(preset);
        await page.assertClean();
        assert.equal(await page.manifests(), render(["--preset", preset]), preset);
    }
});

test("imported files give the command line's manifests, and keep every byte", async (t) => {
    const page = await Configurator.open(t);
    const all = cases();
    assert.ok(all.length >= 20);
    for (const { name, release, namespace, values } of all) {
        await page.import(values);
        await page.setRelease(release, namespace);
        assert.equal(await page.values(), values, name);
        const expected = render([release, "--namespace", namespace, "-f", "-"], { input: values });
        if (expected === undefined) {
            assert.notDeepEqual(await page.problems("error"), [], name);
        } else {
            assert.deepEqual(await page.problems("error"), [], name);
            assert.equal(await page.manifests(), expected, name);
        }
    }
});

test("`helm get values` can be pasted as it is printed", async (t) => {
    const page = await Configurator.open(t);
    await page.import("USER-SUPPLIED VALUES:\nstorage:\n  enabled: true # kept\n");
    assert.equal(await page.values(), "storage:\n  enabled: true # kept\n");
});

test("a file can be dropped", async (t) => {
    const page = await Configurator.open(t);
    const text = "# dropped\nservice:\n  type: NodePort\n";
    await page.page.evaluate((text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], "values.yaml", { type: "application/yaml" }));
        const options = { dataTransfer: data, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent("dragover", options));
        document.body.dispatchEvent(new DragEvent("drop", options));
    }, text);
    await page.page.waitForFunction((text) => document.querySelector("#values").value === text, text);
});

test("downloads are what is shown, and the same every time", async (t) => {
    const yaml = await tool("yaml");
    const page = await Configurator.open(t);
    await page.choosePreset("production");
    const manifests = await page.downloadText("manifests.yaml");
    assert.equal(manifests, await page.manifests());
    const documents = yaml.parseAllDocuments(manifests);
    assert.deepEqual(documents.flatMap((document) => document.errors), []);
    assert.equal(await page.downloadText("values.yaml"), await page.values());

    const zip = await page.download("manifests.zip");
    assert.deepEqual(readFileSync(await page.download("manifests.zip")), readFileSync(zip));
    const folder = mkdtempSync(path.join(os.tmpdir(), "mlflow-k8s-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const unpacked = spawnSync("python3", ["-m", "zipfile", "-e", zip, folder], { encoding: "utf8" });
    assert.equal(unpacked.status, 0, unpacked.stderr);
    const files = readdirSync(folder).sort();
    assert.equal(files.length, documents.length);
    const objects = (texts) => texts.map((text) => JSON.stringify(yaml.parse(text))).sort();
    assert.deepEqual(
        objects(files.map((file) => readFileSync(path.join(folder, file), "utf8"))),
        objects(documents.map((document) => document.toString())),
    );
});

test("copy buttons copy what they stand beside", async (t) => {
    const page = await Configurator.open(t);
    const clipboard = () => page.page.evaluate(() => navigator.clipboard.readText());
    await page.page.locator("#panel-manifests").getByRole("button", { name: "Copy", exact: true }).click();
    await page.page.waitForFunction(() => navigator.clipboard.readText().then((text) => text !== ""));
    assert.equal(await clipboard(), await page.manifests());
});

test("the diagram and the outline lead to the manifests", async (t) => {
    const page = await Configurator.open(t);
    await page.show("Diagram");
    await page.page.getByRole("button", { name: "Service mlflow-mlflow", exact: true }).click();
    assert.equal(await page.page.locator("#manifests").isVisible(), true);
    await page.page.getByRole("navigation", { name: "Objects" }).getByText("Deployment").click();
    assert.equal(await page.page.locator("[data-object*=deployment]").isVisible(), true);
});

test("commands are for exactly these values", async (t) => {
    const page = await Configurator.open(t);
    await page.setRelease("prod", "ml-team");
    await page.show("Commands");
    const commands = page.page.locator(".steps");
    assert.match(await commands.innerText(), /--namespace ml-team|-n ml-team/);
    assert.doesNotMatch(await commands.innerText(), /secret/i);
    await page.switch("Basic auth").click();
    assert.match(await commands.innerText(), /create secret/);
});
