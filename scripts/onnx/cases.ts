/**
 * Writes what scripts/onnx/check.py reads: for one model an ONNX file, an input, and what is expected of it. `wasm.*` are
 * the heads as this project computes them on `wasm`; `golden.*` are the heads of the original implementation, on synthetic
 * weights.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { syntheticWeights } from "../../bench/syntheticWeights.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { writeSafetensors } from "../../src/checkpoints/safetensors/writeSafetensors.ts";
import { decodeTriplets, TRIPLET_SETTINGS, type ViewPeaks } from "../../src/decode/triplets/triplets.ts";
import type { Detection } from "../../src/detection.ts";
import { prepareOnnx } from "../../src/export/onnx/exportOnnx.ts";
import { cropImage } from "../../src/image/crop.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { CANVAS_SCALING } from "../../src/image/input/centerOnCanvas.ts";
import { placeOnMultiple } from "../../src/image/input/centerOnMultiple.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { openModelWeights, type WeightsSource } from "../../src/loading/openWeights.ts";
import { CENTERFACE } from "../../src/models/centerface/centerface.ts";
import type { InputSize, Model } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import { isTripletModel } from "../../src/models/triplets/tripletModel.ts";
import { isZooModel } from "../../src/models/zoo/zooModel.ts";
import { loadNetwork } from "../../src/network.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { type Parameter, shapeOf } from "../../src/tensor.ts";
import { type GoldenCase, goldenInput } from "../../src/verify/goldenCase.ts";
import { tripletTapSource } from "../../src/verify/taps/triplet.ts";
import { zooTapSource } from "../../src/verify/taps/zoo.ts";
import { ALL_GOLDENS, goldenAt } from "../../test/support/goldens.ts";
import { syntheticCheckpoint, syntheticStateDict } from "../../test/support/syntheticCheckpoint.ts";

/** Where Objects as Points would put its image is one pixel short of a canvas of this side. */
const POINTS_SIDE = 127;

export async function writeCase(name: string, folder: string): Promise<void> {
  const of = goldenFolder(name);
  const golden = of === undefined ? undefined : await goldenAt(join(of, "small"));
  const weights = await weightsOf(name, of);
  const { model } = await openModelWeights(golden ? undefined : name, { weights });
  const image = golden || !isCalibrated(name) ? imageOf(model, golden) : await sampleImage();
  const known = golden ? undefined : name;
  const network = await loadNetwork(known, {
    weights,
    backend: "wasm",
    ...(!model.sizedByImage && { inputSize: { height: image.height, width: image.width } }),
  });
  const { views, combine } = model.views(image, { size: image, constants: network.constants }, {});
  const [view] = views;
  const { outputs } = await network.run(view.inputs());
  const found = view.decode(outputs);
  await network.dispose();

  const size = view.size;
  // Suppression keeps any number of faces: there are heads alone.
  const decode = model.name !== CENTERFACE;
  const file = await prepareOnnx(known, { weights, inputSize: size, decode });
  await writeFile(join(folder, "model.onnx"), file.pieces);
  const tensors = new Map<string, Parameter>([["image", pixelsOf(image, model, size)]]);
  for (const [head, map] of Object.entries(outputs)) tensors.set(`wasm.${head}`, map);
  const goldens = golden ? goldenHeads(model, golden, tensors) : [];
  const place = { ...placeOf(image, model), width: image.width, height: image.height };
  const detections = isTripletModel(model)
    ? confirmed(found as ViewPeaks, model)
    : combine([found]).detections;
  const deformable = model.graph(size).nodes.some(({ op }) => op === "deformConv2d");
  const described = { name, place, goldens, detections, decode, deformable, heads: Object.keys(outputs) };
  await writeFile(join(folder, "case.json"), JSON.stringify(described));
  const { pieces } = writeSafetensors(tensors, new Map(), { dtype: "F32" });
  await writeFile(join(folder, "tensors.safetensors"), pieces);
}

function goldenFolder(name: string): string | undefined {
  if (ALL_GOLDENS === undefined && !existsSync("test/goldens")) return undefined;
  const family = name.startsWith("centernet_") ? "tf" : "triplet";
  const folders = [ALL_GOLDENS, "test/goldens"].map((root) => join(root ?? "", family, name));
  return folders.find((folder) => existsSync(join(folder, "small")));
}

/** That of a model of Objects as Points, whose weights give more detections than noise does. */
function pointsFolder(name: string): string | undefined {
  const folders = [ALL_GOLDENS, "test/goldens"].map((root) => join(root ?? "", "points", name));
  return folders.find((folder) => existsSync(join(folder, "checkpoint.json")));
}

/** Whether the weights are trained or calibrated on photos, so that noise is no fair input. */
function isCalibrated(name: string): boolean {
  return name === CENTERFACE || pointsFolder(name) !== undefined;
}

/** 512 x 512 pixels with two faces: no model has to resize it. */
async function sampleImage(): Promise<RgbImage> {
  const people = decodeImage(await readFile("samples/people.png"));
  return cropImage(people, { xmin: 60, ymin: 40, xmax: 572, ymax: 552 }) as RgbImage;
}

/** A golden model's own, those at hand, or synthetic ones. */
async function weightsOf(name: string, golden: string | undefined): Promise<WeightsSource | undefined> {
  if (golden !== undefined) {
    const checkpoint = name.startsWith("centernet_") ? syntheticCheckpoint : syntheticStateDict;
    return nameParameters(await checkpoint(golden));
  }
  const human = process.env.CENTERNET_HUMAN_MODELS;
  if (name === "movenet-thunder" && human !== undefined) return join(human, "models/movenet-thunder.json");
  if (name.startsWith("movenet") || name === CENTERFACE) return undefined;
  const points = pointsFolder(name);
  if (points !== undefined) return nameParameters(await syntheticStateDict(points));
  const tensors = syntheticWeights(modelNamed(name).graph({ height: 128, width: 128 }));
  const metadata = new Map([
    ["format", "centernet"],
    ["model", name],
  ]);
  return concatenate([...writeSafetensors(tensors, metadata, { dtype: "F32" }).pieces]);
}

/** The golden case's pixels, or noise. */
function imageOf(model: Model, golden: GoldenCase | undefined): RgbImage {
  if (golden) return isTripletModel(model) ? denormalized(golden) : pixels(goldenInput(golden));
  const { height, width } = model.sizedByImage
    ? { height: POINTS_SIDE, width: POINTS_SIDE }
    : model.defaultSize;
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + 90 * Math.sin(x / (7 + (i % 3) * 4)) * Math.cos(y / 11) + ((i * 7919) % 31);
  });
  return { height, width, data };
}

function pixels({ shape: [, height, width], data }: ReturnType<typeof goldenInput>): RgbImage {
  return { height, width, data: Uint8Array.from(data) };
}

/** Triplets' cases hold the canvas normalized, in the order blue, green, red. */
function denormalized(golden: GoldenCase): RgbImage {
  const { shape, data } = goldenInput(golden);
  const { order, mean, scale } = CANVAS_SCALING;
  const rgb = new Uint8Array(data.length);
  data.forEach((value, i) => {
    const channel = i % 3;
    rgb[i - channel + order[channel]] = Math.round(value / scale[channel] + mean[channel]);
  });
  return { height: shape[1], width: shape[2], data: rgb };
}

function placeOf(image: RgbImage, model: Model): { left: number; top: number } {
  const isPadded =
    model.sizedByImage && model.name !== CENTERFACE && !isTripletModel(model) && !isZooModel(model);
  if (!isPadded) return { left: 0, top: 0 };
  const { left, top } = placeOnMultiple(image, model.sizeMultiple ?? 1).transform;
  return { left, top };
}

/** The image in the network's input: RGB, 0 to 255. */
function pixelsOf(image: RgbImage, model: Model, { height, width }: InputSize): Parameter {
  const { left, top } = placeOf(image, model);
  const data = new Float32Array(height * width * 3);
  for (let row = 0; row < image.height; row++) {
    const from = row * image.width * 3;
    data.set(image.data.subarray(from, from + image.width * 3), ((row + top) * width + left) * 3);
  }
  return { shape: shapeOf(height, width, 3), data };
}

interface GoldenHead {
  readonly value: string;
  readonly key: string;
  readonly sampled: boolean;
  readonly layout?: string;
  readonly shape: readonly number[];
  readonly tolerance: Readonly<Record<string, number>>;
}

function goldenHeads(model: Model, golden: GoldenCase, tensors: Map<string, Parameter>): GoldenHead[] {
  const source = isTripletModel(model)
    ? tripletTapSource(model.tripletSpec.architecture.hourglass)
    : isZooModel(model)
      ? zooTapSource(model.spec.architecture.backbone)
      : () => undefined;
  const { absolute = 0, relative = 0, spread = 0 } = golden.tolerance.by.get("head") ?? {};
  return golden.taps.flatMap((tap) => {
    const value = tap.role === "head" ? source(tap.name)?.value : undefined;
    if (value === undefined || value.startsWith("stack")) return [];
    const key = `golden.${value}`;
    tensors.set(key, { shape: [tap.values.length], data: Float32Array.from(tap.values) });
    if (tap.positions) {
      tensors.set(`${key}.positions`, {
        shape: [tap.positions.length],
        data: Float32Array.from(tap.positions),
      });
    }
    const { layout, shape } = tap;
    return [
      {
        value,
        key,
        sampled: tap.positions !== undefined,
        layout,
        shape,
        tolerance: { absolute, relative, spread },
      },
    ];
  });
}

/** The triplets before soft-NMS, where the decode in ONNX ends. */
function confirmed(peaks: ViewPeaks, model: Model): Detection[] {
  return decodeTriplets([peaks], TRIPLET_SETTINGS).confirmed.map((triplet) => {
    const { x1, y1, x2, y2 } = triplet.box;
    return {
      ...model.classes[triplet.class],
      score: triplet.score,
      box: { xmin: x1, ymin: y1, xmax: x2, ymax: y2 },
    };
  });
}
