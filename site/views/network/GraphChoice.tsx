/** Which network is looked at: the one that runs, or the graph alone of any published model. */
import { useEffect } from "preact/hooks";
import { Select } from "../../components/Select.tsx";
import { settings } from "../../state/settings.ts";
import { models, refreshModels } from "../../state/weights.ts";
import { chooseGraph, graphOf } from "./network.ts";

/** Stands for the network that runs. */
const RUNNING = "";

export function GraphChoice() {
  useEffect(() => {
    if (!models.value) void refreshModels();
  }, []);
  const { model } = settings.value;
  const others = models.value?.filter(({ name }) => name !== model) ?? [];
  const chosen = graphOf.value ?? RUNNING;
  const isListed = chosen === RUNNING || others.some(({ name }) => name === chosen);
  return (
    <div class="graph-choice">
      <Select
        label="Network"
        value={chosen}
        values={[
          [RUNNING, model],
          ...others.map(({ name, backbone }) => [name, `graph of ${name}: ${backbone}`] as const),
          ...(isListed ? [] : [[chosen, `graph of ${chosen}`] as const]),
        ]}
        onChoose={(name) => chooseGraph(name === RUNNING ? undefined : name)}
      />
    </div>
  );
}
