// Rewrites all that pages take from the code: tables, line numbers, pictures. With --check it only says whether they
// are up to date.
import { spawnSync } from "node:child_process";

const SCRIPTS = [
  "codeLines",
  "readingLines",
  "architecturePicture",
  "readmeModels",
  "readmeBench",
  "tripletPictures",
  "deformablePicture",
  "evaluationPicture",
];

const failed = SCRIPTS.filter((name) => {
  const run = [`scripts/${name}.mjs`, ...process.argv.slice(2)];
  return spawnSync(process.execPath, run, { stdio: "inherit" }).status !== 0;
});
if (failed.length > 0) {
  console.error(`\nout of date or at fault: ${failed.join(", ")}. npm run docs rewrites them.`);
  process.exit(1);
}
