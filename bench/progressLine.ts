import type { Output } from "../src/cli/io.ts";

export interface ProgressLine {
  readonly report: (text: string) => void;
  readonly hide: () => void;
}

/** Shows progress in one line at the bottom of a terminal; does nothing if the output is not a terminal. */
export function progressLine(output: Output): ProgressLine {
  const write = (text: string) => {
    if (output.isTTY) output.write(`\r\x1b[2K${text}`);
  };
  return { report: write, hide: () => write("") };
}
