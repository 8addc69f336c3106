/* The page of an item: read aloud by the browser's own voice, print, copy the link.
   The buttons are hidden until this file shows those that the browser can serve. */
"use strict";

(() => {
  const told = document.querySelector("[data-item-told]");
  const say = (text) => {
    if (told) told.textContent = text;
  };

  const print = document.querySelector("[data-print]");
  if (print && window.print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const code = document.querySelector("details.qr");
  if (code) {
    document.addEventListener("click", (event) => {
      if (!code.contains(event.target)) code.open = false;
    });
    code.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      code.open = false;
      code.querySelector("summary").focus();
    });
  }

  const copy = document.querySelector("[data-copy]");
  if (copy && navigator.clipboard) {
    const label = copy.querySelector("span");
    const before = label.textContent;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(copy.dataset.copy);
      } catch {
        return; // the browser did not allow it; the address stands in its own bar
      }
      label.textContent = copy.dataset.done;
      say(copy.dataset.done);
      setTimeout(() => {
        label.textContent = before;
      }, 2500);
    });
  }

  // Drawn in one go with what follows: the room of what stays hidden is given back.
  document.querySelector(".item-tools")?.classList.add("ready");

  const speak = document.querySelector("[data-speak]");
  const silence = document.querySelector("[data-silence]");
  const voice = window.speechSynthesis;
  if (!speak || !silence || !voice || !window.SpeechSynthesisUtterance) return;

  const label = speak.querySelector("span");
  const first = label.textContent;
  const LONGEST = 160; // browsers fall silent in the middle of longer pieces
  let pieces = [];
  let next = 0;
  let state = "still";

  /** The title and the text, cut after sentences. */
  function cut() {
    const text = Array.from(document.querySelectorAll("[data-read]"), (one) => one.innerText);
    const found = [];
    for (const line of text.join("\n").split(/\n+/)) {
      let rest = line.trim();
      while (rest.length > LONGEST) {
        const head = rest.slice(0, LONGEST);
        const end = Math.max(...["。", "；", "！", "？", "，", "、"].map((mark) => head.lastIndexOf(mark)));
        const length = end > 20 ? end + 1 : LONGEST;
        found.push(rest.slice(0, length));
        rest = rest.slice(length);
      }
      if (rest) found.push(rest);
    }
    return found;
  }

  function chinese() {
    const known = voice.getVoices();
    return known.find((one) => one.lang.replace("_", "-") === "zh-CN")
      || known.find((one) => one.lang.startsWith("zh"));
  }

  function show(to) {
    state = to;
    label.textContent = { still: first, speaking: label.dataset.pause, paused: label.dataset.word }[to];
    silence.hidden = to === "still";
  }

  function go() {
    if (next >= pieces.length) {
      stop();
      return;
    }
    const one = new SpeechSynthesisUtterance(pieces[next]);
    one.lang = "zh-CN";
    const by = chinese();
    if (by) one.voice = by;
    one.onend = () => {
      if (state !== "speaking") return;
      next += 1;
      go();
    };
    one.onerror = () => {
      if (state === "speaking") stop();
    };
    voice.speak(one);
  }

  function stop() {
    const focused = document.activeElement === silence;
    show("still");
    next = 0;
    voice.cancel();
    if (focused) speak.focus();
  }

  speak.hidden = false;
  speak.addEventListener("click", () => {
    if (state === "speaking") {
      // Cancelled and begun again with the same sentence: pausing fails on many phones.
      show("paused");
      voice.cancel();
    } else {
      if (state === "still") {
        pieces = cut();
        next = 0;
      }
      show("speaking");
      voice.cancel();
      go();
    }
  });
  silence.addEventListener("click", stop);
  window.addEventListener("pagehide", () => voice.cancel());
})();
