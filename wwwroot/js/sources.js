// Says where a figure comes from: one floating note for every element with data-source, by pointer, touch or keyboard.
const note = document.createElement("div");
note.className = "source-note";
note.hidden = true;
note.setAttribute("aria-hidden", "true"); // Screen readers have the same words in aria-description.
document.body.append(note);

let owner = null;

function show(element) {
  owner = element;
  note.textContent = element.dataset.source;
  note.hidden = false;
  const at = element.getBoundingClientRect();
  const gap = 8;
  const left = Math.min(Math.max(gap, at.left), document.documentElement.clientWidth - note.offsetWidth - gap);
  const below = at.bottom + 6;
  const fits = below + note.offsetHeight + gap < document.documentElement.clientHeight;
  note.style.left = `${left}px`;
  note.style.top = `${fits ? below : at.top - note.offsetHeight - 6}px`;
}

function hide() {
  owner = null;
  note.hidden = true;
}

const find = (event) => (event.target instanceof Element ? event.target.closest("[data-source]") : null);

document.addEventListener("pointerover", (event) => {
  const element = find(event);
  if (element && element !== owner) {
    show(element);
  } else if (!element && owner && owner !== document.activeElement) {
    hide();
  }
});
document.addEventListener("focusin", (event) => {
  const element = find(event);
  if (element) {
    show(element);
  } else {
    hide();
  }
});
document.addEventListener("focusout", hide);
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", hide, { capture: true, passive: true });
