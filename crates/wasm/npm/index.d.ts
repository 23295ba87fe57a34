export {
    applyFix,
    check,
    defaultValues,
    preset,
    presets,
    removeValue,
    render,
    setValue,
    version,
} from "./module.js";
export type {
    Diagnostic,
    Edit,
    EditResult,
    Fix,
    JsonValue,
    Manifest,
    Place,
    Preset,
    RenderOptions,
    RenderResult,
    ValuesFile,
} from "./module.js";
