/** Two runs, or a run and another program's numbers, layer by layer. */
import { useEffect } from "preact/hooks";
import { NO_ADAPTER, needsAdapter, useAdapter } from "../../components/adapter.ts";
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { Facts } from "../../components/Facts.tsx";
import { ViewNotes } from "../../components/Notes.tsx";
import { saveFile } from "../../components/saveFile.ts";
import { image } from "../../state/image.ts";
import { hrefOf, route } from "../../state/route.ts";
import type { Compared } from "../../worker/compare/compare.ts";
import { CompareSettings } from "./CompareSettings.tsx";
import {
  cancelComparison,
  comparison,
  files,
  followAddress,
  slowToStart,
  startComparison,
} from "./comparison.ts";
import { DifferenceBars } from "./DifferenceBars.tsx";
import { LayerPanel } from "./LayerPanel.tsx";
import { place, short } from "./numbers.ts";
import { partner, sideNotes } from "./sides.ts";

export function CompareView() {
  useEffect(followAddress, []);
  return (
    <div class="columns">
      <section aria-labelledby="differences-heading">
        <h1 id="differences-heading">Differences by layer</h1>
        <ViewNotes of={sideNotes.value} />
        <State />
      </section>
      <aside aria-label="What is compared">
        <CompareSettings />
      </aside>
    </div>
  );
}

function State() {
  const state = comparison.value;
  switch (state.phase) {
    case "running":
      return (
        <div class="chart-wait">
          <p>{state.progress.text}</p>
          <progress
            max={1}
            aria-label="Progress of the comparison"
            {...(state.progress.fraction !== undefined && { value: state.progress.fraction })}
          />
          <button type="button" onClick={cancelComparison}>
            Cancel the comparison
          </button>
        </div>
      );
    case "slow":
      return (
        <div class="chart-wait">
          <p role="status">
            {state.backend} computes every number in plain loops:{" "}
            {state.seconds === undefined
              ? "some seconds for this model."
              : `about ${Math.ceil(state.seconds)} s for this model and image.`}
          </p>
          <button type="button" onClick={() => void startComparison({ confirmed: true })}>
            Compare anyway
          </button>
        </div>
      );
    case "done":
      return <Done result={state.result} />;
    case "failed":
      return <ErrorNote error={state.error} />;
    default:
      return <Idle canceled={state.phase === "canceled"} />;
  }
}

function Idle({ canceled }: { readonly canceled: boolean }) {
  const isRun = partner.value === "run";
  const missing =
    !isRun && files.value.length === 0
      ? "Choose the files of B: they are never part of the address."
      : isRun && image.value === undefined
        ? "Choose the image that both run on."
        : undefined;
  const onGpu = slowToStart.value.filter(needsAdapter);
  const adapter = useAdapter(onGpu.length > 0);
  const cannotRun =
    onGpu.length > 0 && adapter === null
      ? `${NO_ADAPTER} Choose another backend than ${onGpu.join(" or ")}.`
      : undefined;
  const stopped = missing ?? cannotRun;
  // Until the adapter is known, nothing is said of it.
  const isAsking = onGpu.length > 0 && adapter === undefined;
  const slow = slowToStart.value.join(" and ");
  const ready = slow && !isAsking ? `Not started yet: ${slow} may take long to compile.` : "Not started yet.";
  return (
    <div class="chart-wait">
      <p role="status">{stopped ?? (canceled ? "Canceled." : ready)}</p>
      {!stopped && (
        <button type="button" onClick={() => void startComparison({ confirmed: canceled })}>
          Compare
        </button>
      )}
    </div>
  );
}

function Done({ result }: { readonly result: Compared }) {
  const { layers, firstBeyond, a, b, input, reason, onlyIn, detections, csv, svg } = result;
  const first = layers.find(({ name }) => name === firstBeyond);
  const tolerance = layers.find((layer) => layer.tolerance !== undefined)?.tolerance;
  const { layer } = route.value.params;
  const alone = onlyIn.a + onlyIn.b;
  return (
    <>
      <p role="status" class={first ? "verdict beyond" : "verdict"}>
        {first ? (
          <>
            First beyond the tolerance:{" "}
            <a href={hrefOf("compare", { layer: first.name, channel: undefined })}>
              <code>{first.name}</code>
            </a>
            ,{" "}
            {Number.isNaN(first.max) ? first.note : `by ${short(first.max)} ${first.unit === "σ" ? "σ" : ""}`}
            {first.worst &&
              ` at ${place(first.worst.position)}: A ${short(first.worst.a)}, B ${short(first.worst.b)}`}
            .
          </>
        ) : (
          `All ${layers.length} layers are within the tolerance.`
        )}
      </p>
      <DifferenceBars result={result} />
      {layer && <LayerPanel result={result} name={layer} />}
      <Facts
        of={[
          ["A", a],
          ["B", b],
          ["input", input],
          [
            "tolerance",
            partner.value === "golden" || tolerance === undefined
              ? reason
              : `${short(tolerance)} σ: ${reason}`,
          ],
          [
            "layers",
            `${layers.length} compared${alone > 0 ? `, ${onlyIn.a} only in A, ${onlyIn.b} only in B` : ""}`,
          ],
          ...(detections
            ? [
                [
                  "detections",
                  Object.entries(detections)
                    .map(([is, count]) => `${count} ${is}`)
                    .join(", ") || "none",
                ] as const,
              ]
            : []),
        ]}
      />
      <p class="note">σ is the standard deviation of the layer in B.</p>
      <div class="row">
        <button type="button" onClick={() => saveFile("differences.csv", csv, "text/csv")}>
          Save as CSV
        </button>
        <button type="button" onClick={() => saveFile("differences.svg", svg, "image/svg+xml")}>
          Save as SVG
        </button>
      </div>
    </>
  );
}
