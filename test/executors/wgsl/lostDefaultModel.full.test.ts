import { describe, expect, test } from "vitest";
import { caseData } from "../../../src/kernels/opCase.ts";
import { loadNetwork } from "../../../src/network.ts";
import { shapeOf, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { destroyAtDispatch } from "../../support/faultyGpu.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

/** Each replaced device compiles every shader again, so only some dispatches are tried. CENTERNET_EVERY_DISPATCH=1 tries all. */
const STEP = process.env.CENTERNET_EVERY_DISPATCH === "1" ? 1 : 20;

describe.skipIf(!gpu && mayBeLeftOut)("the default model on wgsl", () => {
  test(`gives the right result, lost at ${STEP === 1 ? "every" : `every ${STEP}th`} dispatch of a run`, async () => {
    if (!gpu) throw new Error(NO_DAWN);
    const faulty = destroyAtDispatch(gpu);
    Object.defineProperty(globalThis, "navigator", { value: { gpu: faulty.gpu }, configurable: true });
    const side = 64;
    const network = await loadNetwork(undefined, {
      backend: "wgsl",
      inputSize: { height: side, width: side },
    });
    const image = tensor(
      shapeOf(side, side, 3),
      caseData([side, side, 3], 1).map((value) => 128 + 127 * value),
    );
    faulty.count = 0;
    const { outputs } = await network.run({ image });
    const dispatches = faulty.count;
    expect(dispatches).toBeGreaterThan(80);
    for (let index = 0; index < dispatches; index += STEP) {
      const before = faulty.destroyed;
      faulty.destroyAt(index);
      const again = await network.run({ image });
      expect(faulty.destroyed, `dispatch ${index}`).toBe(before + 1);
      for (const [name, { data }] of Object.entries(outputs)) {
        expect(again.outputs[name].data, `${name}, lost at dispatch ${index}`).toEqual(data);
      }
    }
    // The dispatches that find the poses come after the network's.
    const found = async () => {
      const black = { width: side, height: side, data: new Uint8Array(side * side * 3) };
      const loaded = { size: network.inputSize, constants: network.constants };
      const { views, combine } = network.model.views(black, loaded, {});
      const asked = views[0].peaks;
      const { peaks } = await network.run({ image }, { peaks: asked?.query });
      if (!asked || !peaks) throw new Error("the poses are not found on the device");
      return combine([asked.decode(peaks)]).detections;
    };
    faulty.count = 0;
    const detections = await found();
    expect(faulty.count).toBe(dispatches + 7);
    for (let index = dispatches; index < dispatches + 7; index++) {
      const before = faulty.destroyed;
      faulty.destroyAt(index);
      expect(await found(), `lost at dispatch ${index}`).toEqual(detections);
      expect(faulty.destroyed, `dispatch ${index}`).toBe(before + 1);
    }
    console.log(
      `lost and replaced at ${Math.ceil(dispatches / STEP)} of ${dispatches} dispatches, and at 7 of the decode`,
    );
    await network.dispose();
  });
});
