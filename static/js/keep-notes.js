// Saves notes while somebody types, two seconds after the last key. When somebody else saved other notes meanwhile it
// says so and stops: the text stays, and the button leads to a page with both. Without JavaScript the button saves.
const PAUSE = 2000;

const bind = (form) => {
  const box = form.querySelector("textarea");
  const version = form.querySelector('[name="version"]');
  const piece = form.closest("[data-follow-piece]");
  const says = form.querySelector("[data-keep-notes-says]");
  let timer = 0;
  let refused = false;
  let under = false;

  const keep = async () => {
    if (under) {
      timer = setTimeout(keep, PAUSE);
      return;
    }
    under = true;
    const sent = box.value;
    piece.dataset.followBusy = "";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Autosave": "1" },
        redirect: "manual",
      });
      const told = await answer.json();
      says.textContent = told.message;
      if (answer.ok) {
        version.value = told.version;
        // What we saved ourselves is on the page already; it need not be renewed.
        piece.dataset.mark = told.mark;
      } else {
        refused = true;
      }
      if (answer.ok && box.value === sent) box.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
    } catch {
      says.textContent = "Not saved yet. Trying again.";
      timer = setTimeout(keep, PAUSE * 2);
    }
    delete piece.dataset.followBusy;
    under = false;
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (!refused) timer = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
};

const bindAll = (part) => part.querySelectorAll('form[data-behaviour~="keep-notes"]').forEach(bind);
bindAll(document);
document.addEventListener("renewed", (event) => bindAll(event.target));
