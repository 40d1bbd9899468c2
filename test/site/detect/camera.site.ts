/** The camera in the Detect view: Chromium's fake one, which shows a sample. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { headersFor } from "../../../src/cli/serve/pageHeaders.ts";
import { decodeImage } from "../../../src/index.ts";
import { ROOT } from "../../browser/builtPage.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import { axeSource, axeViolations } from "../axe.ts";
import { chromiumPath, detected, Site } from "../page.ts";
import { writeVideo } from "./videoFile.ts";

const FRAMES = 25;
const PEOPLE = 3;
/** Milliseconds, on a busy machine. */
const PATIENT = { timeout: 30_000 };

describe.skipIf(!chromiumPath && mayBeLeftOut)("the camera", () => {
  let folder: string;
  let site: Site;
  let sampleWidth: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "centernet-camera-"));
    const video = join(folder, "people.y4m");
    const sample = decodeImage(await readFile(join(ROOT, "dist/site/samples/people.jpg")), "people.jpg");
    sampleWidth = sample.width;
    await writeVideo(video, sample);
    site = await Site.open(headersFor("index.html"), [
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${video}`,
    ]);
  });
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (page: Page) => {
    await detected(page);
    await page.getByRole("button", { name: "Camera", exact: true }).click();
    await page.locator(".camera[data-runs] .tag").first().waitFor();
  };
  const transforms = (page: Page) =>
    page
      .locator(".camera > :is(video, canvas, svg)")
      .evaluateAll((all) => all.map((each) => getComputedStyle(each).transform));
  const tracks = (page: Page) =>
    page.evaluate(() => (globalThis as unknown as Watched).tracks.map(({ readyState }) => readyState));

  test("finds the three people frame by frame, mirrors the front on the screen only, and ends with the view (check 7)", async () => {
    const { page, faults } = await site.visit("detect", { script: watchTracks });
    await detected(page);
    const sample = await boxes(page);
    expect(await page.evaluate(() => (globalThis as unknown as Watched).tracks.length)).toBe(0);
    await start(page);
    const found = await page.evaluate(countByFrame, FRAMES);
    expect(found).toHaveLength(FRAMES);
    expect(found.filter((count) => count === PEOPLE).length).toBeGreaterThanOrEqual(FRAMES - 1);
    // The numbers are those of the frame as it is, which shows the sample as it is.
    const framed = await boxes(page);
    expect(framed).toHaveLength(PEOPLE);
    const width = Number((await page.locator(".camera > svg").getAttribute("viewBox"))?.split(" ")[2]);
    for (const [index, [left, , right]] of framed.entries()) {
      expect(Math.abs(left / width - sample[index][0] / sampleWidth)).toBeLessThan(0.05);
      expect(Math.abs(right / width - sample[index][2] / sampleWidth)).toBeLessThan(0.05);
    }
    expect(new Set(await transforms(page))).toEqual(new Set(["matrix(-1, 0, 0, 1, 0, 0)"]));
    await page.getByLabel("Mirror").uncheck();
    expect(new Set(await transforms(page))).toEqual(new Set(["none"]));
    await page.getByRole("combobox", { name: "Camera" }).selectOption("user");
    expect(
      await page.locator("video").evaluate((video: HTMLVideoElement) => [video.playsInline, video.muted]),
    ).toEqual([true, true]);
    expect(await page.locator("main").innerText()).toMatch(/\d+ detected, \d+ skipped/);
    // Choosing the camera starts it anew.
    await expect.poll(() => tracks(page), PATIENT).toContain("live");
    await page.getByRole("link", { name: "Load", exact: true }).click();
    await page.locator(".file-drop").waitFor();
    expect(new Set(await tracks(page))).toEqual(new Set(["ended"]));
    expect(faults).toEqual([]);
  });

  test("freezes a frame, goes on, and hands one over as an image with the same detections", async () => {
    const { page, faults, requests } = await site.visit("detect", { script: watchTracks });
    await start(page);
    const runs = () => page.locator(".camera").getAttribute("data-runs");
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByRole("status").filter({ hasText: "frozen" }).waitFor();
    const held = await runs();
    await page.waitForTimeout(300);
    expect(await runs()).toBe(held);
    await page.getByRole("button", { name: "Go on" }).click();
    await expect.poll(runs, PATIENT).not.toBe(held);
    await page.getByRole("button", { name: "Freeze" }).click();
    const rows = await page.locator("tbody").innerText();
    await page.getByRole("button", { name: "Use the frame as an image" }).click();
    await page.getByRole("button", { name: "camera-1.png: 3 detections" }).waitFor();
    expect(await page.locator("tbody").innerText()).toBe(rows);
    expect(await tracks(page)).toEqual(["ended"]);
    expect(requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
    expect(faults).toEqual([]);
  });

  test("tells no rate of another backend after it was changed", async () => {
    const { page, faults } = await site.visit("detect", { script: watchTracks });
    await start(page);
    const rate = page.locator("dt:text-is('rate') + dd");
    await expect.poll(() => rate.innerText(), PATIENT).toMatch(/^\d/);
    // Plain loops take seconds for a frame.
    await page.getByRole("combobox", { name: "Backend" }).selectOption("cpu");
    await expect.poll(() => rate.innerText(), PATIENT).toBe("–");
    expect(faults).toEqual([]);
  });

  test("names a backend that fails in the line of state, not the camera", async () => {
    const { page } = await site.visit("detect", { script: watchTracks });
    await start(page);
    // This browser has no WebGPU.
    await page.getByRole("combobox", { name: "Backend" }).selectOption("wgsl");
    await page
      .getByRole("alert")
      .filter({ hasText: /^backend wgsl: expected a WebGPU adapter/ })
      .waitFor();
    await page.getByRole("status").filter({ hasText: "detection failed: the camera is off" }).waitFor();
    expect(await page.getByRole("status").filter({ hasText: "no camera" }).count()).toBe(0);
    expect(await tracks(page)).toEqual(["ended"]);
  });

  test("stops when the page is hidden, and starts again upon a click; the back is not mirrored", async () => {
    const { page, faults } = await site.visit("detect", { width: 390, height: 844, script: watchTracks });
    await start(page);
    await page.evaluate(await axeSource());
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.getByText("The camera was stopped because the page was hidden.").waitFor();
    expect(await tracks(page)).toEqual(["ended"]);
    await page.getByRole("button", { name: "Start the camera" }).click();
    await expect.poll(() => tracks(page), PATIENT).toEqual(["ended", "live"]);
    await page.getByRole("combobox", { name: "Camera" }).selectOption("environment");
    await expect.poll(() => tracks(page), PATIENT).toEqual(["ended", "ended", "live"]);
    await expect.poll(() => transforms(page).then((all) => new Set(all)), PATIENT).toEqual(new Set(["none"]));
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    expect(await tracks(page)).toEqual(["ended", "ended", "ended"]);
    expect(faults).toEqual([]);
  });
});

describe.skipIf(!chromiumPath && mayBeLeftOut)("without a camera (check 8)", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  test.each<[string, () => void, RegExp]>([
    [
      "that is refused",
      () => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
      },
      /^camera: expected leave to use it, got a refusal\. Allow it/,
    ],
    [
      "on the machine",
      () => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
      },
      /^camera: expected one, got none on this machine\. Connect/,
    ],
    [
      "that is free",
      () => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError"));
      },
      /^camera: expected one that is free, got one that another/,
    ],
    [
      "on a page that is not secure",
      () => Object.defineProperty(navigator, "mediaDevices", { value: undefined }),
      /^camera: expected a secure page, got one from http:.*Open it by https/,
    ],
  ])("one %s: the text says so, and images still work", async (_, script, sentence) => {
    const { page, faults } = await site.visit("detect", { script });
    await detected(page);
    await page.getByRole("button", { name: "Camera", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: sentence }).waitFor();
    await page.getByRole("button", { name: "Close the camera" }).click();
    await page
      .locator("tbody tr")
      .nth(PEOPLE - 1)
      .waitFor();
    expect(faults).toEqual([]);
  });
});

interface Watched {
  readonly tracks: MediaStreamTrack[];
}

/** Runs in the page before its own code: notes every track that it gets. */
function watchTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(globalThis, { tracks });
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

/** Runs in the page: how many detections are shown with each of so many frames. */
function countByFrame(frames: number): Promise<number[]> {
  return new Promise((resolve) => {
    const counts: number[] = [];
    let last: string | undefined;
    const look = () => {
      const { runs } = (document.querySelector(".camera") as HTMLElement).dataset;
      if (runs !== last) counts.push(document.querySelectorAll("tbody tr").length);
      last = runs;
      if (counts.length < frames) requestAnimationFrame(look);
      else resolve(counts);
    };
    look();
  });
}

/** As the table says them: left, top, right, bottom. */
async function boxes(page: Page): Promise<number[][]> {
  const cells = await page.locator("tbody td:nth-child(3)").allInnerTexts();
  return cells.map((cell) => cell.split(", ").map(Number));
}
