/** How the network runs, as the address says. What it cannot mean is told, and the default taken. */
import { computed } from "@preact/signals";
import {
  BACKENDS,
  hasOption,
  isScales,
  isThreadCount,
  MEMORY_USES,
  PRECISIONS,
  SCALES_EXPECTED,
  THREADS_EXPECTED,
  WASM_BUILDS,
} from "centernet";
import type { Settings, TestTime } from "../worker/session.ts";
import { type AddressNote, addressNote, route, setParams } from "./route.ts";
import { ALWAYS_HERE, models } from "./weights.ts";

const [DEFAULT_MODEL] = ALWAYS_HERE;
const DEFAULT_BACKEND = "wasm";
const DEFAULT_SCORE = 0.2;

/** Whether the address can be understood only with the list of models. */
export const needsModels = computed(() => {
  const { model, size, flip, scales } = route.value.params;
  const isListed = model !== undefined && !ALWAYS_HERE.includes(model);
  return isListed || [size, flip, scales].some((text) => text !== undefined);
});

/** One value of the address: what it means, or undefined; and what it should have been. */
interface Kind<Value> {
  readonly expected: string;
  readonly parse: (text: string) => Value | undefined;
}

const WHOLE: Kind<number> = { expected: "a number that the page gave", parse: whole };
const SWITCH: Kind<boolean> = {
  expected: "true or false",
  parse: (text) => ({ true: true, false: false })[text],
};
const THREADS: Kind<number> = {
  expected: THREADS_EXPECTED,
  parse: (text) => (isThreadCount(whole(text)) ? whole(text) : undefined),
};
const SCALES: Kind<readonly number[]> = {
  expected: SCALES_EXPECTED,
  parse(text) {
    const scales = text.split(",").map(decimal);
    return isScales(scales) ? (scales as number[]) : undefined;
  },
};
const SCORE: Kind<number> = {
  expected: "a number from 0 to 1",
  parse(text) {
    const value = decimal(text);
    return value !== undefined && value <= 1 ? value : undefined;
  },
};

interface Meant {
  readonly settings: Settings;
  readonly testTime: TestTime;
  readonly score: number;
  readonly notes: readonly AddressNote[];
}

const meant = computed<Meant>(() => {
  const { params } = route.value;
  const notes: AddressNote[] = [];
  const refuse = (name: string, expected: string, instead: string) =>
    notes.push(addressNote(name, params[name], expected, instead));
  const read = <Value>(name: string, { expected, parse }: Kind<Value>, instead: string) => {
    const value = params[name] === undefined ? undefined : parse(params[name]);
    if (params[name] !== undefined && value === undefined) refuse(name, expected, instead);
    return value;
  };

  const weights = read("weights", WHOLE, "The model's own weights are used.");
  const labels = read("labels", WHOLE, "The classes have the model's own names.");
  const known = models.value?.map(({ name }) => name);
  // A file of the user's says itself which network it holds.
  const isKnown = (name: string) => weights !== undefined || known === undefined || known.includes(name);
  const names = {
    expected: "the name of a model",
    parse: (text: string) => (isKnown(text) ? text : undefined),
  };
  const model =
    read("model", names, `${DEFAULT_MODEL} is used; Load has the list of models.`) ?? DEFAULT_MODEL;
  const facts = weights === undefined ? models.value?.find(({ name }) => name === model) : undefined;

  const backend = read("backend", oneOf(BACKENDS), `${DEFAULT_BACKEND} is used.`) ?? DEFAULT_BACKEND;
  const ofBackend = <Value>(name: Parameters<typeof hasOption>[1], kind: Kind<Value>, instead: string) => {
    const value = read(name, kind, instead);
    if (value === undefined || hasOption(backend, name)) return value;
    refuse(name, `a backend that has this option, not ${backend}`, "It is left out.");
    return undefined;
  };
  const threads = ofBackend("threads", THREADS, "Each core of the processor has a thread.");
  const build = ofBackend("build", oneOf(WASM_BUILDS), "The best that this browser runs is used.");
  const precision = ofBackend("precision", oneOf(PRECISIONS), "The usual precision is used.");
  const memory = ofBackend("memory", oneOf(MEMORY_USES), "The usual plan of the memory is used.");
  const fuse = read("fuse", SWITCH, "Layers are fused.");

  const size = read(
    "size",
    {
      expected: facts?.squares ? `${facts.squares.words} for ${model}` : "the side of a square in pixels",
      parse(text) {
        const side = whole(text);
        const takes = facts === undefined || (side !== undefined && facts.squares?.sides.includes(side));
        return takes ? side : undefined;
      },
    },
    facts && !facts.squares ? "Each image decides it." : "The model's own size is used.",
  );
  const ofModel = <Value>(name: keyof TestTime, kind: Kind<Value>) => {
    const value = read(name, kind, "It is left out.");
    if (!value || !facts || facts.testTime.includes(name)) return value;
    refuse(name, `a model that supports it, not ${model}`, "It is left out.");
    return undefined;
  };
  const flip = ofModel("flip", SWITCH);
  const scales = ofModel("scales", SCALES);
  return {
    settings: {
      model,
      backend,
      ...(weights && { weights }),
      ...(labels && { labels }),
      ...(threads && { threads }),
      ...(build && { build }),
      ...(precision === "exact" && { precision }),
      ...(memory === "low" && { memory }),
      ...(fuse === false && { fuse }),
      ...(size && { inputSize: size }),
    },
    testTime: { ...(flip && { flip }), ...(scales && { scales }) },
    score: read("score", SCORE, `What reaches ${DEFAULT_SCORE} is shown.`) ?? DEFAULT_SCORE,
    notes,
  };
});

const settingsText = computed(() => JSON.stringify(meant.value.settings));
const testTimeText = computed(() => JSON.stringify(meant.value.testTime));

/** The same object until one of its fields changes, whatever else changes in the address. */
export const settings = computed<Settings>(() => JSON.parse(settingsText.value));

/** Which views of an image Detect runs; as `settings`, the same object until it changes. */
export const testTime = computed<TestTime>(() => JSON.parse(testTimeText.value));

/** The least score that is shown, from 0 to 1. */
export const score = computed(() => meant.value.score);

/** What of the address is not as it can be meant. */
export const settingsNotes = computed(() => meant.value.notes);

/** Chooses a model: with its own weights, or with files of the user's. What another model may not have is left out. */
export function chooseModel(
  model: string,
  { weights, labels }: Pick<Settings, "weights" | "labels"> = {},
): void {
  const left = { size: undefined, flip: undefined, scales: undefined };
  setParams({ model, weights: weights?.toString(), labels: labels?.toString(), ...left });
}

/** Chooses a backend. Options that it does not have are left out. */
export function chooseBackend(backend: Settings["backend"]): void {
  const options = ["threads", "build", "precision", "memory"] as const;
  const foreign = options.filter((name) => !hasOption(backend, name));
  setParams({ backend, ...Object.fromEntries(foreign.map((name) => [name, undefined])) });
}

export function setScore(value: number): void {
  setParams({ score: String(value) }, { replace: true });
}

function oneOf<Name extends string>(names: readonly Name[]): Kind<Name> {
  return { expected: `one of ${names.join(", ")}`, parse: (text) => names.find((name) => name === text) };
}

function whole(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function decimal(text: string): number | undefined {
  return /^(\d{1,9}|\d{0,9}\.\d{1,9})$/.test(text.trim()) ? Number(text) : undefined;
}
