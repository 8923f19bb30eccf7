// node run.mjs MODULES PACKAGES [HOW]: runs the Python program of the standard input in the Pyodide
// of MODULES, with what is in PACKAGES importable. HOW is "runPythonAsync" (the default), which can
// switch stacks, or "runPython", which cannot.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, packages, how = "runPythonAsync"] = process.argv.slice(2);
const { loadPyodide } = createRequire(join(modules, "package.json"))("pyodide");
const pyodide = await loadPyodide();
pyodide.FS.mkdirTree("/packages");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: packages }, "/packages");
await pyodide.runPythonAsync("import sys; sys.path.insert(0, '/packages')");
await pyodide[how](readFileSync(0, "utf-8"));
