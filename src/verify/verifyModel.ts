import { UsageError } from "../errors.ts";
import { backendInWords } from "../executors/backendDetails.ts";
import { movenetMultiSteps, movenetSingleSteps } from "../models/movenet.ts";
import { loadNetwork, type Network, type NetworkOptions } from "../network.ts";
import { type GoldenCase, goldenInput } from "./goldenCase.ts";
import { MOVENET_FLOAT64_TOLERANCE, type MoveNetSteps, movenetTapSource } from "./taps/movenet.ts";
import { type RunnableNetwork, tapValues } from "./tapValues.ts";
import { type CaseReport, type CaseRun, type CaseRunner, verifyCase } from "./verifyCase.ts";
import { verifyTriplet } from "./verifyTriplet.ts";
import { verifyZoo } from "./verifyZoo.ts";

/**
 * Runs a golden case on a model of this project, at the size of the case's input. `readPhoto` reads a picture
 * that a case names instead of holding a tensor.
 *
 * @throws UsageError where no table knows the case's family, and whatever loading and running throw.
 */
export async function verifyModel(
  name: string,
  golden: GoldenCase,
  options: Omit<NetworkOptions, "inputSize" | "fuse"> = {},
  readPhoto?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  // The triplets' authors write their models' names with capitals.
  const ofFamily = golden.family === "triplet" ? golden.model.toLowerCase() : golden.model;
  if (ofFamily !== name) {
    throw new UsageError({
      where: golden.name,
      expected: `a case of ${name}`,
      got: `one of ${golden.model}`,
    });
  }
  if (golden.family === "tf") return verifyZoo(name, golden, options, readPhoto);
  if (golden.family === "triplet") return verifyTriplet(name, golden, options, readPhoto);
  if (golden.family !== "tfjs") {
    throw new UsageError({
      where: golden.name,
      expected: "a case of the families tf, tfjs and triplet",
      got: `one of the family ${golden.family}`,
      hint: "No table maps its taps to a model of this project yet.",
    });
  }
  const [, height, width] = goldenInput(golden).shape;
  const open = (fuse: boolean) => loadNetwork(name, { ...options, inputSize: { height, width }, fuse });
  const network = await open(true);
  try {
    const tolerance = network.backend === "cpu" ? MOVENET_FLOAT64_TOLERANCE : undefined;
    const runner = movenetRunner(network, () => open(false));
    const ranOn = backendInWords(network.backend, network.backendDetails);
    return { ...(await verifyCase(golden, runner, { tolerance })), ranOn };
  } finally {
    await network.dispose();
  }
}

/** Runs the fused network; what its groups hide comes from a run of the unfused one. */
export function movenetRunner(
  network: RunnableNetwork & Pick<Network, "constants">,
  openUnfused: () => Promise<RunnableNetwork>,
): CaseRunner<MoveNetSteps> {
  return {
    tapSource: movenetTapSource,
    async run(image, names): Promise<CaseRun<MoveNetSteps>> {
      const { values, unfused, outputs } = await tapValues(network, openUnfused, { image }, names);
      const steps = "boxSize" in outputs ? movenetMultiSteps : movenetSingleSteps;
      return { values, unfused, decoded: steps(outputs, network.constants) };
    },
  };
}
