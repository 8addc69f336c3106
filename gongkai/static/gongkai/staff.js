/* Keyboard for staff lists: "/" goes to the search box, j and k move along the rows, Enter
   opens. Nothing here is needed to work: every row's link is reached with Tab as well. */
(function () {
  "use strict";

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable='true']") !== null;
  }

  function move(tables, step) {
    const rows = Array.from(tables)
      .flatMap((table) => Array.from(table.tBodies[0].rows))
      .filter((row) => row.querySelector("a"));
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.classList.contains("gk-current"));
    const next = Math.min(Math.max(now + step, 0), rows.length - 1);
    if (now >= 0) rows[now].classList.remove("gk-current");
    rows[next].classList.add("gk-current");
    rows[next].querySelector("a").focus();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const tables = document.querySelectorAll("[data-gk-table]");
    const search = document.querySelector("[data-gk-search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j" && tables.length) {
      move(tables, 1);
    } else if (event.key === "k" && tables.length) {
      move(tables, -1);
    }
  });

  document.addEventListener("DOMContentLoaded", function () {
    const errors = document.querySelector("[data-gk-focus]");
    if (errors) errors.focus();
    const more = document.querySelector("[data-gk-more]:not([data-gk-keep])");
    if (more && window.matchMedia("(max-width: 799px)").matches) more.open = false;
  });
})();
