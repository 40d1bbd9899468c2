import { type Evaluation, evaluate } from "../../../src/evaluation/evaluate.ts";
import { readAnnotations } from "../../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../../src/evaluation/reading/results.ts";
import { cocoCase } from "./cocoCases.ts";

const evaluations = new Map<string, Promise<Evaluation>>();

/** A golden case with its own options, evaluated once. */
export function evaluatedCase(name: string): Promise<Evaluation> {
  const known = evaluations.get(name) ?? evaluatedAnew(name);
  evaluations.set(name, known);
  return known;
}

async function evaluatedAnew(name: string): Promise<Evaluation> {
  const { annotations, results, type, options } = cocoCase(name);
  const truth = await readAnnotations(annotations, { name: "annotations.json" });
  return evaluate(truth, await readResults(results, truth, { name: "results.json", type }), options);
}
