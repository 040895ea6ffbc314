/* Forms that survive a lost connection: what was typed, photos and signatures too, is kept in this browser and sent once
   the server answers again. The server counts a form once by its key, so that sending it a second time does no harm.
     data-kept="next"   each form kept gives way to an empty one with a key of its own (the register of walk-ins)
     data-kept="stays"  the form of one thing: kept while it is filled in, and there again after a reload; data-kept-of
                        says which form of its address it is, so that an older one is not filled in again
   Whoever signs out leaves nothing behind, and what is older than a week goes whosever it is.
   Without this file such a form is sent as any other. */
(() => {
  "use strict";

  const PATIENCE = 15_000;   // milliseconds until an answer counts as lost, and between two tries
  const PAUSE = 300;         // milliseconds without a key until what was typed is kept
  const LONGEST = 7 * 24 * 3_600_000;   // what nobody sent for a week is not wanted any more
  const OURS = ["csrf_token", "form_key", "seen"];   // written by the page, not by the person
  const box = document.getElementById("kept");
  if (!window.indexedDB) return;
  const person = box?.dataset.person;
  const form = document.querySelector("form[data-kept]");
  const stays = form?.dataset.kept === "stays";
  const place = stays ? [person, form.getAttribute("action"), form.dataset.keptOf].join(" ") : "";
  const blank = form?.querySelector("[data-kept-blank]")?.cloneNode(true);

  // ---- the browser's own store: text and files alike -------------------------------------------------------------------
  const opened = new Promise((done) => {
    const asked = indexedDB.open("dealer", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => done(null);
  });
  const inStore = async (mode, work) => {   // what was asked for; null when this browser keeps nothing
    const store = await opened;
    return store && new Promise((done) => {
      const change = store.transaction("kept", mode);
      const request = work(change.objectStore("kept"));
      change.oncomplete = () => done(request.result ?? true);
      change.onerror = change.onabort = () => done(null);
    });
  };
  const keep = (entry) => inStore("readwrite", (rows) => rows.put(entry));
  const forget = (key) => inStore("readwrite", (rows) => rows.delete(key));
  const of = async (whom) => {
    const rows = (await inStore("readonly", (rows) => rows.getAll())) ?? [];
    return rows.filter((each) => each.person === whom).sort((one, other) => one.at - other.at);
  };
  const mine = () => of(person);

  // ---- what is not kept any longer -----------------------------------------------------------------------------------
  let done = false;   // it was sent, or its person leaves: what the page still holds is no draft
  const expire = async () => {
    const rows = (await inStore("readonly", (rows) => rows.getAll())) ?? [];
    for (const old of rows.filter((each) => Date.now() - each.at > LONGEST)) await forget(old.key);
  };
  const leaving = document.querySelector("form[data-kept-ends]");
  leaving?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const left = await of(leaving.dataset.keptEnds);
    if (left.length > 0 && !window.confirm(leaving.dataset.unsent)) return release(leaving);
    done = true;
    for (const each of left) await forget(each.key);
    leaving.submit();
  });
  const release = (sent) => {
    delete sent.dataset.sent;
    for (const button of sent.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  if (!box) { expire(); return; }

  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const said = (sentence, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), box.dataset[sentence]);

  // ---- asking the server ---------------------------------------------------------------------------------------------
  // {url} when it is written; {refused} with the first reason; {signIn}; {} when nobody answered.
  const send = async (entry) => {
    const body = new FormData();
    for (const [name, value] of entry.body) body.append(name, value);
    const token = document.querySelector("input[name=csrf_token]");
    if (token) body.set("csrf_token", token.value);
    const ago = String(Math.max(0, Math.round((Date.now() - entry.at) / 1000)));
    try {
      const answer = await fetch(entry.url, {
        method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(entry.patience ?? PATIENCE),
        headers: { Accept: "application/json", "X-Typed-Ago": ago },
      });
      if (answer.type === "opaqueredirect") return { signIn: true };
      if (answer.ok) return { url: (await answer.json()).url };
      return answer.status < 500 ? { refused: (await answer.json().catch(() => ({}))).refusals?.[0]?.sentence ?? "" } : {};
    } catch { return {}; }
  };

  // ---- what is filled in ------------------------------------------------------------------------------------------------
  const entryOf = (submitter) => {
    const data = new FormData(form, submitter);
    return {
      key: place || data.get("form_key"), person, at: Date.now(), waits: submitter !== undefined,
      url: submitter?.getAttribute("formaction") ?? form.getAttribute("action"),
      page: stays ? location.pathname : "",
      who: form.dataset.keptAs || String(data.get("name") || data.get("phone") || ""),
      body: [...data].filter(([, value]) => !(value instanceof File) || value.size > 0),
      patience: [...data.values()].some((value) => value instanceof File && value.size > 0) ? 8 * PATIENCE : PATIENCE,   // photos take their time
    };
  };
  let pause;
  const keepDraft = () => { clearTimeout(pause); if (!done) keep(entryOf()); };
  if (stays) {
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => { clearTimeout(pause); pause = setTimeout(keepDraft, PAUSE); });
    window.addEventListener("pagehide", () => { if (pause) keepDraft(); });
  }

  const fill = (entry) => {
    for (const [name, value] of entry.body) {
      if (OURS.includes(name)) continue;
      for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (value instanceof File) { if (control.type === "file") put(control, value); continue; }
        if (control.type === "radio" || control.type === "checkbox") control.checked = control.value === value;
        else if (control.type !== "file") control.value = value;
        if (control.type !== "radio" || control.checked) control.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  };
  const put = (control, file) => {
    const chosen = new DataTransfer();
    if (control.multiple) for (const known of control.files) chosen.items.add(known);
    if ([...chosen.files].some((known) => known.name === file.name && known.size === file.size)) return;
    chosen.items.add(file);
    control.files = chosen.files;
    control.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const fillAgain = async () => {
    const entry = (await mine()).find((each) => each.key === place);
    if (!entry || entry.waits) return;
    fill(entry);
    form.elements.form_key.value = entry.body.find(([name]) => name === "form_key")[1];
  };

  // ---- sending what was filled in now ------------------------------------------------------------------------------------
  document.addEventListener("submit", async (event) => {
    if (event.target !== form || (!stays && event.submitter?.hasAttribute("formaction"))) return;
    event.preventDefault();
    clearTimeout(pause);
    const submitter = event.submitter;
    const entry = entryOf(submitter ?? null);
    if (stays) await keep(entry);
    const answer = await send(entry);
    if (answer.url) { done = true; await forget(entry.key); return location.assign(answer.url); }
    if (answer.signIn || answer.refused !== undefined) return sendByPage(entry, submitter);   // the page says what is wrong, beside the fields
    release(form);
    if (await keep(entry)) { if (!stays) clear(); }
    else show(box.dataset.unkept);
    draw();
  });

  // A refusal took its key back with it: the page may be sent with the same one.
  const sendByPage = async (entry, submitter) => {
    if (stays) await keep({ ...entry, waits: false });
    if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
    form.action = entry.url;
    form.submit();
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
    if (sending) return;
    sending = true;
    for (const entry of (await mine()).filter((each) => each.waits && each.refused === undefined)) {
      const answer = await send(entry);
      if (answer.url) {
        await forget(entry.key);
        if (entry.key === place) { done = true; location.assign(answer.url); break; }
        await draw();
        show(said("sent", { who: entry.who }));
        continue;
      }
      if (answer.signIn) { await draw(); show(box.dataset.signIn); break; }
      if (answer.refused === undefined) break;
      if (entry.key === place) { fill(entry); await sendByPage(entry, null); break; }
      await keep({ ...entry, refused: answer.refused });
      await draw();
    }
    sending = false;
  };

  // ---- telling -------------------------------------------------------------------------------------------------------
  const line = (text) => box.appendChild(Object.assign(document.createElement("p"), { textContent: text }));
  const show = (text) => { box.hidden = false; line(text); };
  const button = (label, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-plain", textContent: label });
    made.addEventListener("click", act);
    return made;
  };
  const draw = async () => {
    const told = (await mine()).filter((each) => each.waits || each.refused !== undefined || (each.key !== place && each.page === location.pathname));
    box.replaceChildren();
    box.hidden = told.length === 0;
    for (const entry of told) {
      const time = new Date(entry.at).toTimeString().slice(0, 5);
      const sentence = entry.refused !== undefined ? "refused" : entry.waits ? "waiting" : "unsent";
      const row = line(said(sentence, { who: entry.who, time, why: entry.refused }));
      if (sentence === "waiting") continue;
      if (entry.page && entry.page !== location.pathname) row.append(" ", button(box.dataset.open, async () => { await keep({ ...entry, waits: false, refused: undefined }); location.assign(entry.page); }));
      else if (!entry.page && form && !stays) row.append(" ", button(box.dataset.open, async () => { fill(entry); form.elements.form_key.value = newKey(); await forget(entry.key); draw(); }));
      row.append(" ", button(box.dataset.drop, async () => { await forget(entry.key); draw(); }));
    }
  };
  const begin = async () => {
    await expire();
    if (stays) await fillAgain();
    await draw();
    await sendKept();
  };

  begin();
  window.addEventListener("online", sendKept);
  setInterval(sendKept, PATIENCE);
})();
