/** What a layer is, and what its numbers are like. */
import { Facts } from "../../components/Facts.tsx";
import { HistogramBars } from "../../components/HistogramBars.tsx";
import { count, percent, plain } from "../../components/numbers.ts";
import { saveFile } from "../../components/saveFile.ts";
import { image } from "../../state/image.ts";
import { settings } from "../../state/settings.ts";
import { worker } from "../../state/worker.ts";
import { block, chooseLayer, layer, openLayer, type PlannedLayer, reading } from "./network.ts";

export function LayerPanel() {
  const [shown, around] = [layer.value, block.value];
  if (!shown || !around) return null;
  const numbers = openLayer.value?.layer === shown.name ? openLayer.value : undefined;
  return (
    <>
      <h2>{around.name}</h2>
      <ul class="layers" aria-label="Layers of this block, in their order">
        {around.nodes.map(({ name, op }) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={name === shown.name}
              title={name}
              onClick={() => chooseLayer(name)}
            >
              {name === around.name ? name : name.slice(around.name.length + 1)}
              <small>{op}</small>
            </button>
          </li>
        ))}
      </ul>
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
          <button type="button" onClick={() => saveNumbers(shown.name)}>
            Save as .npy
          </button>
        </>
      )}
    </>
  );
}

function facts({ op, shape, parameters, multiplyAdds, needed, field }: PlannedLayer) {
  const [, height, width, channels] = shape;
  return [
    ["op", op.replaceAll("+", " + ")],
    ["output", `${height} × ${width} × ${channels}`],
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
    ["range", `${plain(min)} to ${plain(max)}`],
    ["mean", plain(mean)],
    ["deviation σ", plain(deviation)],
    ["zeros", percent(zeros, all)],
    ["NaN", count(nan)],
    ...(infinite > 0 ? [["infinite", count(infinite)] as const] : []),
  ] as const;
}

type Statistics = NonNullable<typeof openLayer.value>["statistics"];

function saveNumbers(name: string): void {
  const chosen = image.value;
  if (!chosen) return;
  void reading.run(async ({ signal }) => {
    const bytes = await worker.call(
      "layerFile",
      { settings: settings.value, image: chosen, layer: name },
      { signal },
    );
    saveFile(`${name}.npy`, bytes, "application/octet-stream");
  });
}
