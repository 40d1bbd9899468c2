/** A model and its weights in numbers, and the button that makes the other views run it. */
import { useState } from "preact/hooks";
import { Facts } from "../../components/Facts.tsx";
import { bytes, count } from "../../components/numbers.ts";
import { hrefOf } from "../../state/route.ts";
import { chooseModel, settings } from "../../state/settings.ts";
import { nameClasses, type Opening, type WeightsDescription } from "../../state/weights.ts";

type Chosen = Extract<Opening, { phase: "opened" }>["chosen"];
interface Props {
  readonly chosen: Chosen;
  readonly description: WeightsDescription;
}

const FORMATS: Readonly<Record<string, string>> = {
  tensorbundle: "TensorFlow checkpoint",
  tfjs: "TensorFlow.js",
  torch: "PyTorch, torch.save",
};

export function WeightsFacts({ chosen, description }: Props) {
  const { name, backbone, outputs, format, parameters, gflops, layers, fusedLayers, notes, metadata } =
    description;
  const { inputSize, sizedByImage, arrays, published } = description;
  const size = `${inputSize.width} × ${inputSize.height}`;
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <Facts
        of={[
          ["model", <strong key="name">{name}</strong>],
          ["backbone", backbone],
          ["finds", outputs],
          ["classes", <Classes key="classes" of={description.classes} />],
          ["format", FORMATS[format] ?? format],
          ...(chosen.bytes === undefined ? [] : [["size", bytes(chosen.bytes)] as const]),
          ["input", sizedByImage ? `each image's own size; the figures below are for ${size}` : size],
          ["parameters", `${count(parameters)} trained, in ${count(arrays.length)} arrays`],
          ["layers", `${count(layers)}, fused ${count(fusedLayers)}`],
          ["GFLOPs", gflops.toFixed(gflops < 10 ? 2 : 1)],
          ["memory on wasm", <Memory key="memory" of={description.memory} />],
          ...(published?.boxes === undefined
            ? []
            : [["published box mAP", published.boxes.toFixed(1)] as const]),
          ...(published?.keypoints === undefined
            ? []
            : [["published keypoint mAP", published.keypoints.toFixed(1)] as const]),
        ]}
      />
      <UseModel chosen={chosen} description={description} />
      <LabelMap chosen={chosen} />
      <Metadata of={metadata} />
      <Arrays of={arrays} />
    </>
  );
}

function UseModel({ chosen, description: { name } }: Props) {
  const { model, weights, labels } = settings.value;
  const inUse = model === name && weights === chosen.weights && labels === chosen.labels;
  return (
    <div class="row">
      {inUse ? (
        <p role="status">
          In use by all views: <a href={hrefOf("detect")}>detect with it</a>.
        </p>
      ) : (
        <button type="button" class="primary" onClick={() => chooseModel(name, chosen)}>
          Use this model
        </button>
      )}
    </div>
  );
}

function Memory({ of: { total, weights, maps, low, most } }: { readonly of: WeightsDescription["memory"] }) {
  if (total > most)
    return (
      <>
        {bytes(total)}, more than WebAssembly can address ({bytes(most)})
      </>
    );
  return (
    <>
      {bytes(total)}: weights {bytes(weights)}, maps {bytes(maps)}
      {low < total && `; ${bytes(low)} with the setting low`}
    </>
  );
}

const FIRST_CLASSES = 8;

function Classes({ of: names }: { readonly of: readonly string[] }) {
  const first = names.slice(0, FIRST_CLASSES).join(", ");
  if (names.length <= FIRST_CLASSES) return <>{first}</>;
  return (
    <details>
      <summary>
        {names.length}: {first}, …
      </summary>
      {names.slice(FIRST_CLASSES).join(", ")}
    </details>
  );
}

function LabelMap({ chosen: { labels, labelsTitle } }: Pick<Props, "chosen">) {
  return (
    <div class="row">
      <label class="button">
        {labels === undefined ? "Name the classes by a file" : "Another list of classes"}
        <input
          type="file"
          class="visually-hidden"
          accept=".pbtxt,.txt,.names,.yaml,.yml,.json"
          onChange={async ({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            currentTarget.value = "";
            if (file) await nameClasses(file);
          }}
        />
      </label>
      {labels !== undefined && (
        <>
          <small>named by {labelsTitle}</small>
          <button type="button" class="quiet" onClick={() => nameClasses(undefined)}>
            Take its own names
          </button>
        </>
      )}
    </div>
  );
}

function Metadata({ of: metadata }: { readonly of: WeightsDescription["metadata"] }) {
  if (metadata.length === 0) return null;
  return (
    <details>
      <summary>What the file says of itself</summary>
      <Facts of={metadata} />
    </details>
  );
}

/** Hundreds of rows, written only if they are wanted. */
function Arrays({ of: arrays }: { readonly of: WeightsDescription["arrays"] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Its {count(arrays.length)} arrays of numbers</summary>
      {open && (
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">name</th>
              <th scope="col">shape</th>
              <th scope="col">stored as</th>
              <th scope="col">size</th>
            </tr>
          </thead>
          <tbody>
            {arrays.map(({ name, shape, dtype, byteLength }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{shape.length === 0 ? "scalar" : shape.join("×")}</td>
                <td>{dtype}</td>
                <td>{bytes(byteLength)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
