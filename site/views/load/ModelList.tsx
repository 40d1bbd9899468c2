/** The models whose weights are here already. */
import { bytes } from "../../components/numbers.ts";
import { settings } from "../../state/settings.ts";
import { models, opening, openListed } from "../../state/weights.ts";

export function ModelList() {
  const here = models.value?.filter(({ bytes }) => bytes !== undefined);
  if (!here) return null;
  const state = opening.value;
  const shown =
    state.phase !== "empty" && state.chosen.weights === undefined ? state.chosen.model : undefined;
  const running = settings.value;
  return (
    <table class="numbers models">
      <caption>Already here: included, or downloaded by centernet pull</caption>
      <thead>
        <tr>
          <th scope="col">model</th>
          <th scope="col">finds</th>
          <th scope="col">size</th>
        </tr>
      </thead>
      <tbody>
        {here.map((model) => (
          <tr key={model.name}>
            <td>
              <button
                type="button"
                class="quiet"
                aria-pressed={model.name === shown}
                onClick={() => openListed(model)}
              >
                {model.name}
              </button>
              {model.name === running.model && running.weights === undefined && <small> in use</small>}
            </td>
            <td>{model.outputs}</td>
            <td>{bytes(model.bytes ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
