/** Entry point of a packed folder: the command `gpu` alone. */
import { Command } from "commander";
import { processIo } from "../../src/cli/processIo.ts";
import { addGpu } from "./gpuCommand.ts";

const program = new Command("bench");
addGpu(program, processIo());
await program.parseAsync(["gpu", ...process.argv.slice(2)], { from: "user" }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
// Dawn's threads would keep the process alive.
process.exit();
