/** Corner and center pooling at work, and pairs of corners at limits of one's own. */
import { oneLine } from "centernet";
import { useEffect } from "preact/hooks";
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { ViewNotes } from "../../components/Notes.tsx";
import { Select } from "../../components/Select.tsx";
import { Slider } from "../../components/Slider.tsx";
import { StepBar } from "../../components/StepBar.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { run } from "../../state/detection.ts";
import { image } from "../../state/image.ts";
import { hrefOf } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { PairStage } from "./PairStage.tsx";
import { BoxTable, PairCounts, RejectedTable } from "./PairTables.tsx";
import { PoolPanels } from "./PoolPanels.tsx";
import { POOL_STEPS } from "./poolSteps.ts";
import {
  boxes,
  boxesImage,
  choosePool,
  chooseSource,
  embeddingDistance,
  isStale,
  largeParts,
  pairing,
  pooling,
  poolStep,
  resetLimits,
  setLimit,
  smallParts,
  source,
  startTriplets,
  tripletNotes,
} from "./triplets.ts";

/** The view shows no image unless it is asked to; what is dropped on it says all the same why it cannot be read. */
function ImageFailure() {
  const state = run.value;
  const isOwn = image.value?.source instanceof File;
  return source.value === "kites" && isOwn && state.phase === "failed" ? (
    <ErrorNote error={state.error} />
  ) : null;
}

export function TripletsView() {
  useEffect(startTriplets, []);
  return (
    <>
      <ImageFailure />
      <section aria-labelledby="pools-heading" class="pools">
        <h1 id="pools-heading">Pools: how a corner and a center come to know of their object</h1>
        <ViewNotes of={tripletNotes.value} />
        <p class="note">
          The networks' own modules, computed here in plain loops on features that were made by hand, with the
          few weights chosen so that each step has a meaning: no checkpoint is needed.
        </p>
        <StepBar
          label="Steps of the pools"
          steps={POOL_STEPS}
          current={poolStep.value.name}
          onChoose={choosePool}
        />
        <p class="pool-text" aria-live="polite">
          {poolStep.value.text}
        </p>
        <TaskLine of={pooling} />
        <PoolPanels />
      </section>
      <div class="columns decode-columns">
        <section aria-labelledby="pairs-heading" class={isStale.value ? "stale" : ""}>
          <h2 id="pairs-heading">Pairs of corners, and the center that confirms them</h2>
          <RanOn />
          <TaskLine of={pairing} />
          <div role="status" class="stale-note">
            {isStale.value && source.value === "image" && (
              <p class="note">
                Boxes of {boxesImage.value ? oneLine(boxesImage.value.name) : "the kites"}: the run goes on.
              </p>
            )}
          </div>
          <PairStage />
          <p class="note">
            Angles are corners, dots are centers. A pair of a top-left and a bottom-right corner is a box only
            if a center of its class lies in its central region, the inner frame of the chosen pair. Choose a
            box or a rejected pair in the tables.
          </p>
          <BoxTable />
        </section>
        <aside aria-label="Limits and what they reject">
          <Select
            label="Peaks of"
            value={source.value}
            values={[
              ["kites", "three kites, made by hand"],
              ["image", `the image, by ${settings.value.model}`],
            ]}
            onChoose={chooseSource}
          />
          <Slider
            label="Embeddings apart, at most"
            value={embeddingDistance.value}
            min={0}
            max={4}
            step={0.05}
            words={embeddingDistance.value.toFixed(2)}
            hint="An embedding is a number that the network gives each corner: close for corners of one object. Nothing is run again."
            onMove={(value) => setLimit("embedding", value)}
          />
          <Slider
            label="Central region of boxes up to 150 × 150"
            value={smallParts.value}
            min={1}
            max={9}
            step={2}
            words={partInWords(smallParts.value)}
            onMove={(value) => setLimit("small", value)}
          />
          <Slider
            label="Central region of larger boxes"
            value={largeParts.value}
            min={1}
            max={9}
            step={2}
            words={partInWords(largeParts.value)}
            onMove={(value) => setLimit("large", value)}
          />
          <button type="button" onClick={resetLimits}>
            Published limits
          </button>
          <PairCounts />
          <RejectedTable />
        </aside>
      </div>
    </>
  );
}

function RanOn() {
  const found = boxes.value;
  if (!found) return null;
  if (!found.ranOn) {
    return (
      <p class="note" data-runs={found.runs}>
        Peaks that were made by hand, decoded as every network's are. To see your own image, load a checkpoint
        of CenterNet-52 or CenterNet-104.
      </p>
    );
  }
  return (
    <>
      <p class="note" data-runs={found.runs}>
        Peaks of one run on {found.ranOn}. At the published limits the boxes are those that Detect shows.
      </p>
      <details>
        <summary>This network's own pools: {found.poolLayers.length} layers</summary>
        <ul class="layers">
          {found.poolLayers.map((layer) => (
            <li key={layer}>
              <a href={hrefOf("network", { layer })}>{layer}</a>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function partInWords(parts: number): string {
  return parts === 1 ? "all of it" : `the middle 1/${parts}`;
}
