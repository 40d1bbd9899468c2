/** What is compared with what. */
import { BACKENDS, oneLine } from "centernet";
import { filesOf } from "../../components/droppedFiles.ts";
import { Select } from "../../components/Select.tsx";
import { setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import type { Side } from "../../worker/compare/sides.ts";
import { ImageSources } from "../detect/ImageSources.tsx";
import { files } from "./comparison.ts";
import { bothSides, type Partner, partner, setPartner, setSide } from "./sides.ts";

const MODELS = ["movenet-multipose", "movenet-lightning"];
const PARTNER_WORDS: Readonly<Record<Partner, string>> = {
  run: "another run",
  golden: "a golden case",
  tensors: "tensors of another program",
};

export function CompareSettings() {
  const { model } = settings.value;
  const kind = partner.value;
  const known = MODELS.includes(model) ? MODELS : [...MODELS, model];
  return (
    <section aria-labelledby="sides-heading">
      <h2 id="sides-heading">What is compared</h2>
      {kind !== "golden" && (
        <>
          <ImageSources />
          <Select
            label="Model"
            value={model}
            values={known.map((name) => [name, name])}
            onChoose={(name) => setParams({ model: name, layer: undefined, channel: undefined })}
          />
        </>
      )}
      <SideFields name="a" title="A" />
      <Select
        label="B is"
        value={kind}
        values={Object.entries(PARTNER_WORDS) as [Partner, string][]}
        onChoose={(name) => {
          files.value = [];
          setPartner(name);
        }}
      />
      {kind === "run" ? <SideFields name="b" title="B" /> : <OwnFiles kind={kind} />}
    </section>
  );
}

function SideFields({ name, title }: { readonly name: "a" | "b"; readonly title: string }) {
  const side = bothSides.value[name];
  const { backend, build, precision, fuse } = side;
  const change = (patch: { readonly [Key in keyof Side]?: Side[Key] | undefined }) => {
    const changed = { ...side, ...patch };
    setSide(name, changed as Side);
  };
  return (
    <fieldset class="side">
      <legend>{title}</legend>
      <Select
        label="Backend"
        value={backend}
        values={BACKENDS.map((each) => [each, each])}
        onChoose={(chosen) => change({ backend: chosen, build: undefined })}
      />
      {partner.value !== "golden" && (
        <Select
          label="Layers"
          value={fuse ? "fused" : "unfused"}
          values={[
            ["fused", "fused"],
            ["unfused", "op by op"],
          ]}
          onChoose={(chosen) => change({ fuse: chosen === "fused" })}
        />
      )}
      {backend === "wasm" && (
        <Select
          label="Build"
          value={build ?? ""}
          values={[
            ["", "best here"],
            ["plain", "plain SIMD"],
            ["relaxed", "relaxed SIMD"],
          ]}
          onChoose={(chosen) => change({ build: chosen || undefined })}
        />
      )}
      <Select
        label="Precision"
        value={precision ?? ""}
        values={[
          ["", "default"],
          ["exact", "exact"],
        ]}
        onChoose={(chosen) => change({ precision: chosen || undefined })}
      />
    </fieldset>
  );
}

function OwnFiles({ kind }: { readonly kind: "golden" | "tensors" }) {
  const choose = (input: HTMLInputElement) => {
    files.value = [...(input.files ?? [])];
    // The same files may be chosen again.
    input.value = "";
  };
  const isGolden = kind === "golden";
  return (
    <fieldset
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={async (event) => {
        event.preventDefault();
        files.value = await filesOf(event.dataTransfer);
      }}
    >
      <legend>B</legend>
      {isGolden && (
        <label class="button">
          Choose a folder
          <input
            type="file"
            class="visually-hidden"
            ref={(input) => input?.setAttribute("webkitdirectory", "")}
            onChange={({ currentTarget }) => choose(currentTarget)}
          />
        </label>
      )}
      <label class="button">
        Choose files
        <input
          type="file"
          class="visually-hidden"
          multiple
          onChange={({ currentTarget }) => choose(currentTarget)}
        />
      </label>
      <small>
        {isGolden
          ? "Or drop them here: case.json and its tensors."
          : "Or drop them here: a safetensors file, or .npy files."}{" "}
        They stay on this machine.
      </small>
      {files.value.length > 0 && (
        <p class="note">{files.value.map(({ name }) => oneLine(name)).join(", ")}</p>
      )}
    </fieldset>
  );
}
