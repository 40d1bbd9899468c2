import { Writable } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { DownloadBar } from "../../../src/cli/pull/downloadBar.ts";

/** A bar, what it wrote since the last call of `written`, and a clock that stands still. */
function barOn(terminal: { isTTY: boolean }) {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let text = "";
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk;
      done();
    },
  });
  const bar = new DownloadBar(Object.assign(output, { ...terminal, columns: 80 }));
  return {
    bar,
    written: () => {
      const recent = text;
      text = "";
      return recent;
    },
  };
}

test("bytes of an earlier pull do not count for the time left", () => {
  const { bar, written } = barOn({ isTTY: true });
  bar.update(20e6, 100e6);
  expect(written()).toContain("█████░░░░░░░░░░░░░░░░░░░ 20.0 MB of 100.0 MB");
  vi.advanceTimersByTime(1000);
  bar.update(40e6, 100e6);
  expect(written()).toContain("██████████░░░░░░░░░░░░░░ 40.0 MB of 100.0 MB, 3 s left");
  bar.update(100e6, 100e6);
  expect(written()).toContain("100.0 MB of 100.0 MB, checking it");
  bar.stop();
});

test("it is drawn at most ten times a second, and again after it was hidden", () => {
  const { bar, written } = barOn({ isTTY: true });
  bar.update(1e6, 100e6);
  written();
  vi.advanceTimersByTime(99);
  bar.update(2e6, 100e6);
  expect(written()).toBe("");
  bar.hide();
  bar.update(3e6, 100e6);
  expect(written()).toContain("3.0 MB of 100.0 MB");
  vi.advanceTimersByTime(100);
  bar.update(4e6, 100e6);
  expect(written()).toContain("4.0 MB of 100.0 MB");
  bar.stop();
});

test("without a total it shows the bytes received", () => {
  const { bar, written } = barOn({ isTTY: true });
  bar.update(1000, undefined);
  expect(written()).toMatch(/1\.0 kB(?! of)/);
  bar.stop();
});

test("it prints nothing without a terminal", () => {
  const { bar, written } = barOn({ isTTY: false });
  bar.update(1, 2);
  bar.hide();
  bar.stop();
  expect(written()).toBe("");
});
