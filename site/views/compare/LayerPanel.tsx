/** A layer of both runs: A, B and their difference, with the element that differs most. Values that are not kept are run again. */
import { useEffect, useState } from "preact/hooks";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { Slider } from "../../components/Slider.tsx";
import { saveFile } from "../../components/saveFile.ts";
import { TaskLine } from "../../components/TaskLine.tsx";
import { route, setParams } from "../../state/route.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { Compared } from "../../worker/compare/compare.ts";
import type { PageHandlers } from "../../worker/worker.ts";
import { exact, place, short } from "./numbers.ts";

type Drawn = Awaited<ReturnType<PageHandlers["compareLayer"]>>;
type Map = NonNullable<Drawn>["a"];

const GONE =
  "The values of this comparison are no longer held: the page's worker was replaced. Compare again.";

const drawing = task();
const saving = task();

export function LayerPanel({ result, name }: { readonly result: Compared; readonly name: string }) {
  const layer = result.layers.find((each) => each.name === name);
  const channel = route.value.params.channel;
  const [drawn, setDrawn] = useState<Drawn>();
  const hasMaps = layer?.hasMaps ?? false;
  useEffect(() => {
    if (!hasMaps) return setDrawn(undefined);
    const query = { name, ...(channel && /^\d+$/.test(channel) && { channel: Number(channel) }) };
    void drawing.run(async (tools) => {
      tools.onProgress({ text: `reading ${name}` });
      const answer = await worker.call("compareLayer", query, tools);
      if (!answer) throw new Error(GONE);
      setDrawn(answer);
    });
    return drawing.end;
  }, [result, name, channel, hasMaps]);
  useEffect(() => saving.end, [result, name]);

  if (!layer) return <p class="note">This comparison has no layer {name}.</p>;
  const { max, rms, unit, worst, note, shape } = layer;
  const inUnit = unit === "σ" ? " σ" : "";
  const isDrawn = hasMaps && drawn?.name === name;
  return (
    <section class="layer" aria-labelledby="layer-heading">
      <header class="layer-head">
        <h2 id="layer-heading">
          <code>{name}</code> <small>{shape.join(" × ")}</small>
        </h2>
        <button
          type="button"
          class="quiet"
          onClick={() => setParams({ layer: undefined, channel: undefined })}
        >
          Close
        </button>
      </header>
      <p>
        {Number.isNaN(max)
          ? "Not compared."
          : `Largest difference ${short(max)}${inUnit}, RMS ${short(rms)}${inUnit}.`}{" "}
        {worst
          ? `Worst at ${place(worst.position)}: A ${exact(worst.a)}, B ${exact(worst.b)}.`
          : !Number.isNaN(max) && "No number differs."}{" "}
        {note && `Note: ${note}.`}
      </p>
      {/* Another channel of the same layer comes at once: a line that comes and goes would only shift the maps. */}
      {hasMaps && !(isDrawn && drawing.state.value.phase === "running") && <TaskLine of={drawing} />}
      {isDrawn && (
        <>
          <div class="maps">
            <MapFigure title="A" of={result.a} map={drawn.a} drawn={drawn} />
            <MapFigure title="B" of={result.b} map={drawn.b} drawn={drawn} />
            <MapFigure title="A − B" of="this channel" map={drawn.difference} drawn={drawn} />
            <MapFigure title="|A − B|" of="largest over all channels" map={drawn.largest} drawn={drawn} all />
          </div>
          <div class="row">
            <div class="channel-choice">
              <Slider
                label="Channel"
                value={drawn.channel}
                min={0}
                max={drawn.channels - 1}
                step={1}
                words={`${drawn.channel} of ${drawn.channels}`}
                onMove={(value) => setParams({ channel: String(value) }, { replace: true })}
              />
            </div>
            {worst && drawn.worst && (
              <button type="button" onClick={() => setParams({ channel: String(drawn.worst?.position[3]) })}>
                Channel of the worst element
              </button>
            )}
            <SaveNpy name={name} side="a" />
            <SaveNpy name={name} side="b" />
          </div>
          <TaskLine of={saving} hasOwnButton />
        </>
      )}
    </section>
  );
}

function MapFigure({
  title,
  of,
  map: { bitmap, range },
  drawn,
  all = false,
}: {
  readonly title: string;
  readonly of: string;
  readonly map: Map;
  readonly drawn: NonNullable<Drawn>;
  /** Whether it shows every channel. */
  readonly all?: boolean;
}) {
  const { worst, channel, width, height } = drawn;
  const marked = worst && (all || worst.position[3] === channel) ? worst.position : undefined;
  const what = all ? "all channels" : `channel ${channel}`;
  const where = marked ? `, worst element at ${place(marked)}` : "";
  return (
    <figure class="map">
      <figcaption>
        <strong>{title}</strong> <small>{of}</small>
      </figcaption>
      <div class="map-box" style={{ aspectRatio: `${width} / ${height}` }}>
        <BitmapCanvas
          bitmap={bitmap}
          pixelated
          alt={`${title}, ${what}, values from ${short(range.min)} to ${short(range.max)}${where}`}
        />
        {marked && (
          <span
            class="worst"
            aria-hidden="true"
            style={{
              left: `${((marked[2] + 0.5) / width) * 100}%`,
              top: `${((marked[1] + 0.5) / height) * 100}%`,
            }}
          />
        )}
      </div>
      <small>
        {short(range.min)} to {short(range.max)}
      </small>
    </figure>
  );
}

function SaveNpy({ name, side }: { readonly name: string; readonly side: "a" | "b" }) {
  const save = () =>
    saving.run(async (tools) => {
      const bytes = await worker.call("compareNpy", { name, side }, tools);
      if (!bytes) throw new Error(GONE);
      saveFile(`${name}.${side}.npy`, bytes, "application/octet-stream");
    });
  return (
    <button type="button" onClick={save}>
      Save {side.toUpperCase()} as .npy
    </button>
  );
}
