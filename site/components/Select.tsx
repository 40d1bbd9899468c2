/** A labeled list to choose from. */
export function Select<Value extends string>({
  label,
  value,
  values,
  onChoose,
}: {
  readonly label: string;
  readonly value: Value;
  /** What may be chosen, with the words for it. */
  readonly values: readonly (readonly [value: Value, words: string])[];
  readonly onChoose: (value: Value) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value as Value)}>
        {values.map(([each, words]) => (
          <option key={each} value={each} selected={each === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
