/** What the address says that cannot be meant as it stands there, with a way to take it out. */
import { type AddressNote, removeFromAddress } from "../state/route.ts";

export function Notes({ of: notes }: { readonly of: readonly AddressNote[] }) {
  if (notes.length === 0) return null;
  return (
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
  );
}

/** Of the settings that one view alone has. */
export function ViewNotes({ of: notes }: { readonly of: readonly AddressNote[] }) {
  return (
    <div aria-live="polite" class="view-notes">
      <Notes of={notes} />
    </div>
  );
}
