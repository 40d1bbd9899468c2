import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { runViews } from "../../src/detect.ts";
import type { Detection } from "../../src/detection.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { modelNamed } from "../../src/models/models.ts";
import type { View, Views } from "../../src/models/view.ts";
import { Network } from "../../src/network.ts";
import { tensor } from "../../src/tensor.ts";
import { dawn, NO_DAWN } from "../support/dawn.ts";
import { expectAlike } from "../support/expectAlike.ts";
import { destroyAtDispatch } from "../support/faultyGpu.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { syntheticCheckpoint } from "../support/syntheticCheckpoint.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

const ZOO_MODEL = "centernet_mobilenetv2fpn_512x512_coco17_od";

/** The same, but that inputs are maps which the CPU made. */
function onCpu({ views, combine }: Views<unknown>): Views<unknown> {
  const inputs = (made: ReturnType<View<unknown>["inputs"]>) =>
    Object.fromEntries(Object.entries(made).map(([name, { shape, data }]) => [name, tensor(shape, data)]));
  return { views: views.map((view) => ({ ...view, inputs: () => inputs(view.inputs()) })), combine };
}

const byScore = (detections: readonly Detection[]) => [...detections].sort((a, b) => b.score - a.score);

describe.skipIf(!gpu && mayBeLeftOut)("a photo that is sampled on the device", () => {
  /** Detections from the device's sampling and from the CPU's, by one dispatch more and one upload. */
  async function both(network: Network, views: Views<unknown>, count: () => number) {
    const start = count();
    const onDevice = await runViews(views, network, {}, "photo");
    const sampled = count() - start;
    const plain = await runViews(onCpu(views), network, {}, "photo");
    expect(sampled).toBe(count() - start - sampled + 1);
    return [byScore(onDevice.detections), byScore(plain.detections)] as const;
  }
  const photo = async () => {
    const file = await readFile(new URL("../../samples/people.jpg", import.meta.url));
    return decodeImage(new Uint8Array(file), "people.jpg");
  };

  test(`leads ${ZOO_MODEL} to the same objects`, async () => {
    if (!gpu) throw new Error(NO_DAWN);
    const counter = destroyAtDispatch(gpu);
    const model = modelNamed(ZOO_MODEL);
    const size = { height: 128, width: 128 };
    const weights = await readWeights(
      await nameParameters(await syntheticCheckpoint(join(OWN_GOLDENS, "tf", ZOO_MODEL))),
      model,
      size,
    );
    const executor = await wgslExecutor({ gpu: counter.gpu });
    const parts = { model, inputSize: size, weights, executor, fuse: true, notes: [] };
    const network = await Network.open(parts);
    const image = await photo();
    const views = model.views(image, { size, constants: new Map() }, {});
    const [onDevice, plain] = await both(network, views, () => counter.count);
    expect(onDevice).toHaveLength(100);
    expectAlike(onDevice, plain);
    await network.dispose();
  });
});
