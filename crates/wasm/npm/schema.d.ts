/**
 * The JSON Schema (draft 2020-12) of the values: a new object on each call.
 */
export function schema(): { [key: string]: unknown };
