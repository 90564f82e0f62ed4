// What a form that saves itself knows: nothing typed is ever taken for kept before the server said so.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Saving, isOlder, isTouched, versionsOnLeaving } from "../../static/js/saving.js";

const typed = (times = 1) => {
  const saving = new Saving();
  for (let time = 0; time < times; time += 1) saving.touch();
  return saving;
};
const state = ({ isDue, isRefused, isOnlyHere }) => ({ isDue, isRefused, isOnlyHere });

test("a form in which nobody has typed has nothing to save", () => {
  assert.deepEqual(state(new Saving()), { isDue: false, isRefused: false, isOnlyHere: false });
});

test("what was typed is due until it is on its way", () => {
  const saving = typed();
  assert.equal(saving.isDue, true);
  saving.begin();
  assert.equal(saving.isDue, false);
});

test("words typed while a save is on its way are due after it", () => {
  const saving = typed();
  const attempt = saving.begin();
  saving.touch();
  assert.equal(saving.isAll(attempt), false);
  assert.equal(saving.isDue, true);
  assert.equal(saving.isAll(saving.begin()), true);
});

test("a save that did not arrive is due again", () => {
  const saving = typed(2);
  saving.fail(saving.begin());
  assert.deepEqual(state(saving), { isDue: true, isRefused: false, isOnlyHere: false });
});

test("a save that did not arrive leaves the one before it kept", () => {
  const saving = typed();
  saving.begin();
  saving.touch();
  const second = saving.begin();
  assert.deepEqual(second, { before: 1, upTo: 2 });
  saving.fail(second);
  assert.equal(saving.begin().before, 1);
});

test("what the server refuses is only here, and is not sent again by itself", () => {
  const saving = typed();
  saving.refuse(saving.begin());
  assert.deepEqual(state(saving), { isDue: false, isRefused: true, isOnlyHere: true });
  saving.touch();
  assert.deepEqual(state(saving), { isDue: false, isRefused: true, isOnlyHere: true });
});

test("what was refused is due again once it is open again", () => {
  const saving = typed();
  saving.refuse(saving.begin());
  assert.equal(saving.resume(), true);
  assert.deepEqual(state(saving), { isDue: true, isRefused: false, isOnlyHere: false });
});

test("there is nothing to resume where nothing was refused", () => {
  assert.equal(typed().resume(), false);
});

test("what the button carries is neither due nor only here", () => {
  const saving = typed(3);
  saving.refuse(saving.begin());
  saving.handOver();
  assert.deepEqual(state(saving), { isDue: false, isRefused: true, isOnlyHere: false });
});

test("who leaves sends the version of the page", () => {
  assert.deepEqual(versionsOnLeaving("4", false), { sends: 4, makes: 5 });
});

test("who leaves while a save is on its way sends the version that it makes", () => {
  assert.deepEqual(versionsOnLeaving("4", true), { sends: 5, makes: 6 });
});

test("a page is older than the save on leaving for ten seconds, and only below its version", () => {
  const left = { made: 5, at: 1000 };
  assert.equal(isOlder(left, "4", 10_999), true);
  assert.equal(isOlder(left, "4", 11_000), false);
  assert.equal(isOlder(left, "5", 2000), false);
  assert.equal(isOlder(left, "10", 2000), false);
  assert.equal(isOlder(null, "4", 2000), false);
});

test("a field is touched when it is not as the page brought it", () => {
  assert.equal(isTouched({ type: "text", value: "a", defaultValue: "" }), true);
  assert.equal(isTouched({ type: "text", value: "", defaultValue: "" }), false);
  assert.equal(isTouched({ type: "radio", checked: true, defaultChecked: false }), true);
  const box = { type: "checkbox", checked: true, defaultChecked: true, value: "x", defaultValue: "" };
  assert.equal(isTouched(box), false);
});

test("sliders, hidden fields, buttons and what has no default are never touched", () => {
  for (const type of ["range", "hidden", "submit"]) {
    assert.equal(isTouched({ type, value: "1", defaultValue: "2" }), false, type);
  }
  assert.equal(isTouched({ type: "fieldset", value: undefined }), false);
});
