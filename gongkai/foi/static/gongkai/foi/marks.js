// Marks every case of the page at once; the box shows what is marked.
const all = document.querySelector("[data-foi-all]");
const marks = [...document.querySelectorAll("#foi-marked input[name=pk]")];
if (all) {
  const show = () => {
    const count = marks.filter((mark) => mark.checked).length;
    all.checked = count > 0 && count === marks.length;
    all.indeterminate = count > 0 && count < marks.length;
  };
  all.addEventListener("change", () => {
    for (const mark of marks) mark.checked = all.checked;
  });
  for (const mark of marks) mark.addEventListener("change", show);
  show();
}
