import { fileURLToPath, pathToFileURL } from "node:url";

/** The benchmark is bundled into bench/.cache, two folders below the repository's root. */
export const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Temporary weights, up to 1.6 GB per network; deleted afterwards. */
export const CACHE = inRepository("bench/.cache");
export const RESULTS = inRepository("bench/results");
export const SAMPLE_IMAGE = inRepository("samples/people.jpg");
export const WEIGHTS = inRepository("weights");
/** The bundle of engines/child.ts. */
export const CHILD = inRepository("bench/.cache/child.mjs");
/** The bundle of engines/startup.ts. */
export const STARTUP = inRepository("bench/.cache/startup.mjs");
/** The source of the page that Chromium opens. */
export const HOST_PAGE = inRepository("bench/gpu/hostPage.ts");
/** The built package. */
export const LIBRARY = pathToFileURL(inRepository("dist/node/index.js")).href;
/** The program that runs a graph in PyTorch. */
export const TORCH_GRAPH = inRepository("bench/engines/torchGraph.py");
/** The built command. */
export const CLI = inRepository("dist/node/cli.js");
