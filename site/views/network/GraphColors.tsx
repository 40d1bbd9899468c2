/** What the colors of the blocks mean, and the choice of it. */
import { FAMILIES } from "centernet";
import { Select } from "../../components/Select.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { setParams } from "../../state/route.ts";
import { colorAt, colorScale } from "./blockNumbers.ts";
import { COLORS, colorBy, measuring, plan } from "./network.ts";

/** Of a graph that does not run, nothing but its own numbers is known. */
const WITHOUT_RUN = COLORS.filter(([by]) => by === "family" || by === "multiplyAdds");

export function ColorChoice() {
  return (
    <Select
      label="Blocks colored by"
      value={colorBy.value}
      values={plan.value && !plan.value.ranOn ? WITHOUT_RUN : COLORS}
      onChoose={(value) => setParams({ color: value === "family" ? undefined : value })}
    />
  );
}

export function ColorLegend() {
  if (colorBy.value === "family") return <Families />;
  const scale = colorScale();
  return (
    <>
      {scale && (
        <p class="legend note">
          <span>{scale.ends[0]}</span>
          <svg class="ramp" viewBox="0 0 32 1" preserveAspectRatio="none" aria-hidden="true">
            {Array.from({ length: 32 }, (_, step) => (
              <rect key={step} x={step} width="1.05" height="1" style={{ fill: colorAt(step / 31) }} />
            ))}
          </svg>
          <span>{scale.ends[1]}</span>
          <span>{scale.words}</span>
        </p>
      )}
      <TaskLine of={measuring} />
    </>
  );
}

function Families() {
  const blocks = plan.value?.blocks ?? [];
  return (
    <p class="legend note">
      {FAMILIES.filter((family) => blocks.some((block) => block.family === family)).map((family) => (
        <span key={family}>
          <i class={`swatch family-${family}`} /> {family}
        </span>
      ))}
      <span>
        <i class="swatch output" /> computes an output
      </span>
      {blocks.some(({ needed }) => !needed) && <span>pale: needed by no output</span>}
    </p>
  );
}
