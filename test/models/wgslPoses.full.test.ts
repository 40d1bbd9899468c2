import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { runViews } from "../../src/detect.ts";
import { MAX_BYTES } from "../../src/executors/wgsl/peaks/peakFinder.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { Network } from "../../src/network.ts";
import { dawn, NO_DAWN } from "../support/dawn.ts";
import { countReadBytes } from "../support/faultyGpu.ts";
import { weightsAtHand, weightsOf } from "../support/movenetCases.ts";
import { mayBeLeftOut } from "../support/required.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

const MODELS = ["movenet-multipose", "movenet-lightning", "movenet-thunder"] as const;
/** The last one shows no person. */
const SAMPLES = ["people.jpg", "grace-hopper.jpg", "cat.png"];

describe.skipIf(!gpu && mayBeLeftOut)(
  "wgsl finds from what it lists exactly what it finds from whole maps",
  () => {
    for (const name of MODELS) {
      test.skipIf(!weightsAtHand(name) && mayBeLeftOut)(
        `${name} on samples, and reads back 64 KB at most`,
        async () => {
          if (!gpu) throw new Error(NO_DAWN);
          const counter = countReadBytes(gpu);
          const executor = await wgslExecutor({ gpu: counter.gpu });
          const { model, checkpoint } = await openModelWeights(name, weightsOf(name));
          const inputSize = model.defaultSize;
          const weights = await readWeights(checkpoint, model, inputSize);
          const network = await Network.open({ model, inputSize, weights, executor, fuse: true, notes: [] });
          // The large one is the same program with wider layers.
          for (const sample of name === "movenet-thunder" ? SAMPLES.slice(0, 1) : SAMPLES) {
            const file = await readFile(new URL(`../../samples/${sample}`, import.meta.url));
            const image = decodeImage(new Uint8Array(file), sample);
            const views = model.views(image, { size: inputSize, constants: network.constants }, {});
            counter.bytes = 0;
            const { detections } = await runViews(views, network, {}, sample);
            expect(counter.bytes, sample).toBeLessThanOrEqual(MAX_BYTES);
            const listed = counter.bytes;
            const [view] = views.views;
            const { outputs } = await network.run(view.inputs());
            expect(detections, sample).toEqual(views.combine([view.decode(outputs)]).detections);
            expect(counter.bytes - listed).toBeGreaterThan(2 * MAX_BYTES);
            console.log(`${name}, ${sample}: ${listed} bytes in place of ${counter.bytes - listed}`);
          }
          await network.dispose();
        },
      );
    }
  },
);
