// Asks before a button does what cannot be undone. Without JavaScript the button works at once. It listens on the whole
// page, so that it also knows buttons that were brought later.
document.addEventListener("click", (event) => {
  const button = event.target.closest('[data-behavior~="confirm"]');
  if (button && !window.confirm(button.dataset.confirm || "Are you sure?")) event.preventDefault();
});
