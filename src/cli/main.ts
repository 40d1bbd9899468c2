#!/usr/bin/env node
/**
 * The command's start. What it loads takes longer than a small network on an image, so Node keeps what it compiled (from 22.8
 * on), and `detect` has a thread for its first image started before the rest is loaded.
 */
import * as nodeModule from "node:module";
import { warmImageThread } from "#machine";
import { exactArguments } from "./arguments/exactArguments.ts";

// Not in the types of Node 20.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => void };
enableCompileCache?.();
const argv = exactArguments();
if (argv[0] === "detect") warmImageThread();
const [{ run }, { processIo }] = await Promise.all([import("./run.ts"), import("./processIo.ts")]);

process.exitCode = await run(argv, processIo());
