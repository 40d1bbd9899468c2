/**
 * Notes in every view: what the address says that cannot be meant, where the page goes on with its defaults, and the end
 * of its worker.
 */
import { imageNotes, ownImageMissing } from "../state/image.ts";
import { modeNotes } from "../state/mode.ts";
import { hrefOf, route, viewNotes } from "../state/route.ts";
import { settingsNotes } from "../state/settings.ts";
import { tourNotes } from "../state/tour.ts";
import { workerNote } from "../state/worker.ts";
import { Notes } from "./Notes.tsx";

export function AddressNotes() {
  const notes = [
    ...viewNotes.value,
    ...modeNotes.value,
    ...imageNotes.value,
    ...settingsNotes.value,
    ...tourNotes.value,
  ];
  const isElsewhere = ownImageMissing.value && route.value.view !== "detect";
  return (
    <div aria-live="polite">
      <Notes of={notes} />
      {workerNote.value && (
        <p class="address-notes">
          <span>{workerNote.value}</span>
          <button type="button" onClick={() => (workerNote.value = undefined)}>
            Dismiss
          </button>
        </p>
      )}
      {isElsewhere && (
        <p class="address-notes">
          <span>
            This address is of an image of the user's own, and such images are never part of an address.{" "}
            <a href={hrefOf("detect")}>Choose it in Detect</a>, or{" "}
            <a href={hrefOf(route.value.view, { image: undefined })}>take the sample</a>.
          </span>
        </p>
      )}
    </div>
  );
}
