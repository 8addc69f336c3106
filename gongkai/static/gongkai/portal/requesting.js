/* What makes the form pleasanter: it saves while one types, shows what is published already, prints.
   Without this file nothing is lost: each page saves when it is sent. */
"use strict";

(() => {
  const wrong = document.getElementById("wrong");
  if (wrong) wrong.focus();

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // The code comes behind #, which no server sees; it leaves the address at once.
  const track = document.querySelector("form[data-track]");
  const code = /^#([0-9A-Za-z]{12})$/.exec(location.hash);
  if (track && code) {
    track.elements.code.value = code[1];
    history.replaceState(null, "", location.pathname);
  }

  const form = document.querySelector("form[data-save]");
  if (!form) return;
  const told = document.querySelector("[data-saved]");
  const token = form.elements.csrfmiddlewaretoken.value;

  function typed(names) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token });
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && (!names || names.includes(name))) body.append(name, value);
    }
    return body;
  }

  let timer = 0;
  let unsaved = false;
  async function save() {
    if (!unsaved) return;
    unsaved = false;
    const body = typed();
    body.append("save", "1");
    try {
      const answer = await fetch(form.dataset.save, {
        method: "POST",
        body,
        keepalive: true,
        redirect: "error",
      });
      if (told && answer.status === 204) told.textContent = told.dataset.words;
    } catch {
      unsaved = true; // tried again with the next key, and sent with the page in any case
    }
  }

  const hits = form.querySelector("[data-hits]");
  let asked = "";
  async function published() {
    const body = typed(["title", "description", "document_number"]);
    if (body.toString() === asked) return;
    asked = body.toString();
    try {
      const answer = await fetch(form.dataset.published, { method: "POST", body });
      if (answer.ok && body.toString() === asked) hits.innerHTML = await answer.text();
    } catch {
      // A help that does not come is none; the next page lists the same.
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    unsaved = true;
    if (told) told.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(() => {
      save();
      if (hits) published();
    }, 900);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    unsaved = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
})();
