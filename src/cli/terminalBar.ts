import cliProgress, { type GenericFormatter } from "cli-progress";
import type { Output } from "./io.ts";

/** A bar at the bottom of a terminal, drawn when `update()` is called and at no other time. */
export function terminalBar(output: Output, barsize: number, format: GenericFormatter): cliProgress.MultiBar {
  // Of the package's two kinds of bar this one leaves the terminal's saved cursor alone.
  return new cliProgress.MultiBar({
    stream: output,
    format,
    barsize,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    linewrap: true,
    clearOnComplete: true,
    forceRedraw: true,
    gracefulExit: false,
  });
}

/** Takes the line away, so that something else can be printed in its place. */
export function eraseLine(output: Output): void {
  output.write("\r\x1b[2K");
}
