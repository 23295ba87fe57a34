// The corpus and the presets, with what the command line makes of them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { corpus, program } from "../browser.mjs";

/** What the command line writes; `undefined` where it refuses. */
export function render(args, options = {}) {
    const run = spawnSync(program, ["render", ...args], { encoding: "utf8", ...options });
    assert.ok([0, 1].includes(run.status), run.stderr);
    return run.status === 0 ? run.stdout : undefined;
}

/** The cases that need nothing but a values file, a release and a namespace. */
export function cases() {
    const folder = path.join(corpus, "conformance");
    return readdirSync(folder).flatMap((name) => {
        const own = path.join(folder, name);
        const file = path.join(own, "args.json");
        const args = existsSync(file) ? JSON.parse(readFileSync(file)) : [];
        const [release = "mlflow", option, namespace, ...more] = args;
        if (more.length > 0 || (option && option !== "--namespace")) return [];
        return [
            {
                name,
                release,
                namespace: namespace ?? "mlflow",
                values: readFileSync(path.join(own, "values.yaml"), "utf8"),
            },
        ];
    });
}
