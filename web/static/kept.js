/* A form that survives a lost connection (data-kept): what was typed is kept in this browser and sent once the server
   answers again. The server counts a form once by its key, so that sending it a second time does no harm; each form
   kept gives way to an empty one with a key of its own. Without this file the form is sent as any other. */
(() => {
  "use strict";

  const PLACE = "dealer.kept";
  const PATIENCE = 15_000;   // milliseconds until an answer counts as lost, and between two tries
  const box = document.getElementById("kept");
  if (!box) return;
  const person = box.dataset.person;
  const form = document.querySelector("form[data-kept]");
  const blank = form?.querySelector("[data-kept-blank]")?.cloneNode(true);

  const all = () => { try { return JSON.parse(localStorage.getItem(PLACE)) ?? []; } catch { return []; } };
  const mine = () => all().filter((each) => each.person === person);
  const store = (rows) => { try { localStorage.setItem(PLACE, JSON.stringify(rows)); return true; } catch { return false; } };
  const forget = (key) => store(all().filter((each) => each.key !== key));
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const said = (sentence, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), box.dataset[sentence]);

  // ---- asking the server ---------------------------------------------------------------------------------------------
  // {url} when the row is written; {refused} with the first reason; {signIn}; {} when nobody answered.
  const send = async (entry) => {
    const body = new URLSearchParams(entry.body);
    const token = document.querySelector("input[name=csrf_token]");
    if (token) body.set("csrf_token", token.value);
    const ago = String(Math.max(0, Math.round((Date.now() - entry.at) / 1000)));
    try {
      const answer = await fetch(entry.url, {
        method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
        headers: { Accept: "application/json", "X-Typed-Ago": ago },
      });
      if (answer.type === "opaqueredirect") return { signIn: true };
      if (answer.ok) return { url: (await answer.json()).url };
      return answer.status < 500 ? { refused: (await answer.json().catch(() => ({}))).refusals?.[0]?.sentence ?? "" } : {};
    } catch { return {}; }
  };

  // ---- sending what was typed now ------------------------------------------------------------------------------------
  document.addEventListener("submit", async (event) => {
    if (event.target !== form || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const entry = { key: data.get("form_key"), person, url: form.getAttribute("action"), body: new URLSearchParams(data).toString(), at: Date.now(), who: String(data.get("name") || data.get("phone") || "") };
    const answer = await send(entry);
    if (answer.url) return location.assign(answer.url);
    if (answer.signIn || answer.refused !== undefined) return sendByPage(event.submitter);   // the page says what is wrong, beside the fields
    release();
    if (store([...all(), entry])) clear();
    else show(box.dataset.unkept);
    draw();
  });

  const sendByPage = (submitter) => {
    if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
    form.submit();
  };
  const release = () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  const clear = () => {
    form.reset();
    form.querySelector("[data-kept-blank]").replaceWith(blank.cloneNode(true));
    window.htmx.process(form);
    form.elements.form_key.value = newKey();
    form.querySelector("input:not([type=hidden])").focus();
  };

  // ---- sending what was kept -----------------------------------------------------------------------------------------
  let sending = false;
  const sendKept = async () => {
    if (sending || !mine().some((each) => each.refused === undefined)) return;
    sending = true;
    for (const entry of mine().filter((each) => each.refused === undefined)) {
      const answer = await send(entry);
      if (answer.url) { forget(entry.key); draw(); show(said("sent", { who: entry.who })); continue; }
      if (answer.signIn) { draw(); show(box.dataset.signIn); break; }
      if (answer.refused === undefined) break;
      store(all().map((each) => (each.key === entry.key ? { ...each, refused: answer.refused } : each)));
      draw();
    }
    sending = false;
  };

  // ---- telling -------------------------------------------------------------------------------------------------------
  const line = (text) => box.appendChild(Object.assign(document.createElement("p"), { textContent: text }));
  const show = (text) => { box.hidden = false; line(text); };
  const draw = () => {
    box.replaceChildren();
    box.hidden = mine().length === 0;
    for (const entry of mine()) {
      const time = new Date(entry.at).toTimeString().slice(0, 5);
      const told = line(said(entry.refused === undefined ? "waiting" : "refused", { who: entry.who, time, why: entry.refused }));
      if (entry.refused === undefined || !form) continue;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-plain", textContent: box.dataset.open });
      button.addEventListener("click", () => { fill(entry); forget(entry.key); draw(); });
      told.append(" ", button);
    }
  };
  const fill = (entry) => {
    for (const [name, value] of new URLSearchParams(entry.body)) {
      if (name === "csrf_token" || name === "form_key") continue;
      for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (control.type === "radio" || control.type === "checkbox") control.checked = control.value === value;
        else control.value = value;
      }
    }
    form.elements.form_key.value = newKey();
  };

  draw();
  sendKept();
  window.addEventListener("online", sendKept);
  setInterval(sendKept, PATIENCE);
})();
