// data-zone-of-browser="id": a button that offers the browser's own time zone for that field.
for (const button of document.querySelectorAll("[data-zone-of-browser]")) {
  const field = document.getElementById(button.dataset.zoneOfBrowser);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !zone || zone === field.value) continue;
  button.textContent = `Use this browser’s: ${zone}`;
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = zone;
    button.hidden = true;
  });
}
