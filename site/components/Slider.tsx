/** A labeled number that is moved, with its value beside the label. */
import { useId } from "preact/hooks";

export function Slider({
  label,
  value,
  min,
  max,
  step,
  words = String(value),
  hint,
  onMove,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The value as it is shown. */
  readonly words?: string;
  readonly hint?: string;
  readonly onMove: (value: number) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <span>
        <label for={id}>{label}</label> <output for={id}>{words}</output>
      </span>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        onInput={(event) => onMove(event.currentTarget.valueAsNumber)}
      />
      {hint && <small>{hint}</small>}
    </div>
  );
}
