// What a form that saves itself knows of its own state: what was typed, what of it is on its way or kept, and whether
// the server refused it. No page in here, so that it can be tested without one; keep.js ties it to a form.

export class Saving {
  #edits = 0;
  // Of those, the ones that are kept or on their way.
  #sent = 0;
  #refused = false;

  get isRefused() {
    return this.#refused;
  }

  // Whether something was typed that nobody has and that may be sent.
  get isDue() {
    return !this.#refused && this.#sent !== this.#edits;
  }

  // Whether something was typed that the server does not take: it is nowhere but on the page.
  get isOnlyHere() {
    return this.#refused && this.#sent !== this.#edits;
  }

  touch() {
    this.#edits += 1;
  }

  // All that was typed until now is on its way; what it gives back says later how that went.
  begin() {
    const attempt = { before: this.#sent, upTo: this.#edits };
    this.#sent = this.#edits;
    return attempt;
  }

  // The server took it. Whether that was all: nothing was typed meanwhile.
  isAll(attempt) {
    return this.#edits === attempt.upTo;
  }

  // It did not arrive, and is due again.
  fail(attempt) {
    this.#sent = attempt.before;
  }

  // The server does not take it (closed, or somebody else saved meanwhile); nothing more is sent by itself.
  refuse(attempt) {
    this.#refused = true;
    this.#sent = attempt.before;
  }

  // What was refused may be sent again. Whether there was anything to resume.
  resume() {
    const was = this.#refused;
    this.#refused = false;
    return was;
  }

  // The button carries all of it.
  handOver() {
    this.#sent = this.#edits;
  }
}

// The version that a save on leaving is of, and the one that it makes. Who leaves cannot wait for what is on its way,
// but knows the version that it makes.
export function versionsOnLeaving(version, isUnderWay) {
  const sends = Number(version) + (isUnderWay ? 1 : 0);
  return { sends, makes: sends + 1 };
}

// How long after leaving a page its last save may still arrive.
const ARRIVING = 10000;

// Whether a page was made before the save on leaving arrived. `left` is what was noted then: the version that it makes,
// and when; null where nothing was.
export function isOlder(left, version, now) {
  return Boolean(left) && now - left.at < ARRIVING && Number(version) < left.made;
}

// Whether somebody typed before the script was there. A slider has no value of its own: its box has.
export function isTouched(field) {
  if (["hidden", "range", "submit"].includes(field.type)) return false;
  if (["radio", "checkbox"].includes(field.type)) return field.checked !== field.defaultChecked;
  return field.defaultValue !== undefined && field.value !== field.defaultValue;
}
