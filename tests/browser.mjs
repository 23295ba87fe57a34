// What tests in a browser share. `cargo xtask test` builds and installs what the
// environment variables name.
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** An environment variable that has to be there. */
export function variable(name) {
    const value = process.env[name];
    assert.ok(value, `${name} is not set: run \`cargo xtask test\``);
    return value;
}

/** The command-line program. */
export const program = variable("MLFLOW_K8S_PROGRAM");
/** The corpus of values files. */
export const corpus = path.join(import.meta.dirname, "corpus");

const toolsFolder = variable("MLFLOW_K8S_NPM_TOOLS");
const fromTools = createRequire(path.join(toolsFolder, "index.js"));

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

/** The start of a page; without the icon, browsers ask for one. */
export const BLANK = '<!doctype html><link rel="icon" href="data:,">';

const KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
};

/**
 * Serves a folder below a path on loopback, until the test ends where one is
 * given; resolves to the address of the folder, which ends in a slash, and to
 * what ends the server.
 */
export async function serve(test, folder, below = "/") {
    const server = createServer(async (request, response) => {
        const name = new URL(request.url, "http://localhost").pathname;
        try {
            assert.ok(name.startsWith(below));
            let file = path.join(folder, path.normalize(`/${name.slice(below.length)}`));
            if ((await stat(file)).isDirectory()) file = path.join(file, "index.html");
            const body = await readFile(file);
            response.setHeader("content-type", KINDS[path.extname(file)] ?? "text/plain");
            response.end(body);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const close = () => {
        server.close();
        server.closeAllConnections();
    };
    test?.after(close);
    return { address: `http://127.0.0.1:${server.address().port}${below}`, close };
}

/** Starts headless Chromium. */
export async function launch() {
    const { chromium } = await tool("playwright-core");
    return chromium.launch({
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
}
