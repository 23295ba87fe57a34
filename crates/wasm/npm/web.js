// Browsers, web workers and bundlers: the module is fetched once, when this is imported.
import init, * as module from "./module.js";

await init();

// Bindings of this file's own: a bundler that believes `sideEffects: false` would
// take re-exports from their source and drop the line above.
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
