// The same bytes everywhere: for every case of the corpus and every preset, the
// command line, the module in Node and the module in Chromium agree.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BLANK, corpus, installed, open, program, project, serve } from "./support.mjs";

const OPTIONS = {
    "--namespace": ["namespace"],
    "--set": ["sets", []],
    "--set-string": ["setStrings", []],
    "--set-json": ["setJsons", []],
};

/** A case of the corpus: what the command line and what the module are called with. */
function read(group, name) {
    const folder = path.join(corpus, group, name);
    const file = path.join(folder, "args.json");
    const args = existsSync(file) ? JSON.parse(readFileSync(file)) : [];
    const options = {};
    if (args.length > 0) options.release = args[0];
    for (let at = 1; at < args.length; at += 2) {
        const [option, list] = OPTIONS[args[at]] ?? assert.fail(`${file}: ${args[at]}`);
        if (list) (options[option] ??= []).push(args[at + 1]);
        else options[option] = args[at + 1];
    }
    return {
        name: `${group}/${name}`,
        folder,
        args: [...args, "-f", "values.yaml"],
        call: [readFileSync(path.join(folder, "values.yaml"), "utf8"), options],
    };
}

function cases(presets) {
    const all = ["conformance", "faults"].flatMap((group) =>
        readdirSync(path.join(corpus, group)).map((name) => read(group, name)),
    );
    for (const { name } of presets) {
        const call = [[], { presets: [name] }];
        all.push({ name: `preset/${name}`, folder: project, args: ["--preset", name], call });
    }
    // What the rules refuse is rendered without them.
    return all.flatMap((one) => [one, withoutRules(one)]);
}

function withoutRules({ name, folder, args, call: [values, options] }) {
    return {
        name: `${name} --no-check`,
        folder,
        args: [...args, "--no-check"],
        call: [values, { ...options, skipRules: true }],
    };
}

/** What the command line says. */
function byCommand({ folder, args }) {
    const run = (command, ...more) => {
        const { error, status, stdout } = spawnSync(program, [command, ...args, ...more], {
            cwd: folder,
            encoding: "utf8",
        });
        assert.ifError(error);
        assert.ok(status === 0 || status === 1, `${command} ${args}: ${status}`);
        return { status, stdout };
    };
    const rendered = run("render");
    const isRendered = rendered.status === 0;
    return {
        yaml: isRendered ? rendered.stdout : null,
        explained: isRendered ? JSON.parse(run("explain", "-o", "json").stdout) : [],
        findings: JSON.parse(run("check", "--format", "json").stdout),
    };
}

/** The module's findings in the form of the command line's. */
function findings(diagnostics) {
    return diagnostics.map(({ code, name, severity, message, path, why, help, fix, place }) => ({
        code,
        name,
        severity,
        message,
        path,
        source: place?.source ?? null,
        file: place?.file ?? null,
        line: place?.line ?? null,
        column: place?.column ?? null,
        end_line: place?.endLine ?? null,
        end_column: place?.endColumn ?? null,
        why,
        help,
        fix,
    }));
}

/** What the module says; its parts have to agree with each other, too. */
function byModule({ render, check, explain }, call) {
    const { manifests, yaml, diagnostics } = render(...call);
    return { manifests, yaml, diagnostics, checked: check(...call), explained: explain(...call) };
}

function agreed({ manifests, yaml, diagnostics, checked, explained }) {
    assert.deepEqual(checked, diagnostics);
    assert.equal(manifests.map((manifest) => `---\n${manifest.yaml}`).join(""), yaml ?? "");
    assert.equal(new Set(manifests.map(({ fileName }) => fileName)).size, manifests.length);
    return { yaml, explained, findings: findings(diagnostics) };
}

test("the command line, Node and Chromium agree on every case", async (t) => {
    const module = await installed();
    const address = await serve(t, project);
    writeFileSync(path.join(project, "blank.html"), BLANK);
    const tab = await open(t, `${address}/blank.html`);
    const all = cases(module.presets());
    assert.ok(all.length > 200, `${all.length} cases`);

    const inChromium = await tab.evaluate(
        async ([calls, source]) => {
            const module = await import("/node_modules/mlflow-k8s-wasm/web.js");
            const byModule = (0, eval)(`(${source})`);
            return calls.map((call) => byModule(module, call));
        },
        [all.map(({ call }) => call), byModule.toString()],
    );
    const table = [["case", "objects", "findings", "bytes", "agree"]];
    const differences = [];
    for (const [index, one] of all.entries()) {
        const command = byCommand(one);
        const results = { node: byModule(module, one.call), chromium: inChromium[index] };
        let agree = "yes";
        for (const [where, result] of Object.entries(results)) {
            try {
                assert.deepEqual(agreed(result), command);
            } catch (error) {
                agree = "NO";
                differences.push(`${one.name}, ${where}: ${error.message}`);
            }
        }
        const { yaml, manifests } = results.node;
        const bytes = yaml === null ? 0 : Buffer.byteLength(yaml);
        table.push([one.name, manifests.length, command.findings.length, bytes, agree]);
    }
    writeFileSync(
        path.join(project, "same-bytes.tsv"),
        table.map((row) => `${row.join("\t")}\n`).join(""),
    );
    t.diagnostic(`${all.length} cases, ${table.reduce((sum, row) => sum + (+row[3] || 0), 0)} bytes`);
    assert.equal(differences.join("\n\n"), "");
});
