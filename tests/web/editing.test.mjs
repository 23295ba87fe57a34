// The form, the text and the findings are views of one thing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { variable } from "../browser.mjs";
import { Configurator, suite } from "./configurator.mjs";

suite();

test("every switch goes on and off again and leaves no trace", async (t) => {
    const page = await Configurator.open(t);
    const paths = await page.page
        .getByRole("switch")
        .evaluateAll((all) => [...new Set(all.map((one) => one.dataset.path))]);
    assert.ok(paths.length > 12, paths.join(" "));
    for (const path of paths) {
        const control = page.page.locator(`[role=switch][data-path="${path}"]`).first();
        const before = [await page.values(), await control.getAttribute("aria-checked")];
        await control.click();
        assert.notEqual(await control.getAttribute("aria-checked"), before[1], path);
        await control.click();
        assert.deepEqual([await page.values(), await control.getAttribute("aria-checked")], before, path);
    }
});

test("every switch has the name that is seen", async (t) => {
    const page = await Configurator.open(t);
    const names = await page.page
        .getByRole("switch")
        .evaluateAll((all) =>
            all.map((one) => document.getElementById(one.getAttribute("aria-labelledby"))?.textContent),
        );
    assert.ok(names.every(Boolean));
});

test("what the form changes stands in the text, comments stay", async (t) => {
    const page = await Configurator.open(t);
    const text =
        "# ours\nmlflow:\n  backendStoreUri: sqlite:////mlflow/mlflow.db # the database\n" +
        "  artifactsDestination: /mlflow/artifacts\nstorage:\n  enabled: true\n  size: 22Gi # big\n";
    await page.writeValues(text);
    assert.equal(await page.control("storage.size").inputValue(), "22Gi");
    await page.control("storage.size").fill("23Gi");
    assert.equal(await page.values(), text.replace("22Gi", "23Gi"));
    await page.switch("Ingress").click();
    assert.match(await page.values(), /^ingress:\n {2}enabled: true$/m);
    assert.match(await page.manifests(), /^kind: Ingress$/m);
    await page.control("ingress.hosts[0].host").fill("ml.example.com");
    assert.match(await page.manifests(), /host: "?ml\.example\.com/);
    await page.switch("Ingress").click();
    const after = await page.values();
    for (const comment of ["# ours", "# the database", "# big"]) assert.ok(after.includes(comment), after);
});

test("what the text says is what the form shows", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues("service:\n  type: LoadBalancer\n  port: 8080\nreplicaCount: 3\n");
    assert.equal(await page.control("service.type").inputValue(), "LoadBalancer");
    assert.equal(await page.control("service.port").inputValue(), "8080");
    assert.equal(await page.control("replicaCount").inputValue(), "3");
});

test("undo and redo go through form and text", async (t) => {
    const page = await Configurator.open(t);
    const first = await page.values();
    await page.switch("Ingress").click();
    const second = await page.values();
    await page.writeValues(`${second}# typed\n`);
    await page.page.keyboard.press("Control+z");
    assert.equal(await page.values(), second);
    await page.page.keyboard.press("Control+z");
    assert.equal(await page.values(), first);
    await page.page.keyboard.press("Control+Shift+z");
    await page.page.keyboard.press("Control+Shift+z");
    assert.equal(await page.values(), `${second}# typed\n`);
    await page.page.getByRole("button", { name: "Undo", exact: true }).first().click();
    assert.equal(await page.values(), second);
});

test("marks show what the last change did", async (t) => {
    const page = await Configurator.open(t);
    const marked = () => page.page.locator("#manifests .line.added, #manifests .line.altered").count();
    assert.equal(await marked(), 0);
    await page.switch("Ingress").click();
    const added = await marked();
    assert.ok(added > 5);
    // Even where the object is folded, and far below.
    await page.page.getByRole("button", { name: "Collapse all" }).click();
    await page.page.getByRole("button", { name: "Next change" }).click();
    await page.page.waitForFunction(() => {
        const { top, bottom } = document.querySelector("#manifests .line.added").getBoundingClientRect();
        const view = document.querySelector("#manifests").getBoundingClientRect();
        return top >= view.top && bottom <= view.bottom && bottom > top;
    });
    await page.control("storage.size").fill("23Gi");
    const altered = await page.page.locator("#manifests .line.altered").allInnerTexts();
    assert.deepEqual(altered.map((line) => line.trim()), ["storage: 23Gi"]);
    await page.page.getByLabel("Compare with").selectOption("start");
    assert.ok((await marked()) > added);
    await page.page.getByLabel("Compare with").selectOption("last");
    await page.switch("Ingress").click();
    assert.match(await page.page.locator(".removed").innerText(), /^\d+ lines removed$/);
});

test("an error keeps the last good output, says where it is, and is fixed", async (t) => {
    const page = await Configurator.open(t);
    const good = await page.manifests();
    await page.writeValues(`${await page.values()}replicaCout: 1\n`);
    assert.deepEqual(await page.problems("error"), ["MK101"]);
    assert.equal(await page.manifests(), good);
    assert.equal(await page.page.locator("#manifests.stale").count(), 1);
    const problem = page.page.locator("#problems [data-code=MK101]");
    assert.equal(await problem.getAttribute("data-path"), "replicaCout");
    await problem.getByRole("button", { name: /line/ }).click();
    const selected = await page.page
        .locator("#values")
        .evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    assert.equal(selected, "replicaCout");
    await page.fix("MK101");
    assert.equal(await page.page.locator("#manifests.stale").count(), 0);
    assert.equal(await page.manifests(), good);
});

test("the form keeps its values while the text cannot be read, and says so", async (t) => {
    const page = await Configurator.open(t);
    const good = "mlflow:\n  backendStoreUri: sqlite:////mlflow/a.db\nstorage:\n  enabled: true\n";
    await page.writeValues(good);
    const note = page.page.locator("#settings .stale-note");
    await note.waitFor({ state: "hidden" });
    await page.writeValues(`${good}stor`);
    await note.waitFor({ state: "visible" });
    assert.equal(await page.control("mlflow.backendStoreUri").inputValue(), "sqlite:////mlflow/a.db");
    const storage = page.control("storage.enabled");
    assert.equal(await storage.getAttribute("aria-checked"), "true");
    // Nothing is written into a text that cannot be read.
    await storage.click();
    await page.page.getByText(/^Not changed: /).waitFor();
    assert.equal(await page.values(), `${good}stor`);
    await page.writeValues(good.replace("a.db", "b.db"));
    await note.waitFor({ state: "hidden" });
    assert.equal(await page.control("mlflow.backendStoreUri").inputValue(), "sqlite:////mlflow/b.db");
});

test("the form cannot be edited while a Kubernetes object stands in the editor", async (t) => {
    const page = await Configurator.open(t);
    const good = "mlflow:\n  backendStoreUri: sqlite:////mlflow/a.db\nstorage:\n  enabled: true\n";
    await page.writeValues(good);
    const storage = page.control("storage.enabled");
    assert.ok(await storage.isEnabled());
    const object = "apiVersion: v1\nkind: Service\nmetadata:\n  name: mlflow\n";
    await page.writeValues(object);
    const form = page.page.locator("#settings fieldset");
    const note = page.page.locator(`#${await form.getAttribute("aria-describedby")}`);
    await note.waitFor({ state: "visible" });
    assert.match(await note.innerText(), /Kubernetes object of kind Service/);
    for (const control of [storage, page.control("mlflow.backendStoreUri"), page.control("service.type")]) {
        assert.ok(await control.isDisabled());
    }
    // The values from before are still shown.
    assert.equal(await storage.getAttribute("aria-checked"), "true");
    await storage.click({ force: true });
    assert.equal(await page.values(), object);
    await page.writeValues(good);
    assert.ok(await storage.isEnabled());
    await storage.click();
    assert.notEqual(await page.values(), good);
});

test("a finding leads to its setting", async (t) => {
    const page = await Configurator.open(t);
    await page.switch("Ingress").click();
    const problem = page.page.locator("#problems [data-path^='ingress']").first();
    const path = await problem.getAttribute("data-path");
    await problem.locator(".go").click();
    await page.page.waitForFunction(
        (path) => document.activeElement?.closest(`[data-path="${path}"], [data-path^="${path}"]`),
        path,
    );
});

test("fixes are applied", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(
        "replicaCout: 1\nimage:\n  tga: v3.17.2\nmlflow:\n  backendStoreUri: sqlite:////mlflow/mlflow.db\n" +
            "  artifactsDestination: /mlflow/artifacts\nstorage:\n  enabled: true\n",
    );
    assert.equal((await page.problems("error")).length, 2);
    await page.page.getByRole("button", { name: /^Fix all/ }).click();
    await page.assertClean();
    assert.match(await page.values(), /^replicaCount: 1\nimage:\n {2}tag: v3\.17\.2$/m);
});

test("the reason of a finding is fetched when somebody asks for it", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues(`${await page.values()}image:\n  tag: latest\n`);
    const why = page.page.locator("#problems [data-code=MK801] details.why");
    await page.page.route("**/reasons.json", (route) => route.fulfill({ status: 404 }));
    await why.locator("summary").click();
    await why.getByText("mlflow-k8s explain-rule MK801").waitFor();
    assert.equal(page.faults.splice(0).length, 1, "the browser itself tells of the file");
    await page.page.unroute("**/reasons.json");
    await why.locator("summary").click();
    await why.locator("summary").click();
    const reasons = JSON.parse(readFileSync(path.join(variable("MLFLOW_K8S_PAGE"), "reasons.json"), "utf8"));
    await why.getByText(reasons.MK801).waitFor();
});

test("features are one switch for all that they need", async (t) => {
    const page = await Configurator.open(t);
    const before = await page.values();
    for (const name of ["Basic auth", "Workspaces"]) {
        await page.switch(name).click();
        assert.equal(await page.isOn(name), true);
        await page.assertClean(["error"]);
        await page.switch(name).click();
        assert.equal(await page.values(), before, name);
    }
});

test("lists, tables and YAML fields", async (t) => {
    const page = await Configurator.open(t);
    const before = await page.values();
    const keyboard = page.page.keyboard;
    await page.page.getByRole("button", { name: "Add variable" }).first().click();
    await page.page.waitForFunction(() => document.activeElement?.dataset.path === "env[0].name");
    await keyboard.type("AWS_REGION");
    await page.control("env[0].value").fill("eu-west-1");
    assert.match(await page.values(), /^env:\n *- name: AWS_REGION\n +value: eu-west-1$/m);
    await page.page.getByRole("button", { name: /Remove variable 1 of Env/ }).click();
    assert.equal(await page.values(), before);

    await page.control("affinity").fill("nodeAffinity: {");
    assert.equal(await page.page.locator("[id=setting-affinity-fault]").isVisible(), true);
    await page.control("affinity").fill("podAntiAffinity: {}");
    assert.match(await page.values(), /^affinity:/m);
});

test("a setting and a section can be reset", async (t) => {
    const page = await Configurator.open(t);
    const before = await page.values();
    await page.control("service.port").fill("8080");
    await page.page.getByRole("button", { name: "Reset Port to its default" }).first().click();
    assert.equal(await page.values(), before);
    await page.control("service.port").fill("8080");
    await page.page.getByRole("button", { name: "Reset Networking" }).click();
    assert.equal(await page.values(), before);
});

test("search finds settings by label, path and help", async (t) => {
    const page = await Configurator.open(t);
    await page.page.keyboard.press("/");
    await page.page.waitForFunction(() => document.activeElement?.id === "search");
    await page.page.keyboard.type("ingress class");
    assert.equal(await page.control("ingress.className").isVisible(), true);
    assert.equal(await page.control("storage.size").isVisible(), false);
    await page.page.locator("#search").fill("zzz nothing");
    assert.equal(await page.page.getByText("No setting has").isVisible(), true);
    await page.page.keyboard.press("Escape");
    assert.equal(await page.control("storage.size").isVisible(), true);
});

test("the editor indents, and lets the keyboard out", async (t) => {
    const page = await Configurator.open(t);
    await page.writeValues("a");
    const keyboard = page.page.keyboard;
    await keyboard.press("End");
    await keyboard.type(":");
    await keyboard.press("Enter");
    await keyboard.type("b: 1");
    assert.equal(await page.values(), "a:\n  b: 1");
    await keyboard.press("Escape");
    await keyboard.press("Tab");
    assert.notEqual(await page.page.evaluate(() => document.activeElement?.id), "values");
});
