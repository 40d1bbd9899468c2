import type { GenericFormatter } from "cli-progress";
import cliProgress from "cli-progress";
import type { Output } from "../io.ts";
import { formatBytes } from "../pull/formatBytes.ts";
import { formatSeconds } from "./formatNumber.ts";

/** A line that keeps up with the work, at the bottom of a terminal. */
export interface Progress {
  update(done: number): void;
  /** Takes the line away, so that something else can be printed in its place; the next update redraws it. */
  hide(): void;
  stop(): void;
}

const NONE: Progress = { update: () => {}, hide: () => {}, stop: () => {} };

/** Shown on a terminal only, and only where there is something to wait for. */
export function startProgress(output: Output, total: number): Progress {
  if (!output.isTTY || total < 2) return NONE;
  const bars = terminalBar(output, 30, formatLine);
  const bar = bars.create(total, 0);
  bars.update();
  return {
    update(done) {
      bar.update(done);
      bars.update();
    },
    hide: () => eraseLine(output),
    stop: () => bars.stop(),
  };
}

const formatLine: GenericFormatter = (options, { progress, value, total, eta }) => {
  // Words, not a number, where nothing can be said yet.
  const seconds = value === 0 ? Number.NaN : Number(eta);
  const left = Number.isFinite(seconds) ? `, ${formatSeconds(seconds)} left` : "";
  return `${cliProgress.Format.BarFormat(progress, options)} ${value} of ${total} images${left}`;
};

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

/** Smaller files are read before anybody could read a line about it. */
const MIN_BYTES = 32e6;
const REDRAW_MILLISECONDS = 100;

/** How far the reading of weights is, on a terminal only; gone once all are read. */
export function loadingLine(output: Output): (read: number, total: number) => void {
  let drawn = Number.NEGATIVE_INFINITY;
  return (read, total) => {
    if (!output.isTTY || total < MIN_BYTES) return;
    if (read === total) {
      output.write("\r\x1b[2K");
    } else if (performance.now() - drawn >= REDRAW_MILLISECONDS) {
      drawn = performance.now();
      output.write(`\r\x1b[2Kreading weights: ${formatBytes(read)} of ${formatBytes(total)}`);
    }
  };
}
