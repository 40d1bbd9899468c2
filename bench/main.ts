import { processIo } from "../src/cli/processIo.ts";
import { runBench } from "./runBench.ts";

/** Without arguments: the benchmark that takes seconds. */
const DEFAULT = ["peers", "--only", "movenet-multipose", "--threads", "1"];

const argv = process.argv.slice(2);
process.exitCode = await runBench(argv.length > 0 ? argv : DEFAULT, processIo());
