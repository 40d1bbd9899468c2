/** The steps as buttons, which the arrow keys go through. */
import { useRef } from "preact/hooks";
import { chooseStep, step, steps } from "./decode.ts";

export function StepBar() {
  const list = useRef<HTMLDivElement>(null);
  const all = steps.value;
  const at = all.findIndex(({ name }) => name === step.value?.name);
  const go = (index: number, focus = false) => {
    const next = all[Math.min(all.length - 1, Math.max(0, index))];
    if (!next) return;
    chooseStep(next.name);
    if (focus) list.current?.querySelector<HTMLElement>(`[data-step="${next.name}"]`)?.focus();
  };
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: all.length - 1,
  };
  return (
    <div class="step-bar">
      <button type="button" disabled={at <= 0} onClick={() => go(at - 1)}>
        Previous
      </button>
      <button type="button" disabled={at >= all.length - 1} onClick={() => go(at + 1)}>
        Next
      </button>
      <div
        ref={list}
        class="steps"
        role="toolbar"
        aria-label="Steps of the decode"
        onKeyDown={(event) => {
          const target = targets[event.key];
          if (target === undefined) return;
          event.preventDefault();
          go(target, true);
        }}
      >
        {all.map(({ name, title }, index) => (
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
