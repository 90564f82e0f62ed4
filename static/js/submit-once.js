// Stops a second click from sending a form twice. The server keeps double sends harmless too; this spares the wait.
// It listens on the whole page, so that it also knows forms that were brought later.
document.addEventListener("submit", (event) => {
  const form = event.target.closest('form[data-behavior~="submit-once"]');
  if (!form || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not "disabled": a disabled button is left out of what is sent, and loses the focus.
  for (const button of form.querySelectorAll('[type="submit"]')) button.setAttribute("aria-disabled", "true");
});

// The Back button brings the page back as it was left: let it be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
  }
});
