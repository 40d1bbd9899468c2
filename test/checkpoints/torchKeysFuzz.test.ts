import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { hourglassOfVariables } from "../../src/loading/modelOfCheckpoint.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import { tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import { elementCount } from "../../src/tensor.ts";
import { fuzz } from "../support/fuzz.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { pointsShapes, type Shapes, stateDict, withKeys } from "../support/stateDicts.ts";
import type { SyntheticVariable } from "../support/syntheticVariables.ts";

/** FUZZ_RUNS sets the number of mutants. */
const timeout = 36_000_000;
const file = join(OWN_GOLDENS, "triplet", "centernet-tiny", "checkpoint.json");
const { variables }: { variables: SyntheticVariable[] } = JSON.parse(await readFile(file, "utf8"));
const whole: Shapes = new Map(variables.map(({ key, shape }) => [key, shape]));
/** Of one stack: the fewer names there are, the more often a mutation hits one that matters. */
const ofOtherStacks = /^module\.(inters_?|cnvs_|(?!pre)\w+\.1)\./;
const triplets = withKeys(whole, (key) => (ofOtherStacks.test(key) ? undefined : key));
const points = pointsShapes(triplets, 1, { hm: 3, wh: 2, reg: 2 });

/** One line a variable: its key and its sides. */
function listOf(shapes: Shapes): Uint8Array {
  const lines = [...shapes].map(([key, shape]) => `${key} ${shape.join("x")}`);
  return new TextEncoder().encode(lines.join("\n"));
}

function parseList(bytes: Uint8Array): Shapes {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return new Map(
    lines.map((line) => {
      const [key, sides = ""] = line.split(" ");
      return [
        key,
        sides === "" ? [] : sides.split("x").map((side) => Math.abs(Number.parseInt(side, 10)) || 0),
      ];
    }),
  );
}

const SIZE = { height: 127, width: 127 };

/** A network that is recognized is built, and fits the file or is refused with what differs. */
async function readList(bytes: Uint8Array): Promise<void> {
  const named = await nameParameters(stateDict(parseList(bytes)));
  const { family } = named.evidence;
  const detector = family && hourglassOfVariables(family, named.variables);
  if (detector?.family !== "triplets") return;
  const { parameters } = tripletGraph(detector, SIZE);
  const shapes = new Map(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
  // Values would take as much memory as the sides say.
  const large = [...shapes.values()].some((shape) => elementCount(shape) > 2 ** 20);
  if (!large) await loadParameters(shapes, named, { model: "mutant" });
}

test("mutants of a state dict's keys and shapes are named consistently or refused", { timeout }, async () => {
  for (const seed of [triplets, points]) await readList(listOf(seed));
  const seeds = [triplets, points].map(listOf);
  const result = await fuzz({ seeds, run: readList, seed: 15, runs: Number(process.env.FUZZ_RUNS ?? 300) });
  expect(result.accepted).toBeGreaterThan(0);
  expect(result.refused).toBeGreaterThan(0);
  if (process.env.FUZZ_RUNS) console.log("torch keys", JSON.stringify(result));
});
