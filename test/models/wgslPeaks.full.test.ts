import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LIST_BYTES } from "../../src/executors/wgsl/peakShaders.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { decodeImage } from "../../src/image/decodeImage.ts";
import type { Picture } from "../../src/image/picture.ts";
import { lookAt } from "../../src/lookAt.ts";
import { modelNamed } from "../../src/models/models.ts";
import { Network, readWeights } from "../../src/network.ts";
import { dawn, NO_DAWN } from "../support/dawn.ts";
import { countReadBytes } from "../support/faultyGpu.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { syntheticCheckpoint } from "../support/syntheticCheckpoint.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

const NAME = "centernet_mobilenetv2fpn_512x512_coco17_od";

describe.skipIf(!gpu && mayBeLeftOut)(`${NAME} on wgsl`, () => {
  test("finds from the peaks exactly what it finds from the whole maps, and reads back 64 KB", async () => {
    if (!gpu) throw new Error(NO_DAWN);
    const counter = countReadBytes(gpu);
    const model = modelNamed(NAME);
    const inputSize = { height: 128, width: 128 };
    const weights = await readWeights(
      await syntheticCheckpoint(join(OWN_GOLDENS, "tf", NAME)),
      model,
      inputSize,
    );
    const executor = await wgslExecutor({ gpu: counter.gpu });
    const network = await Network.open({ model, inputSize, weights, executor, fuse: true, notes: [] });
    const file = await readFile(new URL("../../samples/people.jpg", import.meta.url));
    const photo = decodeImage(new Uint8Array(file), "people.jpg");
    // The second is so wide that zeros stand in a part of the heatmap that the picture does not reach.
    for (const picture of [photo, strip(photo)]) {
      const look = () => model.look(picture, { size: inputSize, constants: new Map() }, {});
      counter.bytes = 0;
      const fromPeaks = await lookAt(look(), network, {}, "photo");
      expect(counter.bytes).toBe(LIST_BYTES);
      const whole = look();
      const [view] = whole.views;
      view.see((await network.run(view.inputs())).outputs);
      expect(counter.bytes).toBeGreaterThan(3 * LIST_BYTES);
      const { detections } = whole.finding();
      expect(fromPeaks.detections).toEqual(detections);
      expect(detections).toHaveLength(100);
    }
    await network.dispose();
  });
});

/** The first rows alone: six times as wide as high. */
function strip({ width, data }: Picture): Picture {
  const height = Math.floor(width / 6);
  return { width, height, data: data.subarray(0, height * width * 3) };
}
