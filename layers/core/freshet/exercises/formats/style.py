"""How a printed page looks: on paper black on white, on a screen as the reader has it set."""

STYLE = """
:root { color-scheme: light dark; --line: #888; }
body {
  max-width: 44rem; margin: 2.5rem auto; padding: 0 1.25rem; overflow-wrap: anywhere;
  font: 1.0625rem/1.6 Georgia, "Times New Roman", "Source Han Serif SC", "Noto Serif CJK SC",
    "Songti SC", SimSun, serif;
}
h1, h2, h3 { line-height: 1.3; font-weight: 600; break-after: avoid; }
h1 { margin: 0 0 .25rem; font-size: 1.75rem; }
h2 { margin: 2.5rem 0 1rem; padding-bottom: .25rem; border-bottom: 1px solid; font-size: 1.25rem; }
h3 { margin: 0; font-size: 1em; }
p { margin: 0 0 .5rem; }
ol, ul { margin: .25rem 0 .5rem; padding-inline-start: 1.75rem; }
ul.plain { padding-inline-start: .25rem; list-style: none; }
section { white-space: pre-wrap; }
section > ol { padding-inline-start: 2rem; }
section > ol > li { margin-bottom: 1.5rem; padding-inline-start: .25rem; break-inside: avoid; }
.key > ol > li { margin-bottom: 1rem; }
section > ol > li::marker { font-weight: 600; font-variant-numeric: tabular-nums; }
.points { margin-inline-start: .5rem; white-space: nowrap; }
.points, .about { font-size: .875em; opacity: .75; }
.answer { margin: 0; font-weight: 600; }
.fill { display: flex; gap: 2rem; margin-top: 1.5rem; }
.fill span { flex: 2; border-bottom: 1px solid var(--line); }
.fill span + span { flex: 1; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; }
.circle, .box, .place {
  display: inline-block; width: .7em; height: .7em; margin-inline-end: .5em; border: 1px solid currentcolor;
}
.circle { border-radius: 50%; }
.place { width: 2em; height: 1em; border-width: 0 0 1px; }
.line { height: 2rem; margin: 0; border-bottom: 1px solid var(--line); text-align: end; }
@page { margin: 20mm; }
@media print {
  :root { color-scheme: only light; }
  body { max-width: none; margin: 0; padding: 0; font-size: 11pt; }
  .key { break-before: page; }
}
"""
