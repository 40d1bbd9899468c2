/** Says whose numbers are still shown while a run on another image, or with other settings, goes on. */
import { oneLine } from "centernet";
import { image } from "../state/image.ts";
import type { ChosenImage } from "../worker/session.ts";

/** @param of the image that is still shown; undefined if what is shown is what was asked for. */
export function StaleNote({ of, what = "Still" }: { readonly of?: ChosenImage; readonly what?: string }) {
  const next = image.value;
  // Always there, so that readers of the screen hear its text when it comes.
  return (
    <div role="status" class="stale-note">
      {of && next && (
        <p class="note">
          {of.id === next.id
            ? `${what} of ${oneLine(of.name)} with the settings before: the run goes on.`
            : `${what} of ${oneLine(of.name)}: the run on ${oneLine(next.name)} goes on.`}
        </p>
      )}
    </div>
  );
}
