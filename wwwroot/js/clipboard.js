// Buttons with data-copy put the text of the element that they name on the clipboard. Where the browser forbids it (a page over plain
// HTTP from another machine), the text is selected instead, so that it can be copied by hand.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) {
    return;
  }
  const status = button.parentElement.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(source.textContent);
    status.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    status.textContent = "Selected: copy it with the keyboard";
  }
});
