/* Suggestions under every search box of the page, as a combobox with a list (ARIA 1.2).
   Without this file the box is a plain form and loses nothing but the suggestions. */
"use strict";

(() => {
  const PAUSE = 160; // milliseconds without a key before anything is asked
  const LONGEST = 40; // what is longer is no longer being looked for by its beginning

  function attend(form) {
    // Each box brings this file along; a page with two boxes runs it twice.
    if (form.dataset.attended) return;
    form.dataset.attended = "yes";
    const input = form.querySelector("input[type=search]");
    const status = form.querySelector("[role=status]");
    const list = document.createElement("ul");
    list.id = `${input.id}-list`;
    list.className = "find-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.label);
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    const known = new Map(); // what was answered on this page
    let composing = false;
    let active = -1;
    let timer = 0;
    let asking = null;

    function point(to) {
      const options = list.children;
      if (options[active]) options[active].setAttribute("aria-selected", "false");
      active = to;
      if (options[active]) {
        options[active].setAttribute("aria-selected", "true");
        options[active].scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", options[active].id);
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      point(-1);
    }

    function stop() {
      window.clearTimeout(timer);
      if (asking) asking.abort();
      asking = null;
    }

    function choose(text) {
      stop();
      input.value = text;
      close();
      form.requestSubmit();
    }

    function show(words) {
      point(-1);
      list.replaceChildren(
        ...words.map((word, place) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${place}`;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.textContent = word;
          return option;
        }),
      );
      list.hidden = words.length === 0;
      input.setAttribute("aria-expanded", String(words.length > 0));
      status.textContent = words.length ? form.dataset.told.replace("%s", words.length) : "";
    }

    async function ask(text) {
      if (known.has(text)) {
        show(known.get(text));
        return;
      }
      const mine = new AbortController();
      asking = mine;
      try {
        const address = `${form.dataset.suggestions}?${new URLSearchParams({ q: text })}`;
        const answer = await fetch(address, { signal: mine.signal, credentials: "same-origin" });
        if (!answer.ok) return;
        const words = (await answer.json()).suggestions.map((one) => one.text);
        known.set(text, words);
        // An answer that comes late must not open a list over what was typed since.
        if (asking === mine && input.value.trim() === text && form.contains(document.activeElement)) {
          show(words);
        }
      } catch {
        // No network or no longer wanted: the form works all the same.
      }
    }

    function typed() {
      stop();
      const text = input.value.trim();
      if (composing) return;
      if (!text || text.length > LONGEST) {
        show([]);
        return;
      }
      timer = window.setTimeout(ask, PAUSE, text);
    }

    input.addEventListener("compositionstart", () => {
      composing = true;
      stop();
    });
    input.addEventListener("compositionend", () => {
      composing = false;
      typed();
    });
    input.addEventListener("input", typed);
    input.addEventListener("keydown", (event) => {
      // While an input method is at work, arrows, Enter and Escape are its own (229: old browsers).
      if (composing || event.isComposing || event.keyCode === 229) return;
      const count = list.hidden ? 0 : list.children.length;
      if (event.key === "ArrowDown" && !count) {
        typed();
      } else if (event.key === "ArrowDown" && count) {
        event.preventDefault();
        point(active + 1 < count ? active + 1 : -1);
      } else if (event.key === "ArrowUp" && count) {
        event.preventDefault();
        point(active < 0 ? count - 1 : active - 1);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        choose(list.children[active].textContent);
      } else if (event.key === "Escape" && count) {
        event.preventDefault(); // the first Escape closes the list, the next empties the field
        stop();
        close();
      }
    });
    input.addEventListener("blur", () => {
      stop();
      close();
    });
    form.addEventListener("submit", () => {
      stop();
      close();
    });
    // Pressing an option must not take the focus off the field, which would close the list.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option.textContent);
    });
  }

  document.querySelectorAll("form.find[data-suggestions]").forEach(attend);
})();
