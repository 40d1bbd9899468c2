/** Which run the detections are of, and where its time went. */
import { Facts } from "../../components/Facts.tsx";
import type { DetectAnswer } from "../../worker/detect.ts";

const STEPS = ["decode", "preprocess", "network", "postprocess"] as const;

export function RunFacts({
  of: { times, ranOn, notes, model },
  decodedBy,
}: {
  readonly of: Pick<DetectAnswer, "times" | "ranOn" | "notes" | "model">;
  /** Who made the file or the frame pixels, in words. */
  readonly decodedBy: string;
}) {
  const total = STEPS.reduce((sum, step) => sum + times[step], 0);
  return (
    <section aria-labelledby="times-heading">
      <h2 id="times-heading">Time, {total.toFixed(0)} ms</h2>
      <div class="time-bar" aria-hidden="true">
        {STEPS.map((step) => (
          <span key={step} class={step} style={{ flexGrow: String(times[step]) }} />
        ))}
      </div>
      <Facts
        of={[
          ...STEPS.map((step) => [step, `${times[step].toFixed(1)} ms`] as const),
          ["loading the model", `${times.load.toFixed(0)} ms, once`],
          ["model", model],
          ["ran on", ranOn],
          ["decoded by", decodedBy],
        ]}
      />
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {!crossOriginIsolated && <HowToIsolate />}
    </section>
  );
}

/** Without isolation a page has no memory that threads could share. */
function HowToIsolate() {
  return (
    <details class="more-settings">
      <summary>How to get more threads</summary>
      <p class="note">
        Threads share memory, which browsers allow only to pages that are isolated from others.{" "}
        <code>npx centernet serve</code> serves this page so; so does any host that sends the headers{" "}
        <code>Cross-Origin-Opener-Policy: same-origin</code> and{" "}
        <code>Cross-Origin-Embedder-Policy: require-corp</code>. On hosts without them, the page’s service
        worker adds them, which private windows of some browsers do not allow.
      </p>
    </details>
  );
}
