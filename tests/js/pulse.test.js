// When a page that follows others asks again, and what it makes of the answers.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection, isGone, quietUntil, reasonOfLate, waitOf } from "../../static/js/pulse.js";

const usual = { every: 2500, failures: 0, isHidden: false, chance: 0.5 };
const wait = (changes) => Math.round(waitOf({ ...usual, ...changes }));

test("a page asks every so often, 15 percent earlier or later by chance", () => {
  assert.deepEqual([0, 0.5, 1].map((chance) => wait({ chance })), [2125, 2500, 2875]);
});

test("a lost connection is asked for more and more slowly, up to 20 seconds", () => {
  assert.deepEqual([1, 2, 4, 5, 60].map((failures) => wait({ failures })), [4000, 6400, 16_384, 20_000, 20_000]);
});

test("a page that nobody looks at asks every 15 seconds, or as slowly as it would anyway", () => {
  assert.equal(wait({ isHidden: true }), 15_000);
  assert.equal(wait({ isHidden: true, failures: 9 }), 20_000);
});

test("following ends where the page is closed to this person, and not at a fault of the server", () => {
  const gone = [200, 304, 401, 403, 404, 410, 429, 500, 503].filter((status) => isGone({ type: "basic", status }));
  assert.deepEqual(gone, [401, 403, 404, 410]);
  assert.equal(isGone({ type: "opaqueredirect", status: 0 }), true);
});

test("announcements come at most once in five seconds", () => {
  assert.equal(quietUntil(0, 1_700_000_000_000), 0);
  assert.equal(quietUntil(10_000, 11_000), 4000);
  assert.equal(quietUntil(10_000, 15_000), 0);
});

test("one lost answer is not said, the second is, and more are not said again", () => {
  const connection = new Connection();
  assert.deepEqual([1, 2, 3].map(() => connection.lose()), [false, true, false]);
});

test("that the connection is back is said only where it was said to be lost", () => {
  const connection = new Connection();
  connection.lose();
  assert.equal(connection.find(), false);
  connection.lose();
  connection.lose();
  assert.equal(connection.find(), true);
  assert.equal(connection.find(), false);
  assert.equal(connection.failures, 0);
});

test("why a piece stays is said in the words for the same thing or for another", () => {
  const words = { lateSame: "It was closed.", late: "Another one is open." };
  assert.equal(reasonOfLate({ isSame: true, ...words }), "It was closed.");
  assert.equal(reasonOfLate({ isSame: false, ...words }), "Another one is open.");
  assert.equal(reasonOfLate({ isSame: true, late: words.late }), "Something has changed.");
});
