import type { Output } from "../src/cli/io.ts";

export interface ProgressLine {
  readonly tell: (text: string) => void;
  readonly hide: () => void;
}

/** What is going on, in one line at the bottom of a terminal; elsewhere nothing. */
export function progressLine(output: Output): ProgressLine {
  const write = (text: string) => {
    if (output.isTTY) output.write(`\r\x1b[2K${text}`);
  };
  return { tell: write, hide: () => write("") };
}
