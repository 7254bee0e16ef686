// Keys of text areas with data-enter, and lists with data-follow that stay at their newest line.
document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement) || !area.dataset.enter || event.isComposing) {
    return;
  }
  if (event.key === "Escape") {
    area.form.querySelector("[data-stop]")?.click();
  } else if (event.key === "Enter" && (area.dataset.enter === "submit" ? !event.shiftKey : event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    area.form.requestSubmit();
  }
});

// A list follows while its end is in view; whoever scrolls up reads in peace.
const near = 40;
const isAtEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < near;

document.addEventListener("scroll", (event) => {
  const list = event.target;
  if (list instanceof HTMLElement && list.dataset.follow !== undefined) {
    list.dataset.follow = isAtEnd(list) ? "" : "no";
  }
}, { capture: true, passive: true });

new MutationObserver(() => {
  for (const list of document.querySelectorAll('[data-follow=""]')) {
    if (list.scrollTop + list.clientHeight < list.scrollHeight) {
      list.scrollTop = list.scrollHeight;
    }
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true });

// Who says something wants to see the answer.
document.addEventListener("submit", (event) => {
  for (const list of event.target.closest("section")?.querySelectorAll("[data-follow]") ?? []) {
    list.dataset.follow = "";
  }
});
