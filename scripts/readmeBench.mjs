// Writes the README's table of benchmarks out of the newest file in bench/results; --check only says whether it is up
// to date.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeReadmePart } from "./readmePart.mjs";

const RESULTS = "bench/results";
const HEAD = [
  "network, input",
  "threads",
  "against",
  "network: plain, relaxed; theirs",
  "times as fast: plain, relaxed",
  "total: plain, relaxed; theirs",
  "memory: plain; theirs",
];

const newest = (existsSync(RESULTS) ? readdirSync(RESULTS) : [])
  .filter((name) => /^peers-.*\.json$/.test(name))
  .sort()
  .at(-1);
writeReadmePart({
  what: "the table of benchmarks",
  script: "node scripts/readmeBench.mjs",
  start: "<!-- bench: node scripts/readmeBench.mjs writes this table -->\n",
  end: "<!-- end of bench -->",
  text: newest
    ? textOf(JSON.parse(readFileSync(join(RESULTS, newest), "utf8")))
    : "`npm run bench -- peers` has not been kept here yet.",
});

function textOf({ date, machine, versions, runs, rows, startups }) {
  const table = [HEAD, HEAD.map(() => "---"), ...bothBuilds(rows).map(cellsOf)];
  const starts = startups.map(({ build, startupMs }) => `${startupMs.toFixed(0)} ms on ${build} SIMD`);
  return [
    table.map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
    [
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Node ${versions.node}, ${date.slice(0, 10)}.`,
      `Minima of ${runs} runs, of the largest networks of one or two, taken in turns. Memory is the most that was resident, loading included.`,
      `From files to the first people, \`movenet-multipose\` takes ${starts.join(" and ")} beyond Node's own start.`,
    ].join(" "),
  ].join("\n\n");
}

/** What was compared with the same, in one object: `{ plain, relaxed }`. */
function bothBuilds(rows) {
  const both = new Map();
  for (const row of rows) {
    const key = [row.model, row.threads, row.peer].join(" ");
    both.set(key, { ...both.get(key), [row.build]: row });
  }
  return [...both.values()];
}

function cellsOf({ plain, relaxed }) {
  const own = (value) => [value(plain), value(relaxed)].join(", ");
  const theirs = (value) => (plain.peer ? `; ${value}` : "");
  return [
    `${plain.model}, ${plain.size}`,
    plain.threads,
    plain.peer ?? "",
    own(({ ms }) => time(ms)) + theirs(time(plain.peerMs)),
    plain.peer ? own(({ ratio }) => ratio.toFixed(2)) : "",
    own(({ totalMs }) => time(totalMs)) + theirs(time(plain.peerTotalMs)),
    memory(plain.peakMemoryMB) + theirs(memory(plain.peerPeakMemoryMB)),
  ];
}

function time(ms = 0) {
  return ms < 1000 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function memory(megabytes = 0) {
  return megabytes < 1000 ? `${megabytes.toFixed(0)} MB` : `${(megabytes / 1000).toFixed(2)} GB`;
}
