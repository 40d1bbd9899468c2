import { backendInWords } from "../backend/backendDetails.ts";
import { UsageError } from "../errors.ts";
import { openModelWeights } from "../loading/openWeights.ts";
import { MODELS, modelNamed } from "../models/models.ts";
import { movenetMultiSteps, movenetSingleSteps } from "../models/movenet.ts";
import { UNPUBLISHED_POINTS } from "../models/objectsAsPoints/objectsAsPoints.ts";
import { UNPUBLISHED_TRIPLETS } from "../models/triplets/triplet.ts";
import { loadNetwork, type Network } from "../network.ts";
import { type GoldenCase, goldenInput } from "./goldenCase.ts";
import { MOVENET_FLOAT64_TOLERANCE, type MoveNetSteps, movenetTapSource } from "./taps/movenet.ts";
import { type RunnableNetwork, tapValues } from "./tapValues.ts";
import {
  type CaseReport,
  type CaseRun,
  type CaseRunner,
  type VerifyModelOptions,
  verifyCase,
} from "./verifyCase.ts";
import { isFaceCase, verifyFaces } from "./verifyFaces.ts";
import { verifyGeneric } from "./verifyGeneric.ts";
import { verifyPoints } from "./verifyPoints.ts";
import { verifyTriplet } from "./verifyTriplet.ts";
import { verifyZoo } from "./verifyZoo.ts";

/**
 * Runs a golden case on a model of this project, at the size of the case's input, and compares every tap. Without a
 * name, the weights decide which model it is; a generic case without weights decides it itself. `readImageFile` reads the image if a case names one instead of holding a tensor.
 *
 * @throws UsageError for a case of another model or of an unknown family.
 * @throws whatever loading and running throw.
 */
export async function verifyModel(
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions = {},
  readImageFile?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  if (name !== undefined) return verifyNamed(name, name, golden, options, readImageFile);
  if (options.weights === undefined && golden.family === "generic" && golden.model !== undefined) {
    const known = modelNamed(golden.model).name;
    return verifyNamed(known, known, golden, options, readImageFile);
  }
  const { model, checkpoint } = await openModelWeights(undefined, options);
  return verifyNamed(model.name, undefined, golden, { ...options, weights: checkpoint }, readImageFile);
}

/** `name` is the name to load, if any; `model` is the model that this loads. */
async function verifyNamed(
  model: string,
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions,
  readImageFile?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  checkIsOf(model, golden);
  if (golden.family === "tf") return verifyZoo(name, golden, options, readImageFile);
  if (golden.family === "generic") return verifyGeneric(name, golden, options, readImageFile);
  if (golden.family === "triplet") return verifyTriplet(name, golden, options, readImageFile);
  if (golden.family === "onnx") return verifyFaces(name, golden, options);
  if (golden.family === "points") return verifyPoints(name, golden, options, readImageFile);
  if (golden.family !== "tfjs") {
    throw new UsageError({
      where: golden.name,
      expected: "a case of the families tf, tfjs, triplet, onnx, points or generic",
      got: `one of the family ${golden.family}`,
      hint: "No table maps its taps to a model of this project yet.",
    });
  }
  const [, height, width] = goldenInput(golden).shape;
  const open = (fuse: boolean) => loadNetwork(name, { ...options, inputSize: { height, width }, fuse });
  const network = await open(true);
  try {
    const tolerance = network.backend === "cpu" ? MOVENET_FLOAT64_TOLERANCE : undefined;
    const runner = movenetRunner(network, () => open(false), options.signal);
    const ranOn = backendInWords(network.backend, network.backendDetails);
    return { ...(await verifyCase(golden, runner, { tolerance, onCompared: options.onCompared })), ranOn };
  } finally {
    await network.dispose();
  }
}

/** @throws UsageError for a case of another model. Unpublished networks have no name that a case could state. */
function checkIsOf(model: string, golden: GoldenCase): void {
  if (golden.model === undefined) return;
  if (golden.family === "triplet" && model === UNPUBLISHED_TRIPLETS) return;
  if (isFaceCase(model, golden)) return;
  if (golden.family === "points" && model === UNPUBLISHED_POINTS) return;
  if (golden.family === "tf" && !MODELS.some(({ name }) => name === model)) return;
  // The triplets' authors capitalize their models' names.
  const ofFamily = golden.family === "triplet" ? golden.model.toLowerCase() : golden.model;
  if (ofFamily === model) return;
  throw new UsageError({ where: golden.name, expected: `a case of ${model}`, got: `one of ${golden.model}` });
}

/** Runs the fused network; values hidden inside its groups come from a run of the unfused one. */
export function movenetRunner(
  network: RunnableNetwork & Pick<Network, "constants">,
  openUnfused: () => Promise<RunnableNetwork>,
  signal?: AbortSignal,
): CaseRunner<MoveNetSteps> {
  return {
    tapSource: movenetTapSource,
    async run(image, names): Promise<CaseRun<MoveNetSteps>> {
      const { values, unfused, outputs } = await tapValues(network, openUnfused, { image }, names, signal);
      const steps = "boxSize" in outputs ? movenetMultiSteps : movenetSingleSteps;
      return { values, unfused, decoded: steps(outputs, network.constants) };
    },
  };
}
