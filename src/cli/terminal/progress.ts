import cliProgress, { type GenericFormatter } from "cli-progress";
import type { Output } from "../io.ts";
import { eraseLine, terminalBar } from "../terminalBar.ts";
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
  return `${cliProgress.Format.BarFormat(progress, options)} ${value} of ${total} pictures${left}`;
};
