/** Colors and sizes are those of the project's page (site/styles/tokens.css). */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #14171a);
  --panel: light-dark(#f5f6f7, #1c2024);
  --line: light-dark(#d9dde1, #33393f);
  --text: light-dark(#15181b, #e8eaec);
  --muted: light-dark(#545d66, #a0a9b2);
  --accent: light-dark(#b83a0b, #ff8a57);
  --bar: light-dark(#dbe7f3, #233a52);
  --bar-strong: light-dark(#1f5d99, #8fc1ff);
  --font: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
*, *::before, *::after { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 0.875rem/1.45 var(--font); font-variant-numeric: tabular-nums }
main, header { max-width: 96rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 1.5rem }
main { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 2.25rem 2rem; padding-bottom: 3rem }
h1 { margin: 0; font-size: 1.25rem; font-weight: 650; overflow-wrap: anywhere }
h2 { margin: 0 0 0.25rem; padding-top: 0.5rem; border-top: 1px solid var(--line); font-size: 0.9375rem; font-weight: 650 }
h3 { margin: 1rem 0 0.25rem; font-size: 0.8125rem; font-weight: 650 }
p { margin: 0.25rem 0 }
.note, figcaption, .lead { color: var(--muted); font-size: 0.8125rem; text-wrap: pretty }
.note { margin-bottom: 0.75rem; max-width: 46rem }
section { grid-column: span 12; min-width: 0 }
.key { display: flex; flex-wrap: wrap; gap: 0.75rem 2.5rem; margin: 1rem 0 1.75rem; padding: 0 }
.key div { display: flex; flex-direction: column-reverse }
.key dt { color: var(--muted); font-size: 0.8125rem }
.key dd { margin: 0; font-size: 1.625rem; font-weight: 600; line-height: 1.15; letter-spacing: -0.01em }
.key .main dd { color: var(--accent) }
table { border-collapse: collapse; width: 100%; font-size: 0.8125rem }
th, td { padding: 0.1875rem 0.625rem 0.1875rem 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--line); white-space: nowrap }
thead th { color: var(--muted); vertical-align: bottom; border-bottom-color: var(--muted) }
.number { text-align: right; padding-right: 0.375rem; padding-left: 0.5rem }
tbody tr:hover { background: var(--panel) }
tbody th { padding-right: 1rem }
.bar { background: linear-gradient(var(--bar), var(--bar)) left center / var(--share) 1.125rem no-repeat }
.wrapped td { white-space: normal }
.scroll { overflow-x: auto; max-width: 100% }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
figure { margin: 0; min-width: 0 }
svg { display: block; width: 100%; height: auto; font-family: var(--font) }
figcaption { margin-top: 0.375rem }
.grid { stroke: var(--line) } .faint { fill: var(--muted) } .ink { fill: var(--text) }
.curve { stroke: var(--bar-strong) } .mark { fill: var(--accent) } .mark-line { stroke: var(--accent) }
.hit { fill: var(--bar-strong) } .miss { fill: var(--accent) } .ground-cells { fill: var(--panel) }
.classes { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: 0.875rem 0.75rem; margin: 0; padding: 0; list-style: none }
.classes p { margin: 0; display: flex; justify-content: space-between; gap: 0.5rem; font-size: 0.75rem }
.classes .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.classes .value { color: var(--muted) }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 1.25rem; margin: 0; padding: 0; list-style: none }
.examples img { display: block; width: 100%; height: auto; background: var(--panel); border-radius: 3px }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.75rem; padding: 0; list-style: none; font-size: 0.8125rem }
.legend i { display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.375rem; border: 2px solid; border-radius: 2px; vertical-align: -0.0625rem }
code { font-family: var(--mono); font-size: 0.75rem; overflow-wrap: anywhere }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.1875rem 1.25rem; margin: 0; font-size: 0.8125rem }
.facts dt { color: var(--muted) } .facts dd { margin: 0; overflow-wrap: anywhere }
@media (min-width: 60rem) {
  .third { grid-column: span 4 } .half { grid-column: span 6 } .large { grid-column: span 8 }
}
@media (max-width: 30rem) {
  main, header { padding-left: 0.875rem; padding-right: 0.875rem }
  .key { gap: 0.625rem 1.5rem } .key dd { font-size: 1.375rem }
  .long tbody th { position: sticky; left: 0; background: var(--ground); max-width: 7.5rem; overflow: hidden; text-overflow: ellipsis }
  .classes { grid-template-columns: repeat(3, minmax(0, 1fr)) }
}
@media print {
  @page { margin: 12mm }
  :root { color-scheme: only light }
  body { font-size: 8.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  main, header { max-width: none; padding: 0 }
  main { gap: 1.25rem 1.25rem }
  .third { grid-column: span 4 } .half { grid-column: span 6 } .large { grid-column: span 8 }
  table { font-size: 7.5pt } th, td { padding-top: 0.0625rem; padding-bottom: 0.0625rem }
  .number { padding-left: 0.25rem; padding-right: 0.25rem }
  .scroll { overflow: visible }
  h2, h3, .note { break-after: avoid }
  tr, figure, li { break-inside: avoid }
  .examples { grid-template-columns: 1fr 1fr }
}
`;
