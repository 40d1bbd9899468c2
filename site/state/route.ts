/** What the address says: the view and its settings, `#network?model=movenet-multipose&image=people.jpg`. */
import { computed, signal } from "@preact/signals";

const VIEWS = ["detect", "network", "decode", "triplets", "compare", "load"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  readonly view: View;
  readonly params: Readonly<Record<string, string>>;
}

/** An address that names no view leads to the first one, with a note that says so. */
function parseHash(hash: string): Route & { readonly note?: string } {
  const [name, query = ""] = hash.replace(/^#/, "").split("?");
  const params = Object.fromEntries(new URLSearchParams(query));
  const view = VIEWS.find((known) => known === name);
  if (view) return { view, params };
  return { view: "detect", params, ...(name && { note: `There is no view "${name}": this is Detect.` }) };
}

function formatHash({ view, params }: Route): string {
  const query = new URLSearchParams(params).toString();
  return query ? `#${view}?${query}` : `#${view}`;
}

const parsed = signal(parseHash(location.hash));
export const route = computed<Route>(() => parsed.value);
/** What is wrong with the address. */
export const routeNote = computed(() => parsed.value.note);

addEventListener("hashchange", () => {
  parsed.value = parseHash(location.hash);
});

/** The address of a view with the settings of this one, changed by `patch`; undefined removes a setting. */
export function hrefOf(view: View, patch: Readonly<Record<string, string | undefined>> = {}): string {
  return formatHash({ view, params: patched(patch) });
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
