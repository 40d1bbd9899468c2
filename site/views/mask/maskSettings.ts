/** How faces are searched and masked, as the address says. */
import { computed } from "@preact/signals";
import { isWeakMask, MASK_SHAPES, MASKS, type Mask, type MaskShape } from "centernet";
import { FACE_MODEL } from "../../state/mode.ts";
import { type AddressNote, noteUnless, noteUnlessOneOf, route } from "../../state/route.ts";
import { score, settings } from "../../state/settings.ts";
import type { FaceSearch, Masked } from "../../worker/mask.ts";
import type { Settings } from "../../worker/session.ts";

/** Longest sides of the network's input, with the words for them. */
export const SIDES: readonly (readonly [text: string, words: string])[] = [
  ["640,1280", "640 and 1280 pixels"],
  ["640,1280,2560", "640, 1280 and 2560: smaller faces, slower"],
  ["640", "640 alone: faster"],
];

const SIDE_NAMES = SIDES.map(([text]) => text);
const SWITCH = ["false", "true"] as const;

interface Meant {
  readonly mask: Mask;
  readonly shape: MaskShape;
  readonly sides: string;
  readonly turns: boolean;
}

const meant = computed<Meant>(() => {
  const { params } = route.value;
  const oneOf = <Name extends string>(name: string, names: readonly Name[]): Name =>
    names.find((each) => each === params[name]) ?? names[0];
  return {
    mask: oneOf("mask", MASKS),
    shape: oneOf("shape", MASK_SHAPES),
    sides: oneOf("sides", SIDE_NAMES),
    turns: oneOf("turns", SWITCH) === "true",
  };
});

export const maskNotes = computed<readonly AddressNote[]>(() => [
  ...noteUnlessOneOf("mask", MASKS, `${MASKS[0]} is used.`),
  ...noteUnlessOneOf("shape", MASK_SHAPES, `${MASK_SHAPES[0]} is used.`),
  ...noteUnless(
    "sides",
    (text) => SIDE_NAMES.includes(text),
    `one of ${SIDE_NAMES.join("; ")}`,
    `${SIDE_NAMES[0]} is used.`,
  ),
  ...noteUnlessOneOf("turns", SWITCH, `${SWITCH[0]} is used.`),
]);

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
