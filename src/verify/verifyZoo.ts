import { backendInWords } from "../backend/backendDetails.ts";
import type { TrueShape } from "../decode/objects/objectCenters.ts";
import { UsageError } from "../errors.ts";
import { decodeImage } from "../image/imageFile.ts";
import { resizerTo } from "../image/input/resizer/imageResizer.ts";
import { placeByResizer, resizeForNetwork } from "../image/input/resizer/resizeForNetwork.ts";
import type { Model } from "../models/model.ts";
import { isZooModel, type ZooSpec, zooMaps } from "../models/zoo/zooModel.ts";
import { loadNetwork, type Network } from "../network.ts";
import type { Tensor } from "../tensor.ts";
import { type GoldenCase, goldenInput } from "./goldenCase.ts";
import { type ObjectSteps, objectSteps, objectTap } from "./taps/objects.ts";
import { zooTapSource } from "./taps/zoo.ts";
import { tapValues } from "./tapValues.ts";
import { type CaseReport, type CaseRunner, type VerifyModelOptions, verifyCase } from "./verifyCase.ts";

/**
 * Runs a golden case of the TensorFlow Object Detection API: either on the input tensor that it holds, at that
 * tensor's size, or on the image that it names, from the file's bytes to the detections. Without a name, the
 * weights decide which model it is.
 *
 * @throws UsageError if the model is not one of the API's, or the image is not available.
 */
export async function verifyZoo(
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions,
  readImageFile?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  const file = golden.input?.get("photo");
  const tensor = typeof file === "string" ? undefined : goldenInput(golden);
  const inputSize = tensor && { height: tensor.shape[1], width: tensor.shape[2] };
  const open = (fuse: boolean) => loadNetwork(name, { ...options, inputSize, fuse });
  const network = await open(true);
  try {
    const prepared = tensor ? undefined : await prepareImage(network, `${file}`, golden.name, readImageFile);
    const input = tensor ?? prepared?.input;
    const runner = zooRunner(network, () => open(false), prepared?.trueShape, options.signal);
    const ranOn = backendInWords(network.backend, network.backendDetails);
    return { ...(await verifyCase(golden, runner, { input, onCompared: options.onCompared })), ranOn };
  } finally {
    await network.dispose();
  }
}

async function prepareImage(
  network: Network,
  file: string,
  where: string,
  readImageFile: ((file: string) => Promise<Uint8Array>) | undefined,
): Promise<{ input: Tensor; trueShape: TrueShape }> {
  if (!readImageFile)
    throw new UsageError({ where, expected: `a way to read its image ${file}`, got: "none" });
  const resizer = resizerTo(specOf(network.model).resizer, network.inputSize);
  const image = decodeImage(await readImageFile(file), file);
  const { trueShape } = placeByResizer(image, resizer);
  return { input: resizeForNetwork(image, resizer), trueShape };
}

function zooRunner(
  network: Network,
  openUnfused: () => Promise<Network>,
  trueShape: TrueShape | undefined,
  signal: AbortSignal | undefined,
): CaseRunner<ObjectSteps> {
  const { architecture, decode } = specOf(network.model);
  const layers = zooTapSource(architecture.backbone);
  return {
    tapSource: (name) => layers(name) ?? { decoded: (steps) => objectTap(name, steps) },
    async run(image, names) {
      const { values, unfused, outputs } = await tapValues(network, openUnfused, { image }, names, signal);
      return { values, unfused, decoded: objectSteps(zooMaps(outputs, decode), decode, trueShape) };
    },
  };
}

function specOf(model: Model): ZooSpec {
  if (isZooModel(model)) return model.spec;
  throw new UsageError({
    where: `verify ${model.name}`,
    expected: "a model of the Object Detection API",
    got: "another",
    hint: "The case belongs to that family.",
  });
}
