// Stops a second click from sending a form twice. The server keeps double sends harmless too; this spares the wait.
for (const form of document.querySelectorAll('form[data-behaviour~="submit-once"]')) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    // Not "disabled": a disabled button is left out of what is sent, and loses the focus.
    for (const button of form.querySelectorAll('[type="submit"]')) button.setAttribute("aria-disabled", "true");
  });
}

// The Back button brings the page back as it was left: let it be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
  }
});
