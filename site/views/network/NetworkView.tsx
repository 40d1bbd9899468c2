/** The running network: its form, every layer at a glance, and one layer with all of its numbers. */
import { useEffect } from "preact/hooks";
import { ViewNotes } from "../../components/Notes.tsx";
import { StaleNote } from "../../components/StaleNote.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { narrow } from "../../state/narrow.ts";
import { route, setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { tourStep } from "../../state/tour.ts";
import { BlockList } from "./BlockList.tsx";
import { ChannelGrid } from "./ChannelGrid.tsx";
import { GraphChoice } from "./GraphChoice.tsx";
import { ColorChoice, ColorLegend } from "./GraphColors.tsx";
import { FinderNote, LayerFinder } from "./LayerFinder.tsx";
import { LayerPanel } from "./LayerPanel.tsx";
import { LayerSheet } from "./LayerSheet.tsx";
import { NetworkGraph } from "./NetworkGraph.tsx";
import {
  layerName,
  networkNotes,
  plan,
  reading,
  staleSeen,
  startNetwork,
  unknownLayer,
  walk,
} from "./network.ts";

export function NetworkView() {
  useEffect(startNetwork, []);
  const shown = plan.value;
  const layers = shown?.blocks.reduce((sum, { nodes }) => sum + nodes.length, 0) ?? 0;
  // The tour's card stays in reach beside the sheet.
  const beside = tourStep.value !== undefined;
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
            {shown.ranOn
              ? `Ran on ${shown.ranOn}. A block shows how strongly its last layer answers, |activation| averaged over channels.`
              : "The graph alone: nothing runs, and no weights are needed."}
            {!narrow.value && " Rows are resolutions, so down is coarser; arrow keys move along edges."}
          </p>
        )}
        <div class="row">
          <GraphChoice />
          <LayerFinder />
          <ColorChoice />
          <label
            class="check"
            title="Convolution, bias, sum and activation as layers of their own, each with its map. Other last bits."
          >
            <input
              type="checkbox"
              checked={!fused}
              onChange={({ currentTarget }) =>
                setParams({ fuse: currentTarget.checked ? "false" : undefined, cell: undefined })
              }
            />
            each op on its own
          </label>
        </div>
        <FinderNote />
        <ViewNotes of={networkNotes.value} />
        {unknownLayer.value && <UnknownLayer asked={unknownLayer.value} />}
        <StaleNote of={staleSeen.value} what="The pictures are still" />
        {shown &&
          (narrow.value ? (
            <>
              <ColorLegend />
              <BlockList plan={shown} />
            </>
          ) : (
            <NetworkGraph plan={shown} />
          ))}
        <TaskLine of={walk} />
        {!narrow.value && <ChannelGrid />}
        {!narrow.value && !failedAlike() && <TaskLine of={reading} />}
      </section>
      {narrow.value ? (
        shown && route.value.params.layer && <LayerSheet key={String(beside)} beside={beside} />
      ) : (
        <aside aria-label="Layer">
          <LayerPanel />
        </aside>
      )}
    </div>
  );
}

/** What is wrong with the image or the backend is said once. */
function failedAlike(): boolean {
  const [walked, read] = [walk.state.value, reading.state.value];
  return walked.phase === "failed" && read.phase === "failed" && walked.error.message === read.error.message;
}

function UnknownLayer({ asked }: { readonly asked: string }) {
  const within = plan.value?.blocks.some(({ nodes }) => nodes.some(({ fused }) => fused.includes(asked)));
  return (
    <p class="note">
      {within
        ? `${asked} runs inside ${layerName.value}, which is shown.`
        : `This network has no layer "${asked}" as it runs: another one is shown.`}
    </p>
  );
}
