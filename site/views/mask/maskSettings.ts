/** How faces are searched and masked, as the address says. */
import { computed } from "@preact/signals";
import { isWeakMask, MASK_SHAPES, MASKS, type Mask, type MaskShape } from "centernet";
import { FACE_MODEL } from "../../state/mode.ts";
import { type AddressNote, addressNote, route } from "../../state/route.ts";
import { score, settings } from "../../state/settings.ts";
import type { FaceSearch, Masked } from "../../worker/mask.ts";
import type { Settings } from "../../worker/session.ts";

/** Longest sides of the network's input, with the words for them. */
export const SIDES: readonly (readonly [text: string, words: string])[] = [
  ["640,1280", "640 and 1280 pixels"],
  ["640,1280,2560", "640, 1280 and 2560: smaller faces, slower"],
  ["640", "640 alone: faster"],
];

interface Meant {
  readonly mask: Mask;
  readonly shape: MaskShape;
  readonly sides: string;
  readonly turns: boolean;
  readonly notes: readonly AddressNote[];
}

const meant = computed<Meant>(() => {
  const { params } = route.value;
  const notes: AddressNote[] = [];
  const oneOf = <Name extends string>(name: string, names: readonly Name[]): Name => {
    const text = params[name];
    const found = names.find((each) => each === text);
    if (text !== undefined && !found) {
      notes.push(addressNote(name, text, `one of ${names.join("; ")}`, `${names[0]} is used.`));
    }
    return found ?? names[0];
  };
  return {
    mask: oneOf("mask", MASKS),
    shape: oneOf("shape", MASK_SHAPES),
    sides: oneOf(
      "sides",
      SIDES.map(([text]) => text),
    ),
    turns: oneOf("turns", ["false", "true"]) === "true",
    notes,
  };
});

export const maskOptions = computed<Masked["options"]>(() => {
  const { mask, shape } = meant.value;
  return { mask, shape };
});

export const isWeak = computed(() => isWeakMask(meant.value));

export const sides = computed(() => meant.value.sides);

const searchText = computed(() => {
  const { turns } = meant.value;
  const search: FaceSearch = { score: score.value, sides: sides.value.split(",").map(Number), turns };
  return JSON.stringify(search);
});

/** The same object until one of its fields changes. */
export const search = computed<FaceSearch>(() => JSON.parse(searchText.value));

/** The detector that searches: that of Detect's settings if they name the model. */
export const faceSettings = computed<Settings>(() => {
  const { weights: _weights, labels: _labels, inputSize: _size, ...rest } = settings.value;
  return { ...rest, model: FACE_MODEL };
});

export const maskNotes = computed(() => meant.value.notes);
