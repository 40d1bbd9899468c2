/** How faces are searched and masked, and what the search says. */
import { MASK_SHAPES, MASKS } from "centernet";
import { Facts } from "../../components/Facts.tsx";
import { Select } from "../../components/Select.tsx";
import { Slider } from "../../components/Slider.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { setParams } from "../../state/route.ts";
import { score, setScore } from "../../state/settings.ts";
import { isWeak, maskOptions, SIDES, search, sides } from "./maskSettings.ts";
import { found } from "./masks.ts";
import { checking, maskCount, stillFound } from "./stillFound.ts";

const weak = <Name extends string>(name: Name) => [name, `${name} (weak)`] as const;
const [SOLID, ...WEAK_MASKS] = MASKS;
const [BOX, ...WEAK_SHAPES] = MASK_SHAPES;
const [[DEFAULT_SIDES]] = SIDES;

export function MaskSettings() {
  return (
    <aside aria-label="Settings and search">
      <section aria-labelledby="mask-settings-heading">
        <h2 id="mask-settings-heading">Masks</h2>
        <Select
          label="Mask"
          value={maskOptions.value.mask ?? SOLID}
          values={[[SOLID, "solid black"], ...WEAK_MASKS.map(weak)]}
          onChoose={(mask) => setParams({ mask: mask === SOLID ? undefined : mask })}
        />
        <Select
          label="Shape"
          value={maskOptions.value.shape ?? BOX}
          values={[[BOX, "box"], ...WEAK_SHAPES.map(weak)]}
          onChoose={(shape) => setParams({ shape: shape === BOX ? undefined : shape })}
        />
        {isWeak.value && (
          <>
            <p class="address-notes">
              Weak: such masks keep something of the face, and software may find or restore it.
            </p>
            <StillFound />
          </>
        )}
      </section>
      <section aria-labelledby="mask-search-heading">
        <h2 id="mask-search-heading">Search</h2>
        <Slider
          label="Score, at least"
          value={score.value}
          min={0.05}
          max={1}
          step={0.01}
          words={score.value.toFixed(2)}
          hint="Lower finds more faces, and more that are none. Masks that were taken away come back."
          onMove={setScore}
        />
        <Select
          label="Longest side of the image in the network"
          value={sides.value}
          values={SIDES}
          onChoose={(text) => setParams({ sides: text === DEFAULT_SIDES ? undefined : text })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={search.value.turns}
            onChange={(event) => setParams({ turns: event.currentTarget.checked ? "true" : undefined })}
          />
          Also search turned by quarters (four times slower)
        </label>
        <SearchFacts />
      </section>
    </aside>
  );
}

/** Below weak masks. */
function StillFound() {
  const scores = stillFound.value;
  if (!scores) return <TaskLine of={checking} />;
  return (
    <p class="note" role="status">
      {scores.size === 0
        ? "This detector finds no face below them. Others may."
        : `This detector still finds a face below ${scores.size} of ${maskCount.value}.`}
    </p>
  );
}

function SearchFacts() {
  const result = found.value;
  if (!result) return null;
  const { smallestFace, foundLater, settled, ranOn } = result;
  return (
    <>
      <Facts
        of={[
          ["smallest face", `${smallestFace} px high, about`],
          ["found later", `${foundLater}, once others were masked`],
          ["ran on", ranOn],
        ]}
      />
      {!settled && (
        <p class="note">Each further search of the masked image found more, the last of them too.</p>
      )}
    </>
  );
}
