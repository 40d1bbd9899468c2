import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Node's modules that few runs of the command need. */
const BUILTINS = ["node:child_process", "node:crypto", "node:readline", "node:zlib"];
const BUILTIN = "\0lazy:";

/** Computes tables for some milliseconds. For bundles of Node as well: that package of its own adds only threads. */
const FFLATE = fileURLToPath(new URL("../node_modules/fflate/esm/browser.js", import.meta.url));
/** What is used of it. */
const FFLATE_FUNCTIONS = ["Inflate", "unzlibSync", "zlibSync"];

const require = createRequire(import.meta.url);

const builtinName = (source) => BUILTINS.find((name) => name === source || name === `node:${source}`);

/** Whether `lazyModules` takes care of an import. */
export const isLazy = (source) => source === "fflate" || builtinName(source) !== undefined;

/**
 * A plugin of rolldown and vite: who imports these modules loads them with the first call of one of their functions. Of
 * anything but functions, the bundler says that it is not there.
 */
export const lazyModules = {
  name: "lazy-modules",
  enforce: "pre",
  resolveId(source) {
    if (source === "fflate") return { id: FFLATE, moduleSideEffects: false };
    const name = builtinName(source);
    return name && { id: BUILTIN + name, moduleSideEffects: false };
  },
  load(id) {
    if (id === FFLATE) return lazyFflate(readFileSync(FFLATE, "utf8"));
    return id.startsWith(BUILTIN) ? lazyBuiltin(id.slice(BUILTIN.length)) : undefined;
  },
};

function lazyBuiltin(name) {
  const functions = Object.entries(require(name)).filter(([, value]) => typeof value === "function");
  const load = `createRequire(import.meta.url)(${JSON.stringify(name)})`;
  const names = functions.map(([key]) => key);
  return `import { createRequire } from "node:module";\n${lazyFunctions(names, load)}`;
}

/** Its module becomes the body of a function. */
function lazyFflate(code) {
  const body = code.replace(/^export \{[^}]*\};$/gm, "").replace(/^export /gm, "");
  return `
    function open() {
      ${body}
      return { ${FFLATE_FUNCTIONS.join(", ")} };
    }
    ${lazyFunctions(FFLATE_FUNCTIONS, "open()")}`;
}

function lazyFunctions(names, load) {
  const functions = names.map(
    (name) => `export function ${name}(...args) {
      const real = (loaded ??= ${load}).${name};
      return new.target ? new real(...args) : real(...args);
    }`,
  );
  return `let loaded;\n${functions.join("\n")}`;
}
