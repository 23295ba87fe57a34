// Compiled by `tsc --strict`, never run: the types say what the package does.
import {
    applyFix,
    applyFixes,
    check,
    commands,
    diagram,
    explain,
    preset,
    presets,
    redact,
    removeValue,
    render,
    rules,
    setValue,
} from "mlflow-k8s-wasm";
import type {
    Diagnostic,
    DiagramNode,
    ExplainedField,
    Fix,
    Manifest,
    Place,
    RenderOptions,
    ValuesFile,
} from "mlflow-k8s-wasm";
import { schema } from "mlflow-k8s-wasm/schema";

const options: RenderOptions = {
    release: "tracking",
    namespace: "ml",
    createNamespace: true,
    kubeVersion: "1.34",
    presets: ["quickstart"],
    sets: ["replicaCount=2"],
    setStrings: [],
    setJsons: [],
    setLiterals: [],
    ignore: [],
    skipRules: false,
};
const result = render("image: {}", options);
const manifests: Manifest[] = result.manifests;
const texts: string[] = manifests.map(({ kind, name, fileName, yaml }) => kind + name + fileName + yaml);
const namespaces: (string | null)[] = manifests.map(({ namespace }) => namespace);
const yaml: string | null = result.yaml;
render([{ name: "base.yaml", text: "" }, { text: "" }], { release: undefined });

const found: Diagnostic[] = check("");
for (const { severity, fix, place } of found) {
    const level: "error" | "warning" | "hint" = severity;
    const where: Place | null = place;
    const chosen: Fix | null = fix;
    if (chosen) applyFix("", chosen).valuesYaml.trim();
    for (const edit of chosen?.edits ?? []) {
        if (edit.op === "set") setValue("", edit.path, edit.value);
        else removeValue("", edit.path);
    }
    console.log(level, where?.line, where?.start);
}
for (const { code, path, reason } of applyFixes("", {}, true).refused) console.log(code, path, reason);
applyFixes([{ text: "" }]).files satisfies ValuesFile[];
setValue("", "a.b", [{ c: null }]).diagnostics satisfies Diagnostic[];
presets().map(({ name, summary, valuesYaml }) => name + summary + valuesYaml);
rules().map(({ code, name, topic, summary, why, example }) => code + name + topic + summary + why + example);
result.silenced satisfies Diagnostic[];
commands("", options).map(({ title, why, kind, text }) => [title, why ?? "", kind === "shell", text]);
diagram("").nodes satisfies DiagramNode[];
const explained: ExplainedField[] = explain("", options);
for (const { object, field, line, value, settings, reason, together } of explained) {
    console.log(object.apiVersion, object.namespace?.length, field, line + 1, value, reason?.length);
    for (const { path, origin } of settings ?? together ?? []) {
        const where: string = origin.kind === "file" ? `${origin.file}:${origin.line}` : origin.kind;
        console.log(path, where, origin.kind === "flag" && origin.flag);
    }
}
const clean: string | null = redact("").valuesYaml;
schema()["properties"];
console.log(texts, namespaces, yaml?.length, clean);

// @ts-expect-error There may be no such preset.
preset("none").valuesYaml;
// @ts-expect-error There may be no text.
result.yaml.trim();
// @ts-expect-error Values are a text.
render(1);
// @ts-expect-error There is no such option.
render("", { set: [] });
// @ts-expect-error A function is not a value that JSON can hold.
setValue("", "a", () => 1);
