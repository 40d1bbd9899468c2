/** The image with its detections, their numbers, and how they came about. */
import { useEffect } from "preact/hooks";
import { lazy } from "../../components/lazy.tsx";
import { frame, isLive } from "../../state/camera.ts";
import { answer } from "../../state/detection.ts";
import { DetectionTable } from "./DetectionTable.tsx";
import { ImageSources } from "./ImageSources.tsx";
import { ImageStrip } from "./ImageStrip.tsx";
import { RunFacts } from "./RunFacts.tsx";
import { RunState } from "./RunState.tsx";
import { SaveRow } from "./SaveRow.tsx";
import { SettingsPanel } from "./SettingsPanel.tsx";
import { Stage } from "./Stage.tsx";
import { dropImages, isDraggedOver, pasteEvent } from "./sources.ts";

const CameraView = lazy(async () => (await import("./camera/CameraView.tsx")).CameraView, "camera’s code");

export function DetectView() {
  useEffect(() => {
    document.addEventListener("paste", pasteEvent);
    return () => document.removeEventListener("paste", pasteEvent);
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can be chosen by a button, too.
    <div
      class={isDraggedOver.value ? "columns detect over" : "columns detect"}
      onDragOver={(event) => {
        event.preventDefault();
        isDraggedOver.value = true;
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) isDraggedOver.value = false;
      }}
      onDrop={async (event) => {
        event.preventDefault();
        isDraggedOver.value = false;
        await dropImages(event.dataTransfer);
      }}
    >
      {isLive.value ? <CameraView /> : <Image />}
      <aside aria-label="Settings and times">
        <SettingsPanel />
        <Times />
      </aside>
    </div>
  );
}

function Image() {
  return (
    <section aria-labelledby="image-heading">
      <h1 id="image-heading">Image</h1>
      <Stage />
      <ImageStrip />
      <ImageSources camera />
      <RunState />
      {answer.value && <DetectionTable of={answer.value} />}
      <SaveRow />
    </section>
  );
}

function Times() {
  if (isLive.value) {
    return frame.value ? <RunFacts of={frame.value} decodedBy="the camera and this browser" /> : null;
  }
  if (!answer.value) return null;
  const decodedBy =
    answer.value.decodedBy === "browser"
      ? "the browser, whose pixels differ between browsers"
      : "this library, as on the command line";
  return <RunFacts of={answer.value} decodedBy={decodedBy} />;
}
