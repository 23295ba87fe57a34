// The fuzzers' inputs, whole and cut short, through the module in Node: what it
// refuses it refuses with a diagnostic, and nothing throws.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fuzz, installed } from "./support.mjs";

/** The inputs of a fuzz target: what it starts from, and what it has learned here. */
function inputs(target) {
    const texts = [];
    for (const kind of ["seeds", "corpus"]) {
        const folder = path.join(fuzz, kind, target);
        if (!existsSync(folder)) continue;
        for (const name of readdirSync(folder)) {
            const text = readFileSync(path.join(folder, name), "utf8");
            texts.push(text);
            for (let part = 1; part < 8; part += 1) {
                texts.push(cut(text, Math.floor((text.length * part) / 8)));
            }
        }
    }
    assert.ok(texts.length > 0, `no inputs for ${target}`);
    return texts;
}

/** The text up to a place, but no half of a character. */
function cut(text, end) {
    const insideOfPair = (text.codePointAt(end - 1) ?? 0) > 0xffff;
    return text.slice(0, insideOfPair ? end - 1 : end);
}

function refusedOrRendered({ yaml, diagnostics }) {
    const refused = diagnostics.some(({ severity }) => severity === "error");
    assert.equal(yaml === null, refused);
}

test("any values are rendered or refused", async () => {
    const { render } = await installed();
    for (const target of ["pipeline", "document_reader"]) {
        for (const text of inputs(target)) {
            const result = render(text);
            refusedOrRendered(result);
            for (const { place } of result.diagnostics) {
                if (place?.file) assert.ok(place.start <= place.end && place.end <= text.length);
            }
        }
    }
});

test("any flag is applied or refused", async () => {
    const { render } = await installed();
    for (const text of inputs("set_expression")) {
        for (const kind of ["sets", "setStrings", "setJsons", "setLiterals"]) {
            refusedOrRendered(render("", { [kind]: [text.replace(/^--\S+ /, "")] }));
        }
    }
});

test("any edit is done or refused", async () => {
    const { applyFix, check, removeValue, setValue } = await installed();
    for (const input of inputs("document_edit")) {
        const [, place, value, text] = /^([^=\n]*)=?([^\n]*)\n?(.*)$/s.exec(input);
        const results = [setValue(text, place, value), removeValue(text, place)];
        for (const { fix } of check(text)) if (fix) results.push(applyFix(text, fix));
        for (const { valuesYaml, diagnostics } of results) {
            if (diagnostics.length > 0) assert.equal(valuesYaml, text);
        }
    }
});
