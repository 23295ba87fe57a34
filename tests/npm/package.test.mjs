// The package, installed from its tarball and used as people use it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BLANK, here, installed, open, program, project, serve, tool, toolFile } from "./support.mjs";

const EXPORTS = [
    "applyFix",
    "applyFixes",
    "check",
    "commands",
    "defaultValues",
    "diagram",
    "explain",
    "preset",
    "presets",
    "redact",
    "removeValue",
    "render",
    "rules",
    "setValue",
    "version",
];

/** A fresh folder in the project. */
function folder(name) {
    const made = path.join(project, name);
    rmSync(made, { recursive: true, force: true });
    mkdirSync(made);
    return made;
}

const README = path.join(project, "node_modules/mlflow-k8s-wasm/README.md");
const GUIDE = path.join(here, "../../docs/guide/wasm-module.md");

/** The code blocks of a page in a language. */
function examples(page, language) {
    const found = [...readFileSync(page, "utf8").matchAll(/```(\w+)\n(.*?)```/gs)];
    return found.filter(([, name]) => name === language).map(([, , code]) => code);
}

/** What a script prints. */
function printed(code) {
    const file = path.join(folder("example"), "example.mjs");
    writeFileSync(file, code);
    return execFileSync("node", [file], { encoding: "utf8" });
}

test("the README's examples run in Node", () => {
    const scripts = examples(README, "js").filter((code) => code.startsWith("import"));
    assert.equal(scripts.length, 5);
    const outputs = scripts.map(printed);
    assert.match(outputs[0], /name: tracking-mlflow/);
    assert.match(outputs[1], /must be text, but is the number 3\.10 2 8/);
    assert.match(outputs[2], /replicaCount: 2 # of production\n.*MK101: Rename it to `replicaCount`/s);
    assert.match(outputs[3], /^line \d+: replicaCount \(values\.yaml:3:15\)$/m);
    assert.match(outputs[4], /'replicaCount'/);
});

test("the guide's examples print what stands below them", () => {
    const page = readFileSync(GUIDE, "utf8");
    const shown = [...page.matchAll(/```js\n(import .*?)```(.*?)(?=```(\w+)\n(.*?)```)/gs)];
    const scripts = shown.filter(([, , , language]) => language === "text");
    assert.equal(scripts.length, 3);
    for (const [, code, , , output] of scripts) assert.equal(printed(code).trimEnd(), output.trimEnd());

    const fragments = examples(GUIDE, "js").filter((code) => !code.startsWith("import"));
    const files = fragments.find((code) => code.startsWith("render("));
    const withTexts = `import { preset, render } from "mlflow-k8s-wasm";
        const base = preset("quickstart").valuesYaml;
        const staging = "fullnameOverride: staging";
        const { yaml } = ${files}
        console.log(yaml);`;
    assert.match(printed(withTexts), /name: staging/);
    const vite = fragments.find((code) => code.startsWith("export default"));
    assert.match(vite, /^export default \{ optimizeDeps: /);
});

test("it exports what it says, and says what it exports", async () => {
    const package_ = await installed();
    assert.deepEqual(Object.keys(package_), EXPORTS);
    const types = readFileSync(path.join(project, "node_modules/mlflow-k8s-wasm/index.d.ts"), "utf8");
    for (const name of EXPORTS) assert.match(types, new RegExp(`^    ${name},$`, "m"));
    const { version } = JSON.parse(
        readFileSync(path.join(project, "node_modules/mlflow-k8s-wasm/package.json")),
    );
    assert.equal(package_.version(), version);
});

test("the schema and the defaults are the command line's", async () => {
    const run = (...args) => execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
    const { schema } = await installed("mlflow-k8s-wasm/schema");
    assert.deepEqual(schema(), JSON.parse(run("schema")));
    const { defaultValues, presets } = await installed();
    assert.equal(defaultValues(), run("values"));
    for (const { name, valuesYaml } of presets()) {
        assert.equal(valuesYaml, run("values", "--preset", name));
    }
});

test("its types hold under tsc --strict", () => {
    const made = folder("types");
    cpSync(path.join(here, "types.ts"), path.join(made, "types.ts"));
    writeFileSync(path.join(made, "package.json"), '{"type": "module"}');
    for (const resolution of ["nodenext", "bundler"]) {
        const options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2022,dom"];
        options.push("--module", resolution === "bundler" ? "esnext" : resolution);
        options.push("--moduleResolution", resolution, "--exactOptionalPropertyTypes");
        const compiler = toolFile("typescript", "bin", "tsc");
        try {
            execFileSync("node", [compiler, ...options, "types.ts"], { cwd: made, encoding: "utf8" });
        } catch (error) {
            assert.fail(`${resolution}: ${error.stdout}${error.stderr}`);
        }
    }
});

test("a page without a bundler uses it", async (t) => {
    const address = await serve(t, project);
    for (const [documentation, shown] of [
        [README, "kind: Deployment"],
        [GUIDE, "must be text, but is the number 3.10"],
    ]) {
        const [example] = examples(documentation, "html");
        const page = example.replace("./mlflow-k8s-wasm/", "/node_modules/mlflow-k8s-wasm/");
        assert.notEqual(page, example);
        writeFileSync(path.join(folder("plain"), "index.html"), `${BLANK}<body>${page}`);
        const tab = await open(t, `${address}/plain/index.html`);
        await tab.waitForFunction((shown) => document.body.textContent.includes(shown), shown);
    }
});

test("a web worker uses it", async (t) => {
    const address = await serve(t, project);
    const made = folder("worker");
    writeFileSync(
        path.join(made, "worker.js"),
        `import { check } from "/node_modules/mlflow-k8s-wasm/web.js";
         onmessage = ({ data }) => postMessage(check(data));
         postMessage("ready");`,
    );
    writeFileSync(path.join(made, "index.html"), BLANK);
    const tab = await open(t, `${address}/worker/index.html`);
    const found = await tab.evaluate(
        () =>
            new Promise((resolve, reject) => {
                const worker = new Worker("/worker/worker.js", { type: "module" });
                worker.onerror = (event) => reject(new Error(event.message));
                worker.onmessage = ({ data }) => {
                    if (data === "ready") worker.postMessage("image: {tag: 3.10}");
                    else resolve(data);
                };
            }),
    );
    assert.equal(found[0].code, "MK102");
});

test("a Vite build uses it", async (t) => {
    const { build } = await tool("vite");
    const root = folder("vite");
    writeFileSync(
        path.join(root, "index.html"),
        `${BLANK}<script type="module" src="./main.js"></script>`,
    );
    writeFileSync(
        path.join(root, "main.js"),
        `import { render, presets } from "mlflow-k8s-wasm";
         document.body.append(render(presets()[0].valuesYaml).yaml);`,
    );
    await build({ root, base: "./", logLevel: "error", configFile: false });
    const address = await serve(t, path.join(root, "dist"));
    const tab = await open(t, `${address}/index.html`);
    await tab.waitForFunction(() => document.body.textContent.includes("kind: Deployment"));
});
