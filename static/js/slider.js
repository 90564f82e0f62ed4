// Puts a slider beside a number box; the box stays the answer. While the box is empty the slider is hollow and says that
// there is no answer yet; it only writes once it is moved, so that leaving it alone is not "50".
const slide = (part) => {
  for (const box of part.querySelectorAll('input[data-behavior~="slider"]')) bind(box);
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
  const show = () => {
    const empty = box.value.trim() === "";
    slider.classList.toggle("form-range--empty", empty);
    slider.setAttribute("aria-valuetext", empty ? "No answer yet" : `${slider.value} percent`);
  };
  slider.addEventListener("input", () => {
    box.value = slider.value;
    show();
  });
  box.addEventListener("input", () => {
    if (box.value !== "") slider.value = box.value;
    show();
  });
  show();
  box.after(slider);
};

slide(document);
// A page that follows others brings parts of itself anew.
document.addEventListener("renewed", (event) => slide(event.target));
