/** A labeled number that is moved, with its value beside the label. */
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
  return (
    <label class="field">
      <span>
        {label} <output>{words}</output>
      </span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        onInput={(event) => onMove(event.currentTarget.valueAsNumber)}
      />
      {hint && <small>{hint}</small>}
    </label>
  );
}
