// centernet eval on the files of a large case, alone in its process: seconds and peak memory as JSON.
//   node evalOwn.mjs FOLDER
import { createReadStream } from "node:fs";
import { evaluate, readAnnotations, readResults } from "../dist/node/index.js";

const [folder] = process.argv.slice(2);
const part = (name) => createReadStream(`${folder}/${name}.json`, { highWaterMark: 2 ** 20 });
const start = performance.now();
const annotations = await readAnnotations(part("annotations"));
const { rows } = evaluate(annotations, await readResults(part("results"), annotations));
const seconds = (performance.now() - start) / 1000;
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, megabytes, stats: rows.map(({ value }) => value) }));
