// Compiles what the pages show: each program in a `js`, `ts` or `html` block, in a folder where the package is
// installed, as a strict project would. Usage: node scripts/checkSnippets.mjs <folder> [pages; default: all]
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";

const PAGES = ["*.md", "{docs,bench,weights,samples}/*.md", "examples/*.md", "examples/*/*.md"];
const PROGRAMS = /^(js|mjs|javascript|ts|mts|typescript)$/;
/** What begins a line of a program, and of nothing else that the pages show. */
const STATEMENT = /^\s*(import|export) .*["'];?$|^\s*(const|let|await) /m;

const NODE16 = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
const BUNDLER = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

const [folder, ...given] = process.argv.slice(2);
const pages = given.length > 0 ? given : globSync(PAGES).sort();
const files = pages.flatMap(writePrograms);
if (files.length === 0) throw new Error(`no program in ${pages.join(", ")}`);
const errors = [NODE16, BUNDLER].flatMap((resolution) => compile(files, resolution));
for (const error of new Set(errors)) console.error(`checkSnippets: ${error}`);
if (errors.length > 0) process.exit(1);
console.log(`${files.length} programs of the pages compile`);

/** Writes each program of a page to a file of its own, on the lines that it has in the page. */
function writePrograms(page) {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^ *```(\w*).*\n([\s\S]*?)^ *```/gm)].flatMap(([block, language, body], i) => {
    const program = programIn(language, body);
    if (program === undefined) {
      if (language === "" && STATEMENT.test(body))
        throw new Error(`${page}: mark this block as js or ts:\n${block}`);
      return [];
    }
    const start = text.indexOf(program, text.indexOf(block));
    const blankLines = text.slice(0, start).replaceAll(/[^\n]/g, "");
    const file = join(resolve(folder), `${page.replaceAll(/[^\w.]/g, "-")}.${i}.ts`);
    // An export makes it a module, which has names of its own and may await.
    writeFileSync(file, `${blankLines}${program}\nexport {};\n`);
    return [file];
  });
}

function programIn(language, body) {
  if (PROGRAMS.test(language)) return body;
  if (language === "html") return /<script type="module">\n([\s\S]*?)<\/script>/.exec(body)?.[1];
  return undefined;
}

function compile(files, resolution) {
  const program = ts.createProgram(files, {
    ...resolution,
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    typeRoots: [resolve("node_modules/@types")],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, " ");
    if (!file) return message;
    const { line } = file.getLineAndCharacterOfPosition(start);
    return `${file.fileName.slice(resolve(folder).length + 1)}, line ${line + 1}: ${message}`;
  });
}
