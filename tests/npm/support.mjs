// What the tests of the npm package share. `cargo xtask test` builds and
// installs what the environment variables name.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

function variable(name) {
    const value = process.env[name];
    assert.ok(value, `${name} is not set: run \`cargo xtask test\``);
    return value;
}

/** A folder in which the package was installed from its tarball. */
export const project = variable("MLFLOW_K8S_NPM_PROJECT");
/** The command-line program. */
export const program = variable("MLFLOW_K8S_PROGRAM");
/** Where the fuzzers keep their inputs. */
export const fuzz = variable("MLFLOW_K8S_FUZZ");
/** The folder of this file. */
export const here = import.meta.dirname;
/** The corpus of values files. */
export const corpus = path.join(here, "../corpus");

const toolsFolder = variable("MLFLOW_K8S_NPM_TOOLS");
const fromTools = createRequire(path.join(toolsFolder, "index.js"));
const fromProject = createRequire(path.join(project, "index.js"));

/** A file of one of the tools' packages. */
export function toolFile(...segments) {
    return path.join(toolsFolder, "node_modules", ...segments);
}

/** Imports one of the tools. */
export async function tool(name) {
    const module = await import(pathToFileURL(fromTools.resolve(name)));
    // What CommonJS exports is the default.
    return { ...module.default, ...module };
}

/** Imports the package as installed. */
export async function installed(name = "mlflow-k8s-wasm") {
    return import(pathToFileURL(fromProject.resolve(name)));
}

/** The start of a page; without the icon, browsers ask for one. */
export const BLANK = '<!doctype html><link rel="icon" href="data:,">';

const KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
};

/** Serves a folder on loopback until the test ends; resolves to its address. */
export async function serve(test, folder) {
    const server = createServer(async (request, response) => {
        const name = new URL(request.url, "http://localhost").pathname;
        try {
            const body = await readFile(path.join(folder, path.normalize(name)));
            response.setHeader("content-type", KINDS[path.extname(name)] ?? "text/plain");
            response.end(body);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    test.after(() => {
        server.close();
        server.closeAllConnections();
    });
    return `http://127.0.0.1:${server.address().port}`;
}

/** Opens a page in headless Chromium until the test ends. What fails in it fails the test. */
export async function open(test, address) {
    const { chromium } = await tool("playwright-core");
    const browser = await chromium.launch({
        executablePath: variable("MLFLOW_K8S_CHROMIUM"),
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    });
    test.after(() => browser.close());
    const page = await browser.newPage();
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
