import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Geometry, geometryFrom, ViewGeometry } from "../../src/image/geometry.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { type Detector, load, UsageError } from "../../src/index.ts";
import type { Model } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import type { Maps, TestTimeOptions } from "../../src/models/view.ts";
import { isZooModel, zooModel } from "../../src/models/zoo/zooModel.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { resizerOf } from "../support/zooResizers.ts";

const [WIDTH, HEIGHT] = [64, 40];
/** A white rectangle on black. */
const MARKER = { left: 9, top: 21, width: 14, height: 7 };
const MIDDLE = { x: MARKER.left + MARKER.width / 2, y: MARKER.top + MARKER.height / 2 };

function markedImage(): RgbImage {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = MARKER.top; y < MARKER.top + MARKER.height; y++) {
    const start = y * WIDTH + MARKER.left;
    data.fill(255, start * 3, (start + MARKER.width) * 3);
  }
  return { width: WIDTH, height: HEIGHT, data };
}

function viewsOf(
  model: Model,
  options: TestTimeOptions = {},
  size = model.defaultSize,
  constants = new Map(),
) {
  return model.views(markedImage(), { size, constants }, options).views;
}

/** The center of what is brighter than the padding, where (0, 0) is the center of the first pixel. */
function brightCenter({ image }: Maps, padding: number) {
  const [, height, width] = image.shape;
  const dark = image.data.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let [sum, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light = Math.max(0, image.data[(y * width + x) * 3 + 1] - Math.max(dark, padding));
      sum += light;
      sumX += light * x;
      sumY += light * y;
    }
  }
  return { x: sumX / sum, y: sumY / sum };
}

const zoo = modelNamed("centernet_mobilenetv2fpn_512x512_coco17_od");
function zooWith(resizer: string): Model {
  if (!isZooModel(zoo)) throw new Error("not a model of the zoo");
  return zooModel({ ...zoo.spec, resizer: resizerOf(resizer) });
}

/** By resizer: the padding's level, and how far an input pixel's center lies from where the resampling puts it. */
const RESIZERS: [resizer: string, padding: number, alignment: "corners" | "centers", tolerance: number][] = [
  ["fixed_shape_resizer { height: 80 width: 192 }", 0, "corners", 0.01],
  [
    "keep_aspect_ratio_resizer { min_dimension: 128 max_dimension: 128 pad_to_max_dimension: true }",
    0,
    "corners",
    0.01,
  ],
  [
    "keep_aspect_ratio_resizer { min_dimension: 96 max_dimension: 128 pad_to_max_dimension: true per_channel_pad_value: [90, 100, 110] }",
    100,
    "corners",
    // The padding is subtracted from the marker's soft edges too.
    0.05,
  ],
  [
    "keep_aspect_ratio_resizer { min_dimension: 80 max_dimension: 512 resize_method: BICUBIC }",
    0,
    "corners",
    0.05,
  ],
  ["fixed_shape_resizer { height: 20 width: 32 resize_method: AREA }", 0, "centers", 0.05],
  ["fixed_shape_resizer { height: 120 width: 192 resize_method: NEAREST_NEIGHBOR }", 0, "centers", 0.01],
  ["conditional_shape_resizer { condition: SMALLER size_threshold: 120 }", 0, "centers", 1],
  ["pad_to_multiple_resizer { multiple: 32 }", 0, "corners", 1e-4],
  ["identity_resizer { }", 0, "corners", 1e-4],
];

describe("a marker in the image lies in the network's input where the geometry says", () => {
  test.each(RESIZERS)("%s", (resizer, padding, alignment, tolerance) => {
    const model = zooWith(resizer);
    const [view] = viewsOf(model);
    const geometry = new ViewGeometry(view.placement);
    expect(view.size).toEqual({ width: geometry.inputWidth, height: geometry.inputHeight });
    expect(view.inputs().image.shape.slice(1, 3)).toEqual([view.size.height, view.size.width]);
    const half = alignment === "centers" ? 0 : 0.5;
    const expected = geometry.imageToInput({ x: MIDDLE.x - half, y: MIDDLE.y - half });
    const found = brightCenter(view.inputs(), padding);
    const shift = alignment === "centers" ? 0.5 : 0;
    expect(Math.abs(found.x + shift - expected.x)).toBeLessThan(tolerance);
    expect(Math.abs(found.y + shift - expected.y)).toBeLessThan(tolerance);
  });

  test.each([
    ["centernet-52", { flip: true }],
    ["centernet-52", { flip: true, scales: [1, 1.5, 0.5] }],
    ["ctdet_coco_hg", { flip: true }],
    ["ctdet_coco_hg", { flip: true, scales: [2, 0.75] }],
  ] as const)("%s, %j", (name, options) => {
    const views = viewsOf(modelNamed(name), options);
    const runs = views.flatMap(({ placement, mirror, inputs }) => [
      { view: new ViewGeometry(placement), inputs },
      ...(mirror
        ? [{ view: new ViewGeometry({ ...placement, mirrored: true }), inputs: mirror.inputs }]
        : []),
    ]);
    const { flip = false, scales = [1] }: TestTimeOptions = options;
    expect(runs.map(({ view }) => [view.scale, view.mirrored])).toEqual(
      scales.flatMap((scale) => (flip ? [false, true] : [false]).map((mirrored) => [scale, mirrored])),
    );
    for (const { view, inputs } of runs) {
      const expected = view.imageToInput(MIDDLE);
      const found = brightCenter(inputs(), 0);
      // Bilinear sampling keeps the marker's middle exactly only at whole factors.
      const tolerance = Number.isInteger(view.scale) ? 1e-4 : 0.3;
      expect(Math.abs(found.x + 0.5 - expected.x)).toBeLessThan(tolerance);
      expect(Math.abs(found.y + 0.5 - expected.y)).toBeLessThan(tolerance);
    }
  });
});

/** Maps of zeros in which some elements (row, column, channel) are set. */
function maps(
  height: number,
  width: number,
  channels: Readonly<Record<string, number>>,
  set: readonly [name: string, y: number, x: number, c: number, value: number][],
): Maps {
  const made = Object.entries(channels).map(([name, count]) => {
    const map = tensor(shapeOf(height, width, count));
    for (const [of, y, x, c, value] of set) if (of === name) map.data[(y * width + x) * count + c] = value;
    return [name, map];
  });
  return Object.fromEntries(made);
}

function expectBox(
  { xmin, ymin, xmax, ymax }: { xmin: number; ymin: number; xmax: number; ymax: number },
  corners: readonly { x: number; y: number }[],
) {
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  expect(xmin).toBeCloseTo(Math.min(...xs), 3);
  expect(xmax).toBeCloseTo(Math.max(...xs), 3);
  expect(ymin).toBeCloseTo(Math.min(...ys), 3);
  expect(ymax).toBeCloseTo(Math.max(...ys), 3);
}

describe("a box in cells becomes the detection's box in pixels of the image", () => {
  /** Around (6.25, 4.5) in cells, 4 high and 6 wide. */
  const OBJECT = [
    ["centerHeatmap", 4, 6, 0, 0.9],
    ["boxOffset", 4, 6, 0, 0.5],
    ["boxOffset", 4, 6, 1, 0.25],
    ["boxSize", 4, 6, 0, 4],
    ["boxSize", 4, 6, 1, 6],
  ] as const;
  const CORNERS = [
    { x: 3.25, y: 2.5 },
    { x: 9.25, y: 6.5 },
  ];

  test.each([
    ...RESIZERS.map(([resizer]) => [resizer, zooWith(resizer), {}] as const),
    ["ctdet_coco_hg", modelNamed("ctdet_coco_hg"), { scales: [1] }] as const,
    ["ctdet_coco_hg, scaled", modelNamed("ctdet_coco_hg"), { scales: [1.5] }] as const,
  ])("%s", (_, model, options) => {
    const all = model.views(markedImage(), { size: model.defaultSize, constants: new Map() }, options);
    const [view] = all.views;
    const geometry = new ViewGeometry(view.placement);
    const [height, width] = [Math.ceil(view.size.height / 4), Math.ceil(view.size.width / 4)];
    // Moved so that it lies inside the image: its middle is that of the image.
    const middle = geometry.imageToCell({ x: WIDTH / 2, y: HEIGHT / 2 });
    const [dy, dx] = [Math.floor(middle.y) - 4, Math.floor(middle.x) - 6];
    const shrink = geometry.scaleX < 1 ? 0.5 : 1;
    const set = OBJECT.map(([name, y, x, c, value]) => {
      return [name, y + dy, x + dx, c, name === "boxSize" ? value * shrink : value] as const;
    });
    const channels = { centerHeatmap: model.classes.length, boxSize: 2, boxOffset: 2 };
    const outputs = maps(
      height,
      width,
      channels,
      set.map((one) => [...one]),
    );
    const { detections } = all.combine([view.decode(outputs)]);
    const [{ box }] = detections;
    const corners = CORNERS.map(({ x, y }) => {
      const [halfX, halfY] = [(x - 6.25) * shrink, (y - 4.5) * shrink];
      return geometry.cellToImage({ x: 6.25 + dx + halfX, y: 4.5 + dy + halfY });
    });
    expectBox(box, corners);
    expect(box.xmax - box.xmin).toBeGreaterThan(2);
  });

  test("of triplets, in the mirror image and at other scales", () => {
    const model = modelNamed("centernet-52");
    for (const scale of [1, 1.5]) {
      const options = { flip: true, scales: [scale] };
      const all = model.views(markedImage(), { size: model.defaultSize, constants: new Map() }, options);
      for (const run of [0, 1]) {
        const view = new ViewGeometry(all.views[run].placement);
        expect(view.mirrored).toBe(run === 1);
        const from = view.imageToCell(view.mirrored ? { x: 56, y: 8 } : { x: 8, y: 8 });
        const [x1, y1] = [Math.floor(from.x), Math.floor(from.y)];
        const heads = ["topLeft", "bottomRight", "center"];
        const channels = Object.fromEntries(
          heads.flatMap((head) => [
            [`${head}Heatmap`, 80],
            [`${head}Offset`, 2],
            [`${head}Embedding`, 1],
          ]),
        );
        const outputs = all.views.map((_, index) => {
          if (index !== run) return maps(32, 32, channels, []);
          return maps(32, 32, channels, [
            ["topLeftHeatmap", y1, x1, 3, 0.9],
            ["topLeftOffset", y1, x1, 0, 0.25],
            ["topLeftOffset", y1, x1, 1, 0.5],
            ["bottomRightHeatmap", y1 + 6, x1 + 8, 3, 0.9],
            ["centerHeatmap", y1 + 3, x1 + 4, 3, 0.9],
          ]);
        });
        const found = all.views.map((each, index) => each.decode(outputs[index]));
        const [detection] = all.combine(found).detections;
        const corners = [
          { x: x1 + 0.25, y: y1 + 0.5 },
          { x: x1 + 8, y: y1 + 6 },
        ].map((point) => view.cellToImage(point));
        expectBox(detection.box, corners);
      }
    }
  });

  describe("and people's keypoints", () => {
    let detector: Detector;
    beforeAll(async () => {
      detector = await load("movenet-multipose", { backend: "wasm", threads: 1 });
    });
    afterAll(() => detector.dispose());

    test("of MoveNet, whose input has the marker where the geometry says", () => {
      const { model, constants, inputSize } = detector.network;
      const { views, combine } = model.views(markedImage(), { size: inputSize, constants }, {});
      const geometry = new ViewGeometry(views[0].placement);
      const found = brightCenter(views[0].inputs(), 0);
      expect(found.x + 0.5).toBeCloseTo(geometry.imageToInput(MIDDLE).x, 2);
      expect(found.y + 0.5).toBeCloseTo(geometry.imageToInput(MIDDLE).y, 2);
      const channels = {
        centerHeatmap: 1,
        centerMaximum: 1,
        boxSize: 2,
        boxOffset: 2,
        keypointHeatmap: 17,
        keypointRegression: 34,
        keypointOffset: 34,
      };
      const outputs = maps(64, 64, channels, [
        ["centerHeatmap", 30, 33, 0, 0.9],
        ["centerMaximum", 30, 33, 0, 0.9],
        ["boxOffset", 30, 33, 0, 0.5],
        ["boxOffset", 30, 33, 1, 0.25],
        ["boxSize", 30, 33, 0, 8],
        ["boxSize", 30, 33, 1, 12],
        // The nose, two cells above the center.
        ["keypointRegression", 30, 33, 0, -2],
        ["keypointHeatmap", 28, 33, 0, 0.9],
        ["keypointOffset", 28, 33, 1, 0.75],
      ]);
      const [{ box, keypoints }] = combine([views[0].decode(outputs)]).detections;
      expectBox(box, [
        geometry.cellToImage({ x: 27.25, y: 26.5 }),
        geometry.cellToImage({ x: 39.25, y: 34.5 }),
      ]);
      const nose = geometry.cellToImage({ x: 33.75, y: 28 });
      expect(keypoints?.[0].x).toBeCloseTo(nose.x, 3);
      expect(keypoints?.[0].y).toBeCloseTo(nose.y, 3);
    });

    test("crosses postMessage as plain numbers and gets its functions back", async () => {
      const { geometry } = await detector.detect(markedImage());
      const [view] = geometry.views;
      expect(view).toMatchObject({ imageWidth: WIDTH, inputWidth: 256, outputStride: 4, mirrored: false });
      for (const data of [structuredClone(geometry), JSON.parse(JSON.stringify(geometry))]) {
        expect(data.views[0].imageToCell).toBeUndefined();
        const back: Geometry = geometryFrom(data);
        expect(back).toEqual(geometry);
        expect(back.views[0].imageToCell(MIDDLE)).toEqual(view.imageToCell(MIDDLE));
      }
      expect(() => geometryFrom({} as never)).toThrow(UsageError);
      expect(() => geometryFrom({ views: [{ left: 0 }] } as never)).toThrow("geometryFrom: expected");
    });
  });
});

test("every conversion is undone by the one back, at any stride", () => {
  for (const { placement } of viewsOf(modelNamed("centernet-52"), { flip: true, scales: [1, 0.7] })) {
    const view = new ViewGeometry(placement);
    for (const stride of [1, 2, 4, 128]) {
      const there = view.imageToCell(MIDDLE, stride);
      expect(there.y).toBeCloseTo((view.imageToCell(MIDDLE).y * 4) / stride, 9);
      const back = view.cellToImage(there, stride);
      expect(back.x).toBeCloseTo(MIDDLE.x, 9);
      expect(back.y).toBeCloseTo(MIDDLE.y, 9);
    }
  }
});
