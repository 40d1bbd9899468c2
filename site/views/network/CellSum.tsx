/** One number written out: what was read, what it was multiplied with, and what became of the sum. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { count, plain } from "../../components/numbers.ts";
import { TaskLine } from "../../components/TaskLine.tsx";
import { image } from "../../state/image.ts";
import { setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import { cell, layer, type OpenChannel, type WrittenCell } from "./network.ts";

const writing = task();

export function CellSum({ channel: { layer: name, channel } }: { readonly channel: OpenChannel }) {
  const [written, setWritten] = useState<WrittenCell>();
  const [at, chosen, wanted] = [cell.value, image.value, settings.value];
  const [row, column] = [at?.row, at?.column];
  const canWrite = layer.value?.name === name && layer.value.canWriteOut;
  useEffect(() => {
    if (!canWrite || !chosen || row === undefined || column === undefined) return;
    const query = { settings: wanted, image: chosen, layer: name, row, column, channel };
    void writing.run(async (tools) => setWritten(await worker.call("cell", query, tools)));
    return writing.end;
  }, [canWrite, chosen, wanted, name, channel, row, column]);
  if (row === undefined || column === undefined) {
    return canWrite ? (
      <p class="note">Click a cell, or press Enter on it, to see the sum that made it.</p>
    ) : null;
  }
  const isCurrent =
    written?.layer === name &&
    written.channel === channel &&
    written.row === row &&
    written.column === column;
  return (
    <section class="cell-sum" aria-labelledby="sum-heading">
      <div class="channel-head">
        <h3 id="sum-heading">
          How cell {column}, {row} was made
        </h3>
        <button type="button" class="quiet" onClick={() => setParams({ cell: undefined })}>
          Close
        </button>
      </div>
      {canWrite ? (
        isCurrent ? (
          <Written of={written} />
        ) : (
          <TaskLine of={writing} />
        )
      ) : (
        <p class="note">
          Only sums of convolutions whose inputs are layers are written out: see this layer's formula.
        </p>
      )}
    </section>
  );
}

function signed(value: number): string {
  return value < 0 ? `− ${plain(-value)}` : `+ ${plain(value)}`;
}

/** What is wider than the page is scrolled by keys. */
function Scrolled({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the focus to be scrolled.
    <section class="wide" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

function Written({ of }: { readonly of: WrittenCell }) {
  const { sum, bias, residual, activation, value, got, ranOn, reads } = of;
  return (
    <>
      <p>
        {count(of.count)} products of <code>{reads[0]}</code> and the kernel: <strong>{plain(sum)}</strong>
        {bias !== undefined && <> {signed(bias)} of the bias</>}
        {residual !== undefined && (
          <>
            {" "}
            {signed(residual)} of <code>{reads[1]}</code>
          </>
        )}
        {activation !== "none" && <>, then {activation}</>} = <strong>{plain(value)}</strong> in float64. This
        run has <strong>{plain(got)}</strong> in float32: {ranOn}.
      </p>
      <div class="sum-tables">
        <Scrolled label="Sums by place">
          <table class="numbers">
            <caption>By place in the kernel, all input channels together</caption>
            <thead>
              <tr>
                <th scope="col">u, v</th>
                <th scope="col">input cell</th>
                <th scope="col">sum</th>
              </tr>
            </thead>
            <tbody>
              {of.places.map(({ u, v, row, column, sum: part }) => (
                <tr key={`${u} ${v}`}>
                  <td>
                    {u}, {v}
                  </td>
                  <td>
                    {column}, {row}
                  </td>
                  <td>{plain(part)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
        <Scrolled label="Largest products">
          <table class="numbers">
            <caption>
              The {of.largest.length} largest of {count(of.count)} products
            </caption>
            <thead>
              <tr>
                <th scope="col">u, v</th>
                <th scope="col">input cell, channel</th>
                <th scope="col">input</th>
                <th scope="col">× weight</th>
                <th scope="col">product</th>
              </tr>
            </thead>
            <tbody>
              {of.largest.map(({ u, v, from, input, weight }) => (
                <tr key={`${u} ${v} ${from.channel}`}>
                  <td>
                    {u}, {v}
                  </td>
                  <td>
                    {from.column}, {from.row}, {from.channel}
                  </td>
                  <td>{plain(input)}</td>
                  <td>{plain(weight)}</td>
                  <td>{plain(input * weight)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      </div>
    </>
  );
}
