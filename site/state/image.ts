/** The image that all views look at. */
import { computed, signal } from "@preact/signals";
import type { ChosenImage } from "../worker/session.ts";
import { route, setParams } from "./route.ts";

/** Served with the page, in `samples/`. */
export const SAMPLES = ["people.jpg", "astronaut.jpg", "grace-hopper.jpg", "cat.jpg", "rocket.jpg"] as const;

/** In the address, what stands for an image of the user's: it is never named there. */
const OWN = "own";

let lastId = 0;
const own = signal<ChosenImage | undefined>(undefined);
const samples = new Map(
  SAMPLES.map((name): [string, ChosenImage] => [name, { id: ++lastId, name, source: `samples/${name}` }]),
);

/** Undefined if the address means an image of the user's that is not here. */
export const image = computed<ChosenImage | undefined>(() => {
  const name = route.value.params.image ?? SAMPLES[0];
  return name === OWN ? own.value : samples.get(name);
});

export function chooseSample(name: string): void {
  setParams({ image: name });
}

export function chooseFile(file: Blob, name: string): void {
  own.value = { id: ++lastId, name, source: file };
  setParams({ image: OWN });
}
