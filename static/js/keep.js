// Saves a form while somebody types, a little after the last key, and once more when the page is left. When the
// server refuses (somebody else saved meanwhile, or it is closed) it says why and stops: what was typed stays, and the
// button leads on. Without JavaScript the button saves.
//
// <form data-behavior="keep" data-keep-pause="2000">
//   <input type="hidden" name="version"> and <p role="status" data-keep-says></p>
//   <strong data-keep-part="share"> words that the server tells anew
// Who comes to a page that was made before their last save arrived gets it anew.
// data-keep-yields: once all is saved, the piece around it may be brought anew (see follow.js)
import { Saving, isOlder, isTouched, versionsOnLeaving } from "./saving.js";

const PAUSE = 2000;
const LEFT = "keep-left";
const AGAIN = 400;

const tell = (place, words) => {
  if (place && words !== undefined && place.textContent !== words) place.textContent = words;
};

const bind = (form) => {
  const version = form.querySelector('[name="version"]');
  const piece = form.closest("[data-follow-piece]");
  const says = form.querySelector("[data-keep-says]");
  const pause = Number(form.dataset.keepPause) || PAUSE;
  const saving = new Saving();
  let timer = 0;
  let under = null;

  const send = async (leaving, number) => {
    const attempt = saving.begin();
    const body = new FormData(form);
    body.set("version", number);
    if (piece) piece.dataset.followBusy = "";
    try {
      // Not form.action: a button of that name hides it.
      const answer = await fetch(form.getAttribute("action") || window.location.pathname, {
        method: "POST",
        body,
        headers: { "X-Autosave": "1" },
        redirect: "manual",
        keepalive: leaving,
      });
      const told = await answer.json();
      tell(says, told.message);
      for (const [name, words] of Object.entries(told.parts || {})) {
        tell(form.querySelector(`[data-keep-part="${CSS.escape(name)}"]`), words);
      }
      if (answer.ok) {
        version.value = told.version;
        // What we saved ourselves is on the page already; it need not be renewed.
        if (piece && told.mark) piece.dataset.mark = told.mark;
        const all = saving.isAll(attempt) && "keepYields" in form.dataset;
        if (all) form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
      } else saving.refuse(attempt);
    } catch {
      saving.fail(attempt);
      tell(says, "Not saved yet. Trying again.");
      timer = setTimeout(keep, pause * 2);
    }
    if (piece) delete piece.dataset.followBusy;
    under = null;
  };

  const keep = (leaving = false) => {
    clearTimeout(timer);
    if (!saving.isDue) return;
    if (leaving) {
      const { sends, makes } = versionsOnLeaving(version.value, Boolean(under));
      note(makes);
      const leaves = send(leaving, sends);
      under ??= leaves;
    } else if (under) timer = setTimeout(keep, pause);
    else under = send(leaving, version.value);
  };

  const touch = () => {
    saving.touch();
    // What it says is of what was typed before; emptied, it is not read out.
    if (!saving.isRefused) tell(says, "");
    clearTimeout(timer);
    timer = setTimeout(keep, pause);
  };
  form.addEventListener("input", touch);
  // It was closed and is open again: what could not be saved is saved now.
  piece?.addEventListener("resumed", () => {
    if (!saving.resume()) return;
    tell(says, "");
    clearTimeout(timer);
    timer = setTimeout(keep, pause);
  });
  if ([...form.elements].some(isTouched)) touch();
  const leave = () => {
    if (form.isConnected) keep(true);
  };
  // Before the next page is asked for, so that it shows what was kept; phones tell only that the page went out of sight.
  window.addEventListener("beforeunload", (event) => {
    leave();
    // What the server does not take is nowhere but here.
    if (saving.isOnlyHere && form.isConnected) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) leave();
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      // The browser's own page would take its place, and what was typed with it.
      event.preventDefault();
      tell(says, "There is no connection, so nothing was sent. What you typed stays here. Try again when it is back.");
      return;
    }
    clearTimeout(timer);
    if (!under || saving.isRefused) saving.handOver();
    if (!under) return;
    // What is on its way makes the page's version old; the button waits for it.
    event.preventDefault();
    const button = event.submitter;
    under.then(() => form.requestSubmit(button));
  });
};

// The version that the save on leaving makes, for the page that comes next; nothing of what was typed.
function note(made) {
  try {
    sessionStorage.setItem(LEFT, JSON.stringify({ made, at: Date.now() }));
  } catch {
    // Without storage the next page may be a little older; saving it then says so.
  }
}

// Whether the page that is there now is older than that save. Asked once: then it is brought anew, or was not meant.
function wasLeftNewer(version) {
  try {
    const left = JSON.parse(sessionStorage.getItem(LEFT) || "null");
    sessionStorage.removeItem(LEFT);
    return isOlder(left, version.value, Date.now());
  } catch {
    return false;
  }
}

const bindAll = (part) => part.querySelectorAll('form[data-behavior~="keep"]').forEach(bind);
bindAll(document);
const [first] = document.querySelectorAll('form[data-behavior~="keep"] [name="version"]');
if (first && wasLeftNewer(first)) setTimeout(() => window.location.replace(window.location.href), AGAIN);
document.addEventListener("renewed", (event) => bindAll(event.target));
