/** The image with its detections, their numbers, and how they came about. */
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { run } from "../../state/detection.ts";
import { DetectionTable } from "./DetectionTable.tsx";
import { ImageSources } from "./ImageSources.tsx";
import { RunFacts } from "./RunFacts.tsx";
import { SettingsPanel } from "./SettingsPanel.tsx";
import { Stage } from "./Stage.tsx";

export function DetectView() {
  const state = run.value;
  return (
    <div class="columns">
      <section aria-labelledby="image-heading">
        <h1 id="image-heading">Image</h1>
        <Stage />
        <ImageSources />
        {state.phase === "failed" && <ErrorNote error={state.error} />}
        <DetectionTable />
      </section>
      <aside aria-label="Settings and times">
        <SettingsPanel />
        <RunFacts />
      </aside>
    </div>
  );
}
