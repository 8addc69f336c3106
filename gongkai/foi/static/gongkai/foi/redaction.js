// Blocks on a page: drawn with mouse, finger or keyboard; each is a row of numbers in the form.
(() => {
  "use strict";
  const form = document.querySelector("[data-foi-redact]");
  const sheet = document.querySelector("[data-foi-sheet]");
  const pattern = document.querySelector("[data-foi-row]");
  if (!form || !sheet || !pattern) return;
  const list = form.querySelector("[data-foi-rows]");
  const count = form.querySelector("[data-foi-count]");
  const prefix = form.dataset.prefix;
  const page = Number(form.dataset.page);
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  const FULL = 1000;
  const LEAST = 4;
  let changed = false;
  let chosen = null;

  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const isGone = (row) => field(row, "DELETE").checked;
  const rows = () => [...list.querySelectorAll("[data-foi-strike]")];
  const here = () => rows().filter((row) => !isGone(row) && Number(field(row, "page").value) === page);

  function place(row) {
    const read = (name) => field(row, name).value === "" ? NaN : Number(field(row, name).value);
    const box = { left: read("left"), top: read("top"), right: read("right"), bottom: read("bottom") };
    return Object.values(box).some(Number.isNaN) ? null : box;
  }

  function put(row, box) {
    for (const name of ["left", "top", "right", "bottom"]) field(row, name).value = Math.round(box[name]);
    changed = true;
  }

  function tell() {
    const left = rows().filter((row) => !isGone(row)).length;
    count.textContent = `${left} 处，本页 ${here().length} 处`;
  }

  function draw() {
    const focused = document.activeElement && document.activeElement.foiRow;
    sheet.querySelectorAll(".foi-block").forEach((block) => block.remove());
    rows().forEach((row, index) => {
      row.classList.toggle("foi-row--gone", isGone(row));
      row.classList.toggle("foi-row--current", row === chosen);
      const box = place(row);
      if (!box || isGone(row) || Number(field(row, "page").value) !== page) return;
      const block = document.createElement("button");
      block.type = "button";
      block.className = "foi-block";
      block.foiRow = row;
      block.style.left = `${box.left / 10}%`;
      block.style.top = `${box.top / 10}%`;
      block.style.width = `${Math.max(box.right - box.left, 1) / 10}%`;
      block.style.height = `${Math.max(box.bottom - box.top, 1) / 10}%`;
      block.setAttribute("aria-pressed", String(row === chosen));
      const ground = field(row, "ground");
      const bare = !ground.value || !field(row, "reason").value.trim();
      block.classList.toggle("foi-block--bare", bare);
      block.setAttribute("aria-label", `第 ${index + 1} 处遮盖，${ground.value ? ground.options[ground.selectedIndex].text : "未选情形"}${bare ? "，情形或者理由未填" : ""}`);
      const number = document.createElement("span");
      number.className = "foi-block__number";
      number.textContent = index + 1;
      block.append(number);
      if (row === chosen) {
        const corner = document.createElement("span");
        corner.className = "foi-block__corner";
        block.append(corner);
      }
      sheet.append(block);
      if (row === focused) block.focus({ preventScroll: true });
    });
    tell();
  }

  function choose(row) {
    chosen = row;
    // Within its own frame alone: the page itself must not move while somebody draws on it.
    if (row && list.scrollHeight > list.clientHeight) {
      const top = row.offsetTop - list.offsetTop;
      if (top < list.scrollTop || top + row.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top;
    }
    draw();
  }

  function add(box) {
    const index = Number(total.value);
    const holder = document.createElement("div");
    holder.innerHTML = pattern.innerHTML.replaceAll("__prefix__", String(index));
    const row = holder.querySelector("[data-foi-strike]");
    total.value = index + 1;
    list.append(row);
    field(row, "page").value = page;
    field(row, "ground").value = form.elements.new_ground.value;
    field(row, "reason").value = form.elements.new_reason.value;
    put(row, box);
    choose(row);
    return row;
  }

  function remove(row) {
    field(row, "DELETE").checked = true;
    changed = true;
    if (chosen === row) chosen = null;
    draw();
    sheet.focus({ preventScroll: true });
  }

  const within = (value) => Math.min(Math.max(value, 0), FULL);

  function at(event) {
    const frame = sheet.getBoundingClientRect();
    return {
      x: within((event.clientX - frame.left - sheet.clientLeft) * FULL / sheet.clientWidth),
      y: within((event.clientY - frame.top - sheet.clientTop) * FULL / sheet.clientHeight),
    };
  }

  function moved(box, x, y) {
    const across = Math.min(Math.max(x, -box.left), FULL - box.right);
    const down = Math.min(Math.max(y, -box.top), FULL - box.bottom);
    return { left: box.left + across, right: box.right + across, top: box.top + down, bottom: box.bottom + down };
  }

  function sized(box, x, y) {
    return { ...box, right: Math.min(Math.max(box.right + x, box.left + LEAST), FULL), bottom: Math.min(Math.max(box.bottom + y, box.top + LEAST), FULL) };
  }

  // One pointer at a time: a second finger scrolls or zooms instead.
  let act = null;
  sheet.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    const block = event.target.closest(".foi-block");
    const start = at(event);
    if (block) {
      const corner = event.target.classList.contains("foi-block__corner");
      choose(block.foiRow);
      act = { kind: corner ? "size" : "move", row: block.foiRow, box: place(block.foiRow), start };
    } else if (event.pointerType === "touch" && !sheet.classList.contains("foi-sheet--drawing")) {
      // A finger draws after it rested for a moment, so that the page can still be scrolled.
      const waiting = setTimeout(() => {
        sheet.classList.add("foi-sheet--drawing");
        act = { kind: "new", start, row: null };
      }, 250);
      act = { kind: "wait", waiting, start };
    } else {
      act = { kind: "new", start, row: null };
    }
    if (act.kind !== "wait") {
      sheet.setPointerCapture(event.pointerId);
      event.preventDefault();
      const target = block && [...sheet.querySelectorAll(".foi-block")].find((one) => one.foiRow === act.row);
      (target || sheet).focus({ preventScroll: true });
    }
  });
  sheet.addEventListener("touchmove", (event) => {
    if (act && act.kind !== "wait") event.preventDefault();
  }, { passive: false });
  sheet.addEventListener("pointermove", (event) => {
    if (!act) return;
    const now = at(event);
    if (act.kind === "wait") {
      if (Math.abs(now.x - act.start.x) + Math.abs(now.y - act.start.y) > 12) { clearTimeout(act.waiting); act = null; }
      return;
    }
    if (act.kind === "new") {
      const box = { left: Math.min(act.start.x, now.x), right: Math.max(act.start.x, now.x), top: Math.min(act.start.y, now.y), bottom: Math.max(act.start.y, now.y) };
      if (!act.row) {
        if (box.right - box.left < LEAST || box.bottom - box.top < LEAST) return;
        act.row = add(box);
      } else put(act.row, box);
    } else {
      const change = act.kind === "move" ? moved : sized;
      put(act.row, change(act.box, now.x - act.start.x, now.y - act.start.y));
    }
    draw();
  });
  function end() {
    if (act && act.kind === "wait") clearTimeout(act.waiting);
    if (act && act.kind === "new" && !act.row) choose(null);
    act = null;
    sheet.classList.remove("foi-sheet--drawing");
  }
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);

  sheet.addEventListener("keydown", (event) => {
    const row = event.target.foiRow || (event.target === sheet ? chosen : null);
    if (event.key === "Enter" && event.target === sheet) {
      const fresh = add({ left: 400, top: 480, right: 600, bottom: 520 });
      const block = [...sheet.querySelectorAll(".foi-block")].find((one) => one.foiRow === fresh);
      block.focus();
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") { choose(null); sheet.focus(); return; }
    if (!row) return;
    if (event.key === "Delete" || event.key === "Backspace") { remove(row); event.preventDefault(); return; }
    const step = event.ctrlKey ? 1 : 5;
    const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!way) return;
    put(row, (event.shiftKey ? sized : moved)(place(row), ...way));
    if (chosen !== row) chosen = row;
    draw();
    event.preventDefault();
  });
  sheet.addEventListener("focusin", (event) => {
    if (event.target.foiRow && event.target.foiRow !== chosen) choose(event.target.foiRow);
  });

  list.addEventListener("input", () => { changed = true; draw(); });
  list.addEventListener("change", () => { changed = true; draw(); });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-foi-strike]");
    if (row && row !== chosen) { chosen = row; draw(); }
  });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  draw();
})();
