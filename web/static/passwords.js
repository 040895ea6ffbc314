/* A password can be looked at while it is typed: on a phone nobody sees what the keyboard made of it. Without this file
   it stays hidden. Before the form is sent it is hidden again, so that the browser offers to keep it. */
(() => {
  "use strict";

  const words = document.getElementById("words")?.dataset ?? {};
  const show = (field, button, seen) => {
    field.type = seen ? "text" : "password";
    button.setAttribute("aria-pressed", String(seen));
    button.textContent = seen ? words.hide : words.show;
  };

  for (const field of document.querySelectorAll("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet show-password";
    button.setAttribute("aria-controls", field.id);
    show(field, button, false);
    button.addEventListener("click", () => { show(field, button, field.type === "password"); field.focus(); });
    field.form?.addEventListener("submit", () => show(field, button, false));
    field.after(button);
  }
})();
