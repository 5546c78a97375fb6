"""The look of the page: light and dark, wide and narrow. What a colour says, a sign and a word say as well."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --wash: #f6f8fa;
  --good: #0b6e4f; --bad: #b3261e; --warn: #8a5a00; --note: #1f5fa8; --edge: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --line: #30363d; --paper: #0d1117;
  --wash: #161b22; --good: #56d3a5; --bad: #ff8f87; --warn: #e8b04a; --note: #79b8ff; --edge: #8b949e; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2.5rem) 4rem; max-width: 82rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: .5rem 0 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 70ch; } .soft { color: var(--soft); }
code, pre, svg text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .88em; background: var(--wash); padding: .05em .25em; border-radius: .25em; overflow-wrap: anywhere; }
pre { font-size: .82rem; line-height: 1.4; background: var(--wash); border: 1px solid var(--line); border-radius: .4rem;
  padding: .6rem .8rem; overflow-x: auto; margin: .5rem 0; }
nav ul, .numbers { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem .8rem; margin: .75rem 0; }
a { color: var(--note); }
.numbers { margin: 1rem 0; gap: .6rem; }
.numbers li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem;
  min-width: 7.5rem; flex: 0 1 auto; }
.numbers b { display: block; font-size: 1.45rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th { background: var(--wash); font-weight: 600; }
.wide { overflow-x: auto; }
.counts td:not(:first-child), .counts th:not(:first-child) { text-align: right;
  font-variant-numeric: tabular-nums; }
.counts td:first-child { overflow-wrap: anywhere; min-width: 8rem; max-width: 45vw; }
td > .place:first-child { display: inline-block; min-width: min(16rem, 60vw); }
h4, h5 { margin: 1rem 0 .4rem; font-size: 1rem; overflow-wrap: anywhere; }
.sign { font-weight: 700; white-space: nowrap; }
.pass { color: var(--good); } .fail, .error { color: var(--bad); } .not-checked, .warning { color: var(--warn); }
.advice { color: var(--note); }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: 0 .8rem; }
details[open] { padding-bottom: .6rem; }
summary { cursor: pointer; padding: .5rem 0; overflow-wrap: anywhere; }
article { border-left: .3rem solid var(--line); padding: .1rem 0 .1rem .8rem; margin: 1rem 0; }
article.error { border-color: var(--bad); border-left-style: solid; color: inherit; }
article.warning { border-color: var(--warn); border-left-style: double; color: inherit; }
article.advice { border-color: var(--note); border-left-style: dotted; color: inherit; }
.diagram { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--wash); }
.diagram svg { display: block; }
svg .box { fill: var(--paper); stroke: var(--edge); } svg .title { fill: var(--line); }
svg text { fill: var(--ink); font-size: 12px; } svg .name { font-weight: 700; } svg .type { fill: var(--soft); }
svg .edge { fill: none; stroke: var(--edge); stroke-width: 1.5; } svg .tip { fill: var(--edge); }
.sides td { width: 33%; } .sides .differs td { background: var(--wash); font-weight: 600; }
@media (max-width: 42rem) {
  .stack thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  .stack, .stack tbody, .stack tr, .stack td { display: block; width: 100%; }
  .stack tr { border-bottom: 2px solid var(--line); padding: .3rem 0; }
  .stack td { border: 0; padding: .15rem .3rem; }
  .stack td::before { content: attr(data-title) ": "; color: var(--soft); font-weight: 400; }
}
@media print { details { border: 0; } .diagram { overflow: visible; } }
"""
