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
/** The programs that run a graph in Python. */
export const PYTHON_PROGRAMS = inRepository("bench/engines/python");
/** The page in which Chromium runs networks. */
export const NETWORK_PAGE = inRepository("bench/engines/chromium/page.ts");
/** The built package for browsers. */
export const BROWSER_LIBRARY = inRepository("dist/browser");
/** Peers that are installed here alone. */
export const PEER_PACKAGES = inRepository("bench/node_modules");
/** The built command. */
export const CLI = inRepository("dist/node/cli.js");
