/** A bar for each layer, on a logarithmic scale: the largest difference pale, its root mean square dark inside. */
import { differenceScale, shareOfScale } from "centernet";
import { useEffect, useRef, useState } from "preact/hooks";
import { hrefOf, route } from "../../state/route.ts";
import type { Compared } from "../../worker/compare/compare.ts";
import type { ComparedLayer } from "../../worker/compare/compared.ts";
import { place, short } from "./numbers.ts";

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

export function DifferenceBars({ result: { layers, firstBeyond } }: { readonly result: Compared }) {
  const box = useRef<HTMLElement>(null);
  const { layer: open } = route.value.params;
  const openAt = layers.findIndex(({ name }) => name === open);
  const firstAt = layers.findIndex(({ name }) => name === firstBeyond);
  const [focused, setFocused] = useState(Math.max(0, openAt >= 0 ? openAt : firstAt));
  useEffect(() => {
    if (openAt >= 0) setFocused(openAt);
  }, [openAt]);
  const scale = differenceScale(layers);
  const decades = Array.from({ length: scale.top - scale.bottom + 1 }, (_, i) => scale.bottom + i);
  const current = layers[Math.min(focused, layers.length - 1)];

  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };
    const edges: Record<string, number> = { Home: 0, End: layers.length - 1 };
    const to = edges[event.key] ?? (event.key in steps ? focused + steps[event.key] : undefined);
    if (to === undefined) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(layers.length - 1, to));
    setFocused(at);
    box.current?.querySelectorAll<HTMLElement>(".bar-link")[at]?.focus();
  };

  return (
    <figure class="differences">
      <div class="chart">
        <div class="decades" aria-hidden="true">
          {decades.map((decade) => (
            <span
              key={decade}
              style={{ bottom: percent((decade - scale.bottom) / (scale.top - scale.bottom)) }}
            >
              1e{decade}
            </span>
          ))}
        </div>
        <nav class="bars" ref={box} aria-label="Layers">
          {layers.map((layer, at) => {
            const { name, max, rms, tolerance, beyond } = layer;
            const kinds = [
              "bar-link",
              beyond && "beyond",
              at === firstAt && "first",
              at === openAt && "open",
            ];
            return (
              <a
                key={name}
                class={kinds.filter(Boolean).join(" ")}
                href={hrefOf("compare", { layer: name, channel: undefined })}
                tabIndex={at === Math.min(focused, layers.length - 1) ? 0 : -1}
                aria-current={at === openAt ? "true" : undefined}
                aria-label={sentence(layer)}
                title={sentence(layer)}
                onFocus={() => setFocused(at)}
                onKeyDown={move}
              >
                <span class="max" style={{ height: percent(shareOfScale(max, scale)) }} />
                <span class="rms" style={{ height: percent(shareOfScale(rms, scale)) }} />
                {tolerance !== undefined && tolerance > 0 && (
                  <span class="limit" style={{ bottom: percent(shareOfScale(tolerance, scale)) }} />
                )}
              </a>
            );
          })}
        </nav>
      </div>
      <figcaption>
        <ul class="legend">
          <li>
            <span class="key max" aria-hidden="true" /> largest difference
          </li>
          <li>
            <span class="key rms" aria-hidden="true" /> root mean square
          </li>
          <li>
            <span class="key limit" aria-hidden="true" /> tolerance
          </li>
          <li>
            <span class="key beyond" aria-hidden="true" /> beyond it
          </li>
        </ul>
        <p class="told">{current && sentence(current)}</p>
      </figcaption>
    </figure>
  );
}

function sentence({ name, max, rms, unit, beyond, worst, note }: ComparedLayer): string {
  const in_ = unit === "σ" ? " σ" : "";
  const numbers = Number.isNaN(max)
    ? "not compared"
    : `largest difference ${short(max)}${in_}, RMS ${short(rms)}${in_}`;
  const parts = [
    numbers,
    beyond && "beyond the tolerance",
    worst && `worst at ${place(worst.position)}: A ${short(worst.a)}, B ${short(worst.b)}`,
    note,
  ];
  return `${name}: ${parts.filter(Boolean).join("; ")}`;
}
