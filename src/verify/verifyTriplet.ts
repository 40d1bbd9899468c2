import { backendInWords } from "../backend/backendDetails.ts";
import { viewPeaks } from "../decode/triplets/triplets.ts";
import { UsageError } from "../errors.ts";
import { decodeImage } from "../image/imageFile.ts";
import { centerOnCanvas } from "../image/input/centerOnCanvas.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { tripletMaps } from "../models/triplets/tripletArchitecture.ts";
import { isTripletModel, tripletSettings, tripletViews } from "../models/triplets/tripletModel.ts";
import { loadNetwork, type Network } from "../network.ts";
import type { GoldenCase } from "./goldenCase.ts";
import { tripletTapSource } from "./taps/triplet.ts";
import type { TripletStep, TripletSteps } from "./taps/tripletRows.ts";
import { scaleAndName, tripletStepSource } from "./taps/tripletSteps.ts";
import { tapValues } from "./tapValues.ts";
import { type CaseReport, type CaseRunner, type VerifyModelOptions, verifyCase } from "./verifyCase.ts";

/**
 * Runs a golden case of a keypoint triplet model on the image that it names, from the file's bytes to the boxes:
 * plain and mirrored, at each scale of the case. Without a name, the weights decide which model it is.
 *
 * @throws UsageError if the model is not a triplet model, or the image is not available.
 */
export async function verifyTriplet(
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions,
  readImageFile?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  const file = golden.input?.get("image");
  if (!readImageFile || typeof file !== "string") {
    const got = readImageFile ? "none" : "no way to read it";
    throw new UsageError({ where: golden.name, expected: "the image of the case", got });
  }
  const image = decodeImage(await readImageFile(file), file);
  const network = await loadNetwork(name, options);
  try {
    const openUnfused = () => loadNetwork(name, { ...options, fuse: false });
    const runner = tripletRunner(network, golden, image, openUnfused, options.signal);
    const ranOn = backendInWords(network.backend, network.backendDetails);
    // The canvases are compared like every other tap.
    const taps = golden.taps.map((tap) => (tap.role === "input" ? { ...tap, role: "case" as const } : tap));
    const input = centerOnCanvas(image);
    return {
      ...(await verifyCase({ ...golden, taps }, runner, { input, onCompared: options.onCompared })),
      ranOn,
    };
  } finally {
    await network.dispose();
  }
}

function tripletRunner(
  network: Network,
  golden: GoldenCase,
  image: RgbImage,
  openUnfused: () => Promise<Network>,
  signal: AbortSignal | undefined,
): CaseRunner<TripletSteps> {
  const { model } = network;
  if (!isTripletModel(model)) {
    const fault = { where: `verify ${model.name}`, expected: "a triplet model", got: "another" };
    throw new UsageError({ ...fault, hint: "The case belongs to that family." });
  }
  const layers = tripletTapSource(model.tripletSpec.architecture.hourglass);
  const layer = (tap: string) => layers(tap)?.value;
  const options = { flip: true, scales: scalesOf(golden), reproduceReference: true };
  const settings = tripletSettings(options);
  const byName = new Map(golden.taps.map((tap) => [tap.name, tap]));
  return {
    tapSource(name) {
      const tap = byName.get(name);
      return tap && tripletStepSource(tap, layer);
    },
    async run() {
      const views: TripletStep[] = [];
      for (const view of tripletViews(image, options)) {
        const { scale, mirrored } = view.transform;
        const input = centerOnCanvas(image, scale, { mirrored, reproduceReference: true });
        const wanted = wantedValues(golden, scale, mirrored, layer);
        const { values, outputs } = await tapValues(network, openUnfused, { image: input }, wanted, signal);
        const peaks = viewPeaks({ maps: tripletMaps(outputs), transform: view.transform }, settings);
        views.push({ ...view, image: input, values, peaks });
      }
      return { values: new Map(), unfused: new Set(), decoded: { views, settings } };
    },
  };
}

/** Names of the graph's values to tap at this scale. Layers are tapped only for the plain image. */
function wantedValues(
  { taps }: GoldenCase,
  scale: number,
  mirrored: boolean,
  layer: (name: string) => string | undefined,
): string[] {
  return taps.flatMap((tap) => {
    const { scale: tapScale = scale, name } = scaleAndName(tap.name);
    if (tapScale !== scale || (mirrored && tap.shape[0] < 2)) return [];
    return layer(name) ?? [];
  });
}

function scalesOf({ fields }: GoldenCase): number[] {
  const config = fields.get("config");
  const scales = config instanceof Map ? config.get("test_scales") : undefined;
  return Array.isArray(scales) ? scales.map(Number) : [1];
}
