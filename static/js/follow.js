// Keeps a page in step with what others do. It asks a tiny address for a mark; only when the mark has changed it brings
// the part of the page that follows, and renews the pieces of it whose own marks changed. A piece in which somebody has
// typed stays as it is. Changes are announced politely, at most once in five seconds; the person can pause all of it.
//
// <div data-behavior="follow" data-follow-pulse="address" data-follow-page="address" data-follow-every="2500">
//   <p role="status" data-follow-says></p>  and the other parts of templates/sme_review/live/_follow.html
//   <div data-follow-part data-mark="17" data-says="Welder Sense is open.">
//     <section data-follow-piece="stage" data-mark="rate-4" tabindex="-1">...</section>
import { Connection, isGone, quietUntil, reasonOfLate, waitOf } from "./pulse.js";

const PATIENCE = 10000;
const READ = 8000;
// For this page alone: another panel's session in the same tab is not paused.
const KEY = `follow-paused ${window.location.pathname}`;

for (const root of document.querySelectorAll('[data-behavior~="follow"]')) follow(root);

function follow(root) {
  const every = Number(root.dataset.followEvery) || 2500;
  const find = (name) => root.querySelector(`[data-follow-${name}]`);
  const [says, trouble, notice, controls, button, standing] =
    ["says", "trouble", "notice", "controls", "pause", "paused"].map(find);
  const typedIn = new WeakSet();
  // Where somebody has typed since the piece came, saved or not: while the cursor stands there, it stays.
  const writtenIn = new WeakSet();
  let seen = find("part").dataset.mark;
  const connection = new Connection();
  let timer = 0;
  let over = false;
  let paused = remembered();
  let words = "";
  let spokenAt = 0;
  let speaking = 0;
  let pressing = false;
  let later = false;

  const speak = (text) => {
    if (!text) return;
    words = text;
    if (speaking) return;
    speaking = setTimeout(() => {
      speaking = 0;
      spokenAt = Date.now();
      says.textContent = words;
    }, quietUntil(spokenAt, Date.now()));
  };

  const tell = (text) => {
    trouble.hidden = !text;
    trouble.textContent = text;
    speak(text);
  };

  const stop = () => {
    over = true;
    tell("This page no longer follows the session. Save or copy what you typed, then reload the page.");
  };

  const plan = () => {
    clearTimeout(timer);
    if (over || paused) return;
    const { failures } = connection;
    timer = setTimeout(ask, waitOf({ every, failures, isHidden: document.hidden, chance: Math.random() }));
  };

  async function ask() {
    try {
      const answer = await get(root.dataset.followPulse);
      if (isGone(answer)) return stop();
      if (!answer.ok) throw new Error(`The pulse answers ${answer.status}`);
      if ((await answer.text()) !== seen && !pressing) await bring();
      if (connection.find()) {
        tell("");
        speak("Connected again.");
      }
    } catch {
      if (connection.lose()) tell("Connection lost, trying again.");
    }
    plan();
  }

  async function bring() {
    const answer = await get(root.dataset.followPage, { "X-Follow": "1" });
    if (!answer.ok) throw new Error(`The page answers ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-follow-part]");
    // A button that is renewed between press and release would not be clicked.
    if (!part || over || paused || pressing) return;
    later = false;
    const kept = [...part.querySelectorAll("[data-follow-piece]")].filter((piece) => !renew(piece));
    for (const piece of kept) stay(oldOf(piece));
    notice.hidden = !kept.length;
    const late = kept.length ? lateOf(part, kept[0]) : "";
    seen = later ? "" : part.dataset.mark;
    // What the last button did was read by now; beside what changed since it would mislead.
    if (performance.now() > READ) for (const told of document.querySelectorAll(".site-messages")) told.remove();
    if (late) notice.querySelector("[data-follow-notice-words]").textContent = late;
    speak(late || part.dataset.says);
  }

  function lateOf(part, piece) {
    const isSame = piece.dataset.followOf === oldOf(piece).dataset.followOf;
    return reasonOfLate({ isSame, lateSame: part.dataset.lateSame, late: part.dataset.late });
  }

  function oldOf(piece) {
    return root.querySelector(`[data-follow-piece="${CSS.escape(piece.dataset.followPiece)}"]`);
  }

  // What stays because somebody has typed in it no longer says how things stand now; above it stands that it does not.
  function stay(old) {
    for (const line of old.querySelectorAll("[data-follow-now]")) line.hidden = true;
    old.before(notice);
    old.dataset.followStayed = "";
  }

  // Puts the new piece in the old one's place, with the focus where it was; false where somebody has typed in it. A
  // piece that is being saved just now waits for the next time.
  function renew(piece) {
    const old = oldOf(piece);
    if (!old) return true;
    if (old.dataset.mark === piece.dataset.mark) {
      resume(old);
      return true;
    }
    if ("followBusy" in old.dataset) {
      later = true;
      return true;
    }
    if (typedIn.has(old) || "followKeep" in old.dataset) return false;
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    // Words that are half written would go on in a box that is about something else.
    if (held && held.matches("textarea") && writtenIn.has(old)) return false;
    const unfolded = new Set([...old.querySelectorAll("details[open] > summary")].map((line) => line.textContent));
    const fresh = document.importNode(piece, true);
    for (const line of fresh.querySelectorAll("details > summary")) {
      if (unfolded.has(line.textContent)) line.parentElement.open = true;
    }
    old.replaceWith(fresh);
    if (held) ((held.id && document.getElementById(held.id)) || fresh).focus({ preventScroll: true });
    fresh.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
    return true;
  }

  const pause = (wanted) => {
    paused = wanted;
    remember(wanted);
    button.textContent = wanted ? "Follow again" : "Pause updates";
    standing.hidden = !wanted;
    if (wanted) clearTimeout(timer);
    else ask();
  };

  root.addEventListener("input", (event) => {
    const piece = event.target.closest("[data-follow-piece]");
    if (!piece) return;
    typedIn.add(piece);
    writtenIn.add(piece);
  });
  root.addEventListener("focusout", (event) => {
    const piece = event.target.closest("[data-follow-piece]");
    if (!piece || !("followStayed" in piece.dataset)) return;
    seen = "";
  });
  // A behavior that has saved what was typed says so; then the piece may be renewed again.
  root.addEventListener("kept", (event) => typedIn.delete(event.target.closest("[data-follow-piece]")));
  document.addEventListener("pointerdown", () => { pressing = true; });
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => { setTimeout(() => { pressing = false; }, 50); });
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !paused && !over) ask();
  });
  window.addEventListener("online", () => {
    if (!paused && !over) ask();
  });
  button.addEventListener("click", () => pause(!paused));
  controls.hidden = false;
  if (paused) pause(true);
  else plan();
}

function get(address, headers = {}) {
  return fetch(address, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
}

// What stayed while it did not fit is what is asked for again.
function resume(old) {
  if (!("followStayed" in old.dataset)) return;
  delete old.dataset.followStayed;
  for (const line of old.querySelectorAll("[data-follow-now]")) line.hidden = false;
  old.dispatchEvent(new CustomEvent("resumed"));
}

function remembered() {
  try {
    return sessionStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

function remember(wanted) {
  try {
    sessionStorage.setItem(KEY, wanted ? "yes" : "no");
  } catch {
    // Without storage the pause lasts as long as the page.
  }
}
