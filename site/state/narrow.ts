/** Where the graph gives way to a list, and the layer's facts to a sheet. */
import { signal } from "@preact/signals";

const query = matchMedia("(max-width: 760px)");
export const narrow = signal(query.matches);
query.addEventListener("change", () => {
  narrow.value = query.matches;
});
