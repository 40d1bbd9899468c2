import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PeakAnswer, TopPeaksQueries } from "../../src/backend/peakQuery.ts";
import { type NamedCheckpoint, nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { findPeaks } from "../../src/decode/findPeaks.ts";
import { runViews } from "../../src/detect.ts";
import { MAX_BYTES } from "../../src/executors/wgsl/peaks/peakFinder.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { ZOO_NORMALIZATIONS } from "../../src/image/input/normalization.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { hourglassOfVariables } from "../../src/loading/modelOfCheckpoint.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { COCO_KEYPOINTS, PERSON } from "../../src/models/coco.ts";
import type { InputSize, Model } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import { objectsAsPointsModel } from "../../src/models/objectsAsPoints/objectsAsPointsModel.ts";
import { ownResolution } from "../../src/models/objectsAsPoints/pointsInput.ts";
import { unpublishedTriplets } from "../../src/models/triplets/triplet.ts";
import type { TestTimeOptions, View, Views } from "../../src/models/view.ts";
import { SEPARABLE_HEADS, type ZooArchitecture, zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { Network } from "../../src/network.ts";
import type { Parameter } from "../../src/tensor.ts";
import { dawn, NO_DAWN } from "../support/dawn.ts";
import { countReadBytes } from "../support/faultyGpu.ts";
import { ALL_GOLDENS, OWN_GOLDENS } from "../support/goldens.ts";
import { weightsFor } from "../support/madeWeights.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { syntheticCheckpoint, syntheticStateDict } from "../support/syntheticCheckpoint.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

interface Opened {
  readonly model: Model;
  readonly weights: Map<string, Parameter>;
}

interface PeakCase {
  readonly title: string;
  readonly open: () => Promise<Opened>;
  /** Where the model does not leave it to the image. */
  readonly inputSize?: InputSize;
  readonly images: () => Promise<readonly RgbImage[]>;
  readonly options?: TestTimeOptions;
  readonly folder?: string;
}

const BOXES = "centernet_mobilenetv2fpn_512x512_coco17_od";
const POSES = "centernet_mobilenetv2fpn_512x512_coco17_kpts";
const SMALL = { height: 128, width: 128 };
const ALL = ALL_GOLDENS ?? OWN_GOLDENS;

const CASES: readonly PeakCase[] = [
  {
    title: BOXES,
    open: () => zooCase(join(OWN_GOLDENS, "tf", BOXES), BOXES),
    inputSize: SMALL,
    // So wide that zeros stand in a part of the heatmap that the image does not reach.
    images: async () => [await samplePhoto(128), strip(await samplePhoto(500))],
  },
  {
    title: POSES,
    open: () => zooCase(join(ALL, "tf", POSES), POSES),
    inputSize: SMALL,
    images: async () => [await samplePhoto(128)],
    folder: join(ALL, "tf", POSES),
  },
  {
    title: "points with poses, whose joints share an offset",
    open: pointsCase,
    images: async () => [await samplePhoto(120)],
  },
  {
    title: "triplets and a mirror image",
    open: tripletCase,
    images: async () => [await samplePhoto(100)],
    options: { flip: true },
  },
];

async function zooCase(folder: string, name: string): Promise<Opened> {
  return named(await nameParameters(await syntheticCheckpoint(folder)), modelNamed(name), SMALL);
}

async function named(checkpoint: NamedCheckpoint, model: Model, size?: InputSize): Promise<Opened> {
  return { model, weights: await readWeights(checkpoint, model, size) };
}

/** On a smaller network than the published one. */
async function pointsCase(): Promise<Opened> {
  const architecture: ZooArchitecture = {
    backbone: "mobilenet_v2_fpn_sep_conv",
    normalization: ZOO_NORMALIZATIONS.mobilenetV2,
    classes: 1,
    keypoints: COCO_KEYPOINTS.length,
    heads: { ...SEPARABLE_HEADS, sharedOffset: true },
  };
  const model = objectsAsPointsModel({
    name: "points",
    title: "MobileNetV2",
    classes: [PERSON],
    withPoses: true,
    graph: (size) => zooGraph(architecture, size),
    sizeMultiple: 32,
    input: ownResolution(32),
    side: 512,
    wholeBoxes: true,
    weightsHint: "They are made up.",
  });
  return { model, weights: new Map(weightsFor(model.graph(SMALL))) };
}

async function tripletCase(): Promise<Opened> {
  const checkpoint = await nameParameters(
    await syntheticStateDict(join(OWN_GOLDENS, "triplet", "centernet-tiny")),
  );
  const architecture = hourglassOfVariables("triplets", checkpoint.variables);
  if (!architecture) throw new Error("not recognized");
  return named(checkpoint, unpublishedTriplets(architecture));
}

describe.skipIf(!gpu && mayBeLeftOut)(
  "wgsl finds from the peaks exactly what it finds from whole maps",
  () => {
    for (const { title, open, inputSize, images, options = {}, folder } of CASES) {
      const missing = folder !== undefined && !existsSync(folder);
      const needs = missing ? " (needs CENTERNET_GOLDENS)" : "";
      test.skipIf(missing && mayBeLeftOut)(
        `with ${title}, and reads back 64 KB at most${needs}`,
        async () => {
          if (!gpu) throw new Error(NO_DAWN);
          const counter = countReadBytes(gpu);
          const executor = await wgslExecutor({ gpu: counter.gpu });
          const network = await Network.open({
            ...(await open()),
            inputSize,
            executor,
            fuse: true,
            notes: [],
          });
          for (const image of await images()) {
            const size = network.inputSize;
            const all = network.model.views(image, { size, constants: new Map() }, options);
            const answers: PeakAnswer[] = [];
            counter.bytes = 0;
            const { detections } = await runViews(watched(all, answers), network, {}, "photo");
            const read = counter.bytes;
            expect(answers).toHaveLength(all.views.length);
            expect(read).toBeLessThanOrEqual(MAX_BYTES * answers.length);
            const found: unknown[] = [];
            for (const [i, view] of all.views.entries()) {
              const { outputs } = await network.run(view.inputs());
              found.push(view.decode(outputs));
              expect(answers[i]).toEqual(
                view.peaks && findPeaks(outputs, view.peaks.query as TopPeaksQueries),
              );
              const lists = Object.values(answers[i]).flatMap((values) => values.lists);
              expect(lists.every(({ scores }) => scores.length > 0)).toBe(true);
            }
            expect(counter.bytes - read).toBeGreaterThan(2 * read);
            expect(detections).toEqual(all.combine(found).detections);
          }
          await network.dispose();
        },
      );
    }
  },
);

/** Keeps the peaks that each view is given. */
function watched({ views, combine }: Views<unknown>, answers: PeakAnswer[]): Views<unknown> {
  const watching = views.map((view): View<unknown> => {
    const { peaks } = view;
    if (!peaks) throw new Error("a view that asks for no peaks");
    const decode = (answer: PeakAnswer) => {
      answers.push(answer);
      return peaks.decode(answer);
    };
    return { ...view, peaks: { ...peaks, decode } };
  });
  return { views: watching, combine };
}

/** Its upper left corner. */
async function samplePhoto(side: number): Promise<RgbImage> {
  const file = await readFile(new URL("../../samples/people.jpg", import.meta.url));
  const { width, data } = decodeImage(new Uint8Array(file), "people.jpg");
  const rows = Array.from({ length: side }, (_, y) => [
    ...data.subarray(y * width * 3, (y * width + side) * 3),
  ]);
  return { width: side, height: side, data: Uint8Array.from(rows.flat()) };
}

/** The first rows alone: six times as wide as high. */
function strip({ width, data }: RgbImage): RgbImage {
  const height = Math.floor(width / 6);
  return { width, height, data: data.subarray(0, height * width * 3) };
}
