/** The running network: its form, every layer at a glance, and one layer with all of its numbers. */
import { useEffect } from "preact/hooks";
import { TaskLine } from "../../components/TaskLine.tsx";
import { setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { ChannelGrid } from "./ChannelGrid.tsx";
import { LayerFinder } from "./LayerFinder.tsx";
import { LayerPanel } from "./LayerPanel.tsx";
import { NetworkGraph } from "./NetworkGraph.tsx";
import { plan, reading, startNetwork, unknownLayer, walk } from "./network.ts";

export function NetworkView() {
  useEffect(startNetwork, []);
  const shown = plan.value;
  const layers = shown?.blocks.reduce((sum, { nodes }) => sum + nodes.length, 0) ?? 0;
  const fused = settings.value.fuse !== false;
  return (
    <div class="columns">
      <section aria-labelledby="network-heading" class="network">
        <h1 id="network-heading">
          {shown
            ? `${shown.model}: ${layers} ${fused ? "fused " : ""}layers in ${shown.blocks.length - 1} blocks`
            : "Network"}
        </h1>
        {shown && (
          <p class="note">
            Ran on {shown.ranOn}. Rows are resolutions; a block shows the mean of |activation| of its last
            layer.
          </p>
        )}
        <div class="row">
          <LayerFinder />
          <label class="check">
            <input
              type="checkbox"
              checked={!fused}
              onChange={({ currentTarget }) =>
                setParams({ fuse: currentTarget.checked ? "false" : undefined, layer: undefined })
              }
            />
            each op on its own
          </label>
        </div>
        {unknownLayer.value && (
          <p class="note">
            This network has no layer "{unknownLayer.value}" as it runs: another one is shown.
          </p>
        )}
        {shown && <NetworkGraph plan={shown} />}
        <TaskLine of={walk} />
        <ChannelGrid />
        <TaskLine of={reading} />
      </section>
      <aside aria-label="Layer">
        <LayerPanel />
      </aside>
    </div>
  );
}
