import { readFileSync, writeFileSync } from "node:fs";
let s = readFileSync("scripts/runReadme.mjs","utf8");
s = s.replace('function runCommand(page, command) {','function runCommand(page, command) {\n  if (command.includes("npm test")) return;');
writeFileSync("rr2.tmp.mjs", s);
