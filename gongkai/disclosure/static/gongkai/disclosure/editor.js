/* The rich text editor over the plain textarea `[data-gk-editor]`.

   Without this script the textarea works as it is. What is pasted is cleaned here, so that the
   writer sees at once what will be kept; the server cleans again and has the last word. */
(function () {
  "use strict";

  const KEPT = new Set([
    "P", "H2", "H3", "H4", "STRONG", "B", "EM", "I", "U", "S", "SUB", "SUP", "BR", "HR", "UL", "OL",
    "LI", "TABLE", "CAPTION", "THEAD", "TBODY", "TFOOT", "TR", "TH", "TD", "A", "BLOCKQUOTE",
  ]);
  const DROPPED = "script, style, meta, link, title, iframe, object, embed, form, input, button, select, "
    + "textarea, svg, video, audio, noscript, template";
  const BLOCKS = new Set(["DIV", "SECTION", "ARTICLE", "MAIN", "HEADER", "FOOTER", "ADDRESS", "PRE", "CENTER", "DL", "DT", "DD"]);
  const RENAMED = { H1: "H2", H5: "H4", H6: "H4", B: "STRONG", I: "EM" };
  /* Two characters' indent as two wide spaces: it survives every cleaning and copying. */
  const INDENT = "\u3000\u3000";
  const INNER_BLOCKS = "p, h1, h2, h3, h4, h5, h6, ul, ol, table, div, section, article, blockquote, pre";

  function isBlank(node) {
    return !node.textContent.replace(/[\s\u00a0\u200b]/g, "") && !node.querySelector("br, table, hr");
  }

  function look(source, target) {
    const style = source.style;
    if (!style) return;
    if (/^(P|TD|TH)$/.test(target.nodeName)) {
      const align = style.textAlign || source.getAttribute("align") || "";
      if (align === "center" || align === "right") target.setAttribute("align", align);
    }
    if (target.nodeName === "P" && parseFloat(style.textIndent) > 0) target.append(INDENT);
  }

  /* `node` and what is in it, with only what we keep, appended to `into`. */
  function copy(node, into) {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.nodeValue.replace(/[\t\r\n]+/g, " ").replace(/\u200b|\ufeff/g, "");
      if (text) into.append(text);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    let name = node.nodeName.toUpperCase();
    if (name.includes(":") && name !== "O:P") name = "SPAN";
    if (name === "O:P") return;
    if (BLOCKS.has(name)) name = node.querySelector(INNER_BLOCKS) ? "SPAN" : "P";
    name = RENAMED[name] || name;
    let target = into;
    if (KEPT.has(name)) {
      target = document.createElement(name);
      if (name === "A") {
        const address = node.getAttribute("href") || "";
        if (/^(https?:|mailto:|\/|#)/i.test(address)) target.setAttribute("href", address);
        else target = into;
      }
      for (const span of ["colspan", "rowspan"]) {
        const value = parseInt(node.getAttribute(span) || "1", 10);
        if ((name === "TD" || name === "TH") && value > 1) target.setAttribute(span, String(value));
      }
      look(node, target);
    } else if (name === "SPAN" || name === "FONT") {
      const style = node.style || {};
      if (/^(bold|[6-9]00)$/.test(style.fontWeight || "")) target = document.createElement("strong");
    }
    for (const child of Array.from(node.childNodes)) copy(child, target);
    if (target !== into && !((name === "P" || name === "STRONG" || name === "EM") && isBlank(target))) {
      into.append(target);
    }
  }

  function clean(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const pictures = parsed.querySelectorAll("img").length;
    parsed.querySelectorAll(DROPPED).forEach((node) => node.remove());
    const box = document.createElement("div");
    for (const child of Array.from(parsed.body.childNodes)) copy(child, box);
    return { html: box.innerHTML, pictures };
  }

  function fromText(text) {
    const box = document.createElement("div");
    for (const line of text.split(/\r?\n/)) {
      if (!line.trim()) continue;
      const paragraph = document.createElement("p");
      paragraph.textContent = line.trim();
      box.append(paragraph);
    }
    return box.children.length === 1 ? box.firstChild.innerHTML : box.innerHTML;
  }

  function say(area, words) {
    const place = document.getElementById(area.id + "_said");
    if (place) place.textContent = words;
  }

  function start(area) {
    let plainOnce = false;
    const label = document.querySelector("label[for='" + area.id + "']");
    const editor = window.Jodit.make(area, {
      language: "zh_cn",
      height: "auto",
      minHeight: 320,
      toolbarAdaptive: false,
      toolbarSticky: false,
      toolbarButtonSize: "middle",
      showCharsCounter: true,
      showWordsCounter: false,
      showXPathInStatusbar: false,
      hidePoweredByJodit: true,
      enter: "p",
      spellcheck: false,
      showPlaceholder: false,
      addNewLine: false,
      useNativeTooltip: true,
      beautifyHTML: false,
      sourceEditor: "area",
      allowTabNavigation: true,
      enableDragAndDropFileToEditor: false,
      processPasteHTML: false,
      askBeforePasteHTML: false,
      askBeforePasteFromWord: false,
      defaultActionOnPaste: "insert_as_html",
      link: { noFollowCheckbox: false, openInNewTabCheckbox: false, processVideoLink: false, modeClassName: false },
      disablePlugins: ["about", "ai-assistant", "file", "image", "image-properties", "image-processor", "video", "media", "iframe",
        "speech-recognize", "source", "font", "color", "class-span", "xpath", "drag-and-drop", "paste-storage", "print", "preview"],
      controls: { paragraph: { list: window.Jodit.atom({ p: "正文", h2: "一级标题", h3: "二级标题", h4: "三级标题" }) } },
      buttons: ["paragraph", "bold", "ul", "ol", "table", "link", {
        name: "gkIndent",
        text: "缩进两字",
        tooltip: "首行缩进两个字（再按一次取消）",
        exec(jodit) {
          const blocks = new Set();
          jodit.s.wrapInTag("span").forEach((span) => {
            const block = span.closest("p");
            if (block) blocks.add(block);
            span.replaceWith(...span.childNodes);
          });
          const here = jodit.s.current();
          const around = here && (here.nodeType === 1 ? here : here.parentElement).closest("p");
          if (!blocks.size && around) blocks.add(around);
          const on = Array.from(blocks).some((block) => !block.textContent.startsWith(INDENT));
          blocks.forEach(function (block) {
            const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            const first = walker.nextNode();
            const bare = first ? first.nodeValue.replace(/^[\u3000\u00a0 ]+/, "") : "";
            if (first) first.nodeValue = on ? INDENT + bare : bare;
            else if (on) block.prepend(INDENT);
          });
          jodit.synchronizeValues();
        },
      }, {
        name: "gkPlain",
        text: "只贴文字",
        tooltip: "下一次粘贴只保留文字",
        exec() {
          plainOnce = true;
          say(area, "下一次粘贴只保留文字，请按 Ctrl+V 粘贴。");
        },
      }, "undo", "redo", "fullsize"],
    });
    editor.e.on("beforePaste", function (event) {
      const data = event.clipboardData || (event.originalEvent || {}).clipboardData;
      if (!data) return undefined;
      const html = data.getData("text/html");
      const text = data.getData("text/plain");
      if (!html && !text) {
        if (data.files && data.files.length) {
          say(area, "图片和文件不能贴进正文，请在“附件”处上传。");
          return false;
        }
        return undefined;
      }
      if (plainOnce || !html) {
        editor.s.insertHTML(fromText(text || ""));
        if (plainOnce) say(area, "已只粘贴文字。");
        plainOnce = false;
      } else {
        const cleaned = clean(html);
        editor.s.insertHTML(cleaned.html);
        say(area, cleaned.pictures ? "已粘贴。其中的" + cleaned.pictures + "张图片没有保留，请在“附件”处上传。" : "已粘贴，多余的格式已清理。");
      }
      editor.synchronizeValues();
      return false;
    });
    editor.editor.setAttribute("role", "textbox");
    editor.editor.setAttribute("aria-multiline", "true");
    editor.editor.setAttribute("aria-label", label ? label.firstChild.textContent.trim() : "正文");
    const described = area.getAttribute("aria-describedby");
    if (described) editor.editor.setAttribute("aria-describedby", described);
    area.gkEditor = editor;
    area.addEventListener("gk-set", function (event) { editor.value = event.detail; });
    editor.e.on("change", function () { area.dispatchEvent(new Event("input", { bubbles: true })); });
    // A link of the error summary leads to the field's own id.
    area.addEventListener("focus", function () { editor.focus(); });
  }

  window.gkCleanPaste = clean;
  document.addEventListener("DOMContentLoaded", function () {
    if (!window.Jodit) return;
    document.querySelectorAll("textarea[data-gk-editor]").forEach(start);
  });
})();
