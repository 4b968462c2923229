/** The page's only script: it replaces what is live when something changed, and keeps what a person opened open. */
export const SCRIPT = `const live = () => document.getElementById("live");
let busy = false;
let again = false;

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    const old = live();
    if (fresh && old && fresh.innerHTML !== old.innerHTML) {
      const opened = [...old.querySelectorAll("details")].map((element) => element.open);
      [...fresh.querySelectorAll("details")].forEach((element, index) => {
        if (opened[index]) element.open = true;
      });
      const known = new Set([...old.querySelectorAll("[id]")].map((element) => element.id));
      old.replaceWith(fresh);
      for (const element of fresh.querySelectorAll("article[id]")) {
        if (!known.has(element.id)) element.classList.add("fresh");
      }
    }
  } catch {
    // The stand-in has gone; the event stream tries again by itself.
  }
  busy = false;
  if (again) { again = false; setTimeout(refresh, 300); }
}

new EventSource("/events").onmessage = refresh;
setInterval(refresh, 15000);
`;
