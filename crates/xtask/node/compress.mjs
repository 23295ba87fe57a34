// Writes name.br and name.gz beside every file of a folder that gains by it.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const KINDS = new Set([".css", ".html", ".js", ".json", ".svg", ".wasm", ".webmanifest"]);

const [folder] = process.argv.slice(2);
for (const name of readdirSync(folder, { recursive: true })) {
    if (!KINDS.has(path.extname(name))) continue;
    const file = path.join(folder, name);
    const content = readFileSync(file);
    const brotli = brotliCompressSync(content, {
        params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    });
    const gzip = gzipSync(content, { level: 9 });
    for (const [ending, compressed] of [["br", brotli], ["gz", gzip]]) {
        if (compressed.length < content.length) writeFileSync(`${file}.${ending}`, compressed);
    }
}
