// Asks before a page is left on which somebody has typed and saved nothing. Sending the form itself is no leaving.
//
// <form method="post" data-behavior="ask-before-leaving">
for (const form of document.querySelectorAll('form[data-behavior~="ask-before-leaving"]')) {
  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}
