// Model paragraphs beside a form: found by words, put where the cursor was.
(() => {
  "use strict";
  const box = document.querySelector("[data-foi-answers]");
  if (!box) return;
  const ask = box.querySelector("[data-foi-answers-ask]");
  const words = ask.querySelector("input");
  const said = box.querySelector("[data-foi-answers-said]");
  const found = box.querySelector("[data-foi-answers-found]");
  const only = document.getElementById(box.dataset.target || "");
  const outcome = document.getElementById(box.dataset.outcome || "");
  const texts = () => (only ? [only] : [...document.querySelectorAll(".gk-form textarea")]);
  let target = null;
  ask.hidden = false;

  document.addEventListener("focusin", (event) => {
    if (texts().includes(event.target)) target = event.target;
  });

  function put(text) {
    const field = target || texts().find((one) => !one.value.trim()) || texts()[0];
    if (!field) return;
    const typed = field.value;
    const name = nameOf(field);
    // Nothing that was typed gives way, not even what is selected: the text goes behind it, and
    // where no place was chosen on a line of its own at the end.
    const at = field === target ? field.selectionEnd : typed.length;
    if (field !== target && typed.trim() && !typed.endsWith("\n")) text = `\n${text}`;
    if (field.maxLength > 0 && typed.length + text.length > field.maxLength) {
      said.textContent = `放不下：“${name}”最多${field.maxLength}个字，现有${typed.length}个字，这一段有${text.length}个字。没有插入。`;
      return;
    }
    field.focus();
    field.setSelectionRange(at, at);
    // As if it was typed, so that the browser can undo it.
    if (!document.execCommand("insertText", false, text)) field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    said.textContent = `已插入“${name}”，请按本案情况修改。`;
  }

  function nameOf(field) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    return label ? label.firstChild.textContent.trim() : "文字框";
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function show(answer) {
    found.replaceChildren();
    said.textContent = `找到范例${answer.paragraphs.length}条，已办结的申请${answer.cases.length}件。`;
    for (const one of answer.paragraphs) {
      const part = element("article", "", "gk-note");
      part.append(element("h3", one.title), element("p", one.body), element("p", [one.outcome, one.article].filter(Boolean).join("，"), "gk-help"));
      const button = element("button", "插入", "gk-button gk-button--secondary");
      button.type = "button";
      button.setAttribute("aria-label", `插入“${one.title}”`);
      button.addEventListener("click", () => put(one.body));
      part.append(button);
      found.append(part);
    }
    if (answer.cases.length) {
      const list = element("ul", "", "gk-lines");
      for (const one of answer.cases) {
        const line = element("li");
        const link = element("a", `${one.number} ${one.subject}`);
        link.href = one.url;
        // What is being written must not be left behind by looking at another case.
        link.target = "_blank";
        link.rel = "noopener";
        link.append(element("span", "（新窗口）", "gk-muted"));
        line.append(link, ` ${one.result}，${one.decided_on}`);
        list.append(line);
      }
      found.append(element("h3", "已办结的申请"), list);
    }
  }

  async function look() {
    const query = new URLSearchParams({ case: box.dataset.case, words: words.value });
    // "REFUSE/variety": the library knows results, not varieties.
    if (outcome && outcome.value) query.set("outcome", outcome.value.split("/")[0]);
    said.textContent = "正在查找……";
    try {
      const response = await fetch(`${box.dataset.url}?${query}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      show(await response.json());
    } catch {
      said.textContent = "没有查到：网络或者登录状态有问题，请稍后再试。已填写的内容都还在。";
    }
  }

  ask.querySelector("button").addEventListener("click", look);
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); look(); }
  });
})();
