/** How the network runs, and what is shown of its result. */
import { BACKENDS } from "centernet";
import { Select } from "../../components/Select.tsx";
import { Slider } from "../../components/Slider.tsx";
import { chooseBackend, chooseModel, score, setScore, settings } from "../../state/settings.ts";
import { modelsHere } from "../../state/weights.ts";

/** Stands for weights that are not beside the page. */
const OWN = "";

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
    </section>
  );
}
