import type { GenericFormatter } from "cli-progress";
import cliProgress from "cli-progress";
import type { Output } from "../io.ts";
import { formatBytes, formatCount, formatSeconds } from "./formatNumber.ts";

/** A progress line at the bottom of a terminal. */
export interface Progress {
  update(done: number): void;
  /** Erases the line so that other text can be printed; the next update redraws it. */
  hide(): void;
  stop(): void;
}

const NONE: Progress = { update: () => {}, hide: () => {}, stop: () => {} };

/** A progress bar, shown only on a terminal and only for two or more images. */
export function startProgress(output: Output, total: number): Progress {
  if (!output.isTTY || total < 2) return NONE;
  const start = performance.now();
  const bars = terminalBar(output, 24, (options, state) =>
    formatLine(options, state, performance.now() - start),
  );
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

function formatLine(
  options: Parameters<GenericFormatter>[0],
  { progress, value, total, eta }: Parameters<GenericFormatter>[1],
  milliseconds: number,
): string {
  // No estimate until the first image is done.
  const seconds = value === 0 ? Number.NaN : Number(eta);
  const rate = value === 0 ? "" : `, ${formatRate((1000 * value) / milliseconds)} a second`;
  const left = Number.isFinite(seconds) ? `, ${formatSeconds(seconds)} left` : "";
  return `${cliProgress.Format.BarFormat(progress, options)} ${value} of ${total} images${rate}${left}`;
}

function formatRate(rate: number): string {
  return rate < 100 ? rate.toPrecision(2) : formatCount(Math.round(rate));
}

/** A bar at the bottom of a terminal, drawn only when `update()` is called. */
export function terminalBar(output: Output, barsize: number, format: GenericFormatter): cliProgress.MultiBar {
  // MultiBar, unlike SingleBar, leaves the terminal's saved cursor alone.
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

/** Erases the current line. */
export function eraseLine(output: Output): void {
  output.write("\r\x1b[2K");
}

/** Smaller files are read too quickly for a progress line. */
const MIN_BYTES = 32e6;
const REDRAW_MILLISECONDS = 100;

/** A line that shows how much of the weights has been read, on a terminal only; erased at the end. */
export function loadingLine(
  output: Output,
): (bytes: number, total: number, phase?: "download" | "read") => void {
  let drawn = Number.NEGATIVE_INFINITY;
  return (read, total, phase = "read") => {
    if (!output.isTTY || total < MIN_BYTES) return;
    if (read === total) {
      output.write("\r\x1b[2K");
    } else if (performance.now() - drawn >= REDRAW_MILLISECONDS) {
      drawn = performance.now();
      const all = Number.isFinite(total) ? ` of ${formatBytes(total)}` : "";
      output.write(
        `\r\x1b[2K${phase === "read" ? "reading" : "downloading"} weights: ${formatBytes(read)}${all}`,
      );
    }
  };
}
