// The browser gets the scripts of a component joined into one module (viz/components/scripts.py). Here they are run as they are,
// one file after the other in one global scope, without the page around them: what computes needs none.

import { readFileSync } from "node:fs";
import vm from "node:vm";

const HERE = new URL("../../viz/components/", import.meta.url), loaded = new Set();

/** load("explorer/decode.js", …) → what the files define at their top, by name. */
export function load(...files) {
  for (const file of files.filter((each) => !loaded.has(each))) {
    vm.runInThisContext(readFileSync(new URL(file, HERE), "utf8"), { filename: file });
    loaded.add(file);
  }
  return new Proxy({}, { get: (_, name) => vm.runInThisContext(name) });
}
