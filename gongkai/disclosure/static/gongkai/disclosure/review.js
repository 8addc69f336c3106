/* Work through what awaits one: choose all, say how many, and the places of findings. */
(function () {
  "use strict";

  function batch(form) {
    const boxes = () => Array.from(form.querySelectorAll("input[name=item]:not(:disabled)"));
    const all = form.querySelector("[data-all]");
    const said = form.querySelector("[data-count]");
    const buttons = form.querySelectorAll("button[type=submit]");

    function count() {
      const chosen = boxes().filter((one) => one.checked).length;
      said.textContent = chosen ? "已选 " + chosen + " 件" : "没有选中任何一件";
      buttons.forEach((one) => { one.disabled = !chosen; });
      if (all) {
        all.checked = chosen > 0 && chosen === boxes().length;
        all.indeterminate = chosen > 0 && chosen < boxes().length;
      }
    }

    form.addEventListener("change", function (event) {
      if (event.target === all) boxes().forEach((one) => { one.checked = all.checked; });
      count();
    });
    count();
  }

  function show(id) {
    const place = document.getElementById(id);
    if (!place) return;
    document.querySelectorAll(".gd-found.is-shown").forEach((one) => one.classList.remove("is-shown"));
    place.classList.add("is-shown");
    place.scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form[data-gk-batch]").forEach(batch);
    document.addEventListener("click", function (event) {
      const link = event.target.closest("a[data-gk-place]");
      if (!link) return;
      event.preventDefault();
      show(link.hash.slice(1));
    });
    document.querySelectorAll("[data-gk-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    });
    // 1, 2 … on the review screen: the decisions in their order, outside of text fields. (Alt
    // with a figure belongs to the browser on some systems.)
    const decisions = Array.from(document.querySelectorAll("[data-gk-decision]"));
    document.addEventListener("keydown", function (event) {
      if (event.altKey || event.ctrlKey || event.metaKey || !decisions.length) return;
      if (event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
      const number = Number(event.key);
      if (number >= 1 && number <= decisions.length) {
        event.preventDefault();
        decisions[number - 1].checked = true;
        decisions[number - 1].dispatchEvent(new Event("change", { bubbles: true }));
        decisions[number - 1].focus();
      }
    });
  });
})();
