/* Attachments: files are uploaded as soon as they are chosen, one after the other, with their
   progress; rows are renamed, moved and removed in place. Without this script the same buttons
   send the form, and chosen files travel with it. */
(function () {
  "use strict";

  function row(list, data) {
    const made = list.ownerDocument.querySelector("#gk-file-row").content.firstElementChild.cloneNode(true);
    made.querySelector("[name=attachment_token]").value = data.token;
    const name = made.querySelector("[name=attachment_name]");
    name.value = data.name;
    name.setAttribute("aria-label", "附件名称：" + data.name);
    made.querySelector("[data-about]").textContent = data.about;
    const open = made.querySelector("[data-open]");
    open.href = data.url;
    const notes = made.querySelector("[data-notes]");
    for (const note of data.notes) {
      const item = document.createElement("li");
      item.textContent = note;
      notes.append(item);
    }
    return made;
  }

  function number(list, quietly) {
    Array.from(list.children).forEach(function (one, index) {
      one.querySelectorAll("button[name=op]").forEach(function (button) {
        button.value = button.value.replace(/\d+$/, index);
      });
      const up = one.querySelector("[data-move=up]");
      const down = one.querySelector("[data-move=down]");
      if (up) up.disabled = index === 0;
      if (down) down.disabled = index === list.children.length - 1;
    });
    if (!quietly) list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* Rows of a list that move and go: attachments and issuing bodies. */
  function movable(list) {
    list.addEventListener("click", function (event) {
      const button = event.target.closest("button[data-move]");
      if (!button) return;
      event.preventDefault();
      const item = button.closest("li.gk-row");
      const step = button.dataset.move;
      if (step === "up" && item.previousElementSibling) item.previousElementSibling.before(item);
      else if (step === "down" && item.nextElementSibling) item.nextElementSibling.after(item);
      else if (step === "remove") {
        const next = item.nextElementSibling || item.previousElementSibling;
        item.remove();
        if (next) next.querySelector("input:not([type=hidden])").focus();
      }
      number(list);
      if (step !== "remove" && !button.disabled) button.focus();
    });
    number(list, true);
  }

  function upload(input, list, said) {
    const files = Array.from(input.files);
    const organ = document.querySelector("[name=organ]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    input.value = "";
    let done = 0;
    const waiting = files.slice();

    function refused(name, words) {
      const problem = document.createElement("li");
      problem.className = "gk-error";
      problem.textContent = "“" + name + "”没有上传：" + words;
      document.querySelector("#gk-file-problems").append(problem);
    }

    function next() {
      const file = waiting.shift();
      if (!file) {
        said.textContent = done ? "已上传" + done + "个文件。" : "";
        number(list);
        return;
      }
      if (file.size > Number(input.dataset.gkMax) * 1048576) {
        refused(file.name, "有" + Math.ceil(file.size / 1048576) + " MB，超过 " + input.dataset.gkMax + " MB 的上限，请压缩或拆分后再上传。");
        next();
        return;
      }
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", "上传“" + file.name + "”的进度");
      const data = new FormData();
      data.append("file", file);
      const code = input.form.dataset.gkOrgan || (organ ? organ.value : "");
      if (code) data.append("organ", code);
      const request = new XMLHttpRequest();
      request.open("POST", input.dataset.gkUpload);
      request.setRequestHeader("X-CSRFToken", token);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) {
          bar.value = Math.round((event.loaded / event.total) * 100);
          said.firstChild.textContent = bar.value < 100 ? "正在上传“" + file.name + "”：" + bar.value + "% " : "正在检查“" + file.name + "”… ";
        }
      });
      request.addEventListener("load", function () {
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
        if (request.status === 200 && answer.token) {
          done += 1;
          list.append(row(list, answer));
        } else if (request.status === 413) {
          refused(file.name, "文件太大，请压缩或拆分后再上传。");
        } else {
          refused(file.name, answer.error || "服务器没有回应，请稍后再试。");
        }
        next();
      });
      request.addEventListener("error", function () {
        refused(file.name, "网络中断，请检查网络后重新选择这个文件。其他内容没有丢失。");
        next();
      });
      said.textContent = "正在上传“" + file.name + "” ";
      said.append(bar);
      request.send(data);
    }

    document.querySelector("#gk-file-problems").replaceChildren();
    next();
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-gk-rows]").forEach(movable);
    const issuers = document.querySelector("#gk-issuers");
    const add = document.querySelector("button[data-gk-add]");
    if (issuers && add) {
      add.addEventListener("click", function (event) {
        event.preventDefault();
        const made = document.querySelector("#gk-issuer-row").content.firstElementChild.cloneNode(true);
        issuers.append(made);
        number(issuers);
        made.querySelector("input").focus();
      });
    }
    const input = document.querySelector("input[type=file][data-gk-upload]");
    const list = document.querySelector("#gk-files");
    if (!input || !list) return;
    const said = document.querySelector("#gk-file-said");
    input.addEventListener("change", function () { upload(input, list, said); });
    const form = input.form;
    form.addEventListener("dragover", function (event) {
      if (event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files")) event.preventDefault();
    });
    form.addEventListener("drop", function (event) {
      if (!event.dataTransfer || !event.dataTransfer.files.length) return;
      event.preventDefault();
      input.files = event.dataTransfer.files;
      upload(input, list, said);
    });
  });

  window.gkFiles = { row, number };
})();
