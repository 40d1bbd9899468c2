/** Steps as buttons, which the arrow keys go through. */
import { useLayoutEffect, useRef } from "preact/hooks";

export interface BarStep<Name extends string> {
  readonly name: Name;
  readonly title: string;
}

export function StepBar<Name extends string>({
  label,
  steps,
  current,
  onChoose,
}: {
  readonly label: string;
  readonly steps: readonly BarStep<Name>[];
  readonly current: Name | undefined;
  readonly onChoose: (name: Name) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const at = steps.findIndex(({ name }) => name === current);
  useLayoutEffect(() => {
    // Where the steps do not fit beside each other, they are scrolled.
    const [bar, step] = [list.current, list.current?.children[at]];
    if (!bar || !(step instanceof HTMLElement)) return;
    bar.scrollLeft = step.offsetLeft - bar.offsetLeft - (bar.clientWidth - step.offsetWidth) / 2;
  }, [at]);
  const go = (index: number, focus = false) => {
    const next = steps[Math.min(steps.length - 1, Math.max(0, index))];
    if (!next) return;
    onChoose(next.name);
    if (focus) list.current?.querySelector<HTMLElement>(`[data-step="${next.name}"]`)?.focus();
  };
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: steps.length - 1,
  };
  return (
    <div class="step-bar">
      <button type="button" disabled={at <= 0} onClick={() => go(at - 1)}>
        Previous
      </button>
      <button type="button" disabled={at >= steps.length - 1} onClick={() => go(at + 1)}>
        Next
      </button>
      <div
        ref={list}
        class="steps"
        role="toolbar"
        aria-label={label}
        onKeyDown={(event) => {
          const target = targets[event.key];
          if (target === undefined) return;
          event.preventDefault();
          go(target, true);
        }}
      >
        {steps.map(({ name, title }, index) => (
          <button
            key={name}
            type="button"
            data-step={name}
            tabIndex={index === at ? 0 : -1}
            aria-pressed={index === at}
            onClick={() => go(index)}
          >
            <span class="step-number">{index + 1}</span> {title}
          </button>
        ))}
      </div>
    </div>
  );
}
