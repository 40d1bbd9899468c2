#!/usr/bin/env node
/**
 * The command's start. To load it takes longer than a small network takes for an image. So Node keeps what it compiled (from
 * 22.8 on), and a thread decodes the image meanwhile.
 */
import * as nodeModule from "node:module";
import { dropHeadStart } from "../batch/headStart.ts";
import { exactArguments } from "./arguments/exactArguments.ts";
import { beginWithImage } from "./detect/beginWithImage.ts";

// Not in the types of Node 20.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => void };
enableCompileCache?.();
const argv = exactArguments();
if (argv[0] === "detect") beginWithImage(argv.slice(1));
const [{ run }, { processIo }] = await Promise.all([import("./run.ts"), import("./processIo.ts")]);

process.exitCode = await run(argv, processIo());
await dropHeadStart();
