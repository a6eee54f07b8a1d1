/** The inline style of the docs page. The policy of the page allows it by its hash. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8eb); --soft: light-dark(#57606a, #9aa4af);
  --paper: light-dark(#ffffff, #14171a); --tint: light-dark(#f3f4f6, #1f2428); --line: light-dark(#d8dde3, #333a41);
  --link: light-dark(#0b5cad, #7db8ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.5em; }
h2 { border-bottom: 1px solid var(--line); padding-bottom: 0.2em; text-transform: capitalize; }
h3 { overflow-wrap: anywhere; }
h4 { margin: 1em 0 0.3em; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin: 1rem 0; padding: 0; }
nav a { display: inline-block; padding: 0.2rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.92em; }
pre, .wide { overflow-x: auto; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; }
.method { font-weight: 700; }
.soft { color: var(--soft); }
:target { scroll-margin-top: 1rem; background: var(--tint); }
`
