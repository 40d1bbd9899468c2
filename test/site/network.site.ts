/** The Network view: every layer, reached by keys; the numbers, colors and frames of the network itself; its address. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { networkLayout } from "../../src/analysis/networkLayout.ts";
import {
  activationGrid,
  colorMap,
  type Detector,
  decodeImage,
  describeGraph,
  load,
  openDump,
  type RgbImage,
} from "../../src/index.ts";
import { entryOf } from "../../src/visualization/colorMap.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { transferOf } from "./detect/transfer.ts";
import { chromiumPath, Site } from "./page.ts";

const SAMPLE = "grace-hopper.jpg";
/** Its bits are those of Node. */
const RUN = `model=movenet-lightning&image=${SAMPLE}&build=plain&threads=1`;

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Network view", () => {
  let site: Site;
  let detector: Detector;
  let image: RgbImage;
  beforeAll(async () => {
    site = await Site.open();
    detector = await load("movenet-lightning", { backend: "wasm", build: "plain", threads: 1 });
    image = decodeImage(await readFile(join(ROOT, "samples", SAMPLE)), SAMPLE);
  });
  afterAll(async () => {
    await site?.close();
    await detector?.dispose();
  });

  /** Every block shows the thumbnail of its last layer, and that of the input the image. */
  const walked = async (page: Page) => {
    await page.locator(".block").first().waitFor();
    await page.waitForFunction(
      () => document.querySelectorAll(".block image").length === document.querySelectorAll(".block").length,
    );
  };
  const go = (page: Page, hash: string) =>
    page.evaluate((next) => {
      location.hash = next;
    }, hash);
  const shows = (page: Page, layer: string) =>
    page.getByRole("heading", { name: `${layer}, channels 1 to` }).waitFor();
  const save = async (page: Page) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as .npy" }).click(),
    ]);
    return readFile(await download.path());
  };

  test("shows as many layers as describe, fused or alone, in blocks of different names", async () => {
    const model = "model=movenet-multipose";
    const { page, faults } = await site.visit(`network?${model}&layer=backbone.block4.expand.relu6`);
    const multipose = await load("movenet-multipose", { backend: "cpu" });
    const counts = [true, false].map((fused) => {
      const graph = multipose.network.graphOf(fused);
      return { layers: describeGraph(graph).layers.length, blocks: networkLayout(graph).length - 1 };
    });
    await multipose.dispose();
    expect(counts.map(({ layers }) => layers)).toEqual([87, 215]);
    const heading = page.getByRole("heading", { level: 1 });
    for (const [index, words] of ["fused layers", "layers"].entries()) {
      if (index === 1) await page.getByRole("checkbox", { name: "each op on its own" }).check();
      const { layers, blocks } = counts[index];
      await heading.filter({ hasText: `${layers} ${words} in ${blocks} blocks` }).waitFor();
      await walked(page);
      const names = await page
        .locator(".block")
        .evaluateAll((all) => all.map((each) => each.getAttribute("data-block")));
      expect(new Set(names).size).toBe(blocks + 1);
      await expect.poll(() => page.url()).toContain("layer=backbone.block4.expand.relu6");
      const listed = page.getByRole("list", { name: "Layers of this block, in their order" });
      const inside = await listed.getByText("runs inside it: expand.conv2d, expand.bias").count();
      expect(inside).toBe(index === 0 ? 1 : 0);
    }
    await page
      .getByText(/op by op/)
      .first()
      .waitFor();
    await go(page, `network?${model}&layer=backbone.block4.expand.conv2d`);
    await page.getByText("backbone.block4.expand.conv2d runs inside backbone.block4.expand.relu6").waitFor();
    expect(faults).toEqual([]);
  });

  test("reaches every edge of the graph by keys", async () => {
    const { page } = await site.visit(`network?${RUN}`);
    await page.locator(".block.open").waitFor();
    const blocks = networkLayout(detector.network.graph);
    const edges = blocks.flatMap(({ name, inputs }) => inputs.map((input) => `${input} > ${name}`));
    const reached = await page.evaluate(
      (all) => {
        const focused = () => document.activeElement?.getAttribute("data-block") ?? "";
        const press = (key: string) =>
          document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        const found: string[] = [];
        for (const name of all) {
          const start = document.querySelector<SVGElement>(`[data-block="${name}"]`);
          start?.focus();
          press("ArrowRight");
          while (focused() !== name && !found.includes(`${name} > ${focused()}`)) {
            found.push(`${name} > ${focused()}`);
            press("ArrowDown");
          }
        }
        return found;
      },
      blocks.map(({ name }) => name),
    );
    for (const edge of edges) expect(reached).toContain(edge);
    await page.locator(".block.open").focus();
    await page.keyboard.press("End");
    const ends = [await page.locator(".block.open").getAttribute("data-block")];
    await page.keyboard.press("Home");
    ends.push(await page.locator(".block.open").getAttribute("data-block"));
    expect(ends).toEqual([blocks.at(-1)?.name, blocks.find(({ nodes }) => nodes.length > 0)?.name]);
    await page.keyboard.press("/");
    await page.keyboard.type("block5.add");
    await page.keyboard.press("Enter");
    await shows(page, "backbone.block5.add");
  });

  test("has the numbers of ten layers of the same run in Node, bit for bit, and says what they are like", async () => {
    const names = detector.network.graph.nodes.map(({ name }) => name);
    const layers = Array.from({ length: 10 }, (_, i) => names[Math.round((i * (names.length - 1)) / 9)]);
    const { taps } = await detector.detect(image, { taps: layers });
    const { page, faults } = await site.visit(`network?${RUN}&layer=${layers[0]}`);
    for (const layer of layers) {
      await go(page, `network?${RUN}&layer=${encodeURIComponent(layer)}`);
      await shows(page, layer);
      const dump = await openDump([new File([await save(page)], `${layer}.npy`)]);
      expect(hash(await dump.read(layer)), layer).toBe(hash(taps[layer].data));
      expect(await factsOf(page)).toMatchObject(plainStatistics(taps[layer].data));
      const bars = await page.locator(".histogram path").getAttribute("d");
      expect(heightsOf(bars ?? "")).toEqual(plainHistogram(taps[layer].data));
    }
    expect(faults).toEqual([]);
  });

  test("draws each cell of a tile in the color of its value", async () => {
    const layer = "backbone.block4.depthwise.relu6";
    const { page } = await site.visit(`network?${RUN}&layer=${layer}&scale=layer`);
    await shows(page, layer);
    const tensor = (await detector.detect(image, { taps: layer })).taps[layer];
    const { columns, tileWidth, tileHeight, pixelsPerCell, statistics } = activationGrid(tensor, {
      scale: "layer",
      count: 64,
    });
    const cells = Array.from({ length: 500 }, (_, i) => ({ channel: (i * 7) % 64, y: i * 5, x: i * 3 }));
    const [, height, width, channels] = tensor.shape;
    const places = cells.map(({ channel, y, x }) => ({
      left: (channel % columns) * (tileWidth + 2) + (x % width) * pixelsPerCell,
      top: Math.floor(channel / columns) * (tileHeight + 2) + (y % height) * pixelsPerCell,
    }));
    const drawn = await page.locator(".tiles canvas").evaluate((canvas, wanted) => {
      const context = (canvas as HTMLCanvasElement).getContext("2d");
      return wanted.map(({ left, top }) => [...(context?.getImageData(left, top, 1, 1).data ?? [])]);
    }, places);
    const colors = colorMap("sequential");
    const expected = cells.map(({ channel, y, x }) => {
      const value = tensor.data[((y % height) * width + (x % width)) * channels + channel];
      const entry = 3 * entryOf(value, statistics.min, statistics.max);
      return [...colors.slice(entry, entry + 3), 255];
    });
    expect(drawn).toEqual(expected);
  });

  test("frames in the image all that a cell depends on, and nothing else", async () => {
    const { page } = await site.visit(`network?${RUN}`);
    for (const [layer, cell] of Object.entries(FIELDS)) {
      const at = `${cell.column},${cell.row}`;
      await go(page, `network?${RUN}&layer=${layer}&channel=0&cell=${at}`);
      await page
        .getByRole("button", { name: `Channel 0 of ${layer}, cell ${cell.column}, ${cell.row}:` })
        .waitFor();
      const { inside, outside } = paintedAround(image, await frameOf(page, layer, at));
      const [before, changed, same] = await Promise.all(
        [image, inside, outside].map(async (pixels) => {
          const { data, shape } = (await detector.detect(pixels, { taps: layer })).taps[layer];
          const from = (cell.row * shape[2] + cell.column) * shape[3];
          return hash(data.slice(from, from + shape[3]));
        }),
      );
      expect(same, layer).toBe(before);
      expect(changed, layer).not.toBe(before);
    }
  });

  test("writes out the sum of a cell, shows weights and sources, and colors by numbers", async () => {
    const layer = "backbone.block4.add";
    const { page, faults } = await site.visit(`network?${RUN}&layer=${layer}&channel=7&cell=3,5&color=time`);
    const { data, shape } = (await detector.detect(image, { taps: layer })).taps[layer];
    const value = data[(5 * shape[2] + 3) * shape[3] + 7];
    const sentence = (await page.locator(".cell-sum > p:not(.task)").textContent()) ?? "";
    const terms = /kernel: (\S+) ([+−] \S+) of the bias ([+−] \S+) of .* = (\S+) in float64/.exec(sentence);
    const numbers = terms?.map((text) => Number(text.replace("− ", "-").replace("+ ", ""))) ?? [];
    const [, sum, bias, residual, result] = numbers;
    expect(sum + bias + residual).toBeCloseTo(result, 2);
    expect(result).toBeCloseTo(value, 2);
    await page.getByText("the fastest of 5 runs").waitFor();
    await expect.poll(() => page.locator(".block .number").count()).toBeGreaterThan(20);
    await page.getByText("Plain loops").click();
    await page.getByText("export const conv2dReference").waitFor();
    await page.locator("summary").filter({ hasText: "Weights" }).click();
    await page.getByRole("img", { name: `Kernel of ${layer}, a row for each output channel` }).waitFor();
    expect(faults).toEqual([]);
  });

  test("says of a name that no layer has which one is near, and leads there", async () => {
    const { page, faults } = await site.visit(`network?${RUN}`);
    const finder = page.getByRole("combobox", { name: "Layer" });
    await page.locator(".block").first().waitFor();
    await finder.fill("backbone.blok4.add");
    await finder.press("Enter");
    const note = page.getByRole("status").filter({ hasText: 'No layer named "backbone.blok4.add".' });
    await note.getByRole("button", { name: "backbone.block4.add" }).click();
    await expect.poll(() => finder.inputValue()).toBe("backbone.block4.add");
    await note.waitFor({ state: "detached" });
    await finder.fill("§§§");
    await finder.press("Enter");
    await page.getByText('No layer named "§§§".', { exact: true }).waitFor();
    await finder.fill("block5");
    await finder.press("Enter");
    await page.getByText("No layer named").waitFor({ state: "detached" });
    expect(faults).toEqual([]);
  });

  test("tells how far it is, and is given up at once", async () => {
    const { page } = await site.visit(`network?model=movenet-multipose&image=${SAMPLE}&size=768&fuse=false`);
    const line = page.locator(".task").filter({ hasText: /layer \d+ of 215/ });
    const progress = async () => Number((await line.textContent())?.match(/layer (\d+)/)?.[1]);
    await line.waitFor();
    const first = await progress();
    await page.waitForFunction((before) => {
      const now = document.querySelector(".task")?.textContent?.match(/layer (\d+) of/)?.[1];
      return Number(now) > before;
    }, first);
    await line.getByRole("button", { name: "Cancel" }).click();
    const again = line.filter({ hasText: /^Canceled: layer/ }).getByRole("button", { name: "Run again" });
    await again.waitFor();
    // The worker is free for the layer's own run.
    await page.locator(".tiles canvas").waitFor();
    await expect.poll(() => page.locator(".block:not(:has(image))").count()).toBeGreaterThan(1);
    await again.click();
    await walked(page);
    await line.waitFor({ state: "detached" });
  });

  test("shows no numbers of the image before, once the run on another one was canceled or has failed", async () => {
    const layer = "backbone.block4.add";
    const { page, faults } = await site.visit(`network?${RUN}&layer=${layer}`);
    await walked(page);
    await shows(page, layer);
    const numbers = page.locator("aside dt", { hasText: /^(min|max|mean)$/ });
    expect(await numbers.count()).toBe(3);
    const none = async () => {
      await page.locator(".tiles").waitFor({ state: "detached" });
      await expect.poll(() => numbers.count()).toBe(0);
      expect(await page.locator(".block image").count()).toBeLessThan(2);
      expect(await page.getByRole("button", { name: "Save as .npy" }).isDisabled()).toBe(true);
    };
    const dropped = await transferOf(page, [{ name: "notes.txt", bytes: Buffer.from("hello") }]);
    await page.dispatchEvent("main", "drop", { dataTransfer: dropped });
    await page.getByRole("alert").filter({ hasText: "notes.txt: expected a JPEG or PNG image" }).waitFor();
    await none();

    // Plain loops leave time to cancel.
    await go(page, `network?model=movenet-lightning&backend=cpu&image=${SAMPLE}&layer=${layer}`);
    await walked(page);
    await shows(page, layer);
    await go(page, `network?model=movenet-lightning&backend=cpu&image=cat.jpg&layer=${layer}`);
    const still = `${SAMPLE}: the run on cat.jpg goes on.`;
    await page.getByText(`The pictures are still of ${still}`, { exact: true }).waitFor();
    await expect.poll(() => page.getByText(`Still of ${still}`, { exact: true }).count()).toBe(2);
    const dimmed = page.locator(".tiles canvas, .block[data-block^=backbone] image");
    const opacities = await dimmed.evaluateAll((all) => all.map((each) => getComputedStyle(each).opacity));
    expect(new Set(opacities)).toEqual(new Set(["0.4"]));
    const cancel = page.locator(".task").getByRole("button", { name: "Cancel" });
    const canceled = page.locator(".task").filter({ hasText: "Canceled" });
    for (let ended = 0; ended < 2; ended++) {
      await cancel.first().click();
      await expect.poll(() => canceled.count()).toBe(ended + 1);
    }
    await none();
    expect(faults).toEqual([]);
  });

  test("reads the layer of the next image also if its file is saved at once", async () => {
    const layer = "backbone.block4.add";
    const { page, faults } = await site.visit(`network?${RUN}&layer=${layer}`);
    await shows(page, layer);
    const max = page.locator("aside dt:text-is('max') + dd");
    const before = await max.innerText();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate(() => {
        location.hash = location.hash.replace(/image=[^&]*/, "image=rocket.jpg");
        addEventListener("hashchange", () => {
          const buttons = [...document.querySelectorAll("button")];
          setTimeout(() => buttons.find(({ textContent }) => textContent === "Save as .npy")?.click());
        });
      }),
    ]);
    await expect.poll(() => max.innerText()).not.toBe(before);
    const bytes = await readFile(await download.path());
    const rocket = decodeImage(await readFile(join(ROOT, "dist/site/samples/rocket.jpg")), "rocket.jpg");
    const { taps } = await detector.detect(rocket, { taps: [layer] });
    const { data } = taps[layer];
    expect(bytes.subarray(-data.byteLength)).toEqual(Buffer.from(new Uint8Array(data.slice().buffer)));
    expect(await max.innerText()).toBe(String(Number(data.reduce((a, b) => Math.max(a, b)).toPrecision(4))));
    expect(faults).toEqual([]);
  });

  test("is restored by a link, and by going back and forward", async () => {
    const layer = "backbone.block4.add";
    const { page, faults } = await site.visit(`network?${RUN}&layer=${layer}&channel=2&score=0.35`);
    const channel = (number: number) => page.getByRole("heading", { name: `Channel ${number}`, exact: true });
    await page.getByRole("heading", { level: 1, name: /movenet-lightning: 80 fused layers/ }).waitFor();
    await shows(page, layer);
    await channel(2).waitFor();
    await page.getByRole("button", { name: "channel 5", exact: true }).click();
    await channel(5).waitFor();
    await page.goBack();
    await channel(2).waitFor();
    await page.goForward();
    await channel(5).waitFor();
    await page.getByRole("link", { name: "Detect" }).click();
    await page.getByText("0.35").first().waitFor();
    await page.goBack();
    await channel(5).waitFor();
    await go(page, `nonsense?${RUN}`);
    await page.getByText('the view is "nonsense": expected one of detect, network').waitFor();
    await go(page, `network?${RUN}&layer=nonsense&channel=-1&page=x&cell=1&color=x`);
    await page.getByText('This network has no layer "nonsense"').waitFor();
    await page.locator(".tiles canvas").waitFor();
    expect(faults).toEqual([]);
  });

  test("is a list with a sheet for the layer on narrow screens", async () => {
    const { page, faults } = await site.visit(`network?${RUN}`, { width: 390, height: 844 });
    await page.getByRole("button", { name: /backbone\.block4 / }).click();
    await page
      .getByRole("dialog", { name: "Layer" })
      .getByRole("img", { name: /48 of 48|channels/ })
      .first()
      .waitFor();
    const { height } = (await page.getByRole("button", { name: "Close", exact: true }).boundingBox()) ?? {};
    expect(height).toBeGreaterThanOrEqual(44);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => page.url()).not.toContain("layer=");
    expect(faults).toEqual([]);
  });
});

/** Cells whose receptive fields are smaller than the image. */
const FIELDS = {
  "backbone.stem.relu6": { row: 40, column: 50 },
  "backbone.block0.depthwise.relu6": { row: 30, column: 44 },
  "backbone.block2.add": { row: 20, column: 22 },
  "backbone.block3.depthwise.relu6": { row: 12, column: 11 },
  "backbone.block5.add": { row: 10, column: 12 },
};

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** In pixels of the image. */
async function frameOf(page: Page, layer: string, cell: string): Promise<Frame> {
  const frame = page.locator(`[data-field-of="${layer} ${cell}"] .field-frame`).first();
  await frame.waitFor({ state: "attached" });
  const [x, y, width, height] = await Promise.all(
    ["x", "y", "width", "height"].map(async (name) => Number(await frame.getAttribute(name))),
  );
  return { x, y, width, height };
}

/** Pixels of the image that one of the network's input is blended from, to each side. */
const BLENDED = 8;

/** The image with all pixels inside the frame inverted, and with all outside of it and of what resizing blends. */
function paintedAround(
  image: RgbImage,
  frame: Frame,
): { readonly inside: RgbImage; readonly outside: RgbImage } {
  const paint = (margin: number, wanted: boolean): RgbImage => {
    const data = Uint8Array.from(image.data);
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const inFrame =
          x >= frame.x - margin &&
          x < frame.x + frame.width + margin &&
          y >= frame.y - margin &&
          y < frame.y + frame.height + margin;
        if (inFrame !== wanted) continue;
        for (let c = 0; c < 3; c++) data[(y * image.width + x) * 3 + c] ^= 0xff;
      }
    }
    return { ...image, data };
  };
  return { inside: paint(0, true), outside: paint(BLENDED, false) };
}

function hash(numbers: ArrayLike<number>): string {
  const { buffer, byteOffset, byteLength } = Float32Array.from(numbers);
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

/** The layer's facts as the page writes them. */
async function factsOf(page: Page): Promise<Record<string, string>> {
  const pairs = await page
    .locator(".facts > div")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
  return Object.fromEntries(pairs);
}

function plainStatistics(data: Float32Array): Record<string, string> {
  let [min, max, sum, zeros, nan] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of data) {
    if (Number.isNaN(value)) nan++;
    if (value === 0) zeros++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const words = (value: number) => String(Number(value.toPrecision(4)));
  return {
    min: words(min),
    max: words(max),
    mean: words(sum / data.length),
    zeros: `${zeros.toLocaleString("en-US")} (${((100 * zeros) / data.length).toFixed(1)} %)`,
    NaN: String(nan),
  };
}

/** Of each bar, to three digits. */
function heightsOf(path: string): number[] {
  return [...path.matchAll(/v(-?[\d.e-]+)h/g)].map(
    ([, height]) => Math.round(-1000 * Number(height)) / 1000 + 0,
  );
}

function plainHistogram(data: Float32Array): number[] {
  const [min, max] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
  const counts = new Array<number>(64).fill(0);
  for (const value of data) counts[Math.min(63, Math.floor(((value - min) * 64) / (max - min)))]++;
  const top = Math.log1p(Math.max(...counts));
  return counts.map((count) => Math.round(1000 * 84 * (Math.log1p(count) / top)) / 1000);
}
