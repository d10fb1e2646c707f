// data-live: a part of the page that htmx asks for again every few seconds. What comes is blended in by id: what has not
// changed stays, what has the focus is neither replaced nor moved, and ages tick on in between.
const live = document.querySelector("[data-live][hx-get]");
const began = performance.now();
let answered = began; // when the last answer came
let clock = Date.parse(live.dataset.now) - began; // the server's, whatever this machine's says

const seconds = () => Math.max(0, Math.floor((performance.now() - answered) / 1000));

// The same words as triage/web/ages.py.
function age(total) {
  if (total < 1) return "now";
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  const rest = String(minutes % 60).padStart(2, "0");
  if (hours < 24) return minutes % 60 ? `${hours} h ${rest}` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

function tick(root) {
  const now = performance.now() + clock;
  const write = (time, text) => {
    if (time.textContent !== text) time.textContent = text;
  };
  for (const time of root.querySelectorAll("time[data-age]")) {
    write(time, age(Math.floor((now - Date.parse(time.dateTime)) / 1000)));
  }
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const passed = age(Math.floor((now - Date.parse(time.dateTime)) / 1000));
    write(time, passed === "now" ? "just now" : `${passed} ago`);
  }
  for (const time of root.querySelectorAll("time[data-until]")) {
    const left = Math.max(0, Math.floor((Date.parse(time.dateTime) - now) / 1000));
    write(time, left < 3600 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : age(left));
  }
}

const isHeld = (element) => element.contains(document.activeElement) && document.activeElement !== document.body;

function blend(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!("live" in old.dataset) || !("live" in fresh.dataset)) {
    if (!isHeld(old)) old.replaceWith(fresh);
    return;
  }
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  const wanted = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...old.children]) {
    if (!wanted.has(child.id) && !isHeld(child)) child.remove();
  }
  let place = old.firstElementChild;
  const mayMove = !isHeld(old);
  for (const child of [...fresh.children]) {
    const known = [...old.children].find((one) => one.id === child.id);
    if (!known) {
      child.classList.add("arrived");
      old.insertBefore(child, place);
      continue;
    }
    if (known !== place && mayMove) old.insertBefore(known, place);
    blend(known, child);
    place = document.getElementById(child.id).nextElementSibling;
  }
}

function take(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(live.id);
  if (!fresh) return false;
  answered = performance.now();
  clock = Date.parse(fresh.dataset.now) - answered;
  // What differs each time, or is the reader's own, is no change.
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  for (const field of fresh.querySelectorAll("[name=csrfmiddlewaretoken]")) field.setAttribute("value", token.value);
  for (const opened of live.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(opened.id)}`)?.setAttribute("open", "");
  }
  tick(fresh);
  tick(live);
  blend(live, fresh);
  document.title = fresh.dataset.title;
  for (const count of document.querySelectorAll("[data-waiting]")) {
    count.textContent = fresh.dataset.count;
    count.hidden = fresh.dataset.count === "0";
  }
  return true;
}

const sign = document.getElementById("live");
const note = document.getElementById("offline");

function say(why) {
  sign.classList.toggle("off", Boolean(why));
  sign.firstChild.textContent = why ? "Offline" : "Live";
  note.hidden = !why;
  document.getElementById("offline-why").textContent = why;
}

live.addEventListener("htmx:beforeSwap", (event) => {
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status !== 200) return;
  say(take(event.detail.serverResponse) ? "" : "You are signed out; open the page again.");
});
live.addEventListener("htmx:responseError", () => say("Whose answers with an error."));
live.addEventListener("htmx:sendError", () => say("Whose cannot be reached from here."));
live.addEventListener("htmx:timeout", () => say("Whose does not answer."));

sign.hidden = false;
setInterval(() => {
  tick(live);
  document.getElementById("live-age").textContent = ` · ${age(seconds())}`;
  document.getElementById("offline-age").textContent = age(seconds());
}, 1000);
