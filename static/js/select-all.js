// A check box above a list ticks all boxes of that list. It is made here, so that it is not there without JavaScript.
// <table data-behavior="select-all" data-select-name="records" data-select-label="Select all">
for (const list of document.querySelectorAll('[data-behavior~="select-all"]')) {
  const name = list.dataset.selectName;
  const boxes = [...list.querySelectorAll('input[type="checkbox"]')].filter((box) => !name || box.name === name);
  if (boxes.length < 2) continue;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "form-check-input";
  const label = document.createElement("label");
  label.className = "select-all form-check-label";
  label.append(all, ` ${list.dataset.selectLabel || "Select all"}`);
  list.before(label);

  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => {
    const wanted = all.checked;
    for (const box of boxes) {
      if (box.disabled) continue;
      box.checked = wanted;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
