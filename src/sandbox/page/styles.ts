/** The page's style: light and dark by the reader's setting, one column on a phone. */
export const STYLES = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c);
  --sheet: light-dark(#ffffff, #1b1f26);
  --line: light-dark(#dde1e7, #2f353f);
  --text: light-dark(#1f2530, #e4e8ee);
  --quiet: light-dark(#5d6675, #98a2b1);
  --link: light-dark(#0b5cc0, #7ab4ff);
  --green: light-dark(#146c37, #5fd08a);
  --red: light-dark(#b3261e, #ff938a);
  --amber: light-dark(#8a5a00, #f0bf5c);
  --violet: light-dark(#6b3fb5, #c3a2ff);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
.wide { max-width: 1120px; margin: 0 auto; padding: 0 16px; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--ground); border-radius: 5px; padding: 1px 5px; overflow-wrap: anywhere; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 12px; overflow-x: auto; }
pre code { background: none; padding: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.quiet { color: var(--quiet); font-size: 13px; }
.top { background: var(--sheet); border-bottom: 1px solid var(--line); }
.top .wide { display: flex; flex-wrap: wrap; gap: 6px 20px; align-items: center; padding-block: 12px; }
.home { color: var(--text); font-size: 18px; }
.home i { color: var(--quiet); font-style: normal; padding: 0 4px; }
.top nav { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 14px; }
.stand-in { margin-left: auto; font-size: 12px; color: var(--quiet); border: 1px solid var(--line); border-radius: 99px; padding: 1px 10px; }
main.wide { padding-block: 20px 60px; }
h1.title { font-size: 24px; line-height: 1.3; margin: 4px 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 24px 0 8px; }
.number { color: var(--quiet); font-weight: 400; }
.meta { margin: 0 0 16px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.card h3 { display: flex; justify-content: space-between; align-items: center; margin: 0 0 6px; font-size: 15px; }
.card p { display: flex; flex-wrap: wrap; gap: 2px 8px; justify-content: space-between; margin: 2px 0; overflow-wrap: anywhere; }
.card p.quiet { justify-content: flex-start; margin-top: 8px; }
.columns { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: 0 24px; }
.list { list-style: none; margin: 0; padding: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.list li { padding: 9px 14px; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.list li:first-child { border-top: 0; }
.row { margin: 0 0 6px; overflow-wrap: anywhere; }
.subject { color: var(--text); font-weight: 600; }
.pill { display: inline-block; font-size: 12px; line-height: 18px; padding: 0 8px; border-radius: 99px; border: 1px solid currentColor; color: var(--quiet); white-space: nowrap; }
.pill.open, .pill.success, .pill.published, .pill.added { color: var(--green); }
.pill.failure, .pill.error, .pill.startup_failure, .pill.removed { color: var(--red); }
.pill.in_progress, .pill.queued, .pill.pending, .pill.prerelease, .pill.draft, .pill.modified { color: var(--amber); }
.pill.merged, .pill.renamed { color: var(--violet); }
.badge, .label { font-size: 12px; color: var(--quiet); border: 1px solid var(--line); border-radius: 6px; padding: 0 6px; }
.avatar { border-radius: 50%; vertical-align: middle; }
.avatar.bot { border-radius: 6px; }
.on { margin: 12px 0 4px; }
.post { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; margin: 0 0 14px; overflow: hidden; }
.post > header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding: 8px 14px; border-bottom: 1px solid var(--line); }
.post.by-bot { border-left: 3px solid var(--link); }
.post.fresh { animation: fresh 2.5s ease-out; }
@keyframes fresh { from { box-shadow: 0 0 0 3px var(--link); } to { box-shadow: 0 0 0 3px transparent; } }
@media (prefers-reduced-motion: reduce) { .post.fresh { animation: none; } }
.markdown { padding: 10px 14px; overflow-wrap: anywhere; }
.markdown th, .markdown td, .markdown td code { overflow-wrap: break-word; }
.markdown > :first-child { margin-top: 0; }
.markdown > :last-child { margin-bottom: 0; }
.markdown h1, .markdown h2, .markdown h3 { font-size: 17px; margin: 16px 0 6px; }
.markdown h1 { font-size: 20px; }
.markdown ul, .markdown ol { padding-left: 24px; }
.markdown blockquote { margin: 0 0 12px; padding-left: 12px; border-left: 3px solid var(--line); color: var(--quiet); }
.markdown li:has(> input) { list-style: none; margin-left: -20px; }
.markdown blockquote.note { border-color: var(--link); color: inherit; }
.markdown .mention { font-weight: 600; }
.markdown img { max-width: 100%; }
table { display: block; border-collapse: collapse; overflow-x: auto; margin: 0 0 12px; }
th, td { border: 1px solid var(--line); padding: 4px 10px; text-align: left; }
.statuses { list-style: none; margin: 0; padding: 8px 14px; }
.markdown .statuses { padding: 0; }
.statuses li { padding: 3px 0; }
.reactions { display: flex; gap: 6px; padding: 0 14px 10px; }
.reaction { font-size: 13px; border: 1px solid var(--line); border-radius: 99px; padding: 0 9px; }
.message { white-space: pre-wrap; overflow-wrap: anywhere; }
.message:empty { display: none; }
form.comment { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 4px 14px 14px; margin-top: 24px; }
form.comment h2 { margin: 10px 0 6px; }
.who { display: flex; flex-wrap: wrap; gap: 8px 16px; margin: 0 0 8px; }
select, textarea { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 7px; padding: 5px 8px; max-width: 100%; }
textarea { width: 100%; display: block; resize: vertical; font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace; }
button { font: inherit; font-weight: 600; margin-top: 10px; padding: 6px 18px; border: 0; border-radius: 7px; background: light-dark(#146c37, #2c8f57); color: #fff; cursor: pointer; }
button:hover { filter: brightness(1.1); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 760px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .stand-in { margin-left: 0; }
}
`;
