/** Finds a layer by its name; the key `/` leads here from anywhere in the view. */
import { useEffect, useRef } from "preact/hooks";
import { chooseLayer, layerName, plan } from "./network.ts";

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
