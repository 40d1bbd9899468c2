/** What a layer computes with: its parameters as numbers, as a histogram, and a kernel in color. Read when opened. */
import { useEffect, useState } from "preact/hooks";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { Facts } from "../../components/Facts.tsx";
import { HistogramBars } from "../../components/HistogramBars.tsx";
import { count, plain } from "../../components/numbers.ts";
import { Select } from "../../components/Select.tsx";
import { Slider } from "../../components/Slider.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { settings } from "../../state/settings.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import { type OpenWeights, openChannel, type PlannedLayer } from "./network.ts";

const opening = task();

export function WeightsPanel({ layer }: { readonly layer: PlannedLayer }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="source" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span>Weights</span> <small>{count(layer.parameters)} numbers</small>
      </summary>
      {open && <Weights layer={layer} />}
    </details>
  );
}

function Weights({ layer: { name, roles, shape } }: { readonly layer: PlannedLayer }) {
  const [role, setRole] = useState(roles[0]);
  const [output, setOutput] = useState(openChannel.value?.channel ?? 0);
  const [page, setPage] = useState(0);
  const [weights, setWeights] = useState<OpenWeights>();
  const chosen = settings.value;
  useEffect(() => {
    const query = { settings: chosen, layer: name, role, output, page };
    void opening.run(async (tools) => setWeights(await worker.call("weights", query, tools)));
    return opening.end;
  }, [chosen, name, role, output, page]);
  const { phase } = opening.state.value;
  if (!weights || phase === "failed" || phase === "canceled") return <TaskLine of={opening} />;
  const { statistics, histogram, grid } = weights;
  const range = `${plain(statistics.min)} to ${plain(statistics.max)}`;
  return (
    <>
      <Select
        label="Parameter"
        value={role}
        values={roles.map((each) => [each, each] as const)}
        onChoose={setRole}
      />
      {grid && <KernelGrid grid={grid} name={name} output={output} range={range} />}
      {grid?.form === "inputs" && (
        <Slider
          label="Output channel"
          value={output}
          min={0}
          max={shape[3] - 1}
          step={1}
          onMove={setOutput}
        />
      )}
      {grid && grid.all > grid.pageSize && (
        <nav class="pages" aria-label="Pages of weights">
          <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous {grid.pageSize}
          </button>
          <button
            type="button"
            disabled={grid.from + grid.count >= grid.all}
            onClick={() => setPage(page + 1)}
          >
            Next
          </button>
        </nav>
      )}
      <Facts
        of={[
          ["shape", weights.shape.join(" × ")],
          ["range", range],
          ["mean", plain(statistics.mean)],
          ["deviation σ", plain(statistics.deviation)],
          ["zeros", count(statistics.zeros)],
        ]}
      />
      <HistogramBars
        of={histogram}
        alt={`Histogram of the ${role} of ${name}: ${count(statistics.count)} numbers from ${range}`}
      />
    </>
  );
}

function KernelGrid({
  grid: { bitmap, form, from, count: drawn, all, range: colors },
  name,
  output,
  range,
}: {
  readonly grid: NonNullable<OpenWeights["grid"]>;
  readonly name: string;
  readonly output: number;
  readonly range: string;
}) {
  const tiles = `${from} to ${from + drawn - 1} of ${all}`;
  const words = {
    matrix: "a row for each output channel, a column for each input channel",
    channels: `a tile for each channel, ${tiles}`,
    inputs: `output channel ${output}: a tile for each input channel, ${tiles}`,
  }[form];
  return (
    <figure class="kernel">
      <BitmapCanvas bitmap={bitmap} pixelated alt={`Kernel of ${name}, ${words}; numbers from ${range}`} />
      <figcaption class="note">
        {words[0].toUpperCase()}
        {words.slice(1)}. Blue is negative, orange positive: {plain(colors.min)} to {plain(colors.max)}.
      </figcaption>
    </figure>
  );
}
