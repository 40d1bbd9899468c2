/** How the network runs, and what is shown of its result. */
import { BACKENDS } from "centernet";
import { Select } from "../../components/Select.tsx";
import { Slider } from "../../components/Slider.tsx";
import { setParams } from "../../state/route.ts";
import { score, setScore, settings } from "../../state/settings.ts";

const MODELS = ["movenet-multipose", "movenet-lightning"] as const;

export function SettingsPanel() {
  const { model, backend } = settings.value;
  const known = MODELS.includes(model as (typeof MODELS)[number]) ? MODELS : [...MODELS, model];
  return (
    <section aria-labelledby="settings-heading">
      <h2 id="settings-heading">Settings</h2>
      <Select
        label="Model"
        value={model}
        values={known.map((name) => [name, name])}
        onChoose={(name) => setParams({ model: name })}
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
        onChoose={(name) => setParams({ backend: name })}
      />
    </section>
  );
}
