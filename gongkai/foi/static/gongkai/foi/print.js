// The print button of a page made for paper.
for (const button of document.querySelectorAll("[data-foi-print]")) {
  button.addEventListener("click", () => window.print());
}
