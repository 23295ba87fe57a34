// What the tests of the npm package share.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as browser from "../browser.mjs";

export { BLANK, corpus, program, tool, toolFile } from "../browser.mjs";

/** A folder in which the package was installed from its tarball. */
export const project = browser.variable("MLFLOW_K8S_NPM_PROJECT");
/** Where the fuzzers keep their inputs. */
export const fuzz = browser.variable("MLFLOW_K8S_FUZZ");
/** The folder of this file. */
export const here = import.meta.dirname;

const fromProject = createRequire(path.join(project, "index.js"));

/** Imports the package as installed. */
export async function installed(name = "mlflow-k8s-wasm") {
    return import(pathToFileURL(fromProject.resolve(name)));
}

/** Serves a folder on loopback until the test ends; resolves to its address. */
export async function serve(test, folder) {
    const { address } = await browser.serve(test, folder);
    return address.slice(0, -1);
}

/** Opens a page in headless Chromium until the test ends. What fails in it fails the test. */
export async function open(test, address) {
    const chromium = await browser.launch();
    test.after(() => chromium.close());
    const page = await chromium.newPage();
    page.setDefaultTimeout(120_000);
    const faults = [];
    page.on("pageerror", (error) => faults.push(`${error}`));
    page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
    });
    test.after(() => assert.deepEqual(faults, []));
    await page.goto(address);
    return page;
}
