/* What makes the screens quicker for those who have JavaScript. Every page works without this file.
   One listener per kind of event on the document, so that parts swapped in later behave the same. */
(() => {
  "use strict";

  const root = document.documentElement;
  const words = () => document.getElementById("words").dataset;
  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const isTyping = (element) => element instanceof Element && element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
  root.classList.add("js");

  // ---- keys: Ctrl+K searches, Ctrl+Enter saves, a letter moves to its button ------------------------------------------
  const LETTERS = "dealer.letters";   // "off" is remembered per browser; a browser that forbids storage keeps them on
  const lettersAreOn = () => { try { return localStorage.getItem(LETTERS) !== "off"; } catch { return true; } };
  const showLetters = () => {
    root.classList.toggle("no-shortcuts", !lettersAreOn());
    for (const box of document.querySelectorAll("[data-shortcuts-switch]")) box.checked = lettersAreOn();
  };

  document.addEventListener("change", (event) => {
    const box = closest(event, "[data-shortcuts-switch]");
    if (!box) return;
    try { localStorage.setItem(LETTERS, box.checked ? "on" : "off"); } catch { /* for this page only, then */ }
    showLetters();
  });

  const saveFormAround = (element) => {
    const form = element.closest("form");
    if (!form) return;
    const button = form.querySelector("[data-primary], .btn-primary");
    if (button) button.click();
    else form.requestSubmit();
  };

  // A letter never commits: it follows a link, opens a menu or puts the focus on a button that Enter then presses.
  const goTo = (control) => {
    control.scrollIntoView({ block: "nearest" });
    control.focus();
    if (control.matches("summary") || control.matches("a[href]")) control.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;   // a Chinese input method is at work
    const control = event.ctrlKey || event.metaKey;
    if (control && !event.altKey && event.key.toLowerCase() === "k") {
      const search = document.querySelector("[data-hotkey=k]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (control && event.key === "Enter") {
      event.preventDefault();
      saveFormAround(event.target);
    } else if (event.key === "Escape") {
      closeMenus();
      closeDrawer();
    } else if (!control && !event.altKey && event.key.length === 1 && lettersAreOn() && !isTyping(event.target)) {
      const target = document.querySelector(`[data-shortcut="${CSS.escape(event.key.toLowerCase())}"]`);
      if (target) { event.preventDefault(); goTo(target); }
    }
  });

  // ---- menus and the drawer of the phone -----------------------------------------------------------------------------
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu === except) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  };
  // Without this file the drawer opens by its address (#rail); with it, the address and the scroll position stay.
  const drawer = () => document.querySelector("[data-drawer]");
  const closeDrawer = () => {
    if (!drawer()?.classList.contains("open")) return;
    drawer().classList.remove("open");
    document.querySelector("[data-drawer-open]").focus();
  };

  document.addEventListener("click", (event) => {
    closeMenus(closest(event, "details.menu"));
    if (closest(event, "[data-drawer-open]")) {
      event.preventDefault();
      drawer().classList.add("open");
      drawer().querySelector("nav a").focus();
    } else if (closest(event, "[data-drawer-close]")) {
      event.preventDefault();
      closeDrawer();
    }
  });

  // ---- forms: no double submit, no lost text, the missing things in sight --------------------------------------------
  const changed = new Set();

  document.addEventListener("input", (event) => {
    const form = closest(event, "form[data-guarded]");
    if (form) changed.add(form);
  });

  document.addEventListener("click", (event) => {
    const button = closest(event, "button[aria-disabled=true]");
    if (!button) return;
    event.preventDefault();
    const reasons = document.getElementById(button.dataset.reasons) || document.querySelector("main [role=alert]");
    if (!reasons) return;
    reasons.tabIndex = -1;
    reasons.scrollIntoView({ block: "start" });
    reasons.focus({ preventScroll: true });
  });

  // On the road the line breaks: the page stays as it was typed, and is sent when the line is back.
  let waiting = null;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (navigator.onLine || form.method !== "post" || !form.matches("[data-guarded]:not([data-kept])")) return;
    event.preventDefault();
    waiting = { form, button: event.submitter };
    tell(form, words().offline);
  });
  window.addEventListener("online", () => {
    if (waiting?.form.isConnected) waiting.form.requestSubmit(waiting.button);
    waiting = null;
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    changed.delete(form);
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 10_000);   // a download leaves the page as it is
  });
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  window.addEventListener("pageshow", () => { for (const form of document.forms) release(form); });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (form.isConnected) { event.preventDefault(); return; }
  });

  // What a form notes as sent is on the clipboard by then. The older command also works where a page came over plain HTTP.
  document.addEventListener("submit", (event) => {
    const text = document.getElementById(event.target.dataset.copies || "");
    if (!text) return;
    text.select();
    document.execCommand("copy");
  });

  // ---- tables that grow ----------------------------------------------------------------------------------------------
  let rowsAdded = 0;   // indexes only need to differ: the server takes the rows in the order they stand

  const addRow = (box, chosen) => {
    const template = box.querySelector("template");
    const body = box.querySelector("tbody");
    const index = body.rows.length + 1000 * ++rowsAdded;
    const markup = template.innerHTML.replaceAll("__n__", String(index));
    body.insertAdjacentHTML("beforeend", markup);
    const row = body.rows[body.rows.length - 1];
    const [column, value] = chosen.split("=");
    if (value) row.querySelector(`[name$="-${column}"]`).value = value;
    window.htmx.process(row);
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  };

  document.addEventListener("click", (event) => {
    const add = closest(event, "[data-add-row]");
    const remove = closest(event, "[data-remove-row]");
    const box = closest(event, "[data-rows]");
    if (add && box.querySelector("template")) {
      event.preventDefault();
      addRow(box, add.dataset.addRow);
    } else if (remove && box.querySelector("template")) {
      event.preventDefault();
      remove.closest("tr").remove();
      box.querySelector("[data-add-row]").focus();
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  // ---- files: drop, paste, camera, and a look at what was chosen -----------------------------------------------------
  const LARGEST = 20 * 1024 * 1024;

  const showFiles = (drop) => {
    const input = drop.querySelector("input[type=file]");
    const list = drop.querySelector("[data-drop-files]");
    list.replaceChildren();
    for (const file of input.files) {
      const item = document.createElement("span");
      item.className = "drop-file";
      if (file.type.startsWith("image/")) {
        const picture = document.createElement("img");
        picture.alt = "";
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        item.append(picture);
      }
      item.append(file.size > LARGEST ? `${file.name}: ${words().tooLarge}` : file.name);
      item.classList.toggle("text-bad", file.size > LARGEST);
      list.append(item);
    }
  };
  const putFiles = (drop, files) => {
    const input = drop.querySelector("input[type=file]");
    const chosen = new DataTransfer();
    for (const file of input.multiple ? files : [...files].slice(0, 1)) chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("change", (event) => {
    const drop = closest(event, "[data-drop]");
    if (drop) showFiles(drop);
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const drop = closest(event, "[data-drop]");
      if (!drop) return;
      event.preventDefault();
      drop.classList.toggle("drop-over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) putFiles(drop, event.dataTransfer.files);
    });
  }
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData ? event.clipboardData.files : [];
    const drop = closest(event, "[data-drop]") || document.querySelector("[data-drop]");
    if (drop && files.length) { event.preventDefault(); putFiles(drop, files); }
  });
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-camera]");
    if (!button) return;
    const input = button.closest("[data-drop]").querySelector("input[type=file]");
    input.setAttribute("capture", "environment");
    input.click();
    input.removeAttribute("capture");
  });

  // ---- signature -----------------------------------------------------------------------------------------------------
  const prepareSignature = (field) => {
    const pad = field.querySelector("[data-signature-pad]");
    if (!pad || !pad.hidden) return;
    pad.hidden = false;
    const canvas = pad.querySelector("canvas");
    const hidden = field.querySelector("input[type=hidden]");
    const pen = canvas.getContext("2d");
    const scale = Math.max(2, window.devicePixelRatio || 1);   // printed on paper later: at least double
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    pen.scale(canvas.width / canvas.clientWidth, canvas.height / canvas.clientHeight);
    Object.assign(pen, { lineWidth: 2.4, lineCap: "round", lineJoin: "round", strokeStyle: "#101828", fillStyle: "#101828" });

    const spot = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.clientWidth / box.width, (event.clientY - box.top) * canvas.clientHeight / box.height];
    };
    let last = null;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = spot(event);
      pen.beginPath();
      pen.arc(...last, 1.2, 0, 2 * Math.PI);
      pen.fill();
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      for (const point of event.getCoalescedEvents?.() ?? [event]) {
        const next = spot(point);
        pen.beginPath();
        pen.moveTo(...last);
        pen.lineTo(...next);
        pen.stroke();
        last = next;
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        if (!last) return;
        last = null;
        hidden.value = canvas.toDataURL("image/png");
        hidden.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
    pad.querySelector("[data-signature-clear]").addEventListener("click", () => {
      pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
      hidden.value = "";
      hidden.dispatchEvent(new Event("input", { bubbles: true }));
    });
    hidden.addEventListener("change", () => {   // drawn before, and filled in again
      const drawing = new Image();
      drawing.addEventListener("load", () => pen.drawImage(drawing, 0, 0, canvas.clientWidth, canvas.clientHeight));
      drawing.src = hidden.value;
    });
  };

  // ---- messages ------------------------------------------------------------------------------------------------------
  const prepareToast = (toast) => {
    if (toast.dataset.toast === "ready") return;
    toast.dataset.toast = "ready";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon-button";
    close.setAttribute("aria-label", words().close);
    close.textContent = "×";
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    let timer = setTimeout(() => toast.remove(), 7_000);
    for (const stay of ["pointerenter", "focusin"]) toast.addEventListener(stay, () => clearTimeout(timer));
    for (const go of ["pointerleave", "focusout"]) toast.addEventListener(go, () => { timer = setTimeout(() => toast.remove(), 3_000); });
  };

  const tellFailure = (event) => tell(event.target.closest("form"), words().failed);
  const tell = (form, sentence) => {
    const old = document.getElementById("failure");
    if (old) old.remove();
    const notice = document.createElement("div");
    notice.id = "failure";
    notice.className = "notice notice-bad";
    notice.setAttribute("role", "alert");
    notice.textContent = sentence;
    (form || document.getElementById("main")).prepend(notice);
  };
  document.addEventListener("htmx:sendError", tellFailure);
  document.addEventListener("htmx:responseError", tellFailure);

  // ---- the clock of a drive on the road --------------------------------------------------------------------------------
  const tick = () => {
    for (const each of document.querySelectorAll("[data-running]")) {
      const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(each.dataset.running)) / 60_000));
      each.textContent = each.dataset.words.replace("{n}", String(minutes));
    }
  };
  setInterval(tick, 15_000);

  // ---- what must be prepared once per part ---------------------------------------------------------------------------
  const prepare = (part) => {
    for (const field of part.querySelectorAll("[data-signature]")) prepareSignature(field);
    for (const toast of part.querySelectorAll("[data-toast]")) prepareToast(toast);
    watchWidths(part);
    if (matchMedia("(pointer: coarse)").matches) for (const button of part.querySelectorAll("[data-camera]")) button.hidden = false;
  };
  // A table wider than its frame must be reachable by keyboard, any other must not cost a press of Tab. Frames come with
  // their tabindex, so that one is never wide and unreachable meanwhile; rows, fonts and windows change the width later.
  const markScrolling = (frame) => {
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
  };
  const widths = new ResizeObserver((changes) => {
    for (const frame of new Set(changes.map((change) => change.target.closest(".table-frame")))) if (frame) markScrolling(frame);
  });
  const watchWidths = (part) => {
    for (const frame of part.querySelectorAll(".table-frame:not([role])")) {
      widths.observe(frame);
      for (const table of frame.children) widths.observe(table);
    }
  };

  // ---- clocks that run, and parts that renew themselves ----------------------------------------------------------------
  // Minutes count from what the server said, by the time this page has been open: the browser's own clock may be wrong.
  const drawn = new WeakMap();
  setInterval(() => {
    for (const clock of document.querySelectorAll("[data-minutes]")) {
      if (!drawn.has(clock)) drawn.set(clock, performance.now());
      const minutes = Number(clock.dataset.minutes) + Math.floor((performance.now() - drawn.get(clock)) / 60_000);
      clock.textContent = minutes < 60
        ? clock.dataset.says.replace("#", minutes)
        : clock.dataset.saysHours.replace("##", Math.floor(minutes / 60)).replace("#", minutes % 60);
    }
  }, 5_000);
  document.addEventListener("htmx:beforeRequest", (event) => {   // nobody's focus is taken from a button
    if (event.target.matches("[data-renews]") && (document.hidden || event.target.contains(document.activeElement))) event.preventDefault();
  });

  // A manager's menu is longer than a small screen: the line of this page is in sight.
  const menu = document.querySelector(".rail-nav"), here = menu && menu.querySelector("[aria-current]");
  if (here) menu.scrollTop = here.offsetTop + 2 * here.offsetHeight - menu.offsetTop - menu.clientHeight;

  showLetters();
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
})();
