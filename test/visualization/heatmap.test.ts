import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { runViews } from "../../src/detect.ts";
import { UsageError } from "../../src/errors.ts";
import { Geometry, type ViewPlacement } from "../../src/image/geometry.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { load } from "../../src/index.ts";
import type { ClassHeatmaps } from "../../src/models/classHeatmaps.ts";
import { modelNamed } from "../../src/models/models.ts";
import type { TestTimeOptions } from "../../src/models/view.ts";
import { withLabels } from "../../src/models/withLabels.ts";
import type { Network } from "../../src/network.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { colorMap } from "../../src/visualization/colorMap.ts";
import { drawHeatmap } from "../../src/visualization/drawHeatmap.ts";
import { type HeatmapOptions, heatmap } from "../../src/visualization/heatmap.ts";

const [WIDTH, HEIGHT] = [90, 50];
const BLACK: RgbImage = { width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT * 3) };

function placementsOf(name: string, options: TestTimeOptions): ViewPlacement[] {
  const model = modelNamed(name);
  const { views } = model.views(BLACK, { size: model.defaultSize, constants: new Map() }, options);
  return views.flatMap(({ placement, mirror }) =>
    mirror ? [placement, { ...placement, mirrored: true }] : [placement],
  );
}

/** A result whose only heatmap has these cells (row, column, channel, probability). */
function resultWith(
  view: ViewPlacement,
  cells: readonly (readonly [y: number, x: number, channel: number, value: number])[],
  {
    classIds = [1, 5],
    height = Math.ceil(view.inputHeight / 4),
    width = Math.ceil(view.inputWidth / 4),
  } = {},
) {
  const map = tensor(shapeOf(height, width, classIds.length));
  for (const [y, x, channel, value] of cells) map.data[(y * width + x) * classIds.length + channel] = value;
  const classes = classIds.map((classId) => ({ classId, label: `class ${classId}` }));
  const heatmaps: ClassHeatmaps = { classes, classIds, views: [{ center: map }] };
  return { model: "model", geometry: new Geometry({ views: [view] }), heatmaps };
}

describe("a hot cell is drawn on the pixels whose centers lie in it", () => {
  test.each([
    ["centernet_mobilenetv2fpn_512x512_coco17_od", {}],
    ["centernet-52", { flip: true, scales: [1, 0.6] }],
    ["ctdet_coco_hg", { flip: true, scales: [1, 1.5] }],
  ] as const)("%s, %j", (name, options) => {
    for (const view of placementsOf(name, options)) {
      const { views } = new Geometry({ views: [view] });
      const { x, y } = views[0].imageToCell({ x: 31.5, y: 17.5 });
      const [column, row] = [Math.floor(x), Math.floor(y)];
      const drawn = drawHeatmap(BLACK, heatmap(resultWith(view, [[row, column, 1, 0.9]])));
      const expected = new Uint8Array(BLACK.data.length);
      let count = 0;
      for (let py = 0; py < HEIGHT; py++) {
        for (let px = 0; px < WIDTH; px++) {
          const cell = views[0].imageToCell({ x: px + 0.5, y: py + 0.5 });
          const isHot = Math.floor(cell.x) === column && Math.floor(cell.y) === row;
          const entry = isHot ? 230 * 3 : 0;
          expected.set(colorMap("sequential").subarray(entry, entry + 3), (py * WIDTH + px) * 3);
          if (isHot) count++;
        }
      }
      expect(Buffer.compare(drawn.data, expected)).toBe(0);
      expect(count).toBeGreaterThan(0);
    }
  });
});

test("a pixel has the color of its cell over what is left of the image", () => {
  const [view] = placementsOf("ctdet_coco_hg", {});
  const white: RgbImage = { ...BLACK, data: BLACK.data.map(() => 255) };
  const cold = drawHeatmap(white, heatmap(resultWith(view, [])));
  const black = colorMap("sequential").subarray(0, 3);
  expect(cold.data[0]).toBe(102 + black[0]);
});

describe("the best class of each cell", () => {
  const [view] = placementsOf("ctdet_coco_hg", {});
  const result = resultWith(
    view,
    [
      [0, 0, 0, 0.3],
      [0, 0, 1, 0.6],
      [0, 1, 0, 0.5],
    ],
    { height: 1, width: 2 },
  );
  const best = (options: HeatmapOptions = {}) => {
    const { values, classIds, classes } = heatmap(result, options);
    return {
      values: Array.from(values, (value) => Number(value.toFixed(3))),
      classIds: [...classIds],
      classes,
    };
  };

  test("is among all classes, or among those asked for by name or id", () => {
    expect(best()).toMatchObject({ values: [0.6, 0.5], classIds: [5, 1] });
    expect(best({ classes: ["class 1"] })).toEqual({
      values: [0.3, 0.5],
      classIds: [1, 1],
      classes: [{ classId: 1, label: "class 1" }],
    });
    expect(best({ classes: [5] })).toMatchObject({ values: [0.6, 0], classIds: [5, 5] });
  });

  test("needs heatmaps, and a class, run and part that the result has", () => {
    expect(() => heatmap({ ...result, heatmaps: undefined })).toThrow(
      "Call detect with the option heatmaps: true.",
    );
    expect(() => best({ classes: ["clas 1"] })).toThrow("Did you mean class 1?");
    expect(() => best({ view: 1 })).toThrow("option view: expected one of the 1 runs");
    expect(() => best({ part: "topLeft" })).toThrow("option part: expected center, got topLeft");
    expect(() => drawHeatmap(BLACK, result.heatmaps.views[0].center as never)).toThrow(UsageError);
  });
});

test("detect returns the heatmaps if asked, with unchanged detections", async () => {
  const image = new Uint8Array(await readFile(new URL("../../samples/people.jpg", import.meta.url)));
  const detector = await load("movenet-multipose", { backend: "wasm", threads: 1 });
  const plain = await detector.detect(image);
  const result = await detector.detect(image, { heatmaps: true, onTap: () => {} });
  await detector.dispose();
  expect(plain.heatmaps).toBeUndefined();
  expect(result.detections).toEqual(plain.detections);
  expect(result.heatmaps?.classes).toEqual([{ classId: 1, label: "person" }]);
  const { values, width, view } = heatmap(result, { classes: ["person"] });
  // A person's score is that of the peak at the middle of the box.
  for (const { box, score } of result.detections) {
    const middle = view.imageToCell({ x: (box.xmin + box.xmax) / 2, y: (box.ymin + box.ymax) / 2 });
    const around = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1].map((dx) => values[(Math.floor(middle.y) + dy) * width + Math.floor(middle.x) + dx]),
    );
    expect(Math.max(...around)).toBeGreaterThanOrEqual(score - 1e-6);
  }
});

test("every run has its own heatmaps, in the order of the geometry's views", async () => {
  const model = modelNamed("ctdet_coco_hg");
  const views = model.views(BLACK, { size: model.defaultSize, constants: new Map() }, { flip: true });
  let runs = 0;
  const network = {
    model,
    samplesImages: false,
    checkMemory() {},
    async run(_: unknown, { peaks }: { peaks?: unknown }) {
      expect(peaks).toBeUndefined();
      const outputs = { centerHeatmap: 80, boxSize: 2, boxOffset: 2 };
      const maps = Object.entries(outputs).map(([name, channels]) => {
        const map = tensor(shapeOf(32, 32, channels));
        if (name === "centerHeatmap") map.data[7] = 0.1 * (runs + 1);
        return [name, map];
      });
      runs++;
      return { outputs: Object.fromEntries(maps), taps: {} };
    },
  } as unknown as Network;
  const { heatmaps } = await runViews(views, network, {}, "image", true);
  expect(heatmaps?.views.map(({ center }) => center?.data[7])).toEqual([0.1, 0.2].map(Math.fround));
  expect(heatmaps?.classIds).toHaveLength(80);
});

test("classes of one's own are those of the channels", () => {
  const labels = Array.from({ length: 80 }, (_, i) => ({ classId: 200 + i, label: `thing ${i}` }));
  const own = withLabels(modelNamed("ctdet_coco_hg"), labels).heatmaps;
  expect(own.classIds).toEqual(labels.map(({ classId }) => classId));
  const zoo = modelNamed("centernet_mobilenetv2fpn_512x512_coco17_od").heatmaps;
  expect(zoo.classIds.slice(-1)).toEqual([90]);
  expect(modelNamed("centernet-52").heatmaps.outputs.topLeft).toBe("topLeftHeatmap");
});
