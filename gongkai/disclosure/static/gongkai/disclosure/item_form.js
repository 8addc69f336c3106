/* The form of an item: hints as one types, choices that are searched for, and a copy of what was
   typed that stays in this browser until it is saved. Nothing here is needed to work. */
(function () {
  "use strict";

  const PREFIX = "gk-item-draft:";
  const SENT = "gk-item-sent";
  const KEPT_DAYS = 7;

  /* The body of the item: fixed for an existing one, else the one that is chosen. */
  function organOf() {
    const form = document.querySelector("form[data-gk-organ]");
    const field = document.querySelector("[name=organ]");
    return form ? form.dataset.gkOrgan : field ? field.value : "";
  }

  function storage(work) {
    // A browser may refuse to keep anything; then there is no copy, and the form works on.
    try { return work(window.localStorage, window.sessionStorage); } catch (error) { return null; }
  }

  /* -- the copy in this browser ---------------------------------------------------------- */

  function names(form) {
    return Array.from(new Set(Array.from(form.elements)
      .filter((one) => one.name && !["csrfmiddlewaretoken", "op", "seen", "files"].includes(one.name) && one.type !== "submit")
      .map((one) => one.name)));
  }

  function values(form) {
    const found = {};
    for (const name of names(form)) {
      if (name.startsWith("attachment_")) continue;
      found[name] = Array.from(form.elements).filter((one) => one.name === name)
        .filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked)
        .flatMap((one) => (one.multiple ? Array.from(one.selectedOptions).map((o) => o.value) : [one.value]));
    }
    found[" files"] = Array.from(form.querySelectorAll("#gk-files > li")).map((li) => ({
      token: li.querySelector("[name=attachment_token]").value,
      name: li.querySelector("[name=attachment_name]").value,
      about: li.querySelector("[data-about]").textContent,
      url: li.querySelector("[data-open]").getAttribute("href"),
      notes: Array.from(li.querySelectorAll("[data-notes] li")).map((note) => note.textContent),
    }));
    return found;
  }

  function restore(form, kept) {
    for (const [name, list] of Object.entries(kept)) {
      const controls = Array.from(form.elements).filter((one) => one.name === name);
      if (name === "issuer_name") {
        const rows = form.querySelector("#gk-issuers");
        rows.replaceChildren();
        for (const value of list) {
          const made = document.querySelector("#gk-issuer-row").content.firstElementChild.cloneNode(true);
          made.querySelector("input").value = value;
          rows.append(made);
        }
        window.gkFiles.number(rows);
      } else if (name === " files") {
        const rows = form.querySelector("#gk-files");
        rows.replaceChildren(...list.map((one) => window.gkFiles.row(rows, one)));
        window.gkFiles.number(rows);
      } else {
        for (const one of controls) {
          if (one.type === "checkbox" || one.type === "radio") one.checked = list.includes(one.value);
          else if (one.multiple) Array.from(one.options).forEach((o) => { o.selected = list.includes(o.value); });
          else if (one.gkEditor) one.dispatchEvent(new CustomEvent("gk-set", { detail: list[0] || "" }));
          else one.value = list[0] || "";
        }
      }
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function copies(form) {
    const key = PREFIX + form.dataset.gkDraft;
    const failed = form.hasAttribute("data-gk-failed");
    const bar = document.querySelector("#gk-draft");
    let before = JSON.stringify(values(form));
    let timer = 0;
    // The editor puts its own form of the text into its textarea; that alone is no change.
    let touched = false;
    form.addEventListener("keydown", function () { touched = true; });
    form.addEventListener("paste", function () { touched = true; }, true);

    storage(function (local, session) {
      if (session.getItem(SENT) === key) session.removeItem(SENT);
      const kept = JSON.parse(local.getItem(key) || "null");
      if (!kept || failed) return;
      if (Date.now() - kept.at > KEPT_DAYS * 864e5 || JSON.stringify(kept.values) === before) {
        local.removeItem(key);
        return;
      }
      const at = new Date(kept.at);
      const two = (n) => String(n).padStart(2, "0");
      bar.querySelector("[data-at]").textContent = (at.getMonth() + 1) + "月" + at.getDate() + "日 " + two(at.getHours()) + ":" + two(at.getMinutes());
      bar.hidden = false;
      bar.querySelector("[data-take]").addEventListener("click", function () {
        restore(form, kept.values);
        bar.hidden = true;
      });
      bar.querySelector("[data-drop]").addEventListener("click", function () {
        storage((store) => store.removeItem(key));
        bar.hidden = true;
      });
    });

    form.addEventListener("input", function (event) {
      if (!event.target.gkEditor) touched = true;
      if (!touched) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(function () {
        // An offer that nobody has answered yet is not written over.
        if (!bar.hidden) return;
        const now = JSON.stringify(values(form));
        if (now === before) return;
        before = now;
        storage((local) => local.setItem(key, JSON.stringify({ at: Date.now(), values: JSON.parse(now) })));
        const said = document.querySelector("#gk-draft-said");
        if (said) said.textContent = "未提交的内容已暂存在本机。";
      }, 1500);
    });
    form.addEventListener("submit", function () {
      window.clearTimeout(timer);
      storage((local, session) => session.setItem(SENT, key));
    });
  }

  /* After a form was sent, the next page without that form means that it was taken. */
  function forget() {
    storage(function (local, session) {
      const sent = session.getItem(SENT);
      if (!sent) return;
      const form = document.querySelector("form[data-gk-draft]");
      if (form && PREFIX + form.dataset.gkDraft === sent) return;
      local.removeItem(sent);
      session.removeItem(SENT);
    });
  }

  /* -- hints ------------------------------------------------------------------------------ */

  function hints(form) {
    const watched = ["title", "column", "formed_on", "changed_on", "document_number"];
    let running = null;

    function ask() {
      const query = new URLSearchParams();
      watched.forEach(function (name) {
        const one = form.elements[name];
        if (one && one.value) query.set(name, one.value);
      });
      if (organOf()) query.set("organ", organOf());
      form.querySelectorAll("[name=issuer_name]").forEach((one) => { if (one.value) query.append("issuer_name", one.value); });
      if (running) running.abort();
      running = new AbortController();
      fetch(form.dataset.gkHints + "?" + query, { signal: running.signal, headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then(show)
        .catch(function () { /* Without an answer there is no hint; the server asks again on saving. */ });
    }

    function show(answer) {
      if (!answer) return;
      document.querySelectorAll("[data-gk-hint]").forEach(function (place) {
        const hint = answer.hints[place.dataset.gkHint] || null;
        place.hidden = !hint;
        place.querySelector("[data-words]").textContent = hint ? hint.words : "";
        const take = place.querySelector("button");
        if (take) {
          take.hidden = !(hint && hint.value);
          take.dataset.value = hint ? hint.value || "" : "";
        }
      });
      const number = form.elements.document_number;
      if (number && answer.document_number && document.activeElement !== number) number.value = answer.document_number;
    }

    form.addEventListener("change", function (event) {
      if (watched.concat("organ", "issuer_name").includes(event.target.name)) ask();
    });
    form.addEventListener("click", function (event) {
      const take = event.target.closest("[data-gk-hint] button");
      if (!take) return;
      event.preventDefault();
      const field = form.elements[take.closest("[data-gk-hint]").dataset.gkHint];
      if (!field) return;
      field.value = take.dataset.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }

  /* -- choices that are searched for -------------------------------------------------------- */

  function picker(box) {
    const search = box.querySelector("[data-search]");
    const chosen = box.querySelector("[data-chosen]");
    const found = box.querySelector("[data-found]");
    const single = box.dataset.gkPicker === "one";
    let timer = 0;

    function choose(id, label) {
      if (single) chosen.replaceChildren();
      if (chosen.querySelector("input[value='" + CSS.escape(id) + "']")) return;
      const item = document.createElement("li");
      const made = document.createElement("label");
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.name = box.dataset.name;
      tick.value = id;
      tick.checked = true;
      made.append(tick, label);
      item.append(made);
      chosen.append(item);
      tick.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function look() {
      const words = search.value.trim();
      const query = new URLSearchParams({ q: words });
      if (organOf()) query.set("organ", organOf());
      if (words.length < 2) { found.replaceChildren(); return; }
      fetch(box.dataset.url + "?" + query, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : { found: [] }))
        .then(function (answer) {
          found.replaceChildren(...answer.found.map(function (one) {
            const item = document.createElement("li");
            const button = document.createElement("button");
            button.type = "button";
            button.className = "gk-link";
            button.textContent = one.label;
            button.addEventListener("click", function () {
              choose(String(one.id), one.label);
              found.replaceChildren();
              search.value = "";
              search.focus();
            });
            item.append(button);
            return item;
          }));
          if (!answer.found.length) {
            const item = document.createElement("li");
            item.textContent = "没有找到“" + words + "”，请换一个词。";
            found.append(item);
          }
        });
    }

    search.addEventListener("input", function (event) {
      event.stopPropagation();
      window.clearTimeout(timer);
      timer = window.setTimeout(look, 250);
    });
    search.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); look(); }
      if (event.key === "Escape") found.replaceChildren();
    });
    box.classList.add("is-ready");
  }

  /* -- what depends on another field ---------------------------------------------------------- */

  function depends(form) {
    form.querySelectorAll("[data-gk-when]").forEach(function (part) {
      const [name, list] = part.dataset.gkWhen.split("=");
      function draw() {
        const chosen = Array.from(form.elements).filter((one) => one.name === name && (one.type !== "radio" || one.checked))[0];
        part.hidden = !(chosen && list.split("|").includes(chosen.value));
      }
      form.addEventListener("change", draw);
      draw();
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    forget();
    document.querySelectorAll("[data-gk-picker]").forEach(picker);
    // A form with faults opens what is folded over them.
    document.querySelectorAll("details .gk-error").forEach((one) => { one.closest("details").open = true; });
    document.addEventListener("click", function (event) {
      const link = event.target.closest("a[href^='#']");
      if (!link) return;
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      const folded = target.closest("details");
      if (folded) folded.open = true;
      if (target.matches("details")) target.open = true;
      if (target.gkEditor) { event.preventDefault(); target.gkEditor.focus(); target.gkEditor.container.scrollIntoView(); }
    });
    const form = document.querySelector("form[data-gk-draft]");
    if (!form) return;
    depends(form);
    if (form.dataset.gkHints) hints(form);
    copies(form);
  });
})();
