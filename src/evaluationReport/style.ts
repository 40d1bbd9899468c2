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
  --bar-behind: light-dark(#dbe7f3, #233a52);
  --bar-strong: light-dark(#1f5d99, #8fc1ff);
  --font: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
*, *::before, *::after { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 0.875rem/1.45 var(--font); font-variant-numeric: tabular-nums }
main, header { max-width: 110rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 1.5rem }
main { padding-bottom: 3rem }
.group { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 2.25rem 2rem; margin-bottom: 2.25rem }
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
th, td { padding: 0.1875rem 0.625rem 0.1875rem 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--line); white-space: nowrap; max-width: 20rem; overflow: hidden; text-overflow: ellipsis }
thead th { color: var(--muted); vertical-align: bottom; border-bottom-color: var(--muted) }
.number { text-align: right; padding-right: 0.375rem; padding-left: 0.5rem }
tbody tr:hover { background: var(--panel) }
tbody th { padding-right: 1rem }
.number + :not(.number) { padding-left: 1.25rem }
td.bar { min-width: 5.5rem; background: linear-gradient(var(--bar-behind), var(--bar-behind)) left center / var(--share) 1.125rem no-repeat }
.wrapped td:not(.number) { white-space: normal; min-width: 10rem }
.files td { font-family: var(--mono); font-size: 0.75rem; white-space: normal; overflow-wrap: anywhere }
.scroll { overflow-x: auto; max-width: 100% }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
figure { margin: 0; min-width: 0 }
svg { display: block; width: 100%; height: auto; font-family: var(--font) }
.class-table th, .class-table td { padding-right: 0.1875rem; padding-left: 0.1875rem }
.class-table tbody th { padding-left: 0; padding-right: 0.75rem }
.class-table thead th:first-child { padding-left: 0 }
.matrix svg { min-width: 38rem }
figcaption { margin-top: 0.375rem }
.grid { stroke: var(--line) } .faint { fill: var(--muted) } .ink { fill: var(--text) }
.curve { stroke: var(--bar-strong) } .mark { fill: var(--accent) } .mark-line { stroke: var(--accent) }
.hit { fill: var(--bar-strong) } .miss { fill: var(--accent) } .ground-cells { fill: var(--panel) } .key-ground { fill: var(--ground) }
.classes { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: 0.875rem 0.75rem; margin: 0; padding: 0; list-style: none }
.classes p { margin: 0; display: flex; justify-content: space-between; gap: 0.5rem; font-size: 0.75rem }
.classes .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.classes .value { color: var(--muted) }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); gap: 1.25rem; margin: 0; padding: 0; list-style: none }
.examples img { display: block; width: 100%; height: auto; background: var(--panel); border-radius: 3px }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.75rem; padding: 0; list-style: none; font-size: 0.8125rem }
.legend i { display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.375rem; border: 2px solid; border-radius: 2px; vertical-align: -0.0625rem }
code { font-family: var(--mono); font-size: 0.75rem; overflow-wrap: anywhere }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.1875rem 1.25rem; margin: 0; font-size: 0.8125rem }
.facts dt { color: var(--muted) } .facts dd { margin: 0; overflow-wrap: anywhere }
@media (min-width: 56rem) {
  .rows { grid-column: span 6; grid-row: span 2 } .curves, .half { grid-column: span 6 }
  .third { grid-column: span 4 } .large { grid-column: span 8 }
}
@media screen and (min-width: 80rem) {
  .rows { grid-column: span 4; grid-row: auto } .curves { grid-column: span 4 }
}
@media (max-width: 30rem) {
  main, header { padding-left: 0.875rem; padding-right: 0.875rem }
  th, td { padding-right: 0.4375rem } td.bar { min-width: 3rem } .number { padding-left: 0.25rem; padding-right: 0.25rem }
  .wrapped td:not(.number) { min-width: 8rem }
  .key { gap: 0.625rem 1.5rem } .key dd { font-size: 1.375rem }
  .class-table tbody th { position: sticky; left: 0; background: var(--ground); max-width: 7.5rem; overflow: hidden; text-overflow: ellipsis }
  .classes { grid-template-columns: repeat(3, minmax(0, 1fr)) }
}
@media print {
  @page { size: A4; margin: 12mm }
  @page wide { size: A4 landscape; margin: 10mm }
  :root { color-scheme: only light }
  body { font-size: 8.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  main, header { max-width: none; padding: 0 }
  .group { gap: 1.25rem; margin-bottom: 1.25rem }
  .rows { grid-column: span 6; grid-row: span 2 } .curves, .half { grid-column: span 6 }
  .third { grid-column: span 5 } .large { grid-column: span 7 }
  .key { gap: 0.5rem 1.75rem; margin: 0.75rem 0 1rem } .key dd { font-size: 1.25rem }
  .facts { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) }
  table { font-size: 7.5pt }
  th, td { padding-top: 0.0625rem; padding-bottom: 0.0625rem }
  .number { padding-left: 0.1875rem; padding-right: 0.1875rem }
  td.bar { min-width: 3rem; background-size: var(--share) 0.75rem }
  .wrapped td:not(.number) { min-width: 0 }
  .scroll { overflow: visible }
  .matrix svg { min-width: 0 }
  h2, h3, .note, .legend { break-after: avoid }
  tr, figure, li, .errors, .facts { break-inside: avoid }
  .group:has(.class-table) { page: wide; display: block; break-before: page }
  .class-table table { font-size: 6.5pt }
  .examples { grid-template-columns: 1fr 1fr }
}
`;
