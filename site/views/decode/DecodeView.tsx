/** From heatmap to box, step by step, for one peak; and why there is nothing at a cell. */
import { useEffect } from "preact/hooks";
import { ViewNotes } from "../../components/Notes.tsx";
import { Select } from "../../components/Select.tsx";
import { StaleNote } from "../../components/StaleNote.tsx";
import { StepBar } from "../../components/StepBar.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { hrefOf } from "../../state/route.ts";
import { testTime } from "../../state/settings.ts";
import {
  candidate,
  chooseKeypoint,
  chooseStep,
  decoded,
  decodeNotes,
  decoding,
  findsCorners,
  keypoint,
  maps,
  stale,
  startDecode,
  step,
  steps,
  why,
} from "./decode.ts";
import { Panels } from "./Panels.tsx";
import { PeakTable } from "./PeakTable.tsx";
import { onPage, sentencesOf } from "./steps.ts";

export function DecodeView() {
  useEffect(startDecode, []);
  const found = decoded.value;
  const isOneView = !testTime.value.flip && !testTime.value.scales;
  return (
    <div class="columns decode-columns">
      <section aria-labelledby="decode-heading" class={stale.value ? "decode stale" : "decode"}>
        <h1 id="decode-heading">Decode: from the maps to a box</h1>
        <ViewNotes of={decodeNotes.value} />
        {found && (
          <p class="note" data-runs={found.runs}>
            Maps of one run on {found.ranOn}
            {isOneView
              ? ": the one whose boxes Detect shows."
              : ", of the image as it is. Detect's boxes come from its mirror image or other scales as well."}{" "}
            Nothing here runs the network again.
          </p>
        )}
        {findsCorners.value && (
          <p class="note">
            This model finds corners, not centers alone: see <a href={hrefOf("triplets")}>Triplets</a>.
          </p>
        )}
        <TaskLine of={decoding} />
        <StaleNote of={stale.value} what="Steps" />
        {found && candidate.value && (
          <>
            <StepBar
              label="Steps of the decode"
              steps={steps.value}
              current={step.value?.name}
              onChoose={chooseStep}
            />
            <StepText />
            <Panels />
          </>
        )}
      </section>
      <aside aria-label="Peaks">
        <h2>Follow a peak</h2>
        <PeakTable />
        <h2>Why not here?</h2>
        <WhyText />
      </aside>
    </div>
  );
}

function StepText() {
  const [found, chosen, at] = [decoded.value, candidate.value, step.value];
  if (!found || !chosen || !at) return null;
  const isOfKeypoint = at.maps.includes("keypoint") || at.maps.includes("ranking");
  return (
    <div class="step-text">
      <p aria-live="polite">
        {onPage(sentencesOf(at, found, chosen, keypoint.value, maps.value.heatmap).join(" "))}
      </p>
      {isOfKeypoint && chosen.keypoints && (
        <Select
          label="Keypoint"
          value={String(keypoint.value)}
          values={chosen.keypoints.map(({ name }, index) => [String(index), onPage(name)])}
          onChoose={(index) => chooseKeypoint(Number(index))}
        />
      )}
    </div>
  );
}

function WhyText() {
  const answer = why.value;
  if (!answer) return <p class="note">Click a cell of a map, or focus the map and use the arrow keys.</p>;
  return (
    <div class="why" aria-live="polite">
      {answer.sentences.map((sentence) => (
        <p key={sentence}>{onPage(sentence)}</p>
      ))}
    </div>
  );
}
