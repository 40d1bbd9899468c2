/** The images that the views look at: samples that are served with the page, and the user's own. */
import { computed, signal } from "@preact/signals";
import type { ChosenImage } from "../worker/session.ts";
import { type AddressNote, addressNote, route, setParams } from "./route.ts";

/** Served with the page, in `samples/`. */
export const SAMPLES = ["people.jpg", "astronaut.jpg", "grace-hopper.jpg", "cat.jpg", "rocket.jpg"] as const;

/** In the address, what stands for the user's images, which are never named there: `own-3` for the third. */
const OWN = /^own-(\d{1,9})$/;

let lastId = 0;
const samples = new Map(
  SAMPLES.map((name): [string, ChosenImage] => [name, { id: ++lastId, name, source: `samples/${name}` }]),
);

/** One of the user's, with its number in the address. */
export interface OwnImage extends ChosenImage {
  readonly number: number;
}

let lastNumber = 0;
/** In the order in which they came. */
export const ownImages = signal<readonly OwnImage[]>([]);

const named = computed(() => route.value.params.image ?? SAMPLES[0]);
const ownNumber = computed(() => {
  const [, digits] = OWN.exec(named.value) ?? [];
  return digits === undefined ? undefined : Number(digits);
});

/** Undefined if the address means an image of the user's that is not here. */
export const image = computed<ChosenImage | undefined>(() => {
  const number = ownNumber.value;
  if (number !== undefined) return ownImages.value.find((own) => own.number === number);
  return samples.get(named.value) ?? samples.get(SAMPLES[0]);
});

/** Whether the address means an image of the user's that the page does not have. */
export const ownImageMissing = computed(() => image.value === undefined);

/** What the address says of the image that cannot be meant. */
export const imageNotes = computed<readonly AddressNote[]>(() => {
  const name = named.value;
  if (ownNumber.value !== undefined || samples.has(name)) return [];
  return [addressNote("image", name, `one of ${SAMPLES.join(", ")}`, `${SAMPLES[0]} is shown.`)];
});

export function chooseSample(name: string): void {
  setParams({ image: name });
}

export function chooseOwn({ number }: OwnImage): void {
  setParams({ image: `own-${number}` });
}

/** Adds images of the user's and shows the first of them. */
export function addImages(files: readonly File[]): void {
  if (files.length === 0) return;
  const added = files.map((file): OwnImage => {
    return { id: ++lastId, number: ++lastNumber, name: file.name, source: file };
  });
  ownImages.value = [...ownImages.value, ...added];
  chooseOwn(added[0]);
}

/** Forgets an image of the user's. If it is shown, the one after it is, or the sample. */
export function removeImage(removed: OwnImage): void {
  const before = ownImages.value;
  const rest = before.filter((own) => own !== removed);
  const isShown = image.value === removed;
  ownImages.value = rest;
  if (!isShown) return;
  const next = rest[Math.min(before.indexOf(removed), rest.length - 1)];
  if (next) chooseOwn(next);
  else setParams({ image: undefined });
}

export function removeAllImages(): void {
  ownImages.value = [];
  if (ownNumber.value !== undefined) setParams({ image: undefined });
}
