// The month of due dates as a grid: one stop for the tab key, arrow keys by day and week.
(() => {
  "use strict";
  const table = document.querySelector("[data-foi-month]");
  if (!table) return;
  const cells = [...table.querySelectorAll("td[data-day]")];
  const links = (cell) => [...cell.querySelectorAll("a")];
  const seen = (cell) => cell.offsetParent !== null; // on a phone days without cases are left out
  const keys = document.querySelector("[data-foi-month-keys]");
  keys.hidden = false;
  table.setAttribute("role", "grid");
  table.setAttribute("aria-describedby", keys.id);
  for (const cell of cells) {
    cell.setAttribute("aria-label", cell.dataset.say);
    cell.tabIndex = -1;
    // Inside a day one walks after Enter; until then the tab key passes the month in one step.
    for (const link of links(cell)) link.tabIndex = -1;
  }

  const iso = (day) => day.toISOString().slice(0, 10);
  const moved = (text, days) => {
    const day = new Date(`${text}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days);
    return iso(day);
  };
  // The same day of another month, or its last day where it has none.
  const monthAway = (text, months) => {
    const [year, month, day] = text.split("-").map(Number);
    const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
    return iso(new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))));
  };

  function stop(cell) {
    for (const one of cells) one.tabIndex = one === cell ? 0 : -1;
  }

  function go(day) {
    const cell = cells.find((one) => one.dataset.day === day);
    if (cell && seen(cell)) {
      stop(cell);
      cell.focus();
      return;
    }
    if (!cell) open(day); // else it is left out on a phone
  }

  // The month of a day, with the cursor on the day.
  function open(day) {
    const mine = table.dataset.mine ? "&handler=me" : "";
    window.location.assign(`?month=${day.slice(0, 7)}${mine}#day-${day}`);
  }

  // By days, over those that are left out on a phone.
  function step(day, by) {
    let next = moved(day, by);
    for (let cell = cells.find((one) => one.dataset.day === next); cell && !seen(cell); cell = cells.find((one) => one.dataset.day === next)) {
      next = moved(next, by);
    }
    go(next);
  }

  function inside(event, cell) {
    const all = links(cell);
    const at = all.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") cell.focus();
    else if (to === undefined) return;
    else all[Math.max(0, Math.min(all.length - 1, to))].focus();
    event.preventDefault();
  }

  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = event.target.closest("td[data-day]");
    if (!cell) return;
    if (event.target !== cell) {
      inside(event, cell);
      return;
    }
    const day = cell.dataset.day;
    const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
    const acts = {
      ArrowLeft: () => step(day, -1),
      ArrowRight: () => step(day, 1),
      ArrowUp: () => step(day, -7),
      ArrowDown: () => step(day, 7),
      Home: () => go(moved(day, -weekday)),
      End: () => go(moved(day, 6 - weekday)),
      PageUp: () => open(monthAway(day, event.shiftKey ? -12 : -1)),
      PageDown: () => open(monthAway(day, event.shiftKey ? 12 : 1)),
      Enter: () => links(cell)[0]?.focus(),
      F2: () => links(cell)[0]?.focus(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td[data-day]");
    if (cell) stop(cell);
  });

  const asked = cells.find((one) => `#day-${one.dataset.day}` === window.location.hash);
  const inMonth = cells.filter((one) => one.dataset.day.startsWith(table.dataset.month));
  const first = asked || inMonth.find((one) => one.hasAttribute("aria-current")) || inMonth.find(seen) || inMonth[0];
  stop(first);
  if (asked && seen(asked)) asked.focus();
})();
