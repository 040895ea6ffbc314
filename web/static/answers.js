/* Lists that are answered point by point (stock/answers.html): how far they are, all of a group with one tap, groups that
   fold away once they are done, and photos small enough for the line in the yard. */
(() => {
  "use strict";

  const LONGEST_SIDE = 1600;   // points of a picture: a scratch is seen, and a photo takes 300 KB instead of 6 MB
  const form = document.querySelector("form:has([data-answer-group])");

  // ---- photos ------------------------------------------------------------------------------------------------------------
  const smaller = async (file) => {
    if (!file.type.startsWith("image/")) return file;
    try {
      const picture = await createImageBitmap(file);
      const scale = LONGEST_SIDE / Math.max(picture.width, picture.height);
      if (scale >= 1 && file.size < 1_000_000 && /jpeg|png/.test(file.type)) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * Math.min(1, scale));
      canvas.height = Math.round(picture.height * Math.min(1, scale));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch { return file; }   // no picture at all: the server says so, beside its field
  };
  const shrunk = new WeakSet();
  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !("shrink" in input.dataset) || [...input.files].every((each) => shrunk.has(each))) return;
    const chosen = new DataTransfer();
    for (const file of input.files) chosen.items.add(await smaller(file));
    input.files = chosen.files;
    for (const file of input.files) shrunk.add(file);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // ---- one tap fills in what is known together: a receiver and their phone ------------------------------------------------
  document.addEventListener("click", (event) => {
    const choice = event.target instanceof Element ? event.target.closest("[data-fills]") : null;
    if (!choice) return;
    for (const [name, value] of Object.entries(JSON.parse(choice.dataset.fills))) {
      const control = choice.closest("form").elements[name];
      control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  if (!form) return;
  const groups = [...form.querySelectorAll("[data-answer-group]")];
  const answered = form.querySelector("[data-answered]");
  const answersOf = (part) => [...part.querySelectorAll("[data-answer]")];
  const valueOf = (answer) => answer.querySelector("[type=radio]:checked")?.value;
  const isOpen = (answer) => valueOf(answer) === undefined;

  // ---- how far it is -----------------------------------------------------------------------------------------------------
  const tell = () => {
    for (const group of groups) {
      const answers = answersOf(group);
      const ill = answers.filter((each) => valueOf(each) === each.dataset.answer).length;
      const done = answers.filter((each) => !isOpen(each)).length;
      group.querySelector("[data-answer-count]").textContent = `${done} / ${answers.length}`;
      group.querySelector("[data-answer-ill]").hidden = ill === 0;
      group.querySelector("[data-answer-number]").textContent = String(ill);
      group.classList.toggle("answer-done", done === answers.length);
    }
    const all = answersOf(form);
    const done = all.filter((each) => !isOpen(each)).length;
    const words = answered.querySelector("[data-answered-words]");
    Object.assign(answered.querySelector("progress"), { value: done, max: all.length });
    words.textContent = words.dataset.words.replace("{done}", done).replace("{all}", all.length);
    answered.querySelector("[data-next-open]").hidden = done === all.length;
  };

  const goOn = (group) => {
    group.open = false;
    const next = groups.find((each) => answersOf(each).some(isOpen));
    if (!next) return group.querySelector("summary").focus();
    next.open = true;
    next.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    next.querySelector("summary").focus({ preventScroll: true });
  };
  const isReady = (group) => answersOf(group).every((each) => !isOpen(each) && (valueOf(each) !== each.dataset.answer || !each.querySelector("[data-unfold]")));

  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    tell();
    const group = event.target.closest("[data-answer-group]");
    if (event.isTrusted && group && isReady(group) && !group.contains(document.activeElement?.closest("input:not([type=radio])") ?? null)) goOn(group);
  });
  form.addEventListener("click", (event) => {
    const all = event.target.closest("[data-answer-all]");
    if (all) {   // what was answered already stays: a fault is not tapped away
      const group = all.closest("[data-answer-group]");
      for (const answer of answersOf(group).filter(isOpen)) answer.querySelector(`[value="${all.dataset.answerAll}"]`).checked = true;
      form.dispatchEvent(new Event("input", { bubbles: true }));
      tell();
      goOn(group);
    } else if (event.target.closest("[data-next-open]")) {
      const open = answersOf(form).find(isOpen);
      open.closest("details").open = true;
      open.scrollIntoView({ block: "center" });
      open.querySelector("[type=radio]").focus({ preventScroll: true });
    }
  });

  const first = groups.find((each) => answersOf(each).some(isOpen));
  for (const group of groups) group.open = group === first || group.querySelector(".field-error, .answer-again") !== null;
  tell();
})();
