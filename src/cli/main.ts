#!/usr/bin/env node
import { exactArguments } from "./arguments/exactArguments.ts";
import { processIo } from "./processIo.ts";
import { run } from "./run.ts";

process.exitCode = await run(exactArguments(), processIo());
