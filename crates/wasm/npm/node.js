// Node: the module is read from disk, and ready when this is imported.
import { readFileSync } from "node:fs";
import * as module from "./module.js";

module.initSync({ module: readFileSync(new URL("./module_bg.wasm", import.meta.url)) });

export const applyFix = module.applyFix;
export const applyFixes = module.applyFixes;
export const check = module.check;
export const commands = module.commands;
export const defaultValues = module.defaultValues;
export const diagram = module.diagram;
export const explain = module.explain;
export const preset = module.preset;
export const presets = module.presets;
export const redact = module.redact;
export const removeValue = module.removeValue;
export const render = module.render;
export const rules = module.rules;
export const setValue = module.setValue;
export const version = module.version;
