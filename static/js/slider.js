// Puts a slider beside a number box; the box stays the answer. An empty box shows no slider position as an answer:
// the slider only writes once it is moved, so that leaving it alone is not "50".
const slide = (part) => {
  for (const box of part.querySelectorAll('input[data-behaviour~="slider"]')) bind(box);
};

const bind = (box) => {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "form-range";
  slider.min = box.min || 0;
  slider.max = box.max || 100;
  slider.step = 5;
  slider.value = box.value || 50;
  slider.autocomplete = "off";
  slider.setAttribute("aria-label", "Share of the standards in percent, in steps of 5");
  slider.addEventListener("input", () => { box.value = slider.value; });
  box.addEventListener("input", () => { if (box.value !== "") slider.value = box.value; });
  box.after(slider);
};

slide(document);
// A page that follows others brings parts of itself anew.
document.addEventListener("renewed", (event) => slide(event.target));
