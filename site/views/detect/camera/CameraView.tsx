/** The camera's frames with what is found in them. */
import { useEffect, useRef } from "preact/hooks";
import { BitmapCanvas } from "../../../components/BitmapCanvas.tsx";
import { Facts } from "../../../components/Facts.tsx";
import { count } from "../../../components/numbers.ts";
import { Select } from "../../../components/Select.tsx";
import { frame, isLive } from "../../../state/camera.ts";
import { score } from "../../../state/settings.ts";
import { DetectionTable } from "../DetectionTable.tsx";
import { Overlay } from "../Overlay.tsx";
import {
  choice,
  chooseCamera,
  devices,
  followCamera,
  freeze,
  goOn,
  isMirrored,
  keepFrame,
  mirror,
  pace,
  start,
  state,
  waiting,
} from "./camera.ts";
import "../../../styles/camera.css";

export function CameraView() {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => followCamera(video.current as HTMLVideoElement), []);
  const now = state.value;
  const newest = frame.value;
  const [width, height] = newest ? [newest.width, newest.height] : [4, 3];
  const runs = now.phase === "on" || now.phase === "frozen";
  return (
    <section aria-labelledby="camera-heading">
      <h1 id="camera-heading">Camera</h1>
      <figure
        class={isMirrored.value ? "stage fitted camera mirrored" : "stage fitted camera"}
        style={{ "--ratio": String(width / height) }}
        data-runs={newest?.runs}
      >
        {/* Detected frames are drawn over it; until there is one, it shows that the camera runs. */}
        <video ref={video} playsInline muted aria-label="The camera" />
        {newest && (
          <>
            <BitmapCanvas bitmap={newest.frame} alt="" />
            <Overlay
              found={newest.detections.filter((found) => found.score >= score.value)}
              width={width}
              height={height}
              mirrored={isMirrored.value}
            />
          </>
        )}
        {!newest && (runs || now.phase === "starting") && <p class="camera-wait">{waiting.value}</p>}
      </figure>
      <Controls video={video} />
      {now.phase === "failed" && (
        <p class="error" role="alert">
          {now.text}
        </p>
      )}
      {now.phase === "stopped" && (
        <p class="address-notes" role="status">
          {now.text}
        </p>
      )}
      {newest && <PaceFacts />}
      {newest && <DetectionTable of={newest} />}
    </section>
  );
}

function Controls({ video }: { readonly video: { readonly current: HTMLVideoElement | null } }) {
  const { phase } = state.value;
  const element = () => video.current as HTMLVideoElement;
  return (
    <>
      <div class="row camera-row">
        {phase === "frozen" ? (
          <button type="button" onClick={() => goOn(element())}>
            Go on
          </button>
        ) : phase === "on" || phase === "starting" ? (
          <button type="button" disabled={!frame.value} onClick={freeze}>
            Freeze
          </button>
        ) : (
          <button type="button" onClick={() => start(element())}>
            Start the camera
          </button>
        )}
        {frame.value && (
          <button type="button" onClick={keepFrame}>
            Use the frame as an image
          </button>
        )}
        <button type="button" onClick={() => (isLive.value = false)}>
          Close the camera
        </button>
        <Select
          label="Camera"
          value={choice.value}
          values={[
            ["user", "front"],
            ["environment", "back"],
            ...devices.value.map(
              ({ deviceId, label }, index) => [deviceId, label || `camera ${index + 1}`] as const,
            ),
          ]}
          onChoose={(chosen) => chooseCamera(chosen, element())}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={isMirrored.value}
            onChange={({ currentTarget }) => mirror(currentTarget.checked)}
          />
          Mirror
        </label>
      </div>
      <p class="note">
        Frames are detected here and forgotten. Only what is shown is mirrored; the numbers are of the frame
        as it is. The camera ends when you leave this view or hide the page.
      </p>
    </>
  );
}

/** How many frames, and how fast. */
function PaceFacts() {
  const { detected, skipped, rate, milliseconds } = pace.value;
  return (
    <Facts
      of={[
        ["frames", `${count(detected)} detected, ${count(skipped)} skipped for newer ones`],
        ["rate", rate === undefined ? "–" : `${rate.toFixed(1)} frames/s`],
        ["delay", milliseconds === undefined ? "–" : `${milliseconds.toFixed(0)} ms`],
      ]}
    />
  );
}
