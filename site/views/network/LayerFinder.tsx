/** Finds a layer by its name; the key `/` leads here from anywhere in the view. */
import { signal } from "@preact/signals";
import { mostSimilar, oneLine } from "centernet";
import { useEffect, useRef } from "preact/hooks";
import { chooseLayer, layerName, plan } from "./network.ts";

/** A name that was typed and is none of this network's. */
const unknown = signal<{ readonly typed: string; readonly nearest?: string } | undefined>(undefined);

export function LayerFinder() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const find = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== "/" || (target instanceof HTMLElement && target.matches("input, select, textarea")))
        return;
      event.preventDefault();
      input.current?.select();
    };
    addEventListener("keydown", find);
    return () => removeEventListener("keydown", find);
  }, []);
  const names = plan.value?.blocks.flatMap(({ nodes }) => nodes.map(({ name }) => name)) ?? [];
  return (
    <label class="field finder">
      <span>
        Layer <kbd>/</kbd>
      </span>
      <input
        ref={input}
        type="search"
        list="layer-names"
        value={layerName.value ?? ""}
        onChange={({ currentTarget }) => {
          const typed = currentTarget.value.trim();
          const found =
            names.find((name) => name === typed) ?? names.find((name) => typed && name.includes(typed));
          unknown.value = found || typed === "" ? undefined : { typed, nearest: mostSimilar(typed, names) };
          if (found) chooseLayer(found);
          else currentTarget.value = layerName.value ?? "";
        }}
      />
      <datalist id="layer-names">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}

/** What the finder did not find, for readers of the screen, too. */
export function FinderNote() {
  // It is of the network in which it was looked for, and until another layer is chosen.
  useEffect(() => {
    unknown.value = undefined;
  }, [plan.value, layerName.value]);
  const { typed = "", nearest } = unknown.value ?? {};
  return (
    <div role="status" class="finder-note">
      {typed && (
        <p class="note">
          No layer named "{oneLine(typed)}".
          {nearest && (
            <>
              {" "}
              Did you mean{" "}
              <button type="button" class="quiet" onClick={() => chooseLayer(nearest)}>
                {nearest}
              </button>
              ?
            </>
          )}
        </p>
      )}
    </div>
  );
}
