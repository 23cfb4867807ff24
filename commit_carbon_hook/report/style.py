"""How the HTML page looks: on a screen, light or dark, wide or narrow, and on paper."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f8f7; --rule: #d5dcd8; --text: #17201b; --quiet: #4d5a53;
  --bar: #1f7a54; --late: #8a5a12; --whisker: #17201b; --link: #0b5d3f;
  --good: #e3f3ea; --bad: #fdf0d8; --edge-good: #1f7a54; --edge-bad: #9a5b00; --none: #b4beb8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151a; --panel: #182027; --rule: #33404a; --text: #e6ecf0; --quiet: #a3b1bb;
    --bar: #4fb286; --late: #d9a04b; --whisker: #e6ecf0; --link: #7fd1ab;
    --good: #15291f; --bad: #33260d; --edge-good: #4fb286; --edge-bad: #e0a84e; --none: #56636d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; background: var(--page);
  color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  overflow-wrap: break-word;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 {
  font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: .75rem;
  border-top: 1px solid var(--rule);
}
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p, ul { margin: .4rem 0; }
ul { padding-left: 1.25rem; }
a { color: var(--link); }
.quiet, figcaption, .tick { color: var(--quiet); }
.small, figcaption { font-size: .875rem; }
.banner {
  margin: 1rem 0; padding: .6rem .9rem; border-left: .3rem solid; border-radius: .2rem;
}
.complete { background: var(--good); border-color: var(--edge-good); }
.incomplete { background: var(--bad); border-color: var(--edge-bad); }
.cards {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem;
  margin: 1rem 0;
}
.card {
  background: var(--panel); border-top: .25rem solid var(--bar); border-radius: .2rem;
  padding: .9rem 1rem;
}
.card.late { border-color: var(--late); }
.card h3 { margin: 0; font-weight: 600; }
.large { font-size: 2rem; line-height: 1.2; font-weight: 650; margin: .3rem 0 0; }
.large small { font-size: 1rem; font-weight: 400; }
table {
  border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .925rem;
  font-variant-numeric: tabular-nums;
}
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td {
  text-align: left; vertical-align: top; padding: .35rem .5rem .35rem 0;
  border-bottom: 1px solid var(--rule);
}
thead th { font-weight: 600; color: var(--quiet); font-size: .8125rem; }
tbody th { font-weight: 500; width: 40%; overflow-wrap: anywhere; }
.plain td { overflow-wrap: anywhere; }
.figure { text-align: right; white-space: nowrap; padding-left: .5rem; padding-right: 0; }
figure { margin: 1rem 0; }
svg { display: block; overflow: visible; }
svg.months, svg.row, svg.share { width: 100%; }
.plot { padding-left: 4rem; }
svg.row { max-width: 22rem; margin-top: .15rem; }
.bar { fill: var(--bar); }
.late .bar { fill: var(--late); }
.whisker { stroke: var(--whisker); stroke-width: 1.25; }
.grid { stroke: var(--rule); stroke-width: 1; }
.tick { fill: var(--quiet); font-size: .75rem; }
.recorded { fill: var(--bar); background: var(--bar); }
.afterwards { fill: var(--late); background: var(--late); }
.nothing { fill: var(--none); background: var(--none); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.swatch {
  display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem;
  margin-right: .4rem;
}
code {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em;
  overflow-wrap: anywhere;
}
footer { margin-top: 2.5rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
@media (max-width: 34rem) {
  body { padding: 1rem .75rem 2rem; }
  table { font-size: .8125rem; }
  tbody th { width: 32%; }
  .figure { white-space: normal; }
}
@page { margin: 15mm; }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --panel: #ffffff; --rule: #bbbbbb; --text: #000000; --quiet: #333333;
    --bar: #1f7a54; --late: #8a5a12; --whisker: #000000; --link: #000000;
    --good: #ffffff; --bad: #ffffff; --none: #bbbbbb;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  svg, .swatch, .banner, .card { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .card { border: 1px solid var(--rule); border-top: .25rem solid var(--bar); }
  tr, figure, .card, .banner { break-inside: avoid; }
  h2, h3, caption, thead, figcaption { break-after: avoid; }
  thead { display: table-header-group; }
  a { text-decoration: none; }
  a[href^="http"]::after {
    content: " (" attr(href) ")"; overflow-wrap: anywhere; font-size: .85em;
  }
}
"""
