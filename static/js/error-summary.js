// Moves the focus to the error summary when a page comes back with problems, and says so in the page's title.
for (const summary of document.querySelectorAll('[data-behavior~="error-summary"]')) {
  document.title = `Error: ${document.title}`;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    const label = document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
    (control.closest("fieldset") || label || control).scrollIntoView();
    control.focus({ preventScroll: true });
  });
}
