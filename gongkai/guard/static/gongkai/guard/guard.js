/* 试一试: copy the masked text. Without JavaScript the box can be copied from by hand. */
(function () {
  "use strict";

  /* The clipboard interface needs an encrypted connection; inner networks often have none. */
  function copy(box) {
    if (navigator.clipboard && window.isSecureContext) {
      return navigator.clipboard.writeText(box.value);
    }
    box.focus();
    box.select();
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("copy"));
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-gu-copy]");
    if (!button) return;
    const box = document.getElementById(button.dataset.guCopy);
    const said = button.parentElement.querySelector("[data-gu-copied]");
    copy(box).then(
      function () { said.textContent = "已复制。"; },
      function () {
        box.focus();
        box.select();
        said.textContent = "浏览器不允许自动复制，文字已选中，请按 Ctrl+C。";
      }
    );
  });
})();
