import { type BackendDetails, backendInWords } from "../../src/backend/backendDetails.ts";
import { BackendError } from "../../src/errors.ts";
import type * as centernet from "../../src/index.ts";
import { inputSizeOf } from "../networks.ts";
import { type Engine, type EngineSpec, isWasm } from "./engine.ts";
import { imageOf, poseRows } from "./poseRows.ts";

/** This project, through its public interface, in Node or in a page. */
export async function ownEngine(
  spec: EngineSpec,
  { decodeImage, load, modelNamed }: typeof centernet,
  version: string,
): Promise<Engine> {
  const { network, files, threads, build } = spec;
  const { side } = network;
  const detector = await load(network.model, {
    backend: isWasm(build) ? "wasm" : build,
    weights: files.weights,
    // The size of other models is that of the image.
    ...(!modelNamed(network.model).sizedByImage && { inputSize: inputSizeOf(network) }),
    ...(network.memory && { memory: network.memory }),
    // In Node, a flag decides whether there is a relaxed one.
    ...(isWasm(build) && { threads, build }),
  });
  refuseOther(detector.network.backendDetails, spec);
  const { model, inputSize: size, constants } = detector.network;
  return {
    title: `centernet ${version}`,
    async run(image) {
      const start = performance.now();
      const { times } = await detector.detect(image);
      return { network: times.network, total: performance.now() - start };
    },
    async outputs(image) {
      const loaded = { size, constants };
      const [view] = model.views(decodeImage(image, "the image"), loaded, {}).views;
      const { outputs } = await detector.network.run(view.inputs());
      if (!network.peers.includes("tfjs-backend-wasm")) return outputs;
      const again = model.views(imageOf(view), loaded, {});
      const { detections } = again.combine([again.views[0].decode(outputs)]);
      return { ...outputs, poses: poseRows(detections, side) };
    },
  };
}

/**
 * Threads may be unavailable: what ran must be what the row says.
 *
 * @throws BackendError if another build ran, or another number of threads.
 */
function refuseOther(details: BackendDetails, { build, threads }: EngineSpec): void {
  if (!isWasm(build) || (details.build === build && details.threads === threads)) return;
  throw new BackendError({
    where: "backend wasm",
    expected: backendInWords("wasm", { build, threads }),
    got: backendInWords("wasm", details),
    hint: details.note,
  });
}
