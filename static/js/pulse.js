// When a page that follows others asks again, what an answer means, and when what it says may be read out. No page in
// here, so that it can be tested without one; follow.js ties it to a page.
const QUIET = 5000;
const SLOWEST = 20000;
const HIDDEN = 15000;
const GONE = new Set([401, 403, 404, 410]);

// Milliseconds until the next question: slower after each failure and while nobody looks, and a little earlier or later
// by chance (from 0 to 1), so that the pages of a room do not all ask at once.
export function waitOf({ every, failures, isHidden, chance }) {
  const slower = Math.min(every * 1.6 ** failures, SLOWEST);
  const wait = isHidden ? Math.max(slower, HIDDEN) : slower;
  return wait * (0.85 + chance * 0.3);
}

// Whether there is nothing left to follow: signed out, closed, or not there any more.
export function isGone(answer) {
  return answer.type === "opaqueredirect" || GONE.has(answer.status);
}

// How long an announcement waits, so that there is at most one in five seconds.
export function quietUntil(spokenAt, now) {
  return Math.max(0, spokenAt + QUIET - now);
}

// One lost answer is not worth a word; from the second on it is said, once.
export class Connection {
  failures = 0;

  // Another answer is lost. Whether this is the time to say so.
  lose() {
    this.failures += 1;
    return this.failures === 2;
  }

  // An answer came. Whether it was said before that the connection is lost.
  find() {
    const wasSaid = this.failures > 1;
    this.failures = 0;
    return wasSaid;
  }
}

// Why a piece that stays is not what it was: about what it shows, or about something else that came in its place.
export function reasonOfLate({ isSame, lateSame, late }) {
  return (isSame ? lateSame : late) || "Something has changed.";
}
