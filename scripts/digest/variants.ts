/**
 * Which networks run in which ways, and on which photos. A complete run should not take much longer than ten
 * minutes, so large networks run in few ways; digest.ts says what is left out.
 */
import { readFileSync } from "node:fs";
import {
  type DetectOptions,
  decodeImage,
  type InputSize,
  type Model,
  type NetworkOptions,
  type RgbImage,
} from "../../src/index.ts";
import { isPackaged } from "./synthetic.ts";

/** One way to run a network. */
export interface Variant {
  readonly name: string;
  readonly inputSize: InputSize;
  /** Absent for the reference executor, which is no backend that a user can choose. */
  readonly options?: NetworkOptions;
  /** The build of the WebAssembly module. */
  readonly build?: "plain" | "relaxed";
  readonly photos: readonly Photo[];
}

export interface Photo {
  readonly name: string;
  picture(): Uint8Array | RgbImage;
  readonly options?: DetectOptions;
}

/** The ways in which a network runs. */
interface Choices {
  readonly wasm: readonly string[];
  readonly others: readonly ("cpu" | "webasm" | "reference" | "wgsl")[];
}

/** The two differ in every option but \`fuse\`. */
const WASM_TWO = ["wasm-plain-1t", "wasm-relaxed-2t-exact-low"];
const WASM_FOUR = [...WASM_TWO, "wasm-relaxed-2t", "wasm-plain-1t-unfused"];
const WASM_ALL = [
  ...["wasm-plain-1t", "wasm-plain-1t-exact", "wasm-plain-2t", "wasm-plain-2t-exact"],
  ...["wasm-relaxed-1t", "wasm-relaxed-1t-exact", "wasm-relaxed-2t", "wasm-relaxed-2t-exact"],
  ...["wasm-plain-1t-low", "wasm-relaxed-2t-low", "wasm-relaxed-2t-exact-low", "wasm-plain-1t-unfused"],
];

/** By the start of the model's name; the first match counts. */
const CHOICES: readonly (readonly [start: string, choices: Choices])[] = [
  ["movenet-thunder", { wasm: WASM_FOUR, others: ["webasm"] }],
  ["movenet-", { wasm: WASM_ALL, others: ["cpu", "webasm", "wgsl"] }],
  ["centernet_mobilenetv2", { wasm: WASM_ALL, others: ["cpu", "webasm", "reference", "wgsl"] }],
  ["centernet_resnet50_v2_512x512_coco17", { wasm: WASM_FOUR, others: ["cpu", "webasm"] }],
  ["centernet_resnet50_v1_fpn_512x512_coco17", { wasm: WASM_FOUR, others: ["webasm"] }],
  ["centernet_resnet", { wasm: WASM_FOUR, others: [] }],
  ["centernet-52", { wasm: WASM_FOUR, others: ["webasm"] }],
  ["", { wasm: WASM_TWO, others: [] }],
];

export function variantsOf(model: Model): Variant[] {
  const choices = CHOICES.find(([start]) => model.name.startsWith(start))?.[1];
  if (!choices) throw new Error(`${model.name}: no choices`);
  const inputSize = smallSize(model);
  const [first, ...more] = photosOf(model);
  return [
    ...choices.wasm.map((name, index) => ({
      ...wasmVariant(name),
      inputSize: model.name.startsWith("movenet") ? model.defaultSize : inputSize,
      photos: index === 0 ? [first, ...more] : [first],
    })),
    ...choices.others.map((name) => ({
      name,
      inputSize,
      options: name === "reference" ? undefined : { backend: name },
      // Only `wgsl` has a part in preprocessing and decoding.
      photos: name === "wgsl" ? [first] : [],
    })),
  ];
}

/** From a name such as `wasm-relaxed-2t-exact-low`. */
function wasmVariant(name: string): Omit<Variant, "inputSize" | "photos"> {
  const [, build, threads, ...rest] = name.split("-");
  const options: NetworkOptions = {
    backend: "wasm",
    threads: Number.parseInt(threads, 10),
    precision: rest.includes("exact") ? "exact" : "default",
    memory: rest.includes("low") ? "low" : "default",
    fuse: !rest.includes("unfused"),
  };
  return { name, build: build === "relaxed" ? "relaxed" : "plain", options };
}

const MIN_SIDE = 127;

/** The smallest size that the model takes, with sides of at least 127 pixels. */
function smallSize({ defaultSize, sizeMultiple, sizeRemainder = 0 }: Model): InputSize {
  if (sizeMultiple === undefined) return defaultSize;
  const side = Math.ceil((MIN_SIDE - sizeRemainder) / sizeMultiple) * sizeMultiple + sizeRemainder;
  return { height: side, width: side };
}

/** Every variant detects the first of them. */
function photosOf(model: Model): Photo[] {
  if (isPackaged(model)) return ["people", "coffee", "astronaut", "cat", "cameraman"].map(pngPhoto);
  if (!model.sizedByImage || !model.testTimeOptions?.includes("scales"))
    return ["cat", "people"].map(pngPhoto);
  // All of them have the size of the small input, so that the network is prepared only once.
  const scales = { scales: [0.125, 0.25], flip: true };
  if (!isTriplet(model)) return [scaledPhoto({ scales: [0.25] }), scaledPhoto(scales)];
  return [
    scaledPhoto({ scales: [0.25], explain: true }),
    scaledPhoto({ ...scales, explain: true }),
    {
      name: "cat.png?cropped&asReference",
      picture: croppedCat,
      options: { reproduceReference: true, explain: true },
    },
  ];
}

function isTriplet({ name }: Model): boolean {
  return name.startsWith("centernet-");
}

function pngPhoto(name: string): Photo {
  return { name: `${name}.png`, picture: () => readFileSync(`samples/${name}.png`) };
}

function scaledPhoto(options: DetectOptions): Photo {
  const { name, picture } = pngPhoto("cat");
  const words = Object.entries(options).map(([option, value]) => `${option}=${value}`);
  return { name: `${name}?${words.join("&")}`, picture, options };
}

/** `reproduceReference` needs scale 1, and the whole photo would take too long at it. */
function croppedCat(): RgbImage {
  const [width, height, left, top] = [120, 100, 160, 80];
  const { width: stride, data } = decodeImage(readFileSync("samples/cat.png"), "cat.png");
  const cropped = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * stride + left) * 3;
    cropped.set(data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data: cropped };
}
