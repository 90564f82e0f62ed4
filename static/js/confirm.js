// Asks before a button does what cannot be undone. Without JavaScript the button works at once.
for (const button of document.querySelectorAll('[data-behaviour~="confirm"]')) {
  button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.confirm || "Are you sure?")) event.preventDefault();
  });
}
