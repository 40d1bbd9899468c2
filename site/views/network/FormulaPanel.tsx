/** What a layer computes: the formula of each of its ops, and the source of its kernels, which are fetched when opened. */
import { useState } from "preact/hooks";
import type { PlannedLayer } from "./network.ts";

const SOURCES = import.meta.glob<string>("../../../src/kernels/*/{reference,gpu,wgsl}.ts", {
  query: "?raw",
  import: "default",
});
const KINDS = [
  ["reference", "Plain loops"],
  ["gpu", "gpu.js kernel"],
  ["wgsl", "WGSL kernel"],
] as const;
/** Ops that share a folder of kernels; others have one of their own name. */
const FOLDERS: Readonly<Record<string, string>> = {
  add: "elementwise",
  bias: "elementwise",
  relu: "elementwise",
  relu6: "elementwise",
  sigmoid: "elementwise",
  upsampleBilinear: "upsample",
  upsampleNearest: "upsample",
};

export function FormulaPanel({ layer: { formulas, kernel } }: { readonly layer: PlannedLayer }) {
  return (
    <section class="formula" aria-labelledby="formula-heading">
      <h3 id="formula-heading">Formula</h3>
      <dl>
        {formulas.map(([op, formula]) => (
          <div key={op}>
            <dt>{op}</dt>
            <dd>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the panel is scrolled by keys. */}
              <pre tabIndex={0}>{formula}</pre>
            </dd>
          </div>
        ))}
      </dl>
      {KINDS.map(([kind, words]) => (
        <Source key={`${kernel} ${kind}`} folder={FOLDERS[kernel] ?? kernel} kind={kind} words={words} />
      ))}
    </section>
  );
}

function Source({
  folder,
  kind,
  words,
}: {
  readonly folder: string;
  readonly kind: string;
  readonly words: string;
}) {
  const [text, setText] = useState<string>();
  const path = `src/kernels/${folder}/${kind}.ts`;
  const fetchText = () => {
    SOURCES[`../../../${path}`]?.().then(setText, (error: Error) => setText(error.message));
  };
  return (
    <details class="source" onToggle={({ currentTarget }) => currentTarget.open && fetchText()}>
      <summary>
        <span>{words}</span> <small>{path}</small>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long sources are scrolled by keys. */}
      {text && <pre tabIndex={0}>{text}</pre>}
    </details>
  );
}
