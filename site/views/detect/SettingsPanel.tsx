/** How the network runs, and what is shown of its result. */
import { BACKENDS, hasOption } from "centernet";
import { needsAdapter } from "../../components/adapter.ts";
import { Select } from "../../components/Select.tsx";
import { Slider } from "../../components/Slider.tsx";
import { answer } from "../../state/detection.ts";
import { setParams } from "../../state/route.ts";
import { chooseBackend, chooseModel, score, setScore, settings, testTime } from "../../state/settings.ts";
import { models, modelsHere } from "../../state/weights.ts";
import { AdapterHint } from "./AdapterHint.tsx";

/** Stands for weights that are not beside the page. */
const OWN = "";
/** In a list, what leaves a setting to the model or the browser. */
const DEFAULT = "";
const MAX_THREADS_LISTED = 16;
/** The published lists of both families that run an image at several scales, and half its size, which takes a quarter. */
const SCALES = ["0.5", "0.6,1,1.2,1.5,1.8", "0.5,0.75,1,1.25,1.5"];

export function SettingsPanel() {
  const { model, weights, backend } = settings.value;
  const here = modelsHere.value;
  // The files that the user chose are told apart from the model's own.
  const own = weights !== undefined || !here.includes(model);
  return (
    <section aria-labelledby="settings-heading">
      <h2 id="settings-heading">Settings</h2>
      <Select
        label="Model"
        value={own ? OWN : model}
        values={[
          ...(own ? [[OWN, weights === undefined ? model : `${model}, your file`] as const] : []),
          ...here.map((name) => [name, name] as const),
        ]}
        onChoose={(name) => chooseModel(name)}
      />
      <Slider
        label="Score, at least"
        value={score.value}
        min={0}
        max={1}
        step={0.01}
        words={score.value.toFixed(2)}
        hint="The network is not run again."
        onMove={setScore}
      />
      <Select
        label="Backend"
        value={backend}
        values={BACKENDS.map((name) => [name, name])}
        onChoose={chooseBackend}
      />
      {needsAdapter(backend) && <AdapterHint />}
      <ModelChoices />
      <BackendChoices />
    </section>
  );
}

/** Input size, mirror image and scales, of models that leave a choice. */
function ModelChoices() {
  const { model, weights, inputSize } = settings.value;
  const known = weights === undefined ? models.value?.find(({ name }) => name === model) : answer.value?.of;
  if (!known) return null;
  const { squares, defaultSize, testTime: supported } = known;
  const sides = squares ? [...new Set([...squares.regular, ...(inputSize ? [inputSize] : [])])] : [];
  const { flip, scales } = testTime.value;
  const chosenScales = scales?.join(",") ?? DEFAULT;
  const ownSize = `${defaultSize.width} × ${defaultSize.height}`;
  return (
    <>
      {sides.length > 1 && (
        <Select
          label="Input size"
          value={inputSize ? String(inputSize) : DEFAULT}
          values={[
            [DEFAULT, `its own, ${ownSize}`],
            ...sides
              .filter((side) => side >= MIN_SIDE_LISTED || side === inputSize)
              .sort((a, b) => a - b)
              .map((side) => [String(side), `${side} × ${side}`] as const),
          ]}
          onChoose={(size) => setParams({ size: size || undefined })}
        />
      )}
      {supported.includes("flip") && (
        <Check
          label="Also run the mirror image"
          checked={flip === true}
          onToggle={(checked) => setParams({ flip: checked ? "true" : undefined })}
        />
      )}
      {supported.includes("scales") && (
        <Select
          label="Scales of the image"
          value={chosenScales}
          values={[
            [DEFAULT, "1, its own size"],
            ...[...new Set([...SCALES, chosenScales])]
              .filter((list) => list !== DEFAULT)
              .map((list) => [list, list.replaceAll(",", ", ")] as const),
          ]}
          onChoose={(list) => setParams({ scales: list || undefined })}
        />
      )}
    </>
  );
}

/** Smaller networks find nothing. */
const MIN_SIDE_LISTED = 96;

function BackendChoices() {
  const { backend, threads, build, precision, memory, fuse = true } = settings.value;
  const isOpen = [threads, build, precision, memory].some(Boolean) || !fuse;
  const counts = Array.from({ length: MAX_THREADS_LISTED }, (_, index) => String(index + 1));
  const chosen = threads ? String(threads) : DEFAULT;
  return (
    <details open={isOpen} class="more-settings">
      <summary>How it computes</summary>
      {hasOption(backend, "threads") && (
        <Select
          label="Threads"
          value={chosen}
          values={[
            [DEFAULT, "one per core"],
            ...[...new Set([...counts, chosen])]
              .filter((count) => count !== DEFAULT)
              .map((count) => [count, count] as const),
          ]}
          onChoose={(count) => setParams({ threads: count || undefined })}
        />
      )}
      {hasOption(backend, "build") && (
        <Select
          label="Build"
          value={build ?? DEFAULT}
          values={[
            [DEFAULT, "the fastest here"],
            ["plain", "plain: the same bits everywhere"],
            ["relaxed", "relaxed: fused multiply-adds"],
          ]}
          onChoose={(name) => setParams({ build: name || undefined })}
        />
      )}
      {hasOption(backend, "precision") && (
        <Select
          label="Precision"
          value={precision ?? DEFAULT}
          values={[
            [DEFAULT, "default"],
            ["exact", "exact: rounds less, slower"],
          ]}
          onChoose={(name) => setParams({ precision: name || undefined })}
        />
      )}
      {hasOption(backend, "memory") && (
        <Select
          label="Memory"
          value={memory ?? DEFAULT}
          values={[
            [DEFAULT, "default"],
            ["low", "low: less for large networks"],
          ]}
          onChoose={(name) => setParams({ memory: name || undefined })}
        />
      )}
      <Check
        label="Fuse layers"
        checked={fuse}
        onToggle={(checked) => setParams({ fuse: checked ? undefined : "false" })}
      />
    </details>
  );
}

function Check({
  label,
  checked,
  onToggle,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onToggle: (checked: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onToggle(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
