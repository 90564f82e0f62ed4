// Shows the passkey button where the browser knows passkeys, and says so when signing in with one did not work.
const part = document.querySelector('[data-behavior~="passkey"]');
if (part && window.PublicKeyCredential) part.hidden = false;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const note = document.createElement("p");
  note.className = "field__errors";
  note.setAttribute("role", "alert");
  note.textContent = "The passkey did not work. Try again, or sign in with your password.";
  part.querySelector('[role="alert"]')?.remove();
  part.append(note);
});
