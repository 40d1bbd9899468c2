/**
 * Notes in every view: what the address says that cannot be meant, where the page goes on with its defaults, and the end
 * of its worker.
 */
import { imageNotes, ownImageMissing } from "../state/image.ts";
import { hrefOf, removeFromAddress, route, viewNotes } from "../state/route.ts";
import { settingsNotes } from "../state/settings.ts";
import { tourNotes } from "../state/tour.ts";
import { workerNote } from "../state/worker.ts";

export function AddressNotes() {
  const notes = [...viewNotes.value, ...imageNotes.value, ...settingsNotes.value, ...tourNotes.value];
  const isElsewhere = ownImageMissing.value && route.value.view !== "detect";
  return (
    <div aria-live="polite">
      {notes.length > 0 && (
        <div class="address-notes">
          <div>
            {notes.map(({ name, text }) => (
              <p key={name}>{text}</p>
            ))}
          </div>
          <button type="button" onClick={() => removeFromAddress(notes.map(({ name }) => name))}>
            Dismiss
          </button>
        </div>
      )}
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
