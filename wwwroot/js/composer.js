// In a text area with data-enter, Enter presses the button it names, and Shift+Enter makes a line. In any other, Ctrl+Enter does.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.shiftKey || !(event.target instanceof HTMLTextAreaElement)) {
    return;
  }
  const target = event.target;
  const button = document.querySelector(target.dataset.enter ?? (event.ctrlKey && target.id === "composer-text" ? "#composer-send" : null));
  if (button) {
    event.preventDefault();
    if (!button.disabled) {
      button.click();
    }
  }
});
