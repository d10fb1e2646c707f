// data-find: the field to which / and Ctrl-K lead, from anywhere but a field. On the page Whose the arrow keys walk
// through the answers below it, and Escape comes back.
const field = document.querySelector("[data-find]");
const isWriting = (element) => element.matches("input, textarea, select, [contenteditable]");

function answers() {
  return [...document.querySelectorAll("#found .hits a")];
}

document.addEventListener("keydown", (event) => {
  if (!field || event.altKey || event.defaultPrevented) return;
  const isShortcut = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !isWriting(event.target);
  if (isShortcut || isSlash) {
    event.preventDefault();
    field.focus();
    field.select();
    return;
  }
  const all = answers();
  const at = all.indexOf(event.target);
  if (!all.length || (event.target !== field && at < 0)) return;
  if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)].focus();
  else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : field).focus();
  else if (event.key === "Escape" && at >= 0) field.focus();
  else return;
  event.preventDefault();
});
