/** What a layer is, and what its numbers are like. */
import { Facts } from "../../components/Facts.tsx";
import { HistogramBars } from "../../components/HistogramBars.tsx";
import { count, percent, plain } from "../../components/numbers.ts";
import { StaleNote } from "../../components/StaleNote.tsx";
import { saveFile } from "../../components/saveFile.ts";
import { TaskLine } from "../../components/TaskLine.tsx";
import { image } from "../../state/image.ts";
import { hrefOf } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { worker } from "../../state/worker.ts";
import { FormulaPanel } from "./FormulaPanel.tsx";
import {
  block,
  chooseLayer,
  layer,
  openLayer,
  type PlannedLayer,
  plan,
  saving,
  seen,
  staleNumbers,
} from "./network.ts";
import { WeightsPanel } from "./WeightsPanel.tsx";

export function LayerPanel() {
  const [shown, around] = [layer.value, block.value];
  if (!shown || !around) return null;
  const runs = plan.value?.ranOn !== undefined;
  const read = openLayer.value?.layer === shown.name ? openLayer.value : undefined;
  const numbers = read ?? seen.value.get(shown.name);
  return (
    <>
      <h2>{around.name}</h2>
      <ol class="layers" aria-label="Layers of this block, in their order">
        {around.nodes.map((each) => (
          <LayerRow key={each.name} layer={each} scope={around.name} open={each === shown} />
        ))}
      </ol>
      <Facts of={[...facts(shown), ...(numbers ? statistics(numbers.statistics) : [])]} />
      {numbers && (
        <>
          <HistogramBars
            of={numbers.histogram}
            alt={`Histogram of ${shown.name}: ${count(numbers.statistics.count)} numbers from ${plain(numbers.statistics.min)} to ${plain(numbers.statistics.max)}`}
          />
          <p class="note">
            Of all {count(numbers.statistics.count)} numbers. Ran on {numbers.ranOn}.
          </p>
          <StaleNote of={staleNumbers.value} />
        </>
      )}
      {runs ? (
        <>
          <button type="button" disabled={!read} onClick={() => saveNumbers(shown.name)}>
            Save as .npy
          </button>
          <TaskLine of={saving} hasOwnButton />
        </>
      ) : (
        <p class="note">
          Maps need weights: <a href={hrefOf("load")}>load</a> a checkpoint of this model to see them.
        </p>
      )}
      <FormulaPanel layer={shown} />
      {runs && shown.roles.length > 0 && <WeightsPanel key={shown.name} layer={shown} />}
    </>
  );
}

function LayerRow({
  layer: { name, ops, fused },
  scope,
  open,
}: {
  readonly layer: PlannedLayer;
  readonly scope: string;
  readonly open: boolean;
}) {
  const picture = seen.value.get(name)?.thumbnail;
  const short = (full: string) => (full.startsWith(`${scope}.`) ? full.slice(scope.length + 1) : full);
  return (
    <li>
      <button type="button" aria-pressed={open} title={name} onClick={() => chooseLayer(name)}>
        {plan.value?.ranOn && <span class="block-picture">{picture && <img src={picture} alt="" />}</span>}
        <span>
          {short(name)}
          <small>{ops.join(" + ")}</small>
          {fused.length > 0 && <small>runs inside it: {fused.map(short).join(", ")}</small>}
        </span>
      </button>
    </li>
  );
}

function facts({ ops, shape, parameters, multiplyAdds, needed, field }: PlannedLayer) {
  const [, height, width, channels] = shape;
  return [
    ["op", ops.join(" + ")],
    ["shape", `${height} × ${width} × ${channels}`],
    ["parameters", count(parameters)],
    ["multiply-adds", count(multiplyAdds)],
    ["receptive field", field.map(fieldInWords).join("; ")],
    ...(needed ? [] : [["needed", "by no output"] as const]),
  ] as const;
}

function fieldInWords({ height, width }: PlannedLayer["field"][number]): string {
  const side = (size: number) => (Number.isFinite(size) ? String(Math.round(size)) : "all");
  return `${side(height.size)} × ${side(width.size)} pixels, a cell every ${plain(height.stride)}`;
}

function statistics({ count: all, min, max, mean, deviation, zeros, nan, infinite }: Statistics) {
  return [
    ["min", plain(min)],
    ["max", plain(max)],
    ["mean", plain(mean)],
    ["deviation σ", plain(deviation)],
    ["zeros", `${count(zeros)} (${percent(zeros, all)})`],
    ["NaN", count(nan)],
    ...(infinite > 0 ? [["infinite", count(infinite)] as const] : []),
  ] as const;
}

type Statistics = NonNullable<typeof openLayer.value>["statistics"];

function saveNumbers(name: string): void {
  const chosen = image.value;
  if (!chosen) return;
  void saving.run(async ({ signal }) => {
    const bytes = await worker.call(
      "layerFile",
      { settings: settings.value, image: chosen, layer: name },
      { signal },
    );
    saveFile(`${name}.npy`, bytes, "application/octet-stream");
  });
}
