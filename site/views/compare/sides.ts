/** The two sides of the comparison, as the address says: `a=wasm&b=wasm,plain,exact,unfused`. */
import { computed } from "@preact/signals";
import { BACKENDS } from "centernet";
import { noteUnless, noteUnlessOneOf, route, setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import type { Side } from "../../worker/compare/sides.ts";

/** What A is compared with. Files are the user's own, so the address only says their kind. */
const PARTNERS = ["run", "golden", "tensors"] as const;
export type Partner = (typeof PARTNERS)[number];

const sides = computed(() => {
  const { a, b } = route.value.params;
  const { backend, build, precision, fuse } = settings.value;
  const own = { backend, fuse: fuse !== false, ...(build && { build }), ...(precision && { precision }) };
  return {
    a: a === undefined ? own : parseSide(a),
    b: b === undefined ? { ...own, fuse: !own.fuse } : parseSide(b),
  };
});
const text = computed(() => JSON.stringify(sides.value));

/** The same objects until one of their fields changes. */
export const bothSides = computed<{ readonly a: Side; readonly b: Side }>(() => JSON.parse(text.value));

export const partner = computed<Partner>(
  () => PARTNERS.find((name) => name === route.value.params.with) ?? "run",
);

const SIDE_WORDS = ["plain", "relaxed", "exact", "unfused"];
/** What the address says of this view that cannot be meant. */
export const sideNotes = computed(() => [
  ...(["a", "b"] as const).flatMap((name) =>
    noteUnless(
      name,
      (words) => {
        const [backend, ...others] = words.split(",");
        const isBackend = BACKENDS.some((each) => each === backend);
        return isBackend && others.every((word) => SIDE_WORDS.includes(word));
      },
      `a backend, then what of ${SIDE_WORDS.join(", ")} it has, as in wasm,plain`,
      `${name.toUpperCase()} is ${formatSide(bothSides.value[name])}.`,
    ),
  ),
  ...noteUnlessOneOf("with", PARTNERS, "B is another run."),
]);

export function setSide(name: "a" | "b", side: Side): void {
  setParams({ [name]: formatSide(side), layer: undefined, channel: undefined });
}

export function setPartner(name: Partner): void {
  setParams({ with: name === "run" ? undefined : name, layer: undefined, channel: undefined });
}

function parseSide(words: string): Side {
  const parts = words.split(",");
  const build = (["plain", "relaxed"] as const).find((name) => parts.includes(name));
  return {
    backend: BACKENDS.find((name) => name === parts[0]) ?? "wasm",
    ...(build && { build }),
    ...(parts.includes("exact") && { precision: "exact" as const }),
    fuse: !parts.includes("unfused"),
  };
}

function formatSide({ backend, build, precision, fuse }: Side): string {
  return [backend, build, precision, !fuse && "unfused"].filter(Boolean).join(",");
}
