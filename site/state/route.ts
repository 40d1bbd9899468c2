/** What the address says: the view and its settings, `#network?model=movenet-multipose&image=people.jpg`. */
import { computed, signal } from "@preact/signals";

const VIEWS = ["detect", "network", "decode", "triplets", "compare", "load"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  readonly view: View;
  readonly params: Readonly<Record<string, string>>;
}

/** An address that names no view leads to the first one. */
function parseHash(hash: string): Route & { readonly unknown?: string } {
  const [, name, query] = /^#?([^?]*)\??(.*)$/su.exec(hash) ?? [];
  const params = Object.fromEntries(new URLSearchParams(query));
  const view = VIEWS.find((known) => known === name);
  return view ? { view, params } : { view: "detect", params, ...(name && { unknown: name }) };
}

function formatHash({ view, params }: Route): string {
  const query = new URLSearchParams(params).toString();
  return query ? `#${view}?${query}` : `#${view}`;
}

/** A setting in the address that cannot be meant as it stands there. */
export interface AddressNote {
  readonly name: string;
  /** What is wrong with it, and what is done instead. */
  readonly text: string;
}

/** Control characters and those that change the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;
const MAX_QUOTED = 60;

/** `In the address, backend is "nonsense": expected auto, wgsl or wasm. wasm is used instead.` */
export function addressNote(name: string, text: string, expected: string, instead: string): AddressNote {
  const printable = text.replace(UNPRINTABLE, "\ufffd");
  const got = printable.length > MAX_QUOTED ? `${printable.slice(0, MAX_QUOTED)}…` : printable;
  return { name, text: `In the address, ${name} is "${got}": expected ${expected}. ${instead}` };
}

/** A note on a setting that is in the address, but as nothing that can be meant; else none. */
export function noteUnless(
  name: string,
  isMeant: (text: string) => boolean,
  expected: string,
  instead: string,
): readonly AddressNote[] {
  const text = route.value.params[name];
  return text === undefined || isMeant(text) ? [] : [addressNote(name, text, expected, instead)];
}

/** As `noteUnless`, of a setting that is one of these. */
export function noteUnlessOneOf(
  name: string,
  names: readonly string[],
  instead: string,
): readonly AddressNote[] {
  const named = names.filter((each) => each !== "");
  return noteUnless(name, (text) => named.includes(text), `one of ${named.join(", ")}`, instead);
}

const parsed = signal(parseHash(location.hash));
export const route = computed<Route>(() => parsed.value);
/** What is wrong with the name of the view. */
export const viewNotes = computed<readonly AddressNote[]>(() => {
  const { unknown } = parsed.value;
  if (unknown === undefined) return [];
  return [addressNote("the view", unknown, `one of ${VIEWS.join(", ")}`, "This is Detect.")];
});

addEventListener("hashchange", () => {
  parsed.value = parseHash(location.hash);
});

/** The address of a view with the settings of this one, changed by `patch`; undefined removes a setting. */
export function hrefOf(view: View, patch: Readonly<Record<string, string | undefined>> = {}): string {
  return formatHash({ view, params: patched(patch) });
}

/** Writes the address anew without these settings, and with the view that is shown. */
export function removeFromAddress(names: readonly string[]): void {
  setParams(Object.fromEntries(names.map((name) => [name, undefined])), { replace: true });
}

/** Goes to a view, with settings changed as by `hrefOf`. */
export function openView(
  view: View,
  patch: Readonly<Record<string, string | undefined>>,
  { replace = false }: { readonly replace?: boolean } = {},
): void {
  const hash = formatHash({ view, params: patched(patch) });
  if (hash === location.hash) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  parsed.value = parseHash(hash);
}

/** Changes settings in the address. Sliders do it without an entry in the browser's history. */
export function setParams(
  patch: Readonly<Record<string, string | undefined>>,
  options: { readonly replace?: boolean } = {},
): void {
  openView(route.value.view, patch, options);
}

function patched(patch: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries({ ...route.value.params, ...patch });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
